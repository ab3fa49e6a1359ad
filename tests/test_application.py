"""From the role to the booked meeting: nothing typed is lost, and one unit has one address."""

import asyncio
from datetime import date
from typing import Any

import pytest
from aiohttp import FormData

from desk.accounts.tables import Account
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from desk.directory.changing import add_agency
from desk.directory.tables import AgencyKind
from tests.scenes import count, enter, is_problem, value
from tests.support import RunningDesk, Visitor

ANSWERS = {
    "rank": "III/d",
    "agency_type": "regency",
    "agency": "Kabupaten Kepulauan Tanimbar",
    "unit": "Dinas Pekerjaan Umum Kabupaten Kepulauan Tanimbar",
    "unit_address": "Jalan Contoh 1, Saumlaki",
    "unit_tax_number": "00.090.010.1-941.000",
    "term_from": "2026-01-02",
    "term_until": "2026-12-31",
}
CHOICE = {"profile_type": "non_penyedia", "role": "PPK"}


@pytest.fixture(autouse=True)
async def tanimbar(desk: RunningDesk) -> None:
    """The agency of those who apply here, and a verifier who has time for them."""
    await desk.people.staff()
    async with desk.database.writing() as session:
        await add_agency(
            session,
            AgencyKind.REGENCY,
            ANSWERS["agency"],
            "Asia/Jayapura",
            "test",
            desk.clock.now(),
        )


