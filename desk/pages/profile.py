"""The profile: who somebody is, and the number that they have in their service."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import select

from desk.access.tables import Access
from desk.accounts.employees import employee_warnings, keep_employee_number, known_of
from desk.accounts.names import masked
from desk.accounts.tables import Account
from desk.asks import Ask, Done, View
from desk.formats.checked import WARNINGS, Malformed
from desk.formats.employees import check_employee_number
from desk.formats.grades import Service, service_of
from desk.refilling import Refilled, check
from desk.words import _

KEPT = "/profile?done=1"


class EmployeeForm(BaseModel):
    """The number, and whose it is; of civil servants where nothing is said."""

    service: Literal["pns", "pppk", "polri", "tni"] = "pns"
    employee_number: str = Field(min_length=1, max_length=200)


async def profile(ask: Ask[None]) -> View:
    """GET /profile."""
    account = await _account(ask)
    service = account.service or await _service_applied_with(ask)
    return _view(ask, account, {"service": service.value, "employee_number": ""}, {})


async def _account(ask: Ask[None]) -> Account:
    return await ask.session.get_one(Account, ask.identity.id)


async def _service_applied_with(ask: Ask[None]) -> Service:
    """The service of the newest application's grade: most people need not choose."""
    own = select(Access.rank).where(Access.applicant == ask.identity.id)
    newest = await ask.session.execute(own.order_by(Access.submitted_at.desc()).limit(1))
    found = service_of(newest.scalar() or "")
    return found if found and found is not Service.NONE else Service.PNS


def _view(ask: Ask[None], account: Account, typed: dict[str, Any], errors: dict[str, str]) -> View:
    today = ask.now.astimezone(ask.settings.zone).date()
    employee = None
    if account.employee_number:
        employee = {
            "service": account.service,
            "number_masked": masked(account.employee_number),
            "warnings": [_(WARNINGS[code]) for code in employee_warnings(account, today)],
        }
    data = {
        "name": account.name,
        "email": account.email,
        "phone": account.phone,
        "identity_masked": masked(account.identity_number),
        "profile_verified_at": account.profile_verified_at,
        "employee": employee,
    }
    is_done = "done" in ask.request.query
    more = {"typed": typed, "errors": errors, "is_done": is_done, "services": _services()}
    return View("profile.html", data, more)


def _services() -> dict[str, str]:
    return {
        Service.PNS.value: _("PNS"),
        Service.PPPK.value: _("PPPK"),
        Service.POLRI.value: _("Polri"),
        Service.TNI.value: _("TNI"),
    }


async def keep(ask: Ask[None]) -> Done:
    """POST /profile (Simpan): the NIP or NRP, as its service writes it."""
    account = await _account(ask)
    sentences = {"service": _("Pilih jenis pegawai."), "employee_number": _("Isi NIP/NRP Anda.")}
    form, errors = check(EmployeeForm, ask.sent, sentences)
    if form:
        today, service = ask.now.astimezone(ask.settings.zone).date(), Service(form.service)
        known = known_of(account, today)
        try:
            number = check_employee_number(form.employee_number, service, today, known).value
        except Malformed as malformed:
            errors = {"employee_number": malformed.sentence}
        else:
            await keep_employee_number(ask.session, account.id, service, number, ask.now)
            return Done({"url": KEPT}, KEPT)
    typed = {"service": "", "employee_number": ""} | dict(ask.sent)
    raise Refilled(errors, _view(ask, account, typed, errors))
