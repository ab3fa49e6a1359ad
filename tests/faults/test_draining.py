"""`kill -TERM`: nobody comes in any more, everybody is told, what was begun is finished."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from desk.database import Database
from desk.settings import Settings
from tests.faults.crowd import enrol, line_up
from tests.faults.history import Kind
from tests.faults.person import HERE, PATIENCE_S, Interrupted, Person
from tests.faults.stage import now, staged
from tests.scenes import count

HUNG_UP = "hung up"


@asynccontextmanager
async def _begun_take(verifier: Person) -> AsyncIterator[asyncio.StreamReader]:
    """A take that the server has read; its answer is still to come."""
    settings = verifier.server.settings
    reader, writer = await asyncio.open_connection(settings.host, settings.port)
    head = {
        **verifier.headers,
        "Host": settings.public_host,
        "X-CSRF-Token": verifier.csrf,
        "Content-Type": "application/json",
        "Content-Length": "2",
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"POST /desk/take HTTP/1.1\r\n{lines}\r\n{{}}".encode())
    await writer.drain()
    # Whoever is answered after that was heard after that.
    await verifier.read("/desk")
    yield reader
    writer.close()
    await writer.wait_closed()


async def _hear(person: Person, heard: asyncio.Queue[tuple[str, Any]]) -> None:
    async with aclosing(person.news("/waiting")) as news:
        async for event in news:
            await heard.put(event)
    await heard.put((HUNG_UP, None))


async def _until(heard: asyncio.Queue[tuple[str, Any]], name: str) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            event, data = await heard.get()
            assert event != HUNG_UP, f"the server hung up without {name!r}"
            if event == name:
                return data


async def _is_turned_away(person: Person, meeting: str) -> bool:
    """Whether the door is closed to a join, or says that the desk restarts."""
    try:
        status, answer = await person.act("join", f"/meetings/{meeting}/join", {}, "one")
    except Interrupted:
        return True
    return (status, answer["code"]) == (503, "restarting")


async def test_a_server_that_is_told_to_end_finishes_what_was_begun(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    async with staged(settings, database, tmp_path) as stage:
        (waiting, late), (serving,) = await enrol(database, now(), applicants=2, verifiers=1)
        await line_up(database, now(), [waiting])
        await stage.start()
        heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        listening = asyncio.create_task(_hear(stage.person(waiting), heard))
        await _until(heard, HERE)
        async with AsyncExitStack() as stack:
            async with database.writing() as session:
                # Holds the take back: on SQLite every writer, on PostgreSQL this verifier's row.
                await session.execute(text("UPDATE shift SET since_at = since_at"))
                answer = await stack.enter_async_context(_begun_take(stage.person(serving)))
                stage.server.signal(signal.SIGTERM)
                told = await _until(heard, "restarting")
                assert 0 <= told["within_s"][0] < told["within_s"][1]
                assert await _is_turned_away(stage.person(late), late.meeting)
                await listening
            assert b" 200 OK\r\n" in await answer.readline()
        assert await stage.server.ended() == 0
        assert "ERROR" not in stage.server.log()
        assert await count(database, "call", "ended_at IS NULL") == 1
        assert await count(database, "ticket", "1 = 1") == 1
        stage.history.add(Kind.SETTLED)
        assert await stage.violations() == []
