"""Applying again after a rejection: a draft with all that was entered, sent once."""

import asyncio
import html
import re
from typing import Any

import aiohttp
from sqlalchemy import text

from desk.directory.tables import RoleForm
from tests.nasties import letter
from tests.post import notices_of
from tests.scenes import InCall, count, in_call, is_problem, joined, refuses, upload, value
from tests.support import RunningDesk
from tests.things import agency_with_units

LETTER = b"%PDF-1.7 a letter"
ADDRESS = "Jalan Contoh 1, Kota Contoh"
CONFIRMED = {"confirmed": "yes"}
ROLE = {"profile_type": "non_penyedia", "role": "PP"}


async def rejected(desk: RunningDesk) -> InCall:
    scene = await in_call(desk, timezone="Asia/Makassar", role="PP")
    await desk.people.document(scene.who.access, LETTER, desk.settings)
    await scene.reject("DOC_EXPIRED")
    return scene


def path_of(scene: InCall) -> str:
    return f"/access/{scene.who.access.id}/again"


async def begun(desk: RunningDesk) -> tuple[InCall, str, dict[str, str]]:
    """A rejected access at an agency of the directory, its draft, and what stands in that."""
    await agency_with_units(desk)
    scene = await rejected(desk)
    status, body = await scene.applicant.act(path_of(scene))
    assert status == 200, body
    draft = str(body["url"]).partition("?")[0]
    return scene, draft, await answers_in(scene, draft)


async def answers_in(scene: InCall, draft: str) -> dict[str, str]:
    fields = (await scene.applicant.read(draft))[1]["fields"]
    return {one["name"]: one["value"] for field in fields for one in field["inputs"]}


async def sent(scene: InCall, draft: str, answers: dict[str, str]) -> tuple[int, Any]:
    status, body = await scene.applicant.act(draft, answers | {"unit_address": ADDRESS})
    assert (status, body["problems"]) == (200, {})
    return await scene.applicant.act(f"{draft}/send", CONFIRMED)


async def test_the_form_has_all_that_was_entered_and_asks_what_is_missing(
    desk: RunningDesk,
) -> None:
    scene, draft, answers = await begun(desk)
    access = scene.who.access
    assert answers["agency_type"] == "city"  # by the agency: this access is from before such words
    assert answers["unit"] == access.unit
    assert answers["unit_tax_number"] == access.unit_tax_number
    assert (answers["term_from"], answers["term_until"]) == ("2026-01-02", "2026-12-31")
    status, location = await scene.applicant.send(path_of(scene))
    assert (status, location) == (303, f"{draft}?check=1#summary")
    page = html.unescape((await scene.applicant.open(f"{draft}?check=1"))[1])
    assert "Surat Tugas sudah tidak berlaku" in page  # the reason, on top
    assert "surat.pdf" in page
    missing = (await scene.applicant.read(f"{draft}?check=1"))[1]["problems"]
    assert [one["input"] for one in missing] == ["unit_address"]  # which no access has kept
    assert missing[0]["sentence"] in page


async def test_sent_it_follows_the_old_one_with_its_documents_and_a_new_time(
    desk: RunningDesk,
) -> None:
    scene, draft, answers = await begun(desk)
    review = (await scene.applicant.read(f"{draft}/review"))[1]
    is_problem((422, review), 422, "incomplete")
    assert (await scene.applicant.read("/"))[1]["next_step"]["kind"] == "rejected"
    status, body = await sent(scene, draft, answers)
    assert status == 200, body
    old, new = scene.who.access.id, body["access"]
    query = "SELECT copied_from FROM access WHERE id = :new AND state = 'scheduled'"
    assert await value(desk.database, query, new=new) == old
    for column in ("role", "rank", "agency", "unit", "letter_number", "applicant"):
        query = f"SELECT count(DISTINCT {column}) FROM access WHERE id IN (:old, :new)"
        assert await value(desk.database, query, old=old, new=new) == 1, column
    files = "SELECT count(DISTINCT stored_as || sha256 || title) || ',' || count(*) FROM document"
    assert await value(desk.database, files) == "1,2"
    assert await count(desk.database, "audit_entry", "act = 'applied_again'") == 1
    # The clock stands at 08.00.01: the next full slot is 08.15.
    meeting = (await scene.applicant.read(body["url"]))[1]["meeting"]
    assert (meeting["starts_at"], meeting["can_join"]) == ("2026-11-24T01:15:00+00:00", True)
    assert (await notices_of(desk.database, scene.who.account))[-1].path == body["url"]
    subject = await value(desk.database, "SELECT subject FROM outbox_mail WHERE kind = 'booked'")
    assert subject == "Jadwal Verifikasi Akses INAPROC: Selasa, 24 November 2026 pukul 08.15 WIB"
    rows = (await scene.applicant.read("/organisation"))[1]["accesses"]
    assert sorted(row["status"] for row in rows) == ["rejected", "scheduled"]
    assert [row["again_url"] for row in rows] == [None, None]
    assert len({row["number"] for row in rows}) == 2


