"""Recordings in the vault: whatever is done to a file or a row is named; what is due is gone."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from desk import audit
from desk.keys import DOCUMENTS
from desk.problems import Problem
from desk.recording import ending
from desk.recording.holds import hold, release
from desk.recording.keys import KeyLost, unwrap
from desk.recording.manifest import given_way
from desk.recording.retention import Retention, withdraw
from desk.recording.tables import RecordingState
from media.finishing import Part, Settled, finish
from media.looking import look
from tests.recorded import CONSENT, Leg, Recorded, recorded, recording_of, wrongs
from tests.scenes import count, in_call, value
from tests.support import RunningDesk, on_sqlite

PLACES = 12
PATIENCE_S = 20  # a bound for hanging tests, never a measure


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    good = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content)
    yield
    path.write_bytes(good)


def named(recording: Recorded, path: Path) -> str:
    return path.relative_to(recording.root).as_posix()


@on_sqlite
async def test_whatever_is_done_to_a_file_is_named(desk: RunningDesk) -> None:
    cut = Leg("applicant", 2, seconds=1, after_s=3, is_cut=True)
    recording = await recorded(desk, (Leg("applicant", seconds=1), cut, Leg("verifier", seconds=1)))
    files = recording.files()
    # What is torn behind a cut segment lies nowhere else; the whole ones gave way.
    assert [path.name.removesuffix(".sealed") for path in files] == [
        "applicant-002.mkv", "applicant.strip", "applicant.webm", "verifier.strip", "verifier.webm",
    ]  # fmt: skip
    assert await wrongs(desk) == []
    for path in files:
        name, good = named(recording, path), path.read_bytes()
        for at in {*range(0, len(good), max(1, len(good) // PLACES)), len(good) - 1}:
            content = bytearray(good)
            content[at] ^= 1 << at % 8
            with changed(path, bytes(content)):
                found = await wrongs(desk)
            assert [line.partition(":")[0] for line in found] == [name], (name, at)
        with changed(path, good[:-1]):
            assert [line.partition(":")[0] for line in await wrongs(desk)] == [name]
        path.unlink()
        assert await wrongs(desk) == [f"{name}: missing"]
        path.write_bytes(good)
    stranger = recording.root / recording.id / "applicant-009.mkv.sealed"
    stranger.write_bytes(b"?")
    assert await wrongs(desk) == []
    an_age_ago = time.time() - 4000
    os.utime(stranger, (an_age_ago, an_age_ago))
    assert await wrongs(desk) == [f"{named(recording, stranger)}: nothing speaks of it"]
    stranger.unlink()
    first, other = (path for path in files if path.name.endswith("webm.sealed"))
    contents = first.read_bytes(), other.read_bytes()
    with changed(first, contents[1]), changed(other, contents[0]):
        assert [line.partition(":")[0] for line in await wrongs(desk)] == [
            named(recording, first),
            named(recording, other),
        ]


@on_sqlite  # nothing of it is a statement's
async def test_segments_give_way_to_a_file_that_holds_them_and_to_no_other(
    desk: RunningDesk,
) -> None:
    recording = await recording_of(desk, await in_call(desk))
    await recording.write()
    segments = {path: path.read_bytes() for path in recording.files()}
    await recording.call.approve()
    await recording.end()
    # Too old for the desk to go on by itself.
    desk.clock.forward(days=8)
    made = await recording.sign()
    gone, kept = segments
    facts = json.loads((await recording.row()).manifest or "")
    first, second = facts["segments"]
    assert list(given_way(facts).values()) == [[first["file"]], [second["file"]]]
    # One that ends in the middle of a frame, and one that is not what its recorder has closed.
    first["found"]["contents"]["is_all"], second["sha256"] = False, "0" * 64
    assert given_way(facts) == {}
    gone.unlink()
    assert await wrongs(desk) == []
    played = recording.root / made["sides"]["applicant"]["file"]
    with changed(played, played.read_bytes()[:-1]):
        await recording.settle(is_fresh=False)
        assert kept.exists()
        assert [line.partition(":")[0] for line in await wrongs(desk)] == [named(recording, played)]
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE recording SET state = 'ended'"))
    desk.clock.forward(days=-8)
    async with asyncio.timeout(PATIENCE_S):
        while (await recording.row()).state is not RecordingState.FINISHED:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [path for path in segments if path.exists()] == []
    assert await wrongs(desk) == []
    gone.write_bytes(segments[gone])
    assert await wrongs(desk) == []
    gone.write_bytes(segments[gone][:-1])
    assert len(await wrongs(desk)) == 1
    gone.unlink()
    kept.write_bytes(segments[kept])
    # A recorder that was asked before, and is so late that it finds half of them.
    parts = [Part(path.name.split("-")[0], named(recording, path), 0) for path in segments]
    with pytest.raises(Settled):
        finish(recording.root, recording.id, recording.key, parts)
    kept.unlink()
    assert await wrongs(desk) == []
    made["found"][named(recording, kept)]["contents"]["tracks"]["video"]["sha256"] = "0" * 64
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE recording SET state = 'ended', manifest = NULL"))
        now = desk.clock.now() - timedelta(days=8)
        await ending.finish(session, desk.settings, recording.id, made, now)
    assert len(await wrongs(desk)) == 1


async def test_a_manifest_or_key_that_is_not_the_desks_own_is_named(desk: RunningDesk) -> None:
    recording = await recorded(desk)
    row = await recording.row()
    facts = json.loads(row.manifest or "")
    assert facts["consent"] == CONSENT
    assert facts["people"]["applicant"] == recording.call.who.account.id
    assert [segment["found"]["state"] for segment in facts["segments"]] == ["whole", "whole"]
    assert row.state is RecordingState.FINISHED
    changes = [
        ("manifest = replace(manifest, 'r1', 'r2')", "its manifest is not what the desk signed"),
        ("signature = NULL", "its manifest is not what the desk signed"),
        ("wrapped_key = NULL", "its key is lost: nobody can read it"),
        ("wrapped_key = replace(wrapped_key, substr(wrapped_key, 9, 2), 'xx')",
         "its key is lost: nobody can read it"),
        ("state = 'destroyed'", "it is destroyed without a certificate that holds"),
    ]  # fmt: skip
    kept = {"manifest": row.manifest, "signature": row.signature, "wrapped_key": row.wrapped_key}
    for change, what in changes:
        async with desk.database.writing() as session:
            await session.execute(text(f"UPDATE recording SET {change}"))
        assert await wrongs(desk) == [f"{recording.id}: {what}"]
        async with desk.database.writing() as session:
            mended = "manifest = :manifest, signature = :signature, wrapped_key = :wrapped_key"
            await session.execute(text(f"UPDATE recording SET state = 'finished', {mended}"), kept)
    # A manifest that the desk signed, but of another state of things.
    async with desk.database.writing() as session:
        detail = {"state": "finished", "sha256": "0" * 64}
        now = desk.clock.now()
        did = audit.Did.RECORDING_SEALED
        await audit.record(session, audit.SYSTEM, did, recording.id, now, **detail)
    assert await wrongs(desk) == [f"{recording.id}: its manifest is not the one of the audit log"]


def lies_on_the_disk(desk: RunningDesk, wrapped: str) -> bool:
    """Whether SQLite's file or its log has it, be it in free space."""
    files = desk.settings.data_dir.glob("desk.db*")
    return any(wrapped.encode() in path.read_bytes() for path in files)


