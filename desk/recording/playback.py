"""Recordings with what they are of: found by their id, listed, searched."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from desk.access.tables import Access
from desk.accounts.tables import Account
from desk.authority import Found, Parties
from desk.problems import not_found
from desk.recording.destroying import HAS_SNAPSHOTS
from desk.recording.tables import Recording, RecordingState
from waiting_room.tables import Call

Applicant, Verifier = aliased(Account), aliased(Account)

CAN_BE_PLAYED = {RecordingState.FINISHED, RecordingState.PARTIAL}


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A recording and what it is of."""

    recording: Recording
    call: Call
    access: Access
    applicant: Account
    verifier: Account

    @property
    def can_be_played(self) -> bool:
        """Whether there is something to see or hear."""
        return self.recording.state in CAN_BE_PLAYED

    @property
    def sides(self) -> dict[str, Any]:
        """What was made of each side: `file`, `plain_bytes`, `duration_ms`, `strip`."""
        return dict(json.loads(self.recording.manifest or '{"sides": {}}')["sides"])

    @property
    def length_ms(self) -> int:
        """How long the longer side is."""
        return max((side["duration_ms"] for side in self.sides.values()), default=0)


def _files() -> Select[Recording, Call, Access, Account, Account]:
    return (
        select(Recording, Call, Access, Applicant, Verifier)
        .join(Call, Call.id == Recording.call)
        .join(Access, Access.id == Recording.access)
        .join(Applicant, Applicant.id == Access.applicant)
        .join(Verifier, Verifier.id == Call.verifier)
    )


async def find_recording(session: AsyncSession, recording: str) -> Found[RecordingFile]:
    """A recording, destroyed or not. Raises the Problem not_found."""
    row = (await session.execute(_files().where(Recording.id == recording))).one_or_none()
    if row is None:
        raise not_found()
    file = RecordingFile(*row)
    return Found(file, Parties(file.applicant.id, file.verifier.id))


async def newest(
    session: AsyncSession, most: int, verifier: str | None, wanted: str
) -> list[RecordingFile]:
    """The newest recordings, at most so many; of one `verifier`, or of all.

    `wanted` is a part of an access's number or of an applicant's name; empty, for all.
    """
    statement = _files().order_by(Recording.started_at.desc(), Recording.id).limit(most)
    if verifier:
        statement = statement.where(Call.verifier == verifier)
    if wanted:
        statement = statement.where(
            or_(
                Access.number.icontains(wanted, autoescape=True),
                Applicant.name.icontains(wanted, autoescape=True),
            )
        )
    return [RecordingFile(*row) for row in await session.execute(statement)]


async def withdrawn(session: AsyncSession) -> list[RecordingFile]:
    """Those whose consent was taken back and of which something is left, the oldest first."""
    is_left = (Recording.state != RecordingState.DESTROYED) | HAS_SNAPSHOTS
    waits = (Recording.withdrawn_at.is_not(None), is_left)
    statement = _files().where(*waits).order_by(Recording.withdrawn_at)
    return [RecordingFile(*row) for row in await session.execute(statement)]
