"""The namespace /load: how busy the desk is, for staff alone."""

import asyncio

import pytest

from desk.accounts.tables import Role
from desk.settings import Settings
from tests.scenes import enter, in_call, joined, on_duty
from tests.sockets import PATIENCE_S, listening, refusal
from tests.support import RunningDesk, SetClock, start_desk

STAFF = (Role.VERIFIER, Role.SUPERVISOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", STAFF)
async def test_staff_are_told_at_once_and_after_a_change(desk: RunningDesk, role: Role) -> None:
    visitor = await enter(desk, await desk.people.staff(role))
    async with listening(visitor, "/load") as socket:
        load = await socket.hears("load")
        assert load["version"]["count"] >= 0
        assert {name: load[name] for name in load if name != "version"} == {
            "waiting": 0,
            "longest_wait_s": 0.0,
            "verifiers": {"ready": 0, "in_call": 0, "wrap_up": 0, "on_break": 0, "off": 0},
            "service_level": None,
            "taken": 0,
            "approved": 0,
            "rejected": 0,
            "left": 0,
            "calls": 0,
        }
        await joined(desk)
        later = await socket.hears("load", waiting=1)
        assert later["version"]["epoch"] == load["version"]["epoch"]
        assert later["version"]["count"] > load["version"]["count"]


async def test_the_load_follows_the_day(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    async with listening(verifier, "/load") as socket:
        assert (await socket.hears("load"))["verifiers"]["ready"] == 1
        scene = await in_call(desk)
        load = await socket.hears("load", calls=1)
        assert (load["taken"], load["service_level"]) == (1, 1.0)
        await scene.reject()
        load = await socket.hears("load", calls=0)
        assert (load["rejected"], load["verifiers"]["wrap_up"]) == (1, 1)


async def test_no_person_is_named(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk, name="Nama Verifikator")
    waits = await joined(desk, name="Nama Pemohon")
    async with listening(verifier, "/load") as socket:
        await socket.hears("load", waiting=1)
        assert "Nama" not in str(socket.heard)
        assert waits.ticket not in str(socket.heard)


async def test_applicants_and_strangers_are_refused(desk: RunningDesk) -> None:
    waits = await joined(desk)
    assert await refusal(waits.visitor, "/load") == "forbidden"
    nobody = desk.visitor()
    assert await refusal(nobody, "/load") == "csrf"
    await nobody.open("/signin")
    assert await refusal(nobody, "/load") == "forbidden"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_the_sessions_token_is_needed(desk: RunningDesk, transport: str) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    foreign = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    for csrf in ("", None, foreign.csrf):
        assert await refusal(visitor, "/load", transport=transport, csrf=csrf) == "csrf"


async def test_an_open_socket_does_not_hold_the_shutdown(settings: Settings) -> None:
    """Without hanging up, the server would wait for its clients for as long as it is allowed to."""
    runner, desk = await start_desk(settings, SetClock(), shutdown_timeout_s=3_600)
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    async with listening(visitor, "/load") as socket:
        await socket.hears("load")
        async with asyncio.timeout(PATIENCE_S):
            await runner.cleanup()
    await visitor.http.close()
