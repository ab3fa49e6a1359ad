"""Why an application is rejected: a code for the desk, a sentence for the applicant.

The sentence says what to bring next time, never which registry data did or did not match
(NIST SP 800-63A: an applicant must not learn which data were right). Reasons are rows that an
administrator edits; those of `reasons.csv` are added at each start where they are missing.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from desk import audit
from desk.access.tables import Reason, Topic
from desk.audit import Did
from desk.authority import Found, Parties
from desk.database import Database
from desk.language import Language, spoken
from desk.problems import not_found
from desk.words import _
from waiting_room.dialects import insert_into

SHORTEST_FREE_TEXT = 20
LONGEST_EXPLANATION = 400
# No reason to reject: the call goes back to the line.
POOR_CONNECTION = "POOR_CONNECTION"

# Without a call nobody has seen the person.
BY_DOCUMENTS = (Topic.DOCUMENT, Topic.OTHER)

SEEDS = Path(__file__).parent / "reasons.csv"


def seeds() -> list[dict[str, Any]]:
    """The reasons that the desk begins with, in their order."""
    with SEEDS.open(encoding="utf-8", newline="") as file:
        return [
            row
            | {name: row[name] == "yes" for name in ("is_text_required", "is_internal")}
            | {"topic": Topic(row["topic"]), "is_offered": True, "position": position}
            for position, row in enumerate(csv.DictReader(file), start=1)
        ]


async def load_reasons(database: Database) -> None:
    """Add what is missing; nothing that an administrator has changed is touched."""
    async with database.writing() as session:
        await session.execute(insert_into(session, Reason).on_conflict_do_nothing(), seeds())


def topics() -> dict[Topic, str]:
    """The headings under which a verifier finds the reasons, in their order."""
    return {
        Topic.DOCUMENT: _("Dokumen"),
        Topic.PERSON: _("Orang"),
        Topic.OTHER: _("Lainnya"),
    }


def label_of(reason: Reason) -> str:
    """What the verifier chooses, in the language being spoken."""
    return reason.label_id if spoken() is Language.INDONESIAN else reason.label_en


def neutral_sentence() -> str:
    """What the applicant reads of a reason that stays inside the desk."""
    return _("Data permohonan belum dapat dipastikan. Siapkan dokumen asli, lalu ajukan kembali.")


def sentence_of(reason: Reason) -> str:
    """What the applicant reads, in the language being spoken; of some reasons nothing."""
    if reason.is_internal:
        return neutral_sentence()
    return reason.sentence_id if spoken() is Language.INDONESIAN else reason.sentence_en


async def all_reasons(session: AsyncSession) -> Sequence[Reason]:
    """Every reason by topic, in the order of each, those that are offered no longer included."""
    ordered = select(Reason).order_by(Reason.position, Reason.code)
    rows = (await session.execute(ordered)).scalars()
    places = list(Topic)
    return sorted(rows, key=lambda one: places.index(one.topic))


async def offered_reasons(
    session: AsyncSession, topics: Collection[Topic] = tuple(Topic)
) -> list[Reason]:
    """What a verifier may choose of these topics, in the order of `all_reasons`."""
    return [one for one in await all_reasons(session) if one.is_offered and one.topic in topics]


async def offered_reason(
    session: AsyncSession, code: str | None, topics: Collection[Topic] = tuple(Topic)
) -> Reason | None:
    """The reason of this code, if it is offered and about one of these topics."""
    found = select(Reason).where(Reason.code == code, Reason.is_offered, Reason.topic.in_(topics))
    return (await session.execute(found)).scalar_one_or_none()


async def reasons_by_code(session: AsyncSession, codes: Collection[str]) -> dict[str, Reason]:
    """The reasons of these codes, offered or not."""
    if not codes:
        return {}
    found = await session.execute(select(Reason).where(Reason.code.in_(codes)))
    return {one.code: one for one in found.scalars()}


async def find_reason(session: AsyncSession, code: str) -> Found[Reason]:
    """A reason for the authority; it concerns no party. Raises the Problem not_found."""
    reason = await session.get(Reason, code)
    if reason is None:
        raise not_found()
    return Found(reason, Parties())


async def add_reason(
    session: AsyncSession, code: str, values: Mapping[str, Any], by: str, now: datetime
) -> bool:
    """Add a reason: false where another one has the code."""
    new = insert_into(session, Reason).on_conflict_do_nothing().returning(Reason.code)
    if (await session.execute(new.values(code=code, **values))).first() is None:
        return False
    await audit.record(session, by, Did.REASON_ADDED, code, now, **values)
    return True


async def change_reason(
    session: AsyncSession, reason: Reason, values: Mapping[str, Any], by: str, now: datetime
) -> bool:
    """Give a reason these words and rules: false where no other one would be offered."""
    other = aliased(Reason)
    one_is_left = exists().where(other.is_offered, other.code != reason.code)
    before = {name: getattr(reason, name) for name in values}
    change = update(Reason).where(
        Reason.code == reason.code, true() if values["is_offered"] else one_is_left
    )
    if (await session.execute(change.values(values).returning(Reason.code))).first() is None:
        return False
    detail = {"before": before, "after": dict(values)}
    await audit.record(session, by, Did.REASON_CHANGED, reason.code, now, **detail)
    return True
