"""Telling somebody: a notice on their page and a mail, both in the transaction of the act."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.access.tables import Access, Decision
from desk.accounts.tables import Account
from desk.authority import Found, Parties
from desk.directory.roles import role_names
from desk.notices.kinds import Facts, Kind, path_of
from desk.notices.notice_mail import notice_mail
from desk.notices.outbox import enqueue
from desk.notices.tables import Notice, Reminder
from desk.problems import not_found
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.templating import Templates

ARE_KEPT = timedelta(days=365)


async def tell(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    kind: Kind,
    access: Access,
    *,
    now: datetime,
    meeting: Meeting | None = None,
    before_at: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """Tell the applicant of an access, by notice and by mail.

    `before_at`, for a moved meeting, is when it was before; `due_at`, for documents, when they
    will be reviewed.
    """
    applicant = await session.get_one(Account, access.applicant)
    facts = Facts.of(access, meeting, before_at, due_at)
    note(session, kind, applicant.id, facts, now)
    sequence = meeting.sequence if meeting else 0
    names = await role_names(session)
    mail = notice_mail(templates, settings, kind, facts, names, applicant, sequence, now)
    enqueue(session, kind, applicant, mail, settings.public_url, now)


def note_verdict(
    session: AsyncSession, access: Access, decision: Decision, reason: str | None, now: datetime
) -> None:
    """A verdict on the applicant's page of notices; its mail has words of the verifier's own."""
    facts = Facts.of(access, decision=decision, reason=reason)
    note(session, Kind.VERDICT, access.applicant, facts, now)


def note(session: AsyncSession, kind: Kind, account: str, facts: Facts, now: datetime) -> None:
    """A notice on somebody's page, without a mail."""
    session.add(
        Notice(
            account=account,
            kind=kind,
            facts=facts.model_dump(mode="json"),
            path=path_of(kind, facts),
            created_at=now,
        )
    )


async def count_unread(session: AsyncSession, account: str) -> int:
    """How many notices somebody has not read."""
    unread = select(func.count()).where(Notice.account == account, Notice.read_at.is_(None))
    return (await session.execute(unread)).scalar_one()


async def newest_notices(session: AsyncSession, account: str, most: int) -> list[Notice]:
    """Somebody's notices, the newest first, at most so many."""
    statement = select(Notice).where(Notice.account == account)
    newest = statement.order_by(Notice.created_at.desc(), Notice.id).limit(most)
    return list((await session.execute(newest)).scalars())


async def find_notice(session: AsyncSession, notice: str) -> Found[Notice]:
    """A notice. Raises the Problem not_found."""
    found = await session.get(Notice, notice)
    if found is None:
        raise not_found()
    return Found(found, Parties(found.account))


async def mark_read(
    session: AsyncSession, account: str, now: datetime, notice: str | None = None
) -> int:
    """Mark one of somebody's notices as read, or all: how many were not read before."""
    unread = update(Notice).where(Notice.account == account, Notice.read_at.is_(None))
    if notice is not None:
        unread = unread.where(Notice.id == notice)
    marked = await session.execute(unread.values(read_at=now).returning(Notice.id))
    return len(marked.all())


async def forget(session: AsyncSession, now: datetime) -> None:
    """Forget what was told a year ago, and that it was."""
    await session.execute(delete(Notice).where(Notice.created_at < now - ARE_KEPT))
    await session.execute(delete(Reminder).where(Reminder.told_at < now - ARE_KEPT))
