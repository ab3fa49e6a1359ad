"""A call recorded by a real recorder: legs opened, held up, lost with their recorder, refused."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from desk.recording.tables import RecordingSegment
from desk.settings import Settings
from tests.recorders import PATIENCE_S, come, consents, recorder, sending
from tests.scenes import count, enter, in_call, is_problem, nothing_changes, value
from tests.sockets import both, listening
from tests.support import RunningDesk, SetClock, on_sqlite, start_desk

LEG = {"sdp": "v=0\r\n"}


@pytest.fixture
def clock() -> SetClock:
    """Recorders go by the machine's clock, and their times stand beside the desk's."""
    return SetClock(datetime.now(UTC))


async def segments(desk: RunningDesk) -> list[tuple[str, int, str]]:
    """Side, number and state of every segment."""
    async with desk.database.reading() as session:
        rows = await session.execute(
            select(RecordingSegment).order_by(RecordingSegment.side, RecordingSegment.number)
        )
        return [(one.side, one.number, one.state.value) for one in rows.scalars()]


@on_sqlite  # a recorder of its own takes seconds to start
async def test_a_call_is_recorded_through_the_death_of_its_recorder(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await consents(desk, scene)
    async with both(scene) as (applicant, verifier):
        async with recorder(desk.settings) as first:
            await come(desk)
            async with sending(scene.applicant, scene.call) as leg:
                assert leg["segment"] == 1
                # Told by frames that lie in the file.
                for page in (applicant, verifier):
                    await page.hears("recording", state="ready", applicant="written")
                first.kill()
                await verifier.hears("recording", applicant="cut")
        assert await segments(desk) == [("applicant", 1, "cut")]
        async with recorder(desk.settings):
            await come(desk)
            async with sending(scene.applicant, scene.call) as leg:
                assert leg["segment"] == 2
                await applicant.hears("recording", applicant="written")
                await scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"})
                await closed(desk, ("applicant", 2, "closed"))
            # What one side has sent is put together; of the other there is nothing.
            await stands(desk, "partial")
    manifest = json.loads(await value(desk.database, "SELECT manifest FROM recording"))
    first, second = (one["found"] for one in manifest["segments"])
    assert (first["state"], second["state"]) == ("cut", "whole")
    assert manifest["sides"]["applicant"]["duration_ms"] > 1000
    name = manifest["sides"]["applicant"]["file"]
    assert (desk.settings.recordings / name).is_file()


async def stands(desk: RunningDesk, state: str) -> None:
    """Wait for the recording to stand so."""
    async with asyncio.timeout(PATIENCE_S):
        while await value(desk.database, "SELECT state FROM recording") != state:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def closed(desk: RunningDesk, segment: tuple[str, int, str]) -> None:
    """Wait for a segment to stand so."""
    async with asyncio.timeout(PATIENCE_S):
        while segment not in await segments(desk):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@on_sqlite
async def test_a_verifier_holds_it_up_and_stops_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await consents(desk, scene)
    page, why = f"{scene.page}/recording", {"reason": "Pemohon menerima telepon"}
    is_problem(await scene.verifier.act(f"{page}/pause", why), 409, "not_recorded")
    async with recorder(desk.settings):
        await come(desk)
        async with (
            listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
            sending(scene.verifier, scene.call),
        ):
            await verifier.hears("recording", verifier="written")
            is_problem(
                await scene.verifier.act(f"{page}/pause", {"reason": ""}), 422, "invalid_input"
            )
            assert (await scene.verifier.act(f"{page}/pause", why))[0] == 200
            assert await segments(desk) == [("verifier", 1, "closed")]
            await verifier.hears("recording", state="paused", verifier="none")
            is_problem(await scene.applicant.act(f"{page}/leg", LEG), 409, "recording_paused")
            assert (await scene.verifier.act(f"{page}/resume"))[0] == 200
            await verifier.hears("recording", state="ready")
            # The same side once more takes the place of what it sent before.
            async with sending(scene.verifier, scene.call) as second:
                assert second["segment"] == 2
                async with sending(scene.verifier, scene.call) as third:
                    assert third["segment"] == 3
                    await closed(desk, ("verifier", 2, "closed"))
            assert (await scene.verifier.act(f"{page}/stop", why))[0] == 200
            await verifier.hears("recording", state="stopped")
            assert ("verifier", 3, "closed") in await segments(desk)
    for path in ("leg", "resume", "pause", "stop"):
        body = LEG if path == "leg" else why
        is_problem(await scene.verifier.act(f"{page}/{path}", body), 409, "recording_stopped")


@on_sqlite
async def test_nothing_is_recorded_without_consent_or_of_somebody_elses_call(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    stranger = await enter(desk, (await desk.people.applicant()).account)
    path = f"{scene.page}/recording/leg"
    async with nothing_changes(desk, denials=1):
        is_problem(await scene.applicant.act(path, LEG), 409, "no_consent")
        is_problem(await scene.verifier.act(path, LEG), 409, "no_consent")
        is_problem(await stranger.act(path, LEG), 404, "not_found")
        is_problem(await scene.applicant.act(path, {"sdp": "v" * 40_000}), 422, "invalid_input")
    await consents(desk, scene)
    async with nothing_changes(desk):
        is_problem(await scene.applicant.act(path, LEG), 503, "no_recorder")
    async with recorder(desk.settings, DESK_RECORDER_LIMIT="1"):
        await come(desk)
        is_problem(await scene.applicant.act(path, LEG), 422, "bad_offer")
        other = await in_call(desk)
        await consents(desk, other)
        async with sending(scene.applicant, scene.call):
            is_problem(
                await other.applicant.act(f"{other.page}/recording/leg", LEG),
                503,
                "recorders_full",
            )
            assert await count(desk.database, "recording") == 1


@on_sqlite
async def test_a_withdrawal_in_the_call_ends_the_recording_and_not_the_call(
    desk: RunningDesk,
) -> None:
    scene = await in_call(desk)
    await consents(desk, scene)
    async with recorder(desk.settings):
        await come(desk)
        async with (
            listening(scene.applicant, "/call", call=scene.call, page="pa") as applicant,
            sending(scene.applicant, scene.call),
        ):
            await applicant.hears("recording", applicant="written")
            path = f"/access/{scene.who.access.id}"
            assert f'action="{path}/consent/withdraw"' in (await scene.applicant.open(path))[1]
            assert (await scene.applicant.send(f"{path}/consent/withdraw"))[0] == 303
            assert "consent/withdraw" not in (await scene.applicant.open(path))[1]
            await applicant.hears("recording", state="withdrawn", applicant="none")
            is_problem(
                await scene.applicant.act(f"{scene.page}/recording/leg", LEG), 409, "no_consent"
            )
    assert (await scene.applicant.read(scene.page))[1]["state"] == "open"


async def test_under_its_reserve_the_disk_takes_no_recording(
    settings: Settings, clock: SetClock
) -> None:
    full = settings.model_copy(update={"recording_reserve_megabytes": 10**9})
    runner, desk = await start_desk(full, clock)
    try:
        scene = await in_call(desk)
        await consents(desk, scene)
        async with nothing_changes(desk):
            is_problem(
                await scene.applicant.act(f"{scene.page}/recording/leg", LEG), 507, "disk_low"
            )
        assert (await scene.applicant.read(scene.page))[1]["recording"]["state"] == "ready"
    finally:
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()