async def test_only_once(desk: RunningDesk) -> None:
    scene, draft, answers = await begun(desk)
    begins = await asyncio.gather(*(scene.applicant.act(path_of(scene)) for _time in range(5)))
    assert {body["url"] for _status, body in begins} == {f"{draft}?check=1#summary"}
    await scene.applicant.act(draft, answers | {"unit_address": ADDRESS})
    acts = [scene.applicant.act(f"{draft}/send", CONFIRMED) for _time in range(5)]
    answered = await asyncio.gather(*acts, *(scene.applicant.act(path_of(scene)) for _ in range(5)))
    assert [status for status, _body in answered[:5]].count(200) == 1
    for table, many in (("access", 2), ("meeting", 2), ("draft", 0)):
        assert await count(desk.database, table) == many
    await refuses(desk, scene.applicant, path_of(scene), 409, "not_again")
    assert (await scene.applicant.open(path_of(scene)))[0] == 409


async def test_only_what_was_rejected_and_is_ones_own(desk: RunningDesk) -> None:
    approved = await in_call(desk)
    await approved.approve()
    await refuses(desk, approved.applicant, path_of(approved), 409, "not_again")
    waits = await joined(desk)
    path = f"/access/{waits.who.access.id}/again"
    await refuses(desk, waits.visitor, path, 409, "not_again")
    scene = await rejected(desk)
    await refuses(desk, waits.visitor, path_of(scene), 404, "not_found")
    assert (await waits.visitor.open(path_of(scene)))[0] == 404


async def test_not_while_the_same_is_open_or_granted(desk: RunningDesk) -> None:
    scene, draft, answers = await begun(desk)
    assert (await sent(scene, draft, answers))[0] == 200
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE access SET copied_from = NULL"))
    await refuses(desk, scene.applicant, path_of(scene), 409, "not_again")
    rows = (await scene.applicant.read("/organisation"))[1]["accesses"]
    assert [row["again_url"] for row in rows] == [None, None]


async def test_what_was_typed_is_kept_and_what_the_role_asks_now_is_asked(
    desk: RunningDesk,
) -> None:
    scene, draft, answers = await begun(desk)
    typed = {"unit_tax_number": "00.090.010.1-941.000", "unit_address": ADDRESS}
    assert (await sent(scene, draft, answers | typed))[0] == 200
    # A day before the first slot: rejected once more, and the form has changed.
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE access SET state = 'rejected'"))
        form = await session.get_one(RoleForm, "PP")
        form.fields = form.fields | {"division": "required"}
        newest = await session.execute(text("SELECT id FROM access WHERE copied_from IS NOT NULL"))
        path = f"/access/{newest.scalar_one()}/again"
    status, body = await scene.applicant.act(path)
    assert (status, set(body["problems"])) == (200, {"division"})
    again = await answers_in(scene, f"/access/drafts/{body['draft']}")
    assert {name: again[name] for name in typed} == typed


