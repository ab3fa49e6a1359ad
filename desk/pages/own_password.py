"""Changing one's own password, knowing the old one."""

from aiohttp import web
from pydantic import BaseModel

from desk import audit
from desk.accounts.choosing import weakness_in_words
from desk.accounts.passwords import hash_password, password_matches
from desk.accounts.renewing import change_password, own_words
from desk.accounts.sessions import Identity
from desk.accounts.tables import Account
from desk.answers import done_answer
from desk.asks import Ask, Done, View, parse, read_body
from desk.audit import Did
from desk.authority import Action, demand_role
from desk.cookies import session_token
from desk.dispatch import who_asks
from desk.keys import ATTEMPTS, CLOCK, DATABASE, MAIL_WAITS, SETTINGS, SIGNALING, TEMPLATES
from desk.notices.account_mails import AccountMail, write_account_mail
from desk.pages.forms import Errors, Typed, form_answer
from desk.retrying import persistent
from desk.words import _

CHANGED = "/account/password?done=1"


class ChangeForm(BaseModel):
    """The old password and the new one."""

    old: Typed = ""
    password: Typed = ""


async def change_page(ask: Ask[None]) -> View:
    """GET /account/password."""
    is_done = "done" in ask.request.query
    return View("own_password.html", {"errors": {}, "is_done": is_done})


async def change(request: web.Request) -> web.StreamResponse:
    """POST /account/password."""
    identity = demand_role(await who_asks(request), Action.CHANGE_PASSWORD)
    form = parse(ChangeForm, await read_body(request))
    account = await _account(request, identity)
    errors = await _errors(request, account, form)
    if not errors and not await _change(request, account, await hash_password(form.password)):
        errors["old"] = _("Kata sandi lama salah.")
    if errors:
        return form_answer(request, "own_password.html", {"is_done": False}, errors)
    request.app[MAIL_WAITS].set()
    request.app[SIGNALING].moved()
    return done_answer(request, Done({"url": CHANGED}, CHANGED))


@persistent
async def _account(request: web.Request, identity: Identity) -> Account:
    async with request.app[DATABASE].reading() as session:
        return await session.get_one(Account, identity.id)


async def _errors(request: web.Request, account: Account, form: ChangeForm) -> Errors:
    """What is wrong; a session that was left open is no way to guess the password."""
    address, attempts = request.remote or "", request.app[ATTEMPTS]
    errors: Errors = {}
    async with attempts.one(account.email, address) as may_try:
        if not may_try:
            return {"old": _("Terlalu banyak percobaan. Tunggu satu jam, lalu coba lagi.")}
        if not await password_matches(account.password_hash, form.old):
            await attempts.failed(account.email, address)
            await _record_refusal(request, account)
            errors["old"] = _("Kata sandi lama salah.")
    if weak := weakness_in_words(form.password, own_words(account)):
        errors["password"] = weak
    elif form.password == form.old:
        errors["password"] = _("Kata sandi baru sama dengan yang lama. Pilih yang lain.")
    return errors


@persistent
async def _record_refusal(request: web.Request, account: Account) -> None:
    now = request.app[CLOCK].now()
    async with request.app[DATABASE].writing() as session:
        await audit.record(session, account.id, Did.PASSWORD_REFUSED, account.id, now)


@persistent
async def _change(request: web.Request, account: Account, password_hash: str) -> bool:
    app, now, token = request.app, request.app[CLOCK].now(), session_token(request) or ""
    async with app[DATABASE].writing() as session:
        if not await change_password(session, account, password_hash, token, now):
            return False
        mail = AccountMail.PASSWORD_CHANGED
        write_account_mail(session, app[TEMPLATES], app[SETTINGS], mail, account, now)
    return True
