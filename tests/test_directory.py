"""The directory: what it begins with, how units come about, and an administrator's pages."""

import asyncio
import csv
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update

from desk.accounts.tables import Role
from desk.database import Database
from desk.directory import changing, loading
from desk.directory.agencies import claim_address, find_or_add_unit, unit_named
from desk.directory.loading import ZONE_OF, load_directory
from desk.directory.tables import Agency, AgencyKind
from desk.settings import SettingsError
from tests.scenes import count, enter, is_problem, nothing_changes, refuses, value
from tests.support import MORNING, RunningDesk, Visitor

PACKAGE = Path(__file__).resolve().parent.parent / "node_modules/idn-area-data/data"
AT_ONCE = 20


def rows_of(file: str) -> list[dict[str, str]]:
    with (PACKAGE / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


async def all_agencies(database: Database) -> dict[str | None, Agency]:
    async with database.reading() as session:
        return {one.code: one for one in (await session.execute(select(Agency))).scalars()}


async def an_agency(database: Database, name: str = "Kota Contoh") -> str:
    async with database.writing() as session:
        added = await changing.add_agency(
            session, AgencyKind.CITY, name, "Asia/Jakarta", "test", MORNING
        )
    assert added
    return added


async def units_of(database: Database, agency: str, *names: str) -> list[str]:
    async with database.writing() as session:
        return [(await find_or_add_unit(session, agency, name, MORNING)).id for name in names]


async def test_every_region_of_the_package_is_there_with_its_zone(database: Database) -> None:
    await load_directory(database)
    provinces, regencies = rows_of("provinces.csv"), rows_of("regencies.csv")
    assert (len(provinces), len(regencies)) == (38, 514)
    agencies = await all_agencies(database)
    for row in provinces + regencies:
        agency = agencies[row["code"]]
        assert agency.name == row["name"]
        assert agency.timezone == ZONE_OF[row["code"][:2]]
    kinds = Counter(one.kind for one in agencies.values())
    assert kinds[AgencyKind.PROVINCE] == 38
    assert (kinds[AgencyKind.REGENCY], kinds[AgencyKind.CITY]) == (416, 98)
    assert kinds[AgencyKind.MINISTRY] == 48
    assert 50 <= kinds[AgencyKind.BODY] <= 60
    assert agencies["81.03"].timezone == "Asia/Jayapura"
    assert agencies["53.71"].timezone == "Asia/Makassar"
    assert agencies["lkpp"].timezone == "Asia/Jakarta"


async def test_loading_again_touches_nothing_that_was_changed(database: Database) -> None:
    await load_directory(database)
    async with database.writing() as session:
        jakarta = Agency.code == "31"
        named = {"name": "Daerah Khusus Jakarta", "name_key": "daerah khusus jakarta"}
        await session.execute(update(Agency).where(jakarta).values(named))
        await session.execute(
            update(Agency).where(Agency.code == "lkpp").values(retired_at=MORNING)
        )
    before = await count(database, "agency")
    await load_directory(database)
    assert await count(database, "agency") == before
    agencies = await all_agencies(database)
    assert agencies["31"].name == "Daerah Khusus Jakarta"
    assert agencies["lkpp"].retired_at == MORNING


async def test_without_the_regions_the_start_ends_with_what_to_do(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "VENDORED", tmp_path)
    with pytest.raises(SettingsError, match="make vendor"):
        await load_directory(database)
    assert await count(database, "agency") == 0


async def test_twenty_first_applicants_of_one_unit_make_one_row(database: Database) -> None:
    agency = await an_agency(database)
    spellings = ("Dinas Jum'at Bersih", "  dinas  JUMAT bersih ", "Dinas Jumát, Bersih")

    async def applies(n: int) -> tuple[str, bool]:
        async with database.writing() as session:
            unit = await find_or_add_unit(session, agency, spellings[n % 3], MORNING)
            return unit.id, await claim_address(session, unit.id, f"Jalan {n}")

    answers = await asyncio.gather(*map(applies, range(AT_ONCE)))
    assert len({unit for unit, _claimed in answers}) == 1
    assert sum(claimed for _unit, claimed in answers) == 1
    winner = next(n for n, (_unit, claimed) in enumerate(answers) if claimed)
    assert await value(database, "SELECT address FROM unit") == f"Jalan {winner}"


async def test_units_of_two_agencies_may_have_one_name(database: Database) -> None:
    one, other = await an_agency(database), await an_agency(database, "Kota Lain")
    units = [await units_of(database, agency, "Dinas Kesehatan") for agency in (one, other)]
    assert units[0] != units[1]
    with pytest.raises(ValueError, match="letter"):
        await units_of(database, one, " -- ")


async def test_two_merges_in_opposite_directions_leave_one_unit(database: Database) -> None:
    agency = await an_agency(database)
    first, second = await units_of(database, agency, "Dinas PU", "Dinas Pekerjaan Umum")

    async def merges(unit: str, into: str) -> bool:
        async with database.writing() as session:
            return await changing.merge_units(session, unit, into, "test", MORNING)

    assert sorted(await asyncio.gather(merges(first, second), merges(second, first))) == [0, 1]
    assert await count(database, "unit", "merged_into IS NULL") == 1
    assert await count(database, "audit_entry", "act = 'units_merged'") == 1


async def test_a_merged_unit_is_another_name_of_the_one_that_stays(database: Database) -> None:
    agency = await an_agency(database)
    names = ("PU", "Dinas PU", "Dinas Pekerjaan Umum")
    first, second, third = await units_of(database, agency, *names)
    async with database.writing() as session:
        await claim_address(session, second, "Jalan Merdeka 1")
        assert await changing.merge_units(session, first, second, "test", MORNING)
        assert await changing.merge_units(session, second, third, "test", MORNING)
        assert not await changing.merge_units(session, first, third, "test", MORNING)
        assert not await changing.merge_units(session, third, third, "test", MORNING)
    async with database.writing() as session:
        for name in names:
            found = await unit_named(session, agency, name)
            assert found
            assert found.id == third
            assert (await find_or_add_unit(session, agency, name, MORNING)).id == third
    assert await value(database, "SELECT address FROM unit WHERE id = :id", id=third) == (
        "Jalan Merdeka 1"
    )
    elsewhere = await units_of(database, await an_agency(database, "Kota Lain"), "PU")
    async with database.writing() as session:
        assert not await changing.merge_units(session, third, elsewhere[0], "test", MORNING)


async def administrator(desk: RunningDesk) -> Visitor:
    return await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))


