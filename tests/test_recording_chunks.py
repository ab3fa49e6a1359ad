"""Where UDP is blocked: a browser's own recording in numbered chunks, sealed as they come."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from desk.keys import CONTROL_ROOM
from desk.recording.keys import unwrap
from desk.recording.tables import Recording, RecordingSegment
from media.sealed import SealedReader
from tests.recorders import consents
from tests.scenes import InCall, in_call, is_problem, nothing_changes
from tests.sockets import listening
from tests.support import RunningDesk, Visitor

CHUNKS = [b"\x1a\x45\xdf\xa3 head", b"first second", b"second second"]


async def send(visitor: Visitor, scene: InCall, at: str, content: bytes) -> tuple[int, Any]:
    """POST a chunk as the browser's script does."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/octet-stream",
        "X-CSRF-Token": visitor.csrf,
    }
    url = f"{visitor.base}{scene.page}/recording/chunks/{at}"
    async with visitor.http.post(url, data=content, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_chunks_are_kept_once_each_and_marked_as_the_clients_word(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    begin = f"{scene.page}/recording/chunks"
    async with nothing_changes(desk):
        is_problem(await scene.applicant.act(begin), 409, "no_consent")
        is_problem(await send(scene.applicant, scene, "1/0", CHUNKS[0]), 409, "segment_closed")
    await consents(desk, scene)
    async with listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier:
        assert await scene.applicant.act(begin) == (200, {"segment": 1})
        desk.clock.forward(seconds=2)
        for number, chunk in enumerate(CHUNKS):
            # Each of them twice: an answer may get lost.
            for _try in range(2):
                answer = await send(scene.applicant, scene, f"1/{number}?after_ms=300", chunk)
                assert answer == (200, {"next": number + 1})
        await verifier.hears("recording", applicant="written")
        is_problem(await send(scene.applicant, scene, "1/5", b"late"), 409, "chunk_missing")
        is_problem(await send(scene.verifier, scene, "1/3", b"foreign"), 409, "segment_closed")
        assert (await send(scene.applicant, scene, "1/3", b"x" * 300_000))[0] == 413
        desk.clock.forward(seconds=4)
        await desk.app[CONTROL_ROOM].chunks.look()
        await verifier.hears("recording", applicant="silent")
        # The next segment of the side closes this one.
        assert await scene.applicant.act(begin) == (200, {"segment": 2})
        bad = await send(scene.applicant, scene, "2/0?after_ms=-1", CHUNKS[0])
        is_problem(bad, 422, "invalid_input")
        desk.clock.forward(seconds=2)
        await send(scene.applicant, scene, f"2/0?after_ms={10**30}", CHUNKS[0])
        assert await scene.applicant.act(begin) == (200, {"segment": 3})
        await verifier.hears("recording", applicant="none")
    is_problem(await send(scene.applicant, scene, "1/3", b"late"), 409, "segment_closed")
    async with desk.database.reading() as session:
        recording = (await session.execute(select(Recording))).scalar_one()
        segment, second = [
            await session.get_one(RecordingSegment, (recording.id, "applicant", number))
            for number in (1, 2)
        ]
    assert segment.facts["notes"] == {"clients_word": 1}
    assert segment.recorder == "browser"
    # It began when the browser says, but not after something of it had come.
    assert segment.started_at - recording.started_at == timedelta(milliseconds=300)
    assert segment.ended_at is not None
    assert second.started_at == segment.ended_at + timedelta(seconds=4 + 2)
    key = unwrap(desk.settings.secret_key, recording.wrapped_key)
    with SealedReader(desk.settings.recordings / segment.file, key, segment.file) as reader:
        assert b"".join(reader.blocks()) == b"".join(CHUNKS)
        assert reader.is_whole
