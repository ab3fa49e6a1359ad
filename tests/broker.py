"""A Redis server of the tests' own, which carries messages and keeps nothing."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.sockets import PATIENCE_S
from tests.support import free_port


def program() -> str | None:
    """Where it is installed."""
    return shutil.which("redis-server")


@asynccontextmanager
async def broker() -> AsyncIterator[str]:
    """Its address, while it runs."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        str(program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", stdout=DEVNULL
    )
    try:
        await _is_open(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        await process.wait()


async def _is_open(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return
