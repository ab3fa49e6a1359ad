"""A recording while its call goes on: begun, held up, ended; whether it may be added to."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.files import CallFile
from desk.audit import Did
from desk.problems import Problem
from desk.recording import consent, pauses
from desk.recording.consent_tables import Answer, Consent
from desk.recording.keys import new_key, wrap
from desk.recording.tables import Recording, RecordingState
from desk.settings import Settings
from desk.words import _
from waiting_room import line
from waiting_room.dialects import insert_into
from waiting_room.tables import Call, new_id


async def recording_of(session: AsyncSession, call: str) -> Recording | None:
    """The recording of a call, if there is any."""
    statement = select(Recording).where(Recording.call == call)
    return (await session.execute(statement)).scalar_one_or_none()


async def demand_consent(session: AsyncSession, file: CallFile) -> str:
    """The id of the consent that allows it, held until the end. Raises the Problem no_consent."""
    stands = await consent.standing(session, file.meeting.id, hold=True)
    if stands is None or not stands.allows:
        detail = _("Pemohon belum menyetujui perekaman. Panggilan berjalan tanpa direkam.")
        raise Problem(409, "no_consent", _("Tidak ada persetujuan"), detail)
    return stands.id


async def begun(
    session: AsyncSession, file: CallFile, settings: Settings, now: datetime
) -> Recording:
    """The recording of an open call, made where there is none yet; it may be added to.

    Raises NotYourCall, and the Problems no_consent, recording_paused and recording_stopped.
    """
    await line.hold_open(session, file.call.id)
    allowed_by = await demand_consent(session, file)
    recording = await made(session, file, allowed_by, settings.secret_key, now)
    await demand_open(session, recording)
    return recording


async def made(
    session: AsyncSession, file: CallFile, allowed_by: str, secret: str, now: datetime
) -> Recording:
    """The recording of a call, made where there is none yet, and held until the end."""
    row = {
        "id": new_id(), "call": file.call.id, "access": file.access.id, "consent": allowed_by,
        "state": RecordingState.OPEN, "started_at": now, "wrapped_key": wrap(secret, new_key()),
    }  # fmt: skip
    new = insert_into(session, Recording).values(row).on_conflict_do_nothing()
    fresh = (await session.execute(new.returning(Recording.id))).first()
    if fresh:
        detail = {"call": file.call.id, "consent": allowed_by}
        await audit.record(session, audit.SYSTEM, Did.RECORDING_BEGUN, fresh.id, now, **detail)
    of_call = select(Recording).where(Recording.call == file.call.id).with_for_update()
    return (await session.execute(of_call)).scalar_one()


async def demand_open(session: AsyncSession, recording: Recording) -> None:
    """Raises a Problem unless segments may be added now."""
    if recording.state is not RecordingState.OPEN or await pauses.is_final(session, recording.id):
        raise stopped()
    if await pauses.is_paused(session, recording.id):
        detail = _("Perekaman panggilan ini sedang dijeda oleh verifikator.")
        raise Problem(409, "recording_paused", _("Perekaman dijeda"), detail)


def stopped() -> Problem:
    """Nothing more is added to this recording."""
    detail = _("Perekaman panggilan ini sudah dihentikan.")
    return Problem(409, "recording_stopped", _("Perekaman dihentikan"), detail)


async def end(session: AsyncSession, recording: str, now: datetime) -> bool:
    """No more is added to a recording: whether it was open until now."""
    ended = await session.execute(
        update(Recording)
        .where(Recording.id == recording, Recording.state == RecordingState.OPEN)
        .values(state=RecordingState.ENDED, ended_at=now)
        .returning(Recording.id)
    )
    if ended.first() is None:
        return False
    await audit.record(session, audit.SYSTEM, Did.RECORDING_ENDED, recording, now)
    return True


async def over(session: AsyncSession, since: datetime) -> list[tuple[str, str]]:
    """Open recordings that began since then and whose call has ended, or whose consent stands no
    longer: the id of each, and of its call.
    """
    statement = (
        select(Recording.id, Recording.call)
        .join(Call, Call.id == Recording.call)
        .join(Consent, Consent.id == Recording.consent)
        .where(
            Recording.started_at > since,
            Recording.state == RecordingState.OPEN,
            Call.ended_at.is_not(None)
            | Consent.withdrawn_at.is_not(None)
            | Consent.replaced_at.is_not(None)
            | (Consent.answer != Answer.GIVEN),
        )
    )
    return [(row.id, row.call) for row in await session.execute(statement)]


async def calls_of(session: AsyncSession, recordings: Collection[str]) -> set[str]:
    """The calls of these recordings."""
    found = await session.execute(select(Recording.call).where(Recording.id.in_(recordings)))
    return set(found.scalars())
