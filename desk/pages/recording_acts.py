"""What an administrator does with a recording: hold it, release it, destroy what was withdrawn."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from desk.asks import Ask, Done
from desk.keys import DOCUMENTS
from desk.pages import recordings
from desk.pages.recordings import LONGEST_REASON
from desk.pages.typed import Typed
from desk.problems import Problem
from desk.recording import holds, snapshots
from desk.recording.destroying import destroy
from desk.recording.playback import RecordingFile
from desk.words import _
from signaling.server import Signaling

Act = Callable[[AsyncSession, str, str, str, datetime], Awaitable[None]]


async def hold(ask: Ask[RecordingFile]) -> Done:
    """POST /recordings/{id}/hold: keep it, for a reason, whatever is due."""
    return await _for_a_reason(ask, "hold_reason", holds.hold)


async def release(ask: Ask[RecordingFile]) -> Done:
    """POST /recordings/{id}/release: let it go its way again."""
    return await _for_a_reason(ask, "release_reason", holds.release)


async def _for_a_reason(ask: Ask[RecordingFile], field: str, act: Act) -> Done:
    typed = Typed(ask.sent)
    reason = typed.text(field, LONGEST_REASON)
    typed.demand(await recordings.recording(ask))
    await act(ask.session, ask.thing.recording.id, ask.identity.id, reason, ask.now)
    return _done(ask)


async def destroy_now(ask: Ask[RecordingFile]) -> Done:
    """POST /recordings/{id}/destroy: at once what would be destroyed within 72 hours."""
    recording = ask.thing.recording
    if not ask.sent.get("confirmed"):
        raise _refused(recording.id, _("Centang pernyataan di atas tombol lebih dahulu."))
    if recording.withdrawn_at is None:
        detail = _("Hanya rekaman yang persetujuannya ditarik dapat dimusnahkan lebih awal.")
        raise _refused(recording.id, detail)
    who = (ask.identity.id, "withdrawal")
    gone = await destroy(ask.session, ask.settings, recording.id, *who, ask.now)
    files = (
        await snapshots.destroy(ask.session, recording.call, *who, ask.now)
        if ask.thing.call.ended_at
        else []
    )
    if not gone and not files:
        detail = _("Rekaman ini sedang ditahan, masih direkam, atau sudah dimusnahkan.")
        raise _refused(recording.id, detail)
    return _done(ask, files)


def _refused(recording: str, detail: str) -> Problem:
    title = _("Tidak dapat dimusnahkan")
    return Problem(409, "not_destroyed", title, detail, url=f"/recordings/{recording}")


def _done(ask: Ask[RecordingFile], files: Sequence[str] = ()) -> Done:
    """Done, and after the commit the files of these names go."""
    url, store = f"/recordings/{ask.thing.recording.id}", ask.request.app[DOCUMENTS]

    def forget(_signaling: Signaling) -> None:
        for stored_as in files:
            store.forget(stored_as)

    return Done({"url": url}, url, forget)
