"""A way to PostgreSQL that is cut just after a COMMIT: it happened, and nobody is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class CutCommit:
    """Relays connections; of the one that writes `table` the first COMMIT is not answered."""

    def __init__(self, server: Path, table: str) -> None:
        self._server, self._marker = server / SOCKET, f"INSERT INTO {table}".encode()
        self.was_cut = False

    @asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[None]:
        """Listen in `folder`, as PostgreSQL would."""
        server = await asyncio.start_unix_server(self._relay, folder / SOCKET)
        async with server:
            yield

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self._server)
        answers = asyncio.create_task(_pump(up_reader, writer))
        is_marked = False
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                is_marked = is_marked or self._marker in data
                if is_marked and b"COMMIT" in data and not self.was_cut:
                    self.was_cut = True
                    answers.cancel()
                    await asyncio.wait([answers])
                    up_writer.write(data)
                    await up_reader.read(1)  # the server has done it
                    break
                up_writer.write(data)
                await up_writer.drain()
        up_writer.close()
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()
