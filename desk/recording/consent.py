"""Asking for consent to a recording: what was answered, another answer, the withdrawal."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.audit import Did
from desk.problems import Problem
from desk.recording.consent_tables import LONGEST_USER_AGENT, Answer, Consent, ConsentText
from desk.recording.consent_text import Asked
from desk.words import _
from waiting_room.dialects import insert_into
from waiting_room.tables import new_id


class Witness(NamedTuple):
    """From where an answer came: what the law wants to be proved of it."""

    address: str
    user_agent: str


async def standing(session: AsyncSession, meeting: str, *, hold: bool = False) -> Consent | None:
    """The answer that stands for a meeting; `hold`: and stays so until the transaction ends."""
    statement = select(Consent).where(Consent.meeting == meeting, Consent.replaced_at.is_(None))
    found = await session.execute(statement.with_for_update() if hold else statement)
    return found.scalar_one_or_none()


def answer_of(consent: Consent | None) -> Answer | None:
    """What was answered; nothing where it was taken back since."""
    return consent.answer if consent and not consent.withdrawn_at else None


async def keep(
    session: AsyncSession,
    account: str,
    meeting: str,
    asked: Asked,
    answer: Answer,
    witness: Witness,
    now: datetime,
) -> Consent:
    """Keep an answer, the newest of its meeting; the same one again is the one that stands."""
    before = await standing(session, meeting, hold=True)
    if before and before.answer is answer and not before.withdrawn_at:
        return before
    text = {"sha256": asked.sha256, "version": asked.version, "text": asked.text}
    await session.execute(insert_into(session, ConsentText).values(text).on_conflict_do_nothing())
    await session.execute(
        update(Consent)
        .where(Consent.meeting == meeting, Consent.replaced_at.is_(None))
        .values(replaced_at=now)
    )
    consent = Consent(
        id=new_id(), account=account, meeting=meeting, version=asked.version,
        text_sha256=asked.sha256, answer=answer, at=now, address=witness.address,
        user_agent=witness.user_agent[:LONGEST_USER_AGENT],
    )  # fmt: skip
    session.add(consent)
    await session.flush()
    did = Did.CONSENT_GIVEN if answer is Answer.GIVEN else Did.CONSENT_REFUSED
    detail = {"meeting": meeting, "version": asked.version, "text_sha256": asked.sha256}
    await audit.record(session, account, did, consent.id, now, **detail)
    return consent


async def withdraw(session: AsyncSession, account: str, meeting: str, now: datetime) -> Consent:
    """Take a given consent back. Raises the Problem no_consent where none stands."""
    withdrawn = await session.execute(
        update(Consent)
        .where(
            Consent.meeting == meeting,
            Consent.replaced_at.is_(None),
            Consent.withdrawn_at.is_(None),
            Consent.answer == Answer.GIVEN,
        )
        .values(withdrawn_at=now)
        .returning(Consent)
    )
    consent = withdrawn.scalar_one_or_none()
    if consent is None:
        detail = _("Tidak ada persetujuan perekaman yang dapat ditarik.")
        raise Problem(409, "no_consent", _("Tidak ada persetujuan"), detail)
    await audit.record(session, account, Did.CONSENT_WITHDRAWN, consent.id, now, meeting=meeting)
    return consent