async def test_what_is_due_is_destroyed_with_a_certificate(
    desk: RunningDesk, tmp_path: Path
) -> None:
    recording = await recorded(desk)
    copy = tmp_path / "copy"
    shutil.copytree(recording.root, copy)
    aborted = await recording_of(desk, await in_call(desk))
    await aborted.write([Leg("applicant", seconds=1)])
    await aborted.call.verifier.act(f"{aborted.call.page}/end", {"outcome": "returned"})
    await aborted.end()
    await aborted.put_together()
    assert (await aborted.row()).state is RecordingState.PARTIAL
    retention = Retention(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS])
    wrapped = (await recording.row()).wrapped_key or "?"
    assert lies_on_the_disk(desk, wrapped) or desk.database.writer.dialect.name != "sqlite"
    for days, left in ((29, 2), (1, 1), (59, 1), (1, 0)):
        desk.clock.forward(days=days)
        await retention.keep_to_it()
        assert await count(desk.database, "recording", "state <> 'destroyed'") == left
    assert not lies_on_the_disk(desk, wrapped)
    row = await recording.row()
    with pytest.raises(KeyLost):
        unwrap(desk.settings.secret_key, row.wrapped_key)
    assert recording.files() == []
    # A copy that somebody kept is worth nothing; one that lies there still is swept away.
    for path in copy.rglob("*.sealed"):
        file = path.relative_to(copy).as_posix()
        assert look(copy, file, b"?" * 32).state == "changed"
    shutil.copytree(copy, recording.root, dirs_exist_ok=True)
    await retention.sweep()
    assert recording.files() == []
    assert await wrongs(desk) == []
    statement = await value(
        desk.database, "SELECT statement FROM certificate WHERE recording = :id", id=recording.id
    )
    assert json.loads(statement)["because"] == "retention"
    assert await count(desk.database, "audit_entry", "act = 'recording_destroyed'") == 2
    await retention.keep_to_it()
    assert await count(desk.database, "certificate") == 2
    async with desk.database.writing() as session:
        await session.execute(text("UPDATE certificate SET statement = '{}'"))
    assert len(await wrongs(desk)) == 2


async def test_withdrawn_consent_ends_it_within_72_hours_unless_it_is_held(
    desk: RunningDesk,
) -> None:
    recording = await recorded(desk)
    open_one = await recording_of(desk, await in_call(desk))
    retention = Retention(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS])
    now = desk.clock.now()
    for told in (2, 0):
        async with desk.database.writing() as session:
            assert len(await withdraw(session, CONSENT, "somebody", now)) == told
    async with desk.database.writing() as session:
        await hold(session, recording.id, "admin", "Sengketa", now)
    with pytest.raises(Problem):
        async with desk.database.writing() as session:
            await hold(session, recording.id, "admin", "Sekali lagi", now)
    await open_one.end()
    await open_one.call.verifier.act(f"{open_one.call.page}/end", {"outcome": "returned"})
    await retention.keep_to_it()
    assert (await open_one.row()).destroy_at == now + timedelta(hours=72)
    desk.clock.forward(hours=71, minutes=59)
    await retention.keep_to_it()
    assert await count(desk.database, "certificate") == 0
    desk.clock.forward(minutes=1)
    await retention.keep_to_it()
    assert (await open_one.row()).state is RecordingState.DESTROYED
    assert (await recording.row()).state is RecordingState.FINISHED
    async with desk.database.writing() as session:
        await release(session, recording.id, "admin", "Selesai", desk.clock.now())
    await retention.keep_to_it()
    because = "SELECT statement FROM certificate WHERE recording = :id"
    assert (
        json.loads(await value(desk.database, because, id=recording.id))["because"] == "withdrawal"
    )


async def test_a_recording_of_nothing_has_a_manifest_too(desk: RunningDesk) -> None:
    recording = await recording_of(desk, await in_call(desk))
    await recording.end()
    assert await recording.put_together() == {"found": {}, "sides": {}}
    assert (await recording.row()).state is RecordingState.FAILED
    assert await wrongs(desk) == []
