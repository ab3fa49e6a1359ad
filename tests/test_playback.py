"""Looking at a recording: for a reason, by those who may, for as long as the page is open."""

import html
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from desk.accounts.tables import Role
from desk.keys import DOCUMENTS
from desk.recording import pauses
from desk.recording.retention import Retention, withdraw
from media.sealed import SealedReader
from tests import things
from tests.recorded import CONSENT, Leg, Recorded, recording_of
from tests.scenes import count, enter, in_call, is_problem, nothing_changes, on_duty, value
from tests.support import RunningDesk, Visitor, on_sqlite

REASON = "Keberatan pemohon atas penolakan"


@pytest.fixture
async def recording(desk: RunningDesk) -> AsyncIterator[Recorded]:
    recording = await recording_of(desk, await in_call(desk))
    await recording.write([Leg("applicant", seconds=1)])
    await recording.call.approve()
    await recording.end()
    await recording.stand_in()
    yield recording


async def view_of(recording: Recorded, visitor: Visitor) -> str:
    """The page of a fresh view."""
    status, body = await visitor.act(f"{recording.page}/views", {"reason": REASON})
    assert status == 200, body
    return str(body["url"])


async def get(
    visitor: Visitor, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    async with visitor.http.request(method, visitor.base + path, headers=headers) as answer:
        return answer.status, dict(answer.headers), await answer.read()


def plain(recording: Recorded, side: str) -> bytes:
    name = f"{recording.id}/{side}.webm.sealed"
    with SealedReader(recording.root / name, recording.key, name) as reader:
        return reader.read(0, reader.plain_bytes)


async def test_nothing_is_shown_without_a_reason_and_each_view_is_logged(
    desk: RunningDesk, recording: Recorded
) -> None:
    verifier = recording.call.verifier
    async with nothing_changes(desk):
        is_problem(await verifier.act(f"{recording.page}/views"), 422, "invalid_input")
        status, page = await verifier.send(f"{recording.page}/views", reason=" ")
    assert status == 422
    assert 'href="#reason"' in page
    await things.snapshot(desk, recording.call)
    view = await view_of(recording, verifier)
    status, page = await verifier.open(view)
    assert (status, page.count("<video")) == (200, 2)
    assert REASON in page
    assert "Keputusan: disetujui" in page
    assert "Cuplikan: Wajah" in page
    desk.clock.forward(seconds=90)
    assert (await verifier.act(f"{view}/seen"))[0] == 200
    desk.clock.forward(seconds=10)
    # As the page's beacon does.
    await verifier.send(f"{view}/left")
    detail = await value(
        desk.database, "SELECT detail FROM audit_entry WHERE act = 'recording_left'"
    )
    assert '"seconds": 100' in str(detail).replace("'", '"')
    assert await count(desk.database, "audit_entry", "act = 'recording_viewed'") == 1
    is_problem(await verifier.act(f"{view}/seen"), 410, "view_over")
    is_problem(await verifier.read(f"{view}/applicant"), 410, "view_over")
    _status, page = await verifier.open(recording.page)
    assert "1 menit 40 detik" in page


@on_sqlite
async def test_where_a_side_has_nothing_is_said_and_why(desk: RunningDesk) -> None:
    recording = await recording_of(desk, await in_call(desk))
    zero, verifier = desk.clock.now(), await value(desk.database, "SELECT verifier FROM call")
    await recording.write([
        Leg("applicant", seconds=1), Leg("applicant", 2, seconds=1, after_s=4),
        Leg("applicant", 3, seconds=1, after_s=7), Leg("verifier", seconds=8),
    ])  # fmt: skip
    async with desk.database.writing() as session:
        paused_at, resumed_at = (zero + timedelta(seconds=s) for s in (1.1, 3))
        await pauses.begin(session, recording.id, verifier, "Tamu masuk", paused_at)
        await pauses.end(session, recording.id, resumed_at)
    await recording.call.approve()
    await recording.end()
    await recording.put_together()
    _status, seen = await recording.call.verifier.read(
        await view_of(recording, recording.call.verifier)
    )
    gaps = [(one["side"], one["from_ms"], one["until_ms"], one["words"]) for one in seen["gaps"]]
    assert gaps == [
        ("applicant", 1000, 4000, "Perekaman dijeda: Tamu masuk"),
        ("applicant", 5000, 7000, "Bagian ini tidak terekam"),
    ]
    assert [(one["at_ms"], one["words"]) for one in seen["marks"] if one["kind"] == "gap"] == [
        (1000, "Perekaman dijeda: Tamu masuk"),
        (5000, "Perekaman sisi pemohon terhenti sejenak"),
    ]


async def test_a_player_gets_the_range_that_it_asks_for(recording: Recorded) -> None:
    visitor, content = recording.call.verifier, plain(recording, "applicant")
    size = len(content)
    path = f"{await view_of(recording, visitor)}/applicant"
    for asked, status, start, end in [
        (None, 200, 0, size),
        ("bytes=0-", 206, 0, size),
        ("bytes=7-99", 206, 7, 100),
        (f"bytes={size - 5}-{size + 5}", 206, size - 5, size),
        ("bytes=-8", 206, size - 8, size),
        ("bytes=9-3", 200, 0, size),
        ("lines=1-2", 200, 0, size),
    ]:
        headers = {"Range": asked} if asked else {}
        got, answer, body = await get(visitor, path, **headers)
        assert (got, body) == (status, content[start:end]), asked
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Type"] == "video/webm"
        if status == 206:
            assert answer["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        head, same, nothing = await get(visitor, path, "HEAD", **headers)
        assert (head, nothing) == (status, b"")
        assert same["Content-Length"] == answer["Content-Length"] == str(end - start)
    for asked in ("bytes=0-1,5-6", f"bytes={size}-", "bytes=-0"):
        got, answer, _body = await get(visitor, path, Range=asked)
        assert (got, answer["Content-Range"]) == (416, f"bytes */{size}")
    strip = await visitor.read(f"{path}/strip")
    assert strip[1]["level_ms"] == 100


async def test_what_is_played_belongs_to_one_view_of_one_person(
    desk: RunningDesk, recording: Recorded
) -> None:
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    verifier = recording.call.verifier
    view = await view_of(recording, verifier)
    for path in (view, f"{view}/applicant", f"{view}/applicant/strip"):
        is_problem(await supervisor.read(path), 404, "not_found")
    own = await view_of(recording, supervisor)
    assert (await get(supervisor, f"{own}/verifier"))[0] == 200
    desk.clock.forward(minutes=5)
    is_problem(await supervisor.read(f"{own}/verifier"), 410, "view_over")
    # A colleague neither sees it in the list nor finds it.
    _account, colleague = await on_duty(desk)
    is_problem(await colleague.read(recording.page), 404, "not_found")
    for visitor, shown in ((colleague, 0), (verifier, 1), (supervisor, 1)):
        assert len((await visitor.read("/recordings"))[1]["recordings"]) == shown
    number = recording.call.who.access.number
    for wanted, shown in ((number, 1), ("%", 0)):
        found = await supervisor.read(f"/recordings?q={wanted.replace('%', '%25')}")
        assert len(found[1]["recordings"]) == shown


async def test_a_file_that_was_changed_is_not_played(recording: Recorded) -> None:
    visitor = recording.call.verifier
    view = await view_of(recording, visitor)
    path = recording.root / recording.id / "applicant.webm.sealed"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    is_problem(await visitor.read(f"{view}/applicant"), 409, "recording_broken")
    path.unlink()
    is_problem(await visitor.read(f"{view}/applicant"), 409, "recording_broken")


async def test_an_administrator_holds_releases_and_sees_to_a_withdrawal(
    desk: RunningDesk, recording: Recorded
) -> None:
    administrator = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    page = recording.page
    is_problem(await administrator.act(f"{page}/hold"), 422, "invalid_input")
    sure = {"confirmed": "yes"}
    is_problem(await administrator.act(f"{page}/destroy", sure), 409, "not_destroyed")
    async with desk.database.writing() as session:
        await withdraw(session, CONSENT, recording.call.who.account.id, desk.clock.now())
    await Retention(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS]).keep_to_it()
    desk.clock.forward(hours=2)
    _status, shown = await administrator.open("/recordings")
    assert "Sisa 70 jam 0 menit" in shown
    held = await administrator.act(f"{page}/hold", {"hold_reason": "Perkara nomor 12"})
    assert held[0] == 200
    is_problem(await administrator.act(f"{page}/destroy", sure), 409, "not_destroyed")
    again = await administrator.act(f"{page}/hold", {"hold_reason": "Lagi"})
    is_problem(again, 409, "recording_changed")
    assert "Perkara nomor 12" in (await administrator.open(page))[1]
    assert (await administrator.act(f"{page}/release", {"release_reason": "Putus"}))[0] == 200
    is_problem(await administrator.act(f"{page}/destroy"), 409, "not_destroyed")
    view = await view_of(recording, administrator)
    assert (await administrator.act(f"{page}/destroy", sure))[0] == 200
    is_problem(await administrator.read(f"{view}/applicant"), 410, "view_over")
    is_problem(await administrator.act(f"{page}/views", {"reason": REASON}), 409, "not_playable")
    shown = html.unescape((await administrator.open(page))[1])
    assert "Rekaman ini sudah dimusnahkan" in shown
    assert "Pemohon menarik persetujuannya." in shown
    is_problem(await administrator.act(f"{page}/destroy", sure), 409, "not_destroyed")


async def test_what_is_not_ready_says_so(desk: RunningDesk) -> None:
    recording = await recording_of(desk, await in_call(desk))
    verifier = recording.call.verifier
    assert "Panggilan ini masih direkam" in (await verifier.open(recording.page))[1]
    await recording.end()
    assert "Rekaman sedang disiapkan" in (await verifier.open(recording.page))[1]
    await recording.put_together()
    assert "Tidak ada yang dapat diputar" in (await verifier.open(recording.page))[1]
