"""What the pages of an application share: its draft, held against the form of its role."""

from typing import Any

from desk.access.tables import Upload
from desk.access.uploads import unsent
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


async def letters_of(ask: Ask[Any]) -> list[Upload]:
    """The letters that somebody has uploaded and not sent."""
    return [one for one in await unsent(ask.session, ask.identity.id) if one.title == LETTER]


async def checked_draft(ask: Ask[Draft]) -> tuple[RoleForm, Checked]:
    """The form of the draft's role, and the answers held against it. Raises a Problem."""
    found = await role_form(ask.session, ask.thing.role)
    if found is None or not found.is_offered:
        raise no_such_role()
    files = len(await letters_of(ask))
    today = ask.now.astimezone(ask.settings.zone).date()
    return found, await check(ask.session, found.fields, ask.thing.answers, files, today)


def draft_row(draft: Draft, form: RoleForm) -> dict[str, Any]:
    """A draft for its pages."""
    return {
        "id": draft.id,
        "url": f"/access/drafts/{draft.id}",
        "role_name": name_of(form),
        "profile_type": form.profile_type,
        "way": form.way,
        "saved_at": draft.saved_at,
    }
