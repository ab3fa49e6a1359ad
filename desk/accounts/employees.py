"""The NIP or NRP of an account: kept, and what a verifier should look at in its numbers."""

from datetime import date, datetime

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.accounts.names import masked
from desk.accounts.tables import Account
from desk.audit import Did
from desk.formats.employees import check_employee_number, profile_of
from desk.formats.grades import Service
from desk.formats.people import NOTHING_KNOWN, Profile, check_nik


async def keep_employee_number(
    session: AsyncSession, account: str, service: Service, number: str, now: datetime
) -> bool:
    """Keep the number that somebody has in a service: whether it is another one."""
    other = or_(
        Account.employee_number.is_distinct_from(number),
        Account.service.is_distinct_from(service),
    )
    change = update(Account).where(Account.id == account, other)
    kept = await session.execute(
        change.values(employee_number=number, service=service).returning(Account.id)
    )
    if kept.first() is None:
        return False
    detail = {"service": service.value, "number": masked(number)}
    await audit.record(session, account, Did.EMPLOYEE_NUMBER_KEPT, account, now, **detail)
    return True


def number_warnings(account: Account, today: date) -> tuple[str, ...]:
    """Codes of what is odd about the NIK, and about the other number held against it."""
    nik = account.identity_number
    odd = check_nik(nik).warnings if nik else ()
    return odd + employee_warnings(account, today)


def employee_warnings(account: Account, today: date) -> tuple[str, ...]:
    """Codes of what is odd about the NIP or NRP alone."""
    number, service = account.employee_number, account.service
    if number is None or service is None:
        return ()
    return check_employee_number(number, service, today, known_of(account, today)).warnings


def known_of(account: Account, today: date) -> Profile:
    """What the NIK says, which the other number is held against."""
    nik = account.identity_number
    return profile_of(nik, today) if nik else NOTHING_KNOWN
