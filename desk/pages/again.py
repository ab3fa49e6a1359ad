"""Applying again after a rejection: the copy to be looked over, and sending it."""

from typing import Annotated

from pydantic import BaseModel, Field

from desk import audit
from desk.access.copies import apply_again, demand_copyable
from desk.access.files import documents_of
from desk.access.rows import access_row, rejection_of
from desk.access.tables import Access
from desk.access.uploads import unsent
from desk.application.beginning import tell_sent
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.directory.roles import RoleNames, role_names
from desk.keys import MAIL_WAITS, TEMPLATES
from desk.pages.uploads import upload_fields
from desk.problems import Problem
from desk.times import day_name
from desk.words import _
from signaling.server import Signaling


async def review(ask: Ask[Access]) -> View:
    """GET /access/{id}/again: the copy of a rejected application, to be looked over and sent."""
    access = ask.thing
    await demand_copyable(ask.session, access)
    documents = await documents_of(ask.session, access.id)
    titles = list(dict.fromkeys(one.title for one in documents))
    fresh = [one for one in await unsent(ask.session, ask.identity.id) if one.title in titles]
    names = await role_names(ask.session)
    data = {
        "access": access_row(access, names, reason=await rejection_of(ask.session, access.id)),
        "fields": _fields(access, names),
        "documents": [
            {"title": one.title, "file_name": one.file_name, "size_bytes": one.size_bytes}
            for one in documents
        ],
    }
    fields = upload_fields(ask, titles, fresh)
    return View("again.html", data, {"upload_fields": fields})


def _fields(access: Access, names: RoleNames) -> list[tuple[str, str]]:
    valid = _("{start} s.d. {end}").format(
        start=day_name(access.valid_from), end=day_name(access.valid_until)
    )
    return [
        (_("Role"), names.of(access.role)),
        (_("Golongan"), access.rank),
        (_("Jenis Instansi"), access.agency_type),
        (_("Nama Instansi"), access.agency),
        (_("Satuan Kerja"), access.unit),
        (_("NPWP Satuan Kerja"), access.unit_tax_number),
        (_("Nomor Surat Tugas"), access.letter_number),
        (_("Masa Berlaku Jabatan"), valid),
    ]


class Confirmation(BaseModel):
    """The box under the review."""

    confirmed: bool | str = False
    # Ids of new documents, with spaces between them.
    uploads: Annotated[str, Field(max_length=1000)] = ""


async def send(ask: Ask[Access]) -> Done:
    """POST /access/{id}/again."""
    confirmation = ask.body(Confirmation)
    if not confirmation.confirmed:
        raise Problem(
            422,
            "not_confirmed",
            _("Belum dikonfirmasi"),
            _("Centang pernyataan bahwa data sudah benar, lalu kirim."),
            url=ask.request.path,
        )
    new = confirmation.uploads.split()
    sent = await apply_again(ask.session, ask.thing, ask.now, ask.settings, new)
    await audit.record(
        ask.session,
        ask.identity.id,
        Did.APPLIED_AGAIN,
        sent.access.id,
        ask.now,
        copied_from=ask.thing.id,
    )
    templates = ask.request.app[TEMPLATES]
    await tell_sent(ask.session, templates, ask.settings, sent, ask.now)

    def wake(_signaling: Signaling) -> None:
        ask.request.app[MAIL_WAITS].set()

    meeting = sent.meeting.id if sent.meeting else None
    body = {"access": sent.access.id, "meeting": meeting, "url": sent.url}
    return Done(body, sent.url, wake)
