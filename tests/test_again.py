"""Applying again after a rejection: a copy of the old application, once."""

import asyncio
import re

import aiohttp
from sqlalchemy import text

from tests.nasties import letter
from tests.scenes import InCall, count, in_call, joined, refuses, upload, value
from tests.support import RunningDesk

LETTER = b"%PDF-1.7 a letter"
CONFIRMED = {"confirmed": "yes"}


async def rejected(desk: RunningDesk) -> InCall:
    scene = await in_call(desk, timezone="Asia/Makassar", role="PP")
    await desk.people.document(scene.who.access, LETTER, desk.settings)
    await scene.reject("DOC_EXPIRED")
    return scene


def path_of(scene: InCall) -> str:
    return f"/access/{scene.who.access.id}/again"


async def test_the_review_shows_everything_that_is_sent(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    access = scene.who.access
    status, body = await scene.applicant.read(path_of(scene))
    assert status == 200
    assert body["documents"] == [
        {"title": "Surat Tugas", "file_name": "surat.pdf", "size_bytes": len(LETTER)}
    ]
    shown = dict(body["fields"])
    assert shown["Satuan Kerja"] == access.unit
    assert shown["Nomor Surat Tugas"] == access.letter_number
    assert shown["Masa Berlaku Jabatan"] == "2 Januari 2026 s.d. 31 Desember 2026"
    page = (await scene.applicant.open(path_of(scene)))[1]
    for words in (*shown.values(), "surat.pdf", "Kirim"):
        assert words in page


async def test_the_copy_has_the_documents_and_a_new_meeting(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    status, body = await scene.applicant.act(path_of(scene), CONFIRMED)
    assert status == 200
    old, new = scene.who.access.id, body["access"]
    for column in ("role", "rank", "agency", "unit", "letter_number", "timezone", "applicant"):
        query = f"SELECT count(DISTINCT {column}) FROM access WHERE id IN (:old, :new)"
        assert await value(desk.database, query, old=old, new=new) == 1, column
    state = await value(desk.database, "SELECT state FROM access WHERE id = :new", new=new)
    assert state == "scheduled"
    files = "SELECT count(DISTINCT stored_as || sha256 || title) || ',' || count(*) FROM document"
    assert await value(desk.database, files) == "1,2"
    assert await count(desk.database, "audit_entry", "act = 'applied_again'") == 1
    # The clock stands at 08.00.01: with an hour of notice the next slot is 09.15.
    desk.clock.forward(minutes=45)
    status, meeting = await scene.applicant.read(body["url"])
    assert meeting["meeting"]["starts_at"] == "2026-11-24T02:15:00+00:00"
    assert meeting["meeting"]["can_join"] is True
    assert (await scene.applicant.act(f"{body['url']}/join"))[0] == 200


async def test_home_and_organisation_show_the_new_way(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    assert (await scene.applicant.read("/"))[1]["next_step"]["kind"] == "rejected"
    status, location = await scene.applicant.send(path_of(scene), **CONFIRMED)
    assert status == 303
    home = (await scene.applicant.read("/"))[1]
    assert home["next_step"]["kind"] == "meeting"
    assert home["next_step"]["url"] == location
    rows = (await scene.applicant.read("/organisation"))[1]["accesses"]
    assert sorted(row["status"] for row in rows) == ["rejected", "scheduled"]
    assert [row["again_url"] for row in rows] == [None, None]
    assert len({row["number"] for row in rows}) == 2


async def test_only_once(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    answers = await asyncio.gather(
        *(scene.applicant.act(path_of(scene), CONFIRMED) for _time in range(10))
    )
    assert sorted(status for status, _body in answers) == [200] + [409] * 9
    assert await count(desk.database, "access") == 2
    assert await count(desk.database, "meeting") == 2
    await refuses(desk, scene.applicant, path_of(scene), 409, "not_again", CONFIRMED)
    assert (await scene.applicant.open(path_of(scene)))[0] == 409


async def test_not_without_the_confirmation(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    for body in ({}, {"confirmed": ""}):
        await refuses(desk, scene.applicant, path_of(scene), 422, "not_confirmed", body)


async def test_only_what_was_rejected(desk: RunningDesk) -> None:
    approved = await in_call(desk)
    await approved.approve()
    await refuses(desk, approved.applicant, path_of(approved), 409, "not_again", CONFIRMED)
    waits = await joined(desk)
    path = f"/access/{waits.who.access.id}/again"
    await refuses(desk, waits.visitor, path, 409, "not_again", CONFIRMED)


async def test_not_what_belongs_to_others(desk: RunningDesk) -> None:
    scene, other = await rejected(desk), await joined(desk)
    await refuses(desk, other.visitor, path_of(scene), 404, "not_found", CONFIRMED)
    assert (await other.visitor.open(path_of(scene)))[0] == 404


async def test_not_while_the_same_is_open_or_granted(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    status, _body = await scene.applicant.act(path_of(scene), CONFIRMED)
    assert status == 200
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE access SET copied_from = NULL"))
    await refuses(desk, scene.applicant, path_of(scene), 409, "not_again", CONFIRMED)
    rows = (await scene.applicant.read("/organisation"))[1]["accesses"]
    assert [row["again_url"] for row in rows] == [None, None]


async def test_the_ten_thousandth_of_a_month_follows_the_one_before(desk: RunningDesk) -> None:
    first, second = await rejected(desk), await rejected(desk)
    async with desk.database.writing() as session:
        names = {"number": "MV-2611-9999", "id": first.who.access.id}
        await session.execute(text("UPDATE access SET number = :number WHERE id = :id"), names)
    for scene, number in ((first, "MV-2611-10000"), (second, "MV-2611-10001")):
        assert (await scene.applicant.act(path_of(scene), CONFIRMED))[0] == 200
        assert await count(desk.database, "access", f"number = '{number}'") == 1


async def test_a_rejected_letter_is_replaced_by_a_new_upload(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    old = await value(desk.database, "SELECT stored_as FROM document")
    form = aiohttp.FormData({"title": "Surat Tugas"}, default_to_multipart=True)
    form.add_field("file", letter(), filename="surat-baru.pdf")
    status, fresh = await upload(scene.applicant, form)
    assert status == 200
    page = (await scene.applicant.open(path_of(scene)))[1]
    assert f'src="/uploads/{fresh["id"]}/pages/1"' in page
    own = re.findall(r'<input[^>]* name="(\w+)"[^>]* form="upload-1-form"', page)
    assert own == ["csrf_token", "title", "file"]  # the token first, or the file is not read
    assert f'name="uploads" data-upload-ids value="{fresh["id"]}"' in page
    foreign = {"uploads": "A" * 22, **CONFIRMED}
    await refuses(desk, scene.applicant, path_of(scene), 409, "upload_gone", foreign)
    status, body = await scene.applicant.act(path_of(scene), {"uploads": fresh["id"], **CONFIRMED})
    assert status == 200
    new = await value(
        desk.database, "SELECT stored_as FROM document WHERE access = :new", new=body["access"]
    )
    assert new != old
    assert await value(desk.database, "SELECT access FROM upload") == body["access"]
    # The verifier of the next call sees the new letter, and nothing of the old one.
    desk.clock.forward(hours=1)
    await scene.applicant.act(f"{body['url']}/join")
    status, call = await scene.verifier.act("/desk/take")
    [shown] = (await scene.verifier.read(f"/calls/{call['call']}"))[1]["documents"]
    assert (shown["file_name"], len(shown["page_urls"])) == ("surat-baru.pdf", 1)


async def test_a_refused_upload_is_said_beside_its_field(desk: RunningDesk) -> None:
    scene = await rejected(desk)
    way = f"{path_of(scene)}?upload_problem=encrypted&upload_field=upload-1"
    page = (await scene.applicant.open(way))[1]
    sentence = "PDF ini dikunci dengan kata sandi."
    assert page.count(sentence) == 2  # on top, and beside the field
    assert '<a href="#upload-1">Surat Tugas</a>' in page
    for invented in ("upload_problem=<b>&upload_field=upload-1", "upload_problem=encrypted"):
        page = (await scene.applicant.open(f"{path_of(scene)}?{invented}"))[1]
        assert sentence not in page
