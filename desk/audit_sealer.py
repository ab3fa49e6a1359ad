"""Sealing the audit log in the background, in batches, so that no act waits for another's seal."""

import asyncio
import logging
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.audit import AuditEntry, AuditSeal
from desk.audit_chain import (
    NOTHING_SEALED,
    START,
    Anchor,
    anchor_path,
    chain_key,
    next_mac,
    read_anchor,
    unsealed,
    write_anchor,
)
from desk.database import Database
from desk.finishing import finished
from desk.settings import Settings

log = logging.getLogger(__name__)

BATCH = 500
PAUSE_S = 1.0
# PostgreSQL commits entries in any order, so that one may come late. So many entries late is none
# while the desk runs: going through a log of years every second would be dear.
LATE_BY = 10_000


class BrokenChain(Exception):
    """The chain does not reach its anchor: sealing on would hide that."""


async def _last_seal(session: AsyncSession) -> AuditSeal | None:
    newest = select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()


async def seal_batch(
    database: Database, key: bytes, anchor_file: Path, *, look_at_all: bool = True
) -> int:
    """Seal up to BATCH entries and move the anchor: how many were sealed. Raises BrokenChain.

    Without `look_at_all`, those far behind the newest seal count as sealed without a look.
    """
    async with database.reading() as session:
        last = await _last_seal(session)
        since = max(0, last.entry - LATE_BY) if last and not look_at_all else 0
        waiting = unsealed(select(AuditEntry.id)).where(AuditEntry.id > since).limit(1)
        if (await session.execute(waiting)).first() is None:
            return 0
    anchor = await asyncio.to_thread(_cast_anchor, anchor_file, last)
    async with database.writing() as session:
        await _demand(session, anchor)
        last = await _last_seal(session)
        position, mac = (last.position, last.mac) if last else (0, START)
        entries = unsealed(select(AuditEntry)).where(AuditEntry.id > since).limit(BATCH)
        batch = list((await session.execute(entries)).scalars())
        for entry in batch:
            position, mac = position + 1, next_mac(key, mac, entry)
            session.add(AuditSeal(position=position, entry=entry.id, mac=mac))
    await asyncio.to_thread(write_anchor, anchor_file, Anchor(position, mac))
    return len(batch)


def _cast_anchor(path: Path, last: AuditSeal | None) -> Anchor | None:
    """The anchor; before the very first seal it is cast, so that a missing one always tells."""
    if last is None and not path.exists():
        write_anchor(path, NOTHING_SEALED)
    return read_anchor(path)


async def _demand(session: AsyncSession, anchor: Anchor | None) -> None:
    if anchor == NOTHING_SEALED:
        return
    seal = await session.get(AuditSeal, anchor.position) if anchor else None
    if anchor is None or seal is None or seal.mac != anchor.mac:
        raise BrokenChain


class Sealer:
    """Seals new entries as long as it runs, and once more when it is told to stop."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """The key comes from the desk's secret, the anchor lies in the data directory."""
        self.key, self.anchor = chain_key(settings), anchor_path(settings)
        self._database = database
        self._has_looked_at_all = False

    async def seal_all(self) -> None:
        """Seal whatever is not sealed yet."""
        sealed = BATCH
        while sealed == BATCH:
            sealed = await seal_batch(
                self._database, self.key, self.anchor, look_at_all=not self._has_looked_at_all
            )
        self._has_looked_at_all = True

    async def run(self) -> None:
        """Seal every PAUSE_S until cancelled, or until the chain proves to be broken."""
        try:
            while True:
                if not await finished(self._try_to_seal()):
                    return
                await asyncio.sleep(PAUSE_S)
        except asyncio.CancelledError:
            await self._try_to_seal()
            raise

    async def _try_to_seal(self) -> bool:
        """Whether a next try makes sense."""
        try:
            await self.seal_all()
        except BrokenChain:
            log.error("the audit log is sealed no further: run `desk audit verify`")
            return False
        except Exception:
            log.exception("the audit log could not be sealed; the next try follows")
        return True
