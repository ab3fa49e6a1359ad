"""What the pages of an application share: its draft, held against the form of its role."""

from typing import Any, NamedTuple

from desk.access.rows import rejection_of
from desk.access.tables import Document, Upload
from desk.access.uploads import unsent
from desk.application.again import kept_documents
from desk.application.checking import Checked, check
from desk.application.tables import Draft
from desk.asks import Ask
from desk.directory.roles import name_of, role_form
from desk.directory.tables import RoleForm
from desk.problems import Problem
from desk.words import _

LETTER = "Surat Tugas"


def no_such_role() -> Problem:
    """A role that nobody can apply for, or not any more."""
    return Problem(
        422,
        "no_such_role",
        _("Pilih role"),
        _("Role ini tidak tersedia untuk tipe profil yang dipilih. Pilih role lain."),
        url="/access/new",
    )


class Files(NamedTuple):
    """What goes with a draft: what was uploaded, and of the rejected application what stays."""

    uploads: list[Upload]
    kept: list[Document]


async def files_of(ask: Ask[Draft]) -> Files:
    """The letters that somebody has uploaded and not sent, or those of before."""
    every = await unsent(ask.session, ask.identity.id)
    uploads = [one for one in every if one.title == LETTER]
    return Files(uploads, await kept_documents(ask.session, ask.thing, uploads))


async def checked_draft(ask: Ask[Draft]) -> tuple[RoleForm, Checked, Files]:
    """The form of the draft's role, the answers held against it, and its files.

    Raises a Problem.
    """
    found = await role_form(ask.session, ask.thing.role)
    if found is None or not found.is_offered:
        raise no_such_role()
    files = await files_of(ask) if "letter" in found.fields else Files([], [])
    count = len(files.uploads) + len(files.kept)
    today = ask.now.astimezone(ask.settings.zone).date()
    checked = await check(ask.session, found.fields, ask.thing.answers, count, today)
    return found, checked, files


async def draft_row(ask: Ask[Draft], form: RoleForm) -> dict[str, Any]:
    """A draft for its pages; `reason` is why the application before it was rejected."""
    draft = ask.thing
    before = draft.copied_from
    return {
        "reason": await rejection_of(ask.session, before) if before else None,
        "id": draft.id,
        "url": f"/access/drafts/{draft.id}",
        "role_name": name_of(form),
        "profile_type": form.profile_type,
        "way": form.way,
        "saved_at": draft.saved_at,
    }
