"""The administrator's pages about staff: who is there, in what role, and who may sign in."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from desk.accounts import changing
from desk.accounts.inviting import STAFF, staff_accounts
from desk.accounts.names import role_in_words
from desk.accounts.tables import Account, Role
from desk.asks import Ask, Done, View
from desk.keys import MAIL_WAITS
from desk.pages.replanning import changed
from desk.pages.schedule import report_of
from desk.problems import Problem
from desk.schedule.closing import losing_seats
from desk.schedule.plan import read_plan
from desk.words import _
from signaling.server import Signaling

StaffRole = Literal[Role.VERIFIER, Role.SUPERVISOR, Role.ADMINISTRATOR]


class RoleChoice(BaseModel):
    """Another role."""

    role: StaffRole


class Confirmation(BaseModel):
    """The box above the button."""

    confirmed: bool | str = False


async def staff(ask: Ask[None]) -> View:
    """GET /staff: everybody, and the form to invite one more."""
    people = [row(account) for account in await staff_accounts(ask.session)]
    form = {"name": "", "email": "", "role": Role.VERIFIER.value}
    return View("staff.html", {"people": people, "roles": roles()}, {"form": form, "errors": {}})


async def person(ask: Ask[Account]) -> View:
    """GET /staff/{id}."""
    data = {
        "person": row(ask.thing),
        "roles": roles(),
        "is_own": _is_own(ask),
        "losing": await _losing(ask),
        "report": report_of(ask),
    }
    return View("staff_person.html", data)


async def _losing(ask: Ask[Account]) -> int | None:
    """How many meetings lose their time if this verifier goes; None where no seat is theirs."""
    plan = await read_plan(ask.session, ask.settings, ask.now)
    if ask.thing.id not in plan.roster.verifiers:
        return None
    without = replace(plan, roster=plan.roster.without(ask.thing.id))
    return len(await losing_seats(ask.session, without, ask.now))


def roles() -> list[tuple[str, str]]:
    """Each role of the staff, in words."""
    return [(role.value, role_in_words(role)) for role in STAFF]


def row(account: Account) -> dict[str, Any]:
    """One of the staff, as the pages show them."""
    return {
        "id": account.id,
        "url": _url(account),
        "name": account.name,
        "email": account.email,
        "role": account.role.value,
        "role_name": role_in_words(account.role),
        "desk_number": account.desk_number,
        "state": _state(account.confirmed_at, account.disabled_at),
    }


def _state(confirmed_at: datetime | None, disabled_at: datetime | None) -> str:
    if disabled_at:
        return "disabled"
    return "active" if confirmed_at else "invited"


def _url(account: Account) -> str:
    return f"/staff/{account.id}"


def _is_own(ask: Ask[Account]) -> bool:
    return ask.thing.id == ask.identity.id


async def give_role(ask: Ask[Account]) -> Done:
    """POST /staff/{id}/role: every session of theirs ends, and a call goes back to the line."""
    role = ask.body(RoleChoice).role
    _demand_other(ask)
    serves = Role.VERIFIER in {ask.thing.role, role}
    is_new = await changing.change_role(
        ask.session, ask.thing.email, ask.now, role, ask.identity.id
    )
    return await _done(ask, reseats=serves and is_new)


async def disable(ask: Ask[Account]) -> Done:
    """POST /staff/{id}/disable: they are out at once."""
    _demand_other(ask)
    if not ask.body(Confirmation).confirmed:
        title = _("Belum dikonfirmasi")
        detail = _("Centang pernyataan di atas tombol, lalu nonaktifkan akun ini.")
        raise Problem(422, "not_confirmed", title, detail, url=_url(ask.thing))
    is_new = await changing.disable(ask.session, ask.thing.email, ask.now, ask.identity.id)
    return await _done(ask, reseats=is_new and ask.thing.role is Role.VERIFIER)


async def enable(ask: Ask[Account]) -> Done:
    """POST /staff/{id}/enable."""
    is_new = await changing.enable(ask.session, ask.thing.email, ask.now, ask.identity.id)
    return await _done(ask, reseats=is_new and ask.thing.role is Role.VERIFIER)


def _demand_other(ask: Ask[Account]) -> None:
    """Whoever shut themselves out could not open the door again."""
    if _is_own(ask):
        title = _("Ini akun Anda sendiri")
        detail = _("Anda tidak dapat mengubah akun Anda sendiri. Minta administrator lain.")
        raise Problem(409, "own_account", title, detail, url=_url(ask.thing))


async def _done(ask: Ask[Account], *, reseats: bool) -> Done:
    """Back to the person's page; with a report, where the seats are counted anew."""
    url = _url(ask.thing)
    if not reseats:
        return Done({"url": url}, url, Signaling.moved)
    detail = {"verifier": ask.thing.id}
    done = await changed(ask, "staff", detail, page=url, seats_fall=True)

    def tell(signaling: Signaling) -> None:
        ask.request.app[MAIL_WAITS].set()
        signaling.moved()

    return replace(done, tell=tell)
