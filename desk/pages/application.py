"""The first step of an application: the profile and the role."""

from typing import Any

from pydantic import BaseModel, Field

from desk.application import drafts
from desk.asks import Ask, Done, View
from desk.directory.roles import all_role_forms, name_of, role_form
from desk.directory.tables import ProfileType, RoleForm
from desk.pages.drafted import no_such_role
from desk.reshown import Reshown
from desk.words import _


async def choose(ask: Ask[None]) -> View:
    """GET /access/new: which profile and role."""
    return await _page(ask)


async def _page(ask: Ask[None], chosen: str = "", wrong: str = "") -> View:
    """The choice, with the profile that was chosen and what is wrong with the role."""
    roles = [_role_row(form) for form in await all_role_forms(ask.session) if form.is_offered]
    filled = {role["profile_type"] for role in roles}
    profiles = [profile for profile in ProfileType if profile in filled]
    more = {"profiles": profiles, "chosen": chosen, "errors": {"role": wrong} if wrong else {}}
    return View("application_role.html", {"roles": roles}, more)


def _role_row(form: RoleForm) -> dict[str, Any]:
    return {"code": form.code, "profile_type": form.profile_type, "name": name_of(form)}


class Choice(BaseModel):
    """A profile and a role."""

    profile_type: str = Field(max_length=16)
    role: str = Field(max_length=16)


async def begin(ask: Ask[None]) -> Done:
    """POST /access/new: the draft for that role, the one there is or a new one."""
    choice = ask.body(Choice)
    form = await role_form(ask.session, choice.role)
    if form is None or not form.is_offered or form.profile_type != choice.profile_type:
        problem = no_such_role()
        wrong = problem.detail if choice.role else _("Pilih role yang Anda ajukan.")
        raise Reshown(problem, await _page(ask, choice.profile_type, wrong))
    draft = await drafts.begin(ask.session, ask.identity.id, form.code, ask.now)
    url = f"/access/drafts/{draft.id}"
    return Done({"draft": draft.id, "url": url}, url)
