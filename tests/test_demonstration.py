"""The demonstration: twenty people who can join now, at any hour, however often it starts."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from desk.access.tables import Access, AccessState, Document
from desk.access.vault import Vault
from desk.accounts.passwords import password_matches
from desk.accounts.tables import Account, Role
from desk.database import Database
from desk.demo.load import PASSWORD, load_demonstration
from desk.keyring import derive
from desk.schedule.meetings import open_span
from desk.schedule.tables import Meeting
from desk.settings import Settings
from desk.times import day_span
from tests.hall import Hall
from waiting_room import line, service
from waiting_room.service import DayCounts
from waiting_room.tables import Call, CallOutcome, Shift, ShiftState, Ticket, TicketState

DAY = datetime(2026, 11, 24, tzinfo=UTC)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def _in_a_row() -> list[datetime]:
    """Every hour of a day, and the last minutes before and after midnight in each zone."""
    midnights = [datetime(2026, 11, 25, tzinfo=ZoneInfo(zone)).astimezone(UTC) for zone in ZONES]
    near = [
        midnight + timedelta(minutes=minutes)
        for midnight in midnights
        for minutes in (-31, -7, -2, -1, 0, 1)
    ]
    return sorted({*(DAY + timedelta(hours=hour, minutes=3) for hour in range(24)), *near})


async def _cases(database: Database) -> list[tuple[Account, Access, Meeting]]:
    statement = (
        select(Account, Access, Meeting)
        .join(Access, Access.applicant == Account.id)
        .join(Meeting, Meeting.access == Access.id)
        .where(Access.state == AccessState.SCHEDULED)
    )
    async with database.reading() as session:
        return [(one, two, three) for one, two, three in await session.execute(statement)]


async def _demand_joinable(database: Database, settings: Settings, now: datetime) -> None:
    cases = await _cases(database)
    assert {account.email for account, _, _ in cases} == {
        f"pemohon{number}@demo.test" for number in range(1, 21)
    }
    assert len(cases) == 20
    for account, access, meeting in cases:
        span = open_span(meeting, ZoneInfo(access.timezone), settings)
        assert span.holds(now), f"{account.email} at {now}: {span}"


async def test_everybody_is_there_with_a_letter_and_a_password(
    hall: Hall, settings: Settings
) -> None:
    database, now = hall.database, hall.clock.now()
    await load_demonstration(database, settings, now)
    await _demand_joinable(database, settings, now)
    people = {one.email: one for one in await hall.all(Account)}
    assert len(people) == 29
    assert people["verifikator5@demo.test"].role is Role.VERIFIER
    assert people["pengawas@demo.test"].role is Role.SUPERVISOR
    assert people["admin@demo.test"].role is Role.ADMINISTRATOR
    for email in ("pemohon1@demo.test", "verifikator1@demo.test"):
        assert await password_matches(people[email].password_hash, PASSWORD)
    letters = await hall.all(Document)
    accesses = {access.id: access for access in await hall.all(Access)}
    assert {letter.access for letter in letters} == accesses.keys()
    by_documents = sorted(
        now - access.submitted_at
        for access in accesses.values()
        if access.state is AccessState.SUBMITTED
    )
    assert len(by_documents) == 2
    assert by_documents[0] < settings.review < by_documents[1]
    vault = Vault(settings.data_dir / "documents", derive(settings.secret_key, "documents"))
    for letter in letters:
        assert b"%PDF" not in vault.path(letter.stored_as).read_bytes()
        vault.get(letter.stored_as, content := BytesIO())
        assert content.getvalue().startswith(b"%PDF-")
        assert len(content.getvalue()) == letter.size_bytes


async def test_a_second_load_changes_nothing(hall: Hall, settings: Settings) -> None:
    tables = (Account, Access, Meeting, Document)
    await load_demonstration(hall.database, settings, hall.clock.now())

    async def rows() -> list[dict[str, object]]:
        return [
            {name: getattr(row, name) for name in table.__table__.columns.keys()}  # noqa: SIM118
            for table in tables
            for row in await hall.all(table)
        ]

    before = await rows()
    hall.clock.forward(minutes=45)
    await load_demonstration(hall.database, settings, hall.clock.now())
    assert await rows() == before


@pytest.mark.parametrize("zone", ZONES)
async def test_a_first_load_two_minutes_before_midnight(
    hall: Hall, settings: Settings, zone: str
) -> None:
    now = datetime(2026, 11, 24, 23, 58, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    await load_demonstration(hall.database, settings, now)
    await _demand_joinable(hall.database, settings, now)


async def test_whatever_the_hour_of_the_next_start(hall: Hall, settings: Settings) -> None:
    for now in _in_a_row():
        await load_demonstration(hall.database, settings, now)
        await _demand_joinable(hall.database, settings, now)


async def test_whoever_was_decided_applies_anew(hall: Hall, settings: Settings) -> None:
    database, now = hall.database, hall.clock.now()
    await load_demonstration(database, settings, now)
    async with database.writing() as session:
        decided = [access.id for _, access, _ in await _cases(database)]
        for ids, state in (
            (decided[:10], AccessState.APPROVED),
            (decided[10:], AccessState.REJECTED),
        ):
            await session.execute(update(Access).where(Access.id.in_(ids)).values(state=state))
    assert await _cases(database) == []
    hall.clock.forward(minutes=20)
    await load_demonstration(database, settings, hall.clock.now())
    await _demand_joinable(database, settings, hall.clock.now())
    assert len(await hall.all(Access)) == len(await hall.all(Document)) == 42


async def test_a_day_later_the_line_is_clear_and_the_new_day_counts_nothing(
    hall: Hall, settings: Settings
) -> None:
    database, clock = hall.database, hall.clock
    await load_demonstration(database, settings, clock.now())
    for account, _, meeting in (await _cases(database))[:3]:
        async with database.writing() as session:
            await line.join(
                session, account.id, meeting.id, meeting.starts_at, clock.now(), timedelta(0)
            )
    await hall.start("vera")
    _, call = await hall.take("vera")
    clock.forward(hours=24)
    await load_demonstration(database, settings, clock.now())
    await _demand_joinable(database, settings, clock.now())
    tickets, (ended,) = await hall.all(Ticket), await hall.all(Call)
    states = sorted(ticket.state for ticket in tickets)
    assert states == sorted([TicketState.ABSENT, TicketState.LEFT, TicketState.LEFT])
    assert (ended.id, ended.outcome) == (call.id, CallOutcome.ABSENT)
    assert (await hall.all(Shift))[0].state is ShiftState.WRAP_UP
    async with database.reading() as session:
        today = day_span(clock.now(), settings.zone)
        assert await service.day_counts(session, *today) == DayCounts(0, 0, 0, 0)
        assert (await service.service_level(session, *today, 300)).counted == 0


async def test_two_open_applications_of_one_person_do_not_stop_the_start(
    hall: Hall, settings: Settings
) -> None:
    """A restart and "Ajukan kembali" can both have made one."""
    await load_demonstration(hall.database, settings, hall.clock.now())
    async with hall.database.writing() as session:
        first, second = (await session.execute(select(Access).limit(2))).scalars()
        second.applicant = first.applicant
    hall.clock.forward(days=1)
    await load_demonstration(hall.database, settings, hall.clock.now())
    assert len(await _cases(hall.database)) == 21
