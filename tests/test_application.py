"""From the role to the booked meeting: nothing typed is lost, and one unit has one address."""

import asyncio
from datetime import date
from typing import Any

import pytest
from aiohttp import FormData

from desk.access.checklist import missing_of
from desk.access.document_steps import document_steps_of
from desk.accounts.tables import Account
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from desk.directory.changing import add_agency
from desk.directory.tables import AgencyKind
from tests.scenes import count, enter, is_problem, on_duty, value
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
    assert {"PA", "KPA", "PPK", "PP", "POKJA", "AUDITOR", "PENYEDIA_ADMIN"} <= codes
    refused = await visitor.act("/access/new", CHOICE | {"profile_type": "penyedia"})
    is_problem(refused, 422, "no_such_role")
    status, page = await visitor.send("/access/new", profile_type="penyedia", role="")
    assert status == 422
    assert 'href="#role">Pilih role yang Anda ajukan.' in page
    assert 'value="penyedia" selected' in page


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


async def test_a_draft_given_up_is_gone_and_the_last_one_takes_its_letters_along(
    desk: RunningDesk,
) -> None:
    _account, visitor = await newcomer(desk)
    draft = await begun(visitor)
    other = (await visitor.act("/access/new", CHOICE | {"role": "PP"}))[1]["url"]
    await upload(visitor)
    stored_as = await value(desk.database, "SELECT stored_as FROM upload")
    assert list(desk.settings.data_dir.rglob(stored_as))
    assert (await visitor.act(f"{draft}/discard"))[0] == 200
    assert (await visitor.read(draft))[0] == 404
    # The other draft would be sent with the same letter.
    assert await count(desk.database, "upload") == 1
    assert (await visitor.act(f"{other}/discard"))[0] == 200
    assert await count(desk.database, "upload") == 0
    assert await count(desk.database, "draft") == 0
    assert await count(desk.database, "audit_entry", "act = 'upload_removed'") == 1
    assert not list(desk.settings.data_dir.rglob(stored_as))


COMPANY = {
    "company_name": "PT Contoh Sejahtera",
    "company_number": "1234567890123",
    "company_tax_number": "0009001011941000",
    "position": "Direktur",
}


async def test_documents_alone_from_the_form_to_the_decision_and_again(desk: RunningDesk) -> None:
    _account, visitor = await newcomer(desk)
    choice = {"profile_type": "penyedia", "role": "PENYEDIA_ADMIN"}
    draft = str((await visitor.act("/access/new", choice))[1]["url"])
    await upload(visitor)
    assert (await visitor.act(draft, COMPANY))[1]["problems"] == {}
    assert "dalam 3x24 jam" in (await visitor.open(f"{draft}/review"))[1]
    status, body = await sent(visitor, draft)
    assert (status, body["meeting"], body["url"]) == (200, None, f"/access/{body['access']}")
    assert await count(desk.database, "meeting") == 0
    promised = "Jumat, 27 November 2026 pukul 08.00 WIB"
    page = (await visitor.open(body["url"]))[1]
    assert "Dokumen Anda ditelaah verifikator, hasilnya dikirim lewat email." in page
    shown = (await visitor.read(body["url"]))[1]
    assert shown["shown"]["status"] == "submitted"
    assert [stop["kind"] for stop in shown["way"]] == ["sent", "reviewed", "result"]
    told = await value(desk.database, "SELECT text_body FROM outbox_mail WHERE kind = 'received'")
    for said in (page, told, (await visitor.open("/"))[1], (await visitor.open("/notices"))[1]):
        assert promised in said
    _verifier, verifier = await on_duty(desk)
    for decision in ("rejected", "approved"):
        claim = (await verifier.act("/reviews/take"))[1]["url"]
        status, review = await verifier.read(claim)
        assert (status, review["access"]["company_number"]) == (200, COMPANY["company_number"])
        picture = review["documents"][0]["page_urls"][0]
        assert (await verifier.http.get(verifier.base + picture)).status == 200
        for step in missing_of(document_steps_of("PENYEDIA_ADMIN"), {}):
            await verifier.act(f"{claim}/checklist", {"step": step, "passed": True})
        verdict = {"decision": decision, "reason": "DOC_ILLEGIBLE"}
        answer = await verifier.act(f"{claim}/verdict", verdict)
        assert answer == (200, {"decision": decision, "url": "/reviews"})
        assert (await verifier.http.get(verifier.base + picture)).status == 404
        newest = (await visitor.read("/access"))[1]
        assert newest["shown"]["status"] == decision
        assert [stop["kind"] for stop in newest["way"]] == ["sent", "reviewed", decision]
        if again := newest["shown"]["again_url"]:
            desk.clock.forward(minutes=1)
            begun_again = (await visitor.act(again))[1]
            assert begun_again["problems"] == {}
            body = (await sent(visitor, begun_again["url"]))[1]
            assert body["url"] == f"/access/{body['access']}"
    assert await count(desk.database, "outbox_mail", "kind = 'verdict'") == 2
    assert await count(desk.database, "verdict", "call IS NULL AND claim IS NOT NULL") == 2
