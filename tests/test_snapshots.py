"""Snapshots: taken with consent, told, seen, taken back; kept for the access and a year."""

import html
import re
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import delete, update

from desk.accounts.tables import Role
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from desk.housekeeping import Housekeeping
from desk.keys import DOCUMENTS
from desk.pages.snapshots import LARGEST_BYTES
from desk.recording.consent_tables import Consent
from desk.recording.retention import Retention
from desk.recording.snapshots import MOST
from desk.recording.tables import Recording, RecordingState, Snapshot, SnapshotOf
from tests.recorded import wrongs
from tests.recorders import consents
from tests.scenes import (
    InCall,
    count,
    enter,
    fetch,
    in_call,
    is_problem,
    nothing_changes,
    upload,
    value,
)
from tests.sockets import both
from tests.support import RunningDesk
from waiting_room.tables import new_id

REASON = {"reason": "Keberatan pemohon"}


def photograph() -> bytes:
    """A JPEG with a word in its EXIF."""
    exif = Image.Exif()
    exif[0x010E] = "from the device"
    buffer = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


async def take(
    scene: InCall, kind: str = "face", content: bytes = b"", key: str = ""
) -> tuple[int, Any]:
    form = aiohttp.FormData({"kind": kind})
    picture = BytesIO(content or photograph())
    form.add_field("file", picture, filename="face.jpg", content_type="image/jpeg")
    headers = {"Idempotency-Key": key} if key else {}
    return await upload(scene.verifier, form, f"{scene.page}/snapshots", **headers)


def files(desk: RunningDesk) -> int:
    """How many files lie among the documents."""
    return len(list(desk.settings.data_dir.glob("documents/*")))


async def keep_to_terms(desk: RunningDesk) -> None:
    await Retention(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS]).keep_to_it()


@pytest.fixture
async def scene(desk: RunningDesk) -> InCall:
    scene = await in_call(desk)
    await consents(desk, scene)
    return scene


async def test_a_snapshot_is_cleaned_sealed_logged_told_and_taken_back(
    desk: RunningDesk, scene: InCall
) -> None:
    desk.clock.forward(seconds=84)
    content = photograph()
    async with both(scene) as (applicant, verifier):
        status, body = await take(scene, content=content, key="one")
        assert status == 200, body
        assert await applicant.hears("snapshots") == {"count": 1}
        assert (await take(scene, content=content, key="one")) == (200, body)
        one = body["snapshot"]
        assert (one["label"], one["taken_s"]) == ("Wajah", 84)
        assert (await scene.verifier.read(scene.page))[1]["snapshots"] == [one]
        assert (await scene.applicant.read(scene.page))[1]["snapshots"] == 1
        _status, picture = await fetch(scene.verifier, one["url"], "image/*")
        assert Image.open(BytesIO(picture)).size == (320, 240)
        assert b"from the device" not in picture
        (sealed,) = (desk.settings.data_dir / "documents").iterdir()
        assert b"JFIF" not in sealed.read_bytes()
        await Housekeeping(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS]).tidy()
        assert await count(desk.database, "audit_entry", "act = 'snapshot_taken'") == 1
        assert await count(desk.database, "recording", "state = 'open'") == 1
        assert (await scene.verifier.act(f"{one['url']}/remove"))[0] == 200
        assert await applicant.hears("snapshots", count=0) == {"count": 0}
        assert verifier.named("snapshots") == []
    assert files(desk) == 0
    is_problem(await scene.verifier.act(f"{one['url']}/remove"), 404, "not_found")
    assert await count(desk.database, "audit_entry", "act = 'snapshot_removed'") == 1


