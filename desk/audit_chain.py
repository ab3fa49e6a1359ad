"""The seal over the audit log: a keyed hash chain, its anchor outside the database, and its check.

Each seal is HMAC(key, previous seal + entry), so a changed, removed, added or swapped entry breaks
the chain at that entry for everybody without the key. The newest seal is also written to a file
beside the database: a chain cut off at its end no longer reaches its anchor. `audit_sealer.py`
makes the seals.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.audit import AuditEntry, AuditSeal
from desk.keyring import derive, keyed_hash
from desk.settings import Settings

Found = TypeVar("Found", int, AuditEntry)

ROWS_AT_ONCE = 500
START = "0" * 64


class Anchor(NamedTuple):
    """The newest seal, as it was last written outside the database."""

    position: int
    mac: str


NOTHING_SEALED = Anchor(0, START)

# What a row raises whose JSON or time is none.
UNREADABLE = (ValueError, TypeError, OverflowError)


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


def unsealed(entries: Select[Found]) -> Select[Found]:
    """Those entries that have no seal yet, in the order in which they will get one."""
    its_seal = exists().where(AuditSeal.entry == AuditEntry.id)
    return entries.where(~its_seal).order_by(AuditEntry.id)


async def verify(session: AsyncSession, key: bytes, anchor_file: Path) -> Report:
    """Walk the whole log and its chain; the first bad entry is named."""
    anchor = await asyncio.to_thread(read_anchor, anchor_file)
    follow = Follower(key, gapless=session.get_bind().dialect.name == "sqlite")
    seals = await session.stream_scalars(select(AuditSeal).order_by(AuditSeal.position))
    async for batch in seals.partitions(ROWS_AT_ONCE):
        entries = await _read(session, [seal.entry for seal in batch])
        try:
            for seal in batch:
                follow.sealed(seal, entries)
                follow.meet(anchor)
        except BadEntry as bad:
            return Report(follow.position, 0, bad.entry, bad.problem)
    rest = (await session.scalars(unsealed(select(AuditEntry.id)))).all()
    first_bad, problem = follow.arrive(anchor, rest[0] if rest else follow.entry + 1)
    return Report(follow.position, len(rest), first_bad, problem)


async def _read(session: AsyncSession, ids: Sequence[int]) -> dict[int, AuditEntry | None]:
    """The entries of these ids that are there; None for one that cannot be read."""
    try:
        found = await session.scalars(select(AuditEntry).where(AuditEntry.id.in_(ids)))
        return {entry.id: entry for entry in found}
    except UNREADABLE:
        if len(ids) == 1:
            return {ids[0]: None}
        half = len(ids) // 2
        return await _read(session, ids[:half]) | await _read(session, ids[half:])


class Follower:
    """Goes along the chain: where it is, and whether it has come by the anchor.

    `gapless`: each id follows the one before, as SQLite gives them; it takes one back with its
    transaction. PostgreSQL never does, and its entries are committed in any order.
    """

    def __init__(self, key: bytes, *, gapless: bool) -> None:
        """At the chain's start."""
        self._key, self._gapless = key, gapless
        self.position, self.mac, self.entry = 0, START, 0
        self.anchor_met = False

    def sealed(self, seal: AuditSeal, entries: Mapping[int, AuditEntry | None]) -> None:
        """Go on to the next entry, if it is the one that was sealed. Raises BadEntry."""
        if seal.position != self.position + 1:
            raise BadEntry(seal.entry, "seals before this entry are missing")
        if seal.entry not in entries:
            raise BadEntry(seal.entry, "the entry was removed")
        following = self._mac_of(entries[seal.entry])
        if following is None:
            raise BadEntry(seal.entry, "the entry cannot be read")
        if following != seal.mac:
            raise BadEntry(seal.entry, "the entry or its seal was changed")
        if self._gapless and seal.entry != self.entry + 1:
            raise BadEntry(seal.entry, "entries before it are missing")
        self.position, self.mac, self.entry = seal.position, following, seal.entry

    def _mac_of(self, entry: AuditEntry | None) -> str | None:
        try:
            return next_mac(self._key, self.mac, entry) if entry else None
        except UNREADABLE:
            return None

    def meet(self, anchor: Anchor | None) -> None:
        """Remember whether the chain has come by its anchor."""
        self.anchor_met = self.anchor_met or anchor == (self.position, self.mac)

    def arrive(self, anchor: Anchor | None, next_entry: int) -> tuple[int | None, str]:
        """At the chain's end, before the entries without a seal: which is bad, and why."""
        if self.position and anchor is None:
            return next_entry, "the anchor is missing"
        if anchor not in {None, NOTHING_SEALED} and not self.anchor_met:
            return next_entry, "the chain was cut off at its end"
        if self._gapless and next_entry <= self.entry:
            return next_entry, "the entry was added later, outside the chain"
        if self._gapless and next_entry != self.entry + 1:
            return next_entry, "entries before it are missing"
        return None, ""
