"""The seal over the audit log: a keyed hash chain, its anchor outside the database, and its check.

Each seal is HMAC(key, previous seal + entry), so a changed, removed, added or swapped entry breaks
the chain at that entry for everybody without the key. The newest seal is also written to a file
beside the database: a chain cut off at its end no longer reaches its anchor. `audit_sealer.py`
makes the seals.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.audit import AuditEntry, AuditSeal
from desk.keyring import derive, keyed_hash
from desk.settings import Settings

ROWS_AT_ONCE = 500
START = "0" * 64


class Anchor(NamedTuple):
    """The newest seal, as it was last written outside the database."""

    position: int
    mac: str


NOTHING_SEALED = Anchor(0, START)

# What a row raises whose JSON or time is none.
UNREADABLE = (ValueError, TypeError)


class BadEntry(Exception):
    """The first entry that is not what it was when it was sealed."""

    def __init__(self, entry: int, problem: str) -> None:
        super().__init__(problem)
        self.entry, self.problem = entry, problem


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `first_bad` is an entry's id; `problem` says what is wrong."""

    sealed: int
    unsealed: int
    first_bad: int | None = None
    problem: str = ""


def chain_key(settings: Settings) -> bytes:
    """The key of the chain, which the database does not hold."""
    return derive(settings.secret_key, "audit")


def anchor_path(settings: Settings) -> Path:
    """Where the newest seal is kept outside the database."""
    return settings.data_dir / "audit-anchor.json"


def next_mac(key: bytes, previous: str, entry: AuditEntry) -> str:
    """The seal of an entry that follows the seal `previous`."""
    return keyed_hash(key, previous.encode() + entry.canonical())


def read_anchor(path: Path) -> Anchor | None:
    """The anchor, or None where there is none or what is there is none."""
    try:
        content = json.loads(path.read_text())
        return Anchor(int(content["position"]), str(content["mac"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Move the anchor; after a crash it is the old one or the new one, never half of it."""
    fresh = path.with_suffix(".new")
    with fresh.open("w") as file:
        json.dump(anchor._asdict(), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


async def verify(session: AsyncSession, key: bytes, anchor_file: Path) -> Report:
    """Walk the whole log and its chain; the first bad entry is named."""
    anchor = await asyncio.to_thread(read_anchor, anchor_file)
    try:
        return await _walk(session, key, anchor, ROWS_AT_ONCE)
    except UNREADABLE:
        # Rows are read in batches: one by one, the unreadable one shows, or a bad one before it.
        return await _walk(session, key, anchor, 1)


async def _walk(
    session: AsyncSession, key: bytes, anchor: Anchor | None, rows_at_once: int
) -> Report:
    """Raises one of UNREADABLE for a row in a batch that cannot be read."""
    seals = await session.stream_scalars(select(AuditSeal).order_by(AuditSeal.position))
    in_order = select(AuditEntry).order_by(AuditEntry.id)
    entries = await session.stream_scalars(in_order.execution_options(yield_per=rows_at_once))
    follow = Follower(key)
    async for seal in seals:
        try:
            follow.sealed(seal, await anext(entries, None))
        except BadEntry as bad:
            return Report(follow.position, 0, bad.entry, bad.problem)
        except UNREADABLE:
            if rows_at_once > 1:
                raise
            return Report(follow.position, 0, seal.entry, "the entry cannot be read")
        follow.meet(anchor)
    rest = [entry.id async for entry in entries]
    next_entry = rest[0] if rest else follow.entry + 1
    if follow.position and anchor is None:
        return Report(follow.position, len(rest), next_entry, "the anchor is missing")
    if anchor not in {None, NOTHING_SEALED} and not follow.anchor_met:
        return Report(follow.position, len(rest), next_entry, "the chain was cut off at its end")
    if next_entry != follow.entry + 1:
        return Report(follow.position, len(rest), next_entry, "entries before it are missing")
    return Report(follow.position, len(rest))


class Follower:
    """Goes along the chain: where it is, and whether it has come by the anchor."""

    def __init__(self, key: bytes) -> None:
        """At the chain's start."""
        self._key = key
        self.position, self.mac, self.entry = 0, START, 0
        self.anchor_met = False

    def sealed(self, seal: AuditSeal, entry: AuditEntry | None) -> None:
        """Go on to the next entry, if it is the one that was sealed. Raises BadEntry."""
        if seal.position != self.position + 1:
            raise BadEntry(seal.entry, "seals before this entry are missing")
        if entry is None or entry.id > seal.entry:
            raise BadEntry(seal.entry, "the entry was removed")
        if entry.id < seal.entry:
            raise BadEntry(entry.id, "the entry was added later, outside the chain")
        following = next_mac(self._key, self.mac, entry)
        if following != seal.mac:
            raise BadEntry(entry.id, "the entry or its seal was changed")
        # Ids have no gaps: SQLite gives the next one, and takes it back with its transaction.
        if entry.id != self.entry + 1:
            raise BadEntry(entry.id, "entries before it are missing")
        self.position, self.mac, self.entry = seal.position, following, entry.id

    def meet(self, anchor: Anchor | None) -> None:
        """Remember whether the chain has come by its anchor."""
        self.anchor_met = self.anchor_met or anchor == (self.position, self.mac)
