"""Looking at a recording: a view is opened for a reason, kept while its page is open, and left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.accounts.tables import Account
from desk.audit import Did
from desk.authority import Found, Parties
from desk.problems import Problem, not_found
from desk.recording.playback import RecordingFile, find_recording
from desk.recording.tables import RecordingView
from desk.words import _
from waiting_room.tables import new_id

# A page that is open says so twice a minute; without a script it may be looked at for so long.
VIEW_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ViewFile:
    """A view, and what is looked at in it."""

    view: RecordingView
    file: RecordingFile


async def find_view(session: AsyncSession, view: str) -> Found[ViewFile]:
    """A view, over or not. Raises the Problem not_found."""
    found = await session.get(RecordingView, view)
    if found is None:
        raise not_found()
    recording = await find_recording(session, found.recording)
    return Found(ViewFile(found, recording.thing), Parties(viewer=found.viewer))


async def views_of(session: AsyncSession, recording: str) -> list[tuple[RecordingView, Account]]:
    """Who has looked at a recording, the newest first."""
    statement = (
        select(RecordingView, Account)
        .join(Account, Account.id == RecordingView.viewer)
        .where(RecordingView.recording == recording)
        .order_by(RecordingView.opened_at.desc(), RecordingView.id)
    )
    return [(view, viewer) for view, viewer in await session.execute(statement)]


async def open_view(
    session: AsyncSession, recording: str, viewer: str, reason: str, now: datetime
) -> str:
    """Begin to look at a recording, for a reason: the id of the view."""
    view = RecordingView(
        id=new_id(), recording=recording, viewer=viewer, reason=reason, opened_at=now, seen_at=now
    )
    session.add(view)
    detail = {"view": view.id, "reason": reason}
    await audit.record(session, viewer, Did.RECORDING_VIEWED, recording, now, **detail)
    return view.id


def is_over(view: RecordingView, now: datetime) -> bool:
    """Whether it was left, or its page has not been heard of for too long."""
    return view.closed_at is not None or now >= view.seen_at + VIEW_LASTS


async def keep_view(
    session: AsyncSession, view: RecordingView, now: datetime, *, is_left: bool
) -> bool:
    """Its page is still open, or is being left: false where the view was over before."""
    kept = update(RecordingView).where(
        RecordingView.id == view.id,
        RecordingView.closed_at.is_(None),
        RecordingView.seen_at > now - VIEW_LASTS,
    )
    values = {"seen_at": now} | ({"closed_at": now} if is_left else {})
    if (await session.execute(kept.values(values).returning(RecordingView.id))).first() is None:
        return False
    if is_left:
        seconds = round((now - view.opened_at).total_seconds())
        detail = {"view": view.id, "seconds": seconds}
        await audit.record(session, view.viewer, Did.RECORDING_LEFT, view.recording, now, **detail)
    return True


def view_over(recording: str) -> Problem:
    """What is asked for belongs to a view that is over."""
    return Problem(
        410,
        "view_over",
        _("Penayangan sudah berakhir"),
        _("Penayangan rekaman ini sudah berakhir. Buka lagi rekamannya dengan alasan Anda."),
        url=f"/recordings/{recording}",
    )
