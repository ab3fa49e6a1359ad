"""PostgreSQL goes away in the middle of the day: nothing is lost, nothing happens twice."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from desk.retrying import persistently
from desk.settings import Settings
from tests import postgres
from tests.cut_commit import CutCommit
from tests.postgres import Cluster
from tests.scenes import InCall, count, in_call, is_problem, joined, on_duty
from tests.support import RunningDesk, SetClock, on_postgresql, start_desk

pytestmark = on_postgresql

APPROVED = {"decision": "approved"}


async def leave_no_connection(desk: RunningDesk) -> None:
    """End every connection to the desk's database from outside."""
    name = desk.settings.database_url.split("@/")[1].split("?")[0]
    server = postgres.cluster()
    server.disconnect(name)


async def test_the_day_goes_on_when_every_connection_was_lost(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    waits = await joined(desk)
    await leave_no_connection(desk)
    assert (await waits.visitor.read(waits.page))[0] == 200
    await leave_no_connection(desk)
    status, body = await verifier.act("/desk/take")
    assert status == 200
    await leave_no_connection(desk)
    assert (await verifier.send(f"/calls/{body['call']}/end", outcome="returned"))[0] == 303


async def traces(desk: RunningDesk) -> tuple[int, int, int]:
    return (
        await count(desk.database, "verdict"),
        await count(desk.database, "audit_entry", "act = 'approved'"),
        await count(desk.database, "outbox_mail"),
    )


@pytest.fixture
async def cut_desk(
    settings: Settings, clock: SetClock, tmp_path: Path
) -> AsyncIterator[tuple[RunningDesk, CutCommit]]:
    """A desk whose verdict is committed without an answer."""
    folder = postgres.cluster().folder
    cut = CutCommit(folder, "verdict")
    url = settings.database_url.replace(str(folder), str(tmp_path))
    async with cut.listening(tmp_path):
        runner, desk = await start_desk(settings.model_copy(update={"database_url": url}), clock)
        yield desk, cut
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()


@pytest.mark.parametrize("key", [None, "one"], ids=["without-a-key", "with-a-key"])
async def test_a_commit_without_an_answer_is_found_and_not_repeated(
    cut_desk: tuple[RunningDesk, CutCommit], key: str | None
) -> None:
    desk, cut = cut_desk
    scene = await in_call(desk)
    await scene.pass_all_steps()
    answer = await scene.verifier.act(f"{scene.page}/verdict", APPROVED, key=key)
    assert cut.was_cut
    assert answer == (200, {"decision": "approved", "url": "/desk"})
    assert await traces(desk) == (1, 1, 1)


@pytest.fixture
async def own_server(
    tmp_path: Path, settings: Settings, clock: SetClock
) -> AsyncIterator[tuple[RunningDesk, Cluster]]:
    """A desk on a PostgreSQL of its own, which may crash."""
    binaries = postgres.programs()
    assert binaries is not None
    server = await asyncio.to_thread(Cluster, binaries, postgres.DURABLE)
    url = server.url(server.create())
    runner, desk = await start_desk(settings.model_copy(update={"database_url": url}), clock)
    yield desk, server
    for http in desk.visitors:
        await http.close()
    await runner.cleanup()
    await asyncio.to_thread(server.stop)


async def test_a_verdict_outlives_a_crash_of_the_database(
    own_server: tuple[RunningDesk, Cluster],
) -> None:
    desk, server = own_server
    scene = await in_call(desk)
    await scene.pass_all_steps()
    await asyncio.to_thread(server.crash)
    given = asyncio.create_task(scene.verifier.act(f"{scene.page}/verdict", APPROVED))
    await asyncio.to_thread(server.start)
    assert await given == (200, {"decision": "approved", "url": "/desk"})
    await asyncio.to_thread(server.crash)
    await asyncio.to_thread(server.start)
    assert await traces_after(desk, scene) == (1, 1, 1)


async def traces_after(desk: RunningDesk, scene: InCall) -> tuple[int, int, int]:
    status, body = await scene.verifier.read(scene.page)
    assert (status, body["state"]) == (200, "ended")
    # The pool may still hold a connection that a worker had in hand meanwhile.
    return await persistently(partial(traces, desk))


async def test_while_the_database_is_away_people_are_told_so(
    own_server: tuple[RunningDesk, Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, server = own_server
    monkeypatch.setattr("desk.retrying.ATTEMPTS", 2)
    waits = await joined(desk)
    await asyncio.to_thread(server.crash)
    is_problem(await waits.visitor.act(f"{waits.page}/leave"), 503, "unavailable")
    assert (await waits.visitor.open(waits.page))[0] == 503
    assert (await waits.visitor.open("/healthz"))[0] == 200
    is_problem(await waits.visitor.read("/readyz"), 503, "unavailable")
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.wait_until_it_answers)
    assert (await waits.visitor.act(f"{waits.page}/leave"))[0] == 200


async def test_a_deadlock_is_tried_again(desk: RunningDesk) -> None:
    """Two transactions that lock two rows in opposite order: one is chosen, and runs again."""
    people = [await desk.people.applicant() for _ in range(2)]
    ids = [one.account.id for one in people]
    met = asyncio.Barrier(2)
    runs = 0

    async def rename(first: str, second: str) -> None:
        nonlocal runs
        runs += 1
        async with desk.database.writing() as session:
            update = text("UPDATE account SET name = name || '!' WHERE id = :id")
            await session.execute(update, {"id": first})
            if runs <= 2:
                await met.wait()
            await session.execute(update, {"id": second})

    await asyncio.gather(
        persistently(lambda: rename(ids[0], ids[1])), persistently(lambda: rename(ids[1], ids[0]))
    )
    assert runs == 3
    assert await count(desk.database, "account", "name LIKE '%!!'") == 2