async def upload(visitor: Visitor) -> None:
    """A Surat Tugas, as a page of the form sends it."""
    form = FormData()
    form.add_field("title", "Surat Tugas")
    letter = surat_tugas(letter_facts(APPLICANTS[0], date(2026, 11, 24)))
    form.add_field("file", letter, filename="surat.pdf", content_type="application/pdf")
    headers = {"X-CSRF-Token": visitor.csrf, "Accept": "application/json"}
    async with visitor.http.post(f"{visitor.base}/uploads", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def newcomer(desk: RunningDesk) -> tuple[Account, Visitor]:
    account = await desk.people.newcomer()
    return account, await enter(desk, account)


async def begun(visitor: Visitor) -> str:
    """The path of a fresh draft."""
    status, body = await visitor.act("/access/new", CHOICE)
    assert status == 200, body
    return str(body["url"])


async def ready(desk: RunningDesk, **changed: str) -> tuple[Visitor, str]:
    """A draft that only needs to be sent."""
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    await upload(visitor)
    status, body = await visitor.act(draft, ANSWERS | changed)
    assert (status, body["problems"]) == (200, {}), body
    return visitor, draft


async def sent(visitor: Visitor, draft: str) -> tuple[int, Any]:
    return await visitor.act(f"{draft}/send", {"confirmed": "yes"})


async def test_the_first_step_offers_the_roles_of_both_profiles(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    page = (await visitor.open("/access/new"))[1]
    for words in ("Tipe Profil", "Non Penyedia", "Penyedia", "Role", "Hubungkan Akses"):
        assert words in page
    codes = {role["code"] for role in (await visitor.read("/access/new"))[1]["roles"]}
    assert {"PA", "KPA", "PPK", "PP", "POKJA"} <= codes
    refused = await visitor.act("/access/new", CHOICE | {"profile_type": "penyedia"})
    is_problem(refused, 422, "no_such_role")


async def test_a_draft_is_one_for_each_role_and_stands_in_the_list(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    assert await begun(visitor) == draft
    await visitor.act(f"{draft}/save", {"unit": "Dinas Contoh"})
    [listed] = (await visitor.read("/access"))[1]["drafts"]
    assert (listed["url"], listed["unit"]) == (draft, "Dinas Contoh")
    assert draft in (await visitor.open("/access"))[1]


async def test_what_was_typed_is_there_again_right_or_wrong(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    typed = {"unit_tax_number": "12", "agency": "Kabupaten yang tidak ada", "term_from": "kemarin"}
    assert (await visitor.act(f"{draft}/save", typed))[0] == 200
    page = (await visitor.open(draft))[1]
    for words in typed.values():
        assert words in page
    assert "perlu diperbaiki" not in page


async def test_each_error_stands_in_the_summary_and_at_its_field(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    wrong = ANSWERS | {"term_from": "2025-01-02", "term_until": "2025-12-31", "agency": "Entah"}
    status, body = await visitor.act(draft, wrong | {"unit_tax_number": "12"})
    assert status == 200
    assert set(body["problems"]) >= {"agency", "term_until", "unit_tax_number", "letter"}
    page = (await visitor.open(f"{draft}?check=1"))[1]
    for name, sentence in body["problems"].items():
        assert f'<a href="#{name}">{sentence}</a>' in page
        assert page.count(sentence) >= 2, name
    is_problem(await sent(visitor, draft), 422, "incomplete")
    assert await count(desk.database, "access") == 0


async def test_sending_makes_an_access_with_documents_and_a_time(desk: RunningDesk) -> None:
    visitor, draft = await ready(desk)
    status, review = await visitor.read(f"{draft}/review")
    assert status == 200
    assert ["NPWP Satuan Kerja", "0000900101941000"] in review["summary"]
    unconfirmed = await visitor.act(f"{draft}/send", {})
    is_problem(unconfirmed, 422, "not_confirmed")
    status, body = await sent(visitor, draft)
    assert status == 200, body
    assert (await visitor.read(body["url"]))[0] == 200
    row = f"id = '{body['access']}' AND state = 'scheduled' AND timezone = 'Asia/Jayapura'"
    assert await count(desk.database, "access", row) == 1
    assert await count(desk.database, "document", f"access = '{body['access']}'") == 1
    assert await count(desk.database, "meeting", f"access = '{body['access']}'") == 1
    assert await count(desk.database, "audit_entry", "act = 'applied'") == 1
    assert await count(desk.database, "draft") == 0


async def test_of_many_sendings_at_once_one_counts(desk: RunningDesk) -> None:
    visitor, draft = await ready(desk)
    answers = await asyncio.gather(*(sent(visitor, draft) for _ in range(10)))
    # Who comes later does not find the draft; who comes at the same time cannot have it.
    assert {status for status, _body in answers} <= {200, 404, 409}
    assert [status for status, _body in answers].count(200) == 1
    assert await count(desk.database, "access") == 1
    assert await count(desk.database, "meeting") == 1


async def test_two_first_applicants_of_a_unit_make_one_unit_with_one_address(
    desk: RunningDesk,
) -> None:
    two = [await ready(desk, unit_address=f"Jalan {number}") for number in (1, 2)]
    answers = await asyncio.gather(*(sent(visitor, draft) for visitor, draft in two))
    assert [status for status, _body in answers] == [200, 200]
    assert await count(desk.database, "unit") == 1
    assert await value(desk.database, "SELECT address FROM unit") in ("Jalan 1", "Jalan 2")


async def test_the_address_is_asked_of_the_first_alone(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    await upload(visitor)
    body = (await visitor.act(draft, ANSWERS | {"unit_address": ""}))[1]
    assert set(body["problems"]) == {"unit_address"}
    first, other = await ready(desk)
    assert (await sent(first, other))[0] == 200
    body = (await visitor.act(draft, ANSWERS | {"unit_address": ""}))[1]
    assert body["problems"] == {}


async def test_a_warning_stops_nobody_and_reaches_the_verifier(desk: RunningDesk) -> None:
    visitor, draft = await ready(desk, term_until="2026-12-01")
    warning = "Masa berlaku jabatan berakhir dalam 30 hari."
    assert warning in (await visitor.read(f"{draft}/review"))[1]["warnings"]
    body = (await sent(visitor, draft))[1]
    kept = await value(desk.database, f"SELECT warnings FROM access WHERE id = '{body['access']}'")
    assert "term_ends_soon" in str(kept)


async def test_the_same_role_at_the_same_unit_is_applied_for_once(desk: RunningDesk) -> None:
    visitor, draft = await ready(desk)
    assert (await sent(visitor, draft))[0] == 200
    again = await begun(visitor)
    await upload(visitor)
    await visitor.act(again, ANSWERS)
    is_problem(await sent(visitor, again), 409, "already_applied")
    assert await count(desk.database, "draft") == 1


async def test_a_draft_given_up_is_gone(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    assert (await visitor.act(f"{draft}/discard"))[0] == 200
    assert (await visitor.read(draft))[0] == 404
    assert await count(desk.database, "draft") == 0
