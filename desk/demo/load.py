"""The demonstration: invented people, each applicant with a letter and a meeting to join now.

Loaded at every start with `--demo`: what is there stays, and whoever has no meeting that can be
joined (decided, or its day is over) is given a fresh one. Two more wait for a review of documents.
"""

from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.numbers import next_number
from desk.access.store import DocumentStore
from desk.access.tables import Access, AccessState, Document
from desk.accounts.passwords import hash_password
from desk.accounts.tables import Account, Role
from desk.audit import Did
from desk.database import Database
from desk.demo.people import (
    ADMINISTRATOR,
    APPLICANTS,
    AUDITORS,
    SUPERVISOR,
    VERIFIERS,
    DemoApplicant,
)
from desk.formats.grades import service_of
from desk.schedule.meetings import open_span
from desk.schedule.tables import Meeting
from desk.settings import Settings
from waiting_room import line
from waiting_room.tables import CallOutcome, TicketState, new_id

PASSWORD = "verifikasi-demo"  # noqa: S105  printed at every start of a demonstration
STEP = timedelta(minutes=5)
TIMES = 5
# The first auditor's review is overdue.
AUDITORS_WAIT_SINCE = timedelta(hours=76), timedelta(hours=5)


def _fresh_time(index: int, now: datetime) -> datetime:
    """One of the next full five minutes: near enough for the waiting room to be open."""
    since_hour = now - now.replace(minute=0, second=0, microsecond=0)
    return now - since_hour + STEP * (since_hour // STEP + 1 + index % TIMES)


async def load_demonstration(database: Database, settings: Settings, now: datetime) -> None:
    """Make the demonstration whole."""
    async with database.reading() as session:
        known = set((await session.execute(select(Account.email))).scalars())
    absent = [one for one in _everybody() if one[0] not in known]
    # One for all of them: everybody may know that they have the same password.
    password_hash = await hash_password(PASSWORD) if absent else ""
    async with database.writing() as session:
        for email, name, role, desk_number in absent:
            session.add(_account(email, name, role, desk_number, password_hash, now))
        await session.flush()
        for demo in APPLICANTS:
            await _refresh(session, settings, demo, now)
        for demo, ago in zip(AUDITORS, AUDITORS_WAIT_SINCE, strict=True):
            await _submit(session, settings, demo, now - ago, now)


def _everybody() -> list[tuple[str, str, Role, int | None]]:
    staff = [(one.email, one.name, Role.VERIFIER, one.desk_number) for one in VERIFIERS]
    return [
        *((one.email, one.name, Role.APPLICANT, None) for one in (*APPLICANTS, *AUDITORS)),
        *staff,
        (SUPERVISOR.email, SUPERVISOR.name, Role.SUPERVISOR, None),
        (ADMINISTRATOR.email, ADMINISTRATOR.name, Role.ADMINISTRATOR, None),
    ]


def _account(
    email: str, name: str, role: Role, desk_number: int | None, password_hash: str, now: datetime
) -> Account:
    demo = next((one for one in (*APPLICANTS, *AUDITORS) if one.email == email), None)
    return Account(
        id=new_id(),
        email=email,
        name=name,
        role=role,
        desk_number=desk_number,
        password_hash=password_hash,
        identity_number=demo.nik if demo else None,
        employee_number=demo.nip if demo else None,
        service=service_of(demo.rank) if demo else None,
        profile_verified_at=now - timedelta(days=17) if demo else None,
        created_at=now,
        confirmed_at=now,
    )


async def _refresh(
    session: AsyncSession, settings: Settings, demo: DemoApplicant, now: datetime
) -> None:
    account = await _account_of(session, demo)
    open_access = (
        select(Access, Meeting)
        .join(Meeting, Meeting.access == Access.id)
        .where(Access.applicant == account, Access.state == AccessState.SCHEDULED)
    )
    rows = (await session.execute(open_access)).all()
    if not rows:
        sent_at = now - timedelta(days=1, minutes=7 * demo.index)
        access = await _apply(session, settings, demo, AccessState.SCHEDULED, sent_at, now)
        session.add(
            Meeting(access=access.id, starts_at=_fresh_time(demo.index, now), created_at=now)
        )
    for access, meeting in rows:
        closes_at = open_span(meeting, ZoneInfo(access.timezone), settings).closes_at
        if now >= closes_at:
            await _clear_line(session, account, closes_at - timedelta.resolution, now)
            meeting.starts_at = _fresh_time(demo.index, now)
            meeting.missed_at = meeting.no_show_at = meeting.cancelled_at = None
            meeting.moves = meeting.no_shows = 0
            meeting.is_seated = False


async def _account_of(session: AsyncSession, demo: DemoApplicant) -> str:
    found = await session.execute(select(Account.id).where(Account.email == demo.email))
    return found.scalar_one()


async def _submit(
    session: AsyncSession, settings: Settings, demo: DemoApplicant, sent_at: datetime, now: datetime
) -> None:
    account = await _account_of(session, demo)
    waits = select(Access.id).where(
        Access.applicant == account, Access.state == AccessState.SUBMITTED
    )
    if (await session.execute(waits)).first() is None:
        await _apply(session, settings, demo, AccessState.SUBMITTED, sent_at, now)


async def _clear_line(
    session: AsyncSession, account: str, last_moment: datetime, now: datetime
) -> None:
    """End what a day-old demonstration left in the line or in a call.

    Who still waited has left at the day's last moment: the new day's figures begin at nothing.
    """
    ticket = await line.live_ticket(session, account)
    if ticket is None:
        return
    if ticket.state in {TicketState.WAITING, TicketState.SET_ASIDE}:
        await line.leave(session, ticket.id, last_moment)
        waited_s = (last_moment - ticket.joined_at).total_seconds()
        await audit.record(
            session, audit.SYSTEM, Did.LEFT, ticket.id, last_moment, waited_s=waited_s
        )
    elif call := await line.open_call_of(session, ticket=ticket.id):
        await line.finish(session, call.id, call.verifier, CallOutcome.ABSENT, now)
        await audit.record(session, audit.SYSTEM, Did.MARKED_ABSENT, call.id, now, ticket=ticket.id)


async def _apply(
    session: AsyncSession,
    settings: Settings,
    demo: DemoApplicant,
    state: AccessState,
    sent_at: datetime,
    now: datetime,
) -> Access:
    # What sets letters takes long to load, and at most starts none is to be written.
    from desk.demo.letter import letter_facts, surat_tugas  # noqa: PLC0415

    zone = ZoneInfo(demo.office.timezone)
    today = now.astimezone(zone).date()
    facts = letter_facts(demo, today)
    access = Access(
        id=new_id(),
        number=await next_number(session, now, settings.zone),
        applicant=await _account_of(session, demo),
        state=state,
        role=demo.role,
        rank=demo.rank,
        agency_type=demo.office.agency_type,
        agency=demo.office.agency,
        unit=demo.office.unit,
        unit_tax_number=demo.office.unit_tax_number,
        letter_number=facts.number,
        valid_from=demo.valid_from(today),
        valid_until=demo.valid_until(today),
        timezone=demo.office.timezone,
        submitted_at=sent_at,
    )
    session.add(access)
    await session.flush()
    stored_as = new_id()
    store = DocumentStore(settings.data_dir, settings.secret_key)
    size_bytes, sha256 = store.keep(stored_as, BytesIO(surat_tugas(facts)))
    session.add(
        Document(
            access=access.id,
            title="Surat Tugas",
            file_name=f"Surat Tugas {demo.name}.pdf",
            stored_as=stored_as,
            media_type="application/pdf",
            size_bytes=size_bytes,
            sha256=sha256,
        )
    )
    return access