async def test_a_draft_in_the_way_is_not_lost_without_being_asked(desk: RunningDesk) -> None:
    await agency_with_units(desk)
    scene = await rejected(desk)
    other = (await scene.applicant.act("/access/new", ROLE))[1]["url"]
    await scene.applicant.act(f"{other}/save", {"unit": "Dinas yang lain"})
    assert await scene.applicant.send(path_of(scene)) == (303, path_of(scene))
    page = html.unescape((await scene.applicant.open(path_of(scene)))[1])
    for words in ("Anda sudah punya draf untuk role ini", "Dinas yang lain", f'href="{other}"'):
        assert words in page
    [seen] = re.findall(r'name="instead_of" value="([^"]+)"', page)
    # Saved meanwhile: what was not seen does not go.
    desk.clock.forward(seconds=1)
    await scene.applicant.act(f"{other}/save", {"unit": "Dinas yang baru"})
    assert await scene.applicant.send(path_of(scene), instead_of=seen) == (303, path_of(scene))
    assert (await answers_in(scene, other))["unit"] == "Dinas yang baru"
    seen = (await scene.applicant.read(path_of(scene)))[1]["draft"]["saved_at"]
    status, body = await scene.applicant.act(path_of(scene), {"instead_of": seen})
    assert status == 200
    assert (await answers_in(scene, f"/access/drafts/{body['draft']}"))["letter_number"]
    assert (await scene.applicant.read(other))[0] == 404  # a page of it cannot write over this one
    assert await count(desk.database, "draft") == 1
    assert await count(desk.database, "audit_entry", "act = 'draft_discarded'") == 1


async def test_the_ten_thousandth_of_a_month_follows_the_one_before(desk: RunningDesk) -> None:
    scene, draft, answers = await begun(desk)
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE access SET number = 'MV-2611-9999'"))
    assert (await sent(scene, draft, answers))[0] == 200
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE access SET state = 'rejected'"))
        newest = await session.execute(text("SELECT id FROM access WHERE copied_from IS NOT NULL"))
        path = f"/access/{newest.scalar_one()}/again"
    draft = f"/access/drafts/{(await scene.applicant.act(path))[1]['draft']}"
    assert (await scene.applicant.act(f"{draft}/send", CONFIRMED))[0] == 200
    for number in ("MV-2611-10000", "MV-2611-10001"):
        assert await count(desk.database, "access", f"number = '{number}'") == 1


async def test_a_rejected_letter_is_replaced_by_a_new_upload(desk: RunningDesk) -> None:
    scene, draft, answers = await begun(desk)
    old = await value(desk.database, "SELECT stored_as FROM document")
    form = aiohttp.FormData({"title": "Surat Tugas"}, default_to_multipart=True)
    form.add_field("file", letter(), filename="surat-baru.pdf")
    status, fresh = await upload(scene.applicant, form)
    assert status == 200
    page = (await scene.applicant.open(draft))[1]
    assert f'src="/uploads/{fresh["id"]}/pages/1"' in page
    own = re.findall(r'<input[^>]* name="(\w+)"[^>]* form="upload-1-form"', page)
    assert own == ["csrf_token", "title", "file"]  # the token first, or the file is not read
    status, body = await sent(scene, draft, answers)
    assert status == 200
    query = "SELECT stored_as FROM document WHERE access = :new"
    assert await value(desk.database, query, new=body["access"]) != old
    assert await value(desk.database, "SELECT access FROM upload") == body["access"]
    # The verifier of the next call sees the new letter, and nothing of the old one.
    desk.clock.forward(hours=1)
    await scene.applicant.act(f"{body['url']}/join")
    status, call = await scene.verifier.act("/desk/take")
    [shown] = (await scene.verifier.read(f"/calls/{call['call']}"))[1]["documents"]
    assert (shown["file_name"], len(shown["page_urls"])) == ("surat-baru.pdf", 1)


async def test_a_refused_upload_is_said_beside_its_field(desk: RunningDesk) -> None:
    scene, draft, _answers = await begun(desk)
    way = f"{draft}?upload_problem=encrypted&upload_field=upload-1"
    page = (await scene.applicant.open(way))[1]
    sentence = "PDF ini dikunci dengan kata sandi."
    assert page.count(sentence) == 2  # on top, and beside the field
    assert '<a href="#upload-1">Surat Tugas</a>' in page
    for invented in ("upload_problem=<b>&upload_field=upload-1", "upload_problem=encrypted"):
        page = (await scene.applicant.open(f"{draft}?{invented}"))[1]
        assert sentence not in page