async def test_the_list_finds_by_kind_and_name_and_says_when_it_is_cut(desk: RunningDesk) -> None:
    await load_directory(desk.database)
    visitor = await administrator(desk)
    _status, page = await visitor.open("/directory?kind=regency&q=")
    assert page.count('class="entry-name"') == 50
    assert "Hanya 50 yang pertama ditampilkan" in page
    _status, data = await visitor.read("/directory?kind=regency&q=tanimbar")
    assert [one["name"] for one in data["agencies"]] == ["Kabupaten Kepulauan Tanimbar"]
    assert data["agencies"][0]["zone_name"] == "WIT"
    page = (await visitor.open("/directory?q=tidak+ada+itu"))[1]
    assert "Tidak ada instansi yang cocok" in page
    assert "Open Database License (ODbL)" in page
    is_problem(await visitor.read("/directory?kind=planet"), 422, "invalid_input")


async def test_an_agency_is_added_once(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    form = {"kind": "company", "name": "PT  Contoh Raya", "timezone": "Asia/Makassar"}
    status, location = await visitor.send("/directory", **form)
    assert (status, await count(desk.database, "agency")) == (303, 1)
    page = (await visitor.open(location))[1]
    assert "PT Contoh Raya" in page
    assert "BUMN, BUMD, atau swasta, WITA" in page
    async with nothing_changes(desk):
        status, page = await visitor.send("/directory", **form | {"name": "pt contoh raya"})
    assert status == 422
    assert 'value="pt contoh raya"' in page
    assert page.count("Instansi sejenis dengan nama ini sudah ada.") == 2
    assert await count(desk.database, "audit_entry", "act = 'agency_added'") == 1


async def test_a_form_that_is_wrong_keeps_what_was_typed_and_says_where(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    async with nothing_changes(desk):
        status, page = await visitor.send("/directory", kind="", name="<b> & --", timezone="UTC")
        problem = is_problem(await visitor.act("/directory", {"name": "***"}), 422, "invalid_input")
    assert status == 422
    assert problem["fields"].keys() == {"kind", "timezone", "name"}
    assert 'href="#kind"' in page
    assert 'aria-describedby="kind-error"' in page
    assert 'value="&lt;b&gt; &amp; --"' in page


async def test_an_agency_is_renamed_retired_and_restored(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    agency = await an_agency(desk.database)
    await an_agency(desk.database, "Kota Lain")
    page = f"/directory/{agency}"
    new = {"name": "Kota Baru", "timezone": "Asia/Jayapura"}
    assert (await visitor.act(page, new))[0] == 200
    status, _page = await visitor.send(page, name="KOTA LAIN", timezone="Asia/Jakarta")
    assert status == 422
    shown = (await visitor.read(f"{page}/units"))[1]["agency"]
    assert (shown["name"], shown["timezone"]) == ("Kota Baru", "Asia/Jayapura")
    for _twice in range(2):
        assert (await visitor.act(f"{page}/retire"))[0] == 200
    assert "Tawarkan kembali" in (await visitor.open(f"{page}/units"))[1]
    assert (await visitor.read("/agencies?q=baru"))[1] == {"found": []}
    assert (await visitor.act(f"{page}/restore"))[0] == 200
    assert len((await visitor.read("/agencies?q=baru"))[1]["found"]) == 1
    for act in ("changed", "retired", "restored"):
        assert await count(desk.database, "audit_entry", f"act = 'agency_{act}'") == 1


async def test_a_unit_is_changed_and_its_number_not_logged(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    agency = await an_agency(desk.database)
    first, _other = await units_of(desk.database, agency, "Dinas A", "Dinas B")
    form = {
        "name": "Dinas Aset",
        "address": "Jalan Merdeka 1\r\nKota Contoh",
        "tax_number": "00.112.233.4-455.600",
    }
    status, location = await visitor.send(f"/units/{first}", **form)
    assert (status, location) == (303, f"/units/{first}")
    _status, data = await visitor.read(location)
    assert data["unit"]["tax_number"] == "0001122334455600"
    assert data["unit"]["address"] == "Jalan Merdeka 1\nKota Contoh"
    logged = await value(desk.database, "SELECT detail FROM audit_entry WHERE act = 'unit_changed'")
    assert "0001122334455600" not in str(logged)
    for wrong in ({"tax_number": "12"}, {"name": ""}, {"address": "x" * 501}, {"name": "dinas b"}):
        async with nothing_changes(desk):
            status, page = await visitor.send(f"/units/{first}", **form | wrong)
        assert status == 422
        assert f'id="{next(iter(wrong))}-error"' in page


async def test_units_are_merged_by_name_and_the_old_page_leads_on(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    agency = await an_agency(desk.database)
    first, second = await units_of(desk.database, agency, "Dinas PU", "Dinas Pekerjaan Umum")
    for wrong in ("", "Dinas Lain", "Dinas PU"):
        async with nothing_changes(desk):
            status, page = await visitor.send(f"/units/{first}/merge", into=wrong)
        assert status == 422
        assert 'id="into-error"' in page
    status, location = await visitor.send(f"/units/{first}/merge", into="dinas pekerjaan UMUM")
    assert (status, location) == (303, f"/units/{second}")
    assert (await visitor.open(f"/units/{first}"))[:2] == (303, f"/units/{second}")
    assert "Dinas PU" in (await visitor.open(location))[1]
    units = (await visitor.read(f"/directory/{agency}/units"))[1]["units"]
    assert [one["name"] for one in units] == ["Dinas Pekerjaan Umum"]
    # By somebody who still had the page open.
    for path in (f"/units/{first}", f"/units/{first}/merge"):
        problem = await refuses(desk, visitor, path, 409, "merged", {"name": "a", "into": "b"})
        assert problem["url"] == f"/units/{second}"


async def test_administrators_find_the_pages_in_the_header_and_supervisors_do_not(
    desk: RunningDesk,
) -> None:
    links = ('href="/directory"', 'href="/roles"')
    page = (await (await administrator(desk)).open("/supervisor"))[1]
    assert all(one in page for one in links)
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    page = (await supervisor.open("/supervisor"))[1]
    assert not any(one in page for one in links)
