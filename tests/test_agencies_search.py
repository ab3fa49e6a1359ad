"""What is found while somebody types: over all regions, ministries and bodies."""

import pytest

from desk.accounts.tables import Role
from desk.database import Database
from desk.directory.agencies import agency_named, find_or_add_unit, search_agencies, search_units
from desk.directory.changing import merge_units
from desk.directory.loading import load_directory
from desk.directory.names import key_of
from desk.directory.tables import LONGEST_KEY, LONGEST_NAME, AgencyKind
from desk.limits import SEARCHES_OF_AN_ACCOUNT
from tests.scenes import enter, is_problem
from tests.support import MORNING, RunningDesk

REGENCY, CITY = AgencyKind.REGENCY, AgencyKind.CITY
FOUND_BY = (
    (REGENCY, "tanimbar", "Kabupaten Kepulauan Tanimbar"),
    (REGENCY, "tanim kep", "Kabupaten Kepulauan Tanimbar"),
    (REGENCY, "KAB. SLEM", "Kabupaten Sleman"),
    (CITY, "kota sur", "Kota Surabaya"),
    (None, "papua pegun", "Papua Pegunungan"),
    (None, "yogya daerah", "Daerah Istimewa Yogyakarta"),
    (None, "kemenkeu", "Kementerian Keuangan"),
    (None, "KEMEN-ESDM", "Kementerian Energi dan Sumber Daya Mineral"),
    (None, "pengadaan barang/jasa", "Lembaga Kebijakan Pengadaan Barang/Jasa Pemerintah"),
    (None, "riau", "Riau"),
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  Dinas   PU & Penataan-Ruang ", "dinas pu penataan ruang"),
        ("Jum'at Bersih", "jumat bersih"),
        ("JUMÁT BERSIH", "jumat bersih"),
        ("Kec. Šibenik_2", "kec sibenik 2"),
        ("--- !", ""),
        ("بلدية جدة", "بلدية جدة"),
    ],
)
def test_spellings_of_one_name_have_one_key(name: str, key: str) -> None:
    assert key_of(name) == key
    assert key_of(key) == key


@pytest.mark.parametrize("letter", ["ΐ", "ﬃ", "각", "ß", "İ", "ệ"])
def test_no_name_has_a_key_too_long_to_be_kept(letter: str) -> None:
    assert len(key_of(letter * LONGEST_NAME)) <= LONGEST_KEY


async def test_a_few_letters_of_any_word_find_it(database: Database) -> None:
    await load_directory(database)
    async with database.reading() as session:
        for kind, typed, first in FOUND_BY:
            found = await search_agencies(session, kind, typed)
            assert found[0].name == first
            assert all(kind in {None, one.kind} for one in found)


async def test_every_agency_is_found_first_by_its_whole_name(database: Database) -> None:
    await load_directory(database)
    async with database.reading() as session:
        everybody = await search_agencies(session, None, "", most=1000)
        assert len(everybody) >= 38 + 514 + 48 + 50
        for one in everybody:
            found = await search_agencies(session, one.kind, one.name)
            assert found[0].id == one.id
            named = await agency_named(session, one.kind, f" {one.name.upper()} ")
            assert named
            assert named.id == one.id


async def test_signs_of_a_pattern_are_no_pattern(database: Database) -> None:
    await load_directory(database)
    async with database.reading() as session:
        assert len(await search_agencies(session, None, "%_")) == 20
        assert await search_agencies(session, None, "x%") == []
        # Only the beginning of a word counts.
        assert await search_agencies(session, None, "ota") == []
        assert await agency_named(session, CITY, "%") is None


async def test_units_are_found_by_any_of_their_names(database: Database) -> None:
    await load_directory(database)
    async with database.writing() as session:
        agency = await agency_named(session, CITY, "kota surabaya")
        assert agency
        names = ("Dinas PU", "Dinas Pekerjaan Umum", "Badan Umum Daerah")
        units = [await find_or_add_unit(session, agency.id, name, MORNING) for name in names]
        await merge_units(session, units[0].id, units[1].id, "test", MORNING)
    async with database.reading() as session:

        async def found(text: str) -> list[str]:
            return [one.name for one in await search_units(session, agency.id, text)]

        assert await found("umum") == ["Badan Umum Daerah", "Dinas Pekerjaan Umum"]
        assert await found("umum din") == ["Dinas Pekerjaan Umum"]
        assert await found("dinas pu") == ["Dinas Pekerjaan Umum"]
        assert await found("u") == ["Badan Umum Daerah", "Dinas Pekerjaan Umum"]
        assert await search_units(session, "nobody", "") == []


async def test_applicants_and_administrators_are_answered_json(desk: RunningDesk) -> None:
    await load_directory(desk.database)
    applicant = await enter(desk, (await desk.people.applicant()).account)
    administrator = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    for visitor in (applicant, administrator):
        _status, answer = await visitor.read("/agencies?kind=city&q=ambon")
        (city,) = answer["found"]
        assert city.pop("id")
        assert city == {"name": "Kota Ambon", "kind": "city", "timezone": "Asia/Jayapura"}
        _status, answer = await visitor.read("/agencies?kind=&q=kota")
        assert len(answer["found"]) == 20
    async with desk.database.writing() as session:
        ambon = await agency_named(session, CITY, "Kota Ambon")
        assert ambon
        await find_or_add_unit(session, ambon.id, "Dinas Kesehatan", MORNING)
    _status, answer = await applicant.read(f"/agencies/{ambon.id}/units?q=kes")
    (unit,) = answer["found"]
    assert (unit["name"], unit["has_address"]) == ("Dinas Kesehatan", False)


async def test_a_search_that_cannot_be_read_is_refused(desk: RunningDesk) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    for query in ("kind=planet", f"q={'x' * 201}"):
        is_problem(await visitor.read(f"/agencies?{query}"), 422, "invalid_input")
    assert (await visitor.read("/agencies?q=%00%ed%a0%80"))[0] == 200


async def test_nobody_can_search_without_end(desk: RunningDesk) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    for _times in range(SEARCHES_OF_AN_ACCOUNT.amount):
        assert (await visitor.read("/agencies?q=a"))[0] == 200
    is_problem(await visitor.read("/agencies?q=a"), 429, "too_many_requests")