async def test_without_consent_and_without_a_picture_none_is_taken(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    meeting = f"/meetings/{scene.who.meeting.id}/consent"
    async with nothing_changes(desk):
        is_problem(await take(scene), 409, "no_consent")
    assert (await scene.applicant.act(meeting, {"answer": "refused"}))[0] == 200
    async with nothing_changes(desk):
        is_problem(await take(scene), 409, "no_consent")
    await consents(desk, scene)
    letter = surat_tugas(letter_facts(APPLICANTS[0], desk.clock.now().date()))
    async with nothing_changes(desk):
        is_problem(await take(scene, content=letter), 422, "unusable_picture")
        too_large = bytes(LARGEST_BYTES + 1)
        is_problem(await take(scene, content=too_large), 413, "picture_too_large")
        is_problem(await take(scene, "shoe"), 422, "invalid_input")
    taken = {"call": scene.call, "taken_at": desk.clock.now(), "kind": SnapshotOf.CARD}
    file = {"media_type": "image/jpeg", "size_bytes": 1, "sha256": "0" * 64}
    async with desk.database.writing() as session:
        for _number in range(MOST):
            session.add(Snapshot(id=new_id(), stored_as=new_id(), **taken, **file))
    async with nothing_changes(desk):
        is_problem(await take(scene), 409, "too_many_snapshots")
    # Agreed to while the text did not speak of snapshots.
    async with desk.database.writing() as session:
        await session.execute(delete(Snapshot))
        await session.execute(update(Consent).values(version="2026-11-id"))
    async with nothing_changes(desk):
        is_problem(await take(scene), 409, "no_consent")
    assert files(desk) == 0
    await scene.approve()
    is_problem(await take(scene), 409, "not_your_call")


async def test_they_outlive_the_video_are_seen_for_a_reason_and_are_destroyed_in_time(
    desk: RunningDesk, scene: InCall
) -> None:
    await take(scene, "letter")
    await scene.approve()
    recording = await value(desk.database, "SELECT id FROM recording")
    async with desk.database.writing() as session:
        row = await session.get_one(Recording, recording)
        row.state, row.ended_at = RecordingState.FAILED, desk.clock.now()
    await keep_to_terms(desk)
    desk.clock.forward(days=desk.settings.recording_days)
    await keep_to_terms(desk)
    assert await count(desk.database, "recording", "state = 'destroyed'") == 1
    account = await desk.people.staff(Role.ADMINISTRATOR)
    administrator, page = await enter(desk, account), f"/recordings/{recording}"
    shown = html.unescape((await administrator.open(page))[1])
    assert "Rekaman ini sudah dimusnahkan" in shown
    assert re.search("1 gambar, dimusnahkan <time [^>]*>31 Des 2027", shown)
    _status, view = await administrator.act(f"{page}/views", REASON)
    status, shown = await administrator.open(view["url"])
    assert (status, shown.count("<video")) == (200, 0)
    assert "Surat Tugas" in shown
    assert (await fetch(administrator, f"{view['url']}/snapshots/1"))[0] == 200
    assert (await fetch(administrator, f"{view['url']}/snapshots/2"))[0] == 404
    assert (await administrator.act(f"{page}/hold", {"hold_reason": "Perkara 9"}))[0] == 200
    desk.clock.forward(days=2 * 365)
    await keep_to_terms(desk)
    assert files(desk) == 1
    administrator = await enter(desk, account)
    assert (await administrator.act(f"{page}/release", {"release_reason": "Putus"}))[0] == 200
    await keep_to_terms(desk)
    assert files(desk) == await count(desk.database, "snapshot") == 0
    entry = "SELECT detail FROM audit_entry WHERE act = 'snapshot_destroyed'"
    assert "retention" in str(await value(desk.database, entry))


async def test_consent_taken_back_destroys_them_within_three_days(
    desk: RunningDesk, scene: InCall
) -> None:
    await take(scene)
    await scene.approve()
    await keep_to_terms(desk)
    page = f"/access/{scene.who.access.id}"
    assert "Tarik persetujuan perekaman" in (await scene.applicant.open(page))[1]
    assert (await scene.applicant.act(f"{page}/consent/withdraw"))[0] == 200
    shown = (await scene.applicant.open(page))[1]
    assert "Tarik persetujuan" not in shown
    by_then = "dimusnahkan paling lambat Jumat, 27 November 2026"
    assert by_then in shown
    account = await desk.people.staff(Role.ADMINISTRATOR)
    administrator = await enter(desk, account)
    recording = f"/recordings/{await value(desk.database, 'SELECT id FROM recording')}"
    assert (await administrator.act(f"{recording}/hold", {"hold_reason": "Perkara 9"}))[0] == 200
    assert f"Ditahan oleh {account.name}, " in (await administrator.open(recording))[1]
    assert "ditahan untuk keperluan hukum" in (await scene.applicant.open(page))[1]
    release = {"release_reason": "Putus"}
    assert (await administrator.act(f"{recording}/release", release))[0] == 200
    desk.clock.forward(hours=71)
    await keep_to_terms(desk)
    assert files(desk) == 1
    desk.clock.forward(hours=1)
    await keep_to_terms(desk)
    assert files(desk) == await count(desk.database, "snapshot") == 0
    entry = "SELECT detail FROM audit_entry WHERE act = 'snapshot_destroyed'"
    assert "withdrawal" in str(await value(desk.database, entry))


async def test_whatever_is_done_to_a_snapshot_is_named(desk: RunningDesk, scene: InCall) -> None:
    _status, body = await take(scene)
    name = f"snapshot {body['snapshot']['id']}"
    _status, taken_back = await take(scene, content=photograph())
    assert (await scene.verifier.act(f"{taken_back['snapshot']['url']}/remove"))[0] == 200
    assert await wrongs(desk) == []
    (file,) = (desk.settings.data_dir / "documents").iterdir()
    good = file.read_bytes()
    changed = bytearray(good)
    changed[len(good) // 2] ^= 1
    file.write_bytes(changed)
    assert await wrongs(desk) == [f"{name}: its file is changed or cut"]
    file.write_bytes(good[:-1])
    assert await wrongs(desk) == [f"{name}: its file is changed or cut"]
    file.unlink()
    assert await wrongs(desk) == [f"{name}: its file is missing"]
    desk.app[DOCUMENTS].keep(file.name, BytesIO(photograph()))
    assert await wrongs(desk) == [f"{name}: its file is not what was taken"]
    file.write_bytes(good)
    async with desk.database.writing() as session:
        await session.execute(update(Snapshot).values(sha256="0" * 64))
    assert await wrongs(desk) == [f"{name}: it is not the one of the audit log"]
    async with desk.database.writing() as session:
        await session.execute(delete(Snapshot))
    assert await wrongs(desk) == [f"{name}: its row is gone, and nobody destroyed it"]
