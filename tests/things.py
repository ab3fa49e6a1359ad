"""Things that routes speak of, made directly in the database: their ids."""

from datetime import date, timedelta
from io import BytesIO

from desk.access.tables import Access, AccessState, Document, Upload
from desk.access.uploads import OF_A_DOCUMENT
from desk.accounts.links import fresh_token, keep_link
from desk.accounts.tables import Account, Purpose
from desk.application.drafts import begin
from desk.directory.agencies import find_or_add_unit
from desk.directory.changing import add_agency
from desk.directory.tables import AgencyKind
from desk.keys import DOCUMENTS
from desk.recording.tables import Snapshot, SnapshotOf
from desk.schedule.tables import DayException, RosterException, Scope
from tests.recorded import recording_of
from tests.scenes import InCall
from tests.support import RunningDesk
from waiting_room.tables import new_id

AGENCY = "Kota Contoh"


async def draft(desk: RunningDesk, account: Account) -> str:
    """A draft that this account has begun."""
    async with desk.database.writing() as session:
        return (await begin(session, account.id, "PP", desk.clock.now())).id


async def unconfirmed(desk: RunningDesk, account: Account) -> Account:
    """The account, as if it were still to be confirmed."""
    async with desk.database.writing() as session:
        account = await session.merge(account)
        account.confirmed_at = None
    return account


async def link(desk: RunningDesk, purpose: Purpose) -> str:
    """The token of a link that works, of an account that is still to be confirmed."""
    account = await unconfirmed(desk, (await desk.people.applicant()).account)
    token = fresh_token()
    async with desk.database.writing() as session:
        await keep_link(session, token, account.id, purpose, desk.clock.now())
    return token


async def agency_with_units(desk: RunningDesk) -> tuple[str, list[str]]:
    """An agency with two units."""
    now = desk.clock.now()
    async with desk.database.writing() as session:
        agency = await add_agency(session, AgencyKind.CITY, AGENCY, "Asia/Jakarta", "test", now)
        assert agency
        names = ("Dinas Contoh", "Dinas Percobaan")
        units = [await find_or_add_unit(session, agency, name, now) for name in names]
    return agency, [unit.id for unit in units]


async def days_off(desk: RunningDesk, verifier: Account) -> tuple[str, str]:
    """A day that is closed, and one on which a verifier is absent."""
    day = desk.clock.now().date() + timedelta(days=29)
    exception = DayException(
        id=new_id(), day=day, scope=Scope.NATIONAL, place="", is_open=False, reason="Pilkada",
        author=verifier.id, created_at=desk.clock.now(), moved=0, unplaced=[],
    )  # fmt: skip
    absence = RosterException(id=new_id(), verifier=verifier.id, day=day)
    async with desk.database.writing() as session:
        session.add_all((exception, absence))
    return exception.id, absence.id


async def uploaded(desk: RunningDesk, by: Account, like: Document) -> str:
    """An unsent upload with the file of a document, of which the pages are drawn already."""
    same = {name: getattr(like, name) for name in OF_A_DOCUMENT}
    upload = Upload(
        id=new_id(), account=by.id, pages=2, created_at=desk.clock.now(), **same
    )  # fmt: skip
    async with desk.database.writing() as session:
        session.add(upload)
    return upload.id


async def submitted(
    desk: RunningDesk, hours_ago: int = 1, by: Account | None = None, role: str = "AUDITOR"
) -> Access:
    """An application that is verified by its documents, of a new applicant unless `by` is one."""
    account = by or await desk.people.newcomer()
    desk.people.made += 1
    access = Access(
        id=new_id(), number=f"MV-2611-{desk.people.made:04}", applicant=account.id,
        state=AccessState.SUBMITTED, role=role, rank="", agency_type="city", agency=AGENCY,
        unit=f"Inspektorat {desk.people.made}", unit_tax_number="", letter_number="",
        valid_from=date(2026, 1, 2), valid_until=date(2026, 12, 31), timezone="Asia/Jakarta",
        submitted_at=desk.clock.now() - timedelta(hours=hours_ago),
    )  # fmt: skip
    async with desk.database.writing() as session:
        session.add(access)
    return access


async def snapshot(desk: RunningDesk, call: InCall) -> str:
    """A snapshot of a call; its file holds a few bytes."""
    stored_as = new_id()
    size_bytes, sha256 = desk.app[DOCUMENTS].keep(stored_as, BytesIO(bytes(100)))
    taken = Snapshot(
        id=new_id(), call=call.call, kind=SnapshotOf.FACE, taken_at=desk.clock.now(),
        stored_as=stored_as, media_type="image/jpeg", size_bytes=size_bytes, sha256=sha256,
    )  # fmt: skip
    async with desk.database.writing() as session:
        session.add(taken)
    return taken.id


async def recording(desk: RunningDesk, call: InCall) -> tuple[str, str]:
    """The recording of a call that is over, and its verifier's look at it: their ids."""
    made = await recording_of(desk, call)
    await made.end()
    await made.stand_in()
    _status, body = await call.verifier.act(f"{made.page}/views", {"reason": "Keberatan"})
    return made.id, body["view"]
