"""Signing in and out."""

from datetime import datetime, timedelta

from aiohttp import web
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from desk import audit
from desk.accounts.passwords import MAXIMUM_LENGTH, password_matches
from desk.accounts.sessions import Identity, open_session, revoke_session, token_digest
from desk.accounts.tables import Account, Role
from desk.answers import page
from desk.asks import OwnPath, parse, read_body
from desk.audit import Did
from desk.cookies import (
    chosen_language,
    drop_session_token,
    session_token,
    set_session_token,
)
from desk.dispatch import who_asks
from desk.keys import ATTEMPTS, CLOCK, DATABASE, SETTINGS, SIGNALING
from desk.pages.confirm import remind
from desk.problems import Problem, not_signed_in
from desk.retrying import persistent
from desk.words import _, later
from waiting_room import shifts
from waiting_room.errors import NoSuchChange
from waiting_room.tables import ShiftState

# What was done just before, by the word in the address.
DONE = {
    "confirmed": later("Alamat email Anda sudah dikonfirmasi. Silakan masuk."),
    "password": later("Kata sandi Anda sudah diubah. Silakan masuk dengan kata sandi baru."),
}


class SignInForm(BaseModel):
    """What the sign-in form sends."""

    email: str = Field(default="", max_length=254)
    password: str = Field(default="", max_length=MAXIMUM_LENGTH)
    next: OwnPath = "/"


async def sign_in_page(request: web.Request) -> web.StreamResponse:
    """GET /signin; who is signed in already is led home."""
    if await who_asks(request):
        raise web.HTTPSeeOther("/")
    form = parse(SignInForm, {"next": request.query.get("next", "/")})
    said = DONE.get(request.query.get("done", ""))
    return _form_page(request, form, None, 200, said)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /signin."""
    form = parse(SignInForm, await read_body(request))
    email, address = form.email.strip().lower(), request.remote or ""
    attempts = request.app[ATTEMPTS]
    async with attempts.one(email, address) as may_try:
        if not may_try:
            message = _("Terlalu banyak percobaan. Tunggu satu jam, lalu coba lagi.")
            return _form_page(request, form, message, 429)
        account, right = await _account_of(request, email, form.password)
        if not right:
            await attempts.failed(email, address)
    if account and right and account.confirmed_at is None:
        # Answered like a wrong password: whoever reads the mail learns what is missing.
        await remind(request, email)
        right = False
    if account is None or not right:
        await _record_failure(request, account)
        message = _("Email atau kata sandi salah. Periksa lagi keduanya.")
        return _form_page(request, form, message, 401)
    return await _signed_in(request, account, form.next)


@persistent
async def _account_of(
    request: web.Request, email: str, password: str
) -> tuple[Account | None, bool]:
    """The account with this address, and whether the password is its own."""
    async with request.app[DATABASE].reading() as session:
        enabled = select(Account).where(Account.email == email, Account.disabled_at.is_(None))
        found = await session.execute(enabled)
        account = found.scalar_one_or_none()
    return account, await password_matches(account.password_hash if account else None, password)


@persistent
async def _record_failure(request: web.Request, account: Account | None) -> None:
    now = request.app[CLOCK].now()
    subject = account.id if account else "unknown"
    async with request.app[DATABASE].writing() as session:
        await audit.record(session, audit.SYSTEM, Did.SIGN_IN_FAILED, subject, now)


async def _signed_in(request: web.Request, account: Account, location: str) -> web.Response:
    token = await _begin_session(request, account)
    await _tell_ended(request, session_token(request))
    response = web.Response(status=303, headers={"Location": location})
    set_session_token(request, response, token)
    return response


@persistent
async def _begin_session(request: web.Request, known: Account) -> str:
    """The token of a new session, which takes the place of the browser's old one."""
    before, old, now = await who_asks(request), session_token(request), request.app[CLOCK].now()
    length = timedelta(hours=request.app[SETTINGS].session_hours)
    async with request.app[DATABASE].writing() as session:
        if before and old and before.id != known.id:
            await _end_session(session, before, old, now)
        elif old:
            await revoke_session(session, old, now)
        # Anew: checking the password took a while, and what they may do may have changed.
        account = await session.get_one(Account, known.id, with_for_update={"read": True})
        if account.disabled_at is not None or account.password_hash != known.password_hash:
            raise not_signed_in()
        account.language = account.language or chosen_language(request)
        token = open_session(session, account.id, now, length)
        await audit.record(session, account.id, Did.SIGNED_IN, account.id, now)
        if account.role is Role.VERIFIER and await shifts.start(session, account.id, now):
            ready = ShiftState.READY.value
            await audit.record(session, account.id, Did.SHIFT_CHANGED, account.id, now, state=ready)
    return token


async def sign_out(request: web.Request) -> web.StreamResponse:
    """POST /signout; a verifier's shift ends with it, but never in mid-call."""
    identity, token = await who_asks(request), session_token(request)
    if identity and token:
        await _leave(request, identity, token)
        await _tell_ended(request, token)
    response = web.Response(status=303, headers={"Location": "/signin"})
    drop_session_token(request, response)
    return response


@persistent
async def _leave(request: web.Request, identity: Identity, token: str) -> None:
    async with request.app[DATABASE].writing() as session:
        await _end_session(session, identity, token, request.app[CLOCK].now())


async def _tell_ended(request: web.Request, token: str | None) -> None:
    signaling = request.app[SIGNALING]
    if token:
        await signaling.session_ended(token_digest(token))
    signaling.moved()


async def _end_session(
    session: AsyncSession, identity: Identity, token: str, now: datetime
) -> None:
    """Sign somebody out. Raises a Problem for a verifier in mid-call."""
    if identity.role is Role.VERIFIER:
        await _end_shift(session, identity.id, now)
    await revoke_session(session, token, now)
    await audit.record(session, identity.id, Did.SIGNED_OUT, identity.id, now)


async def _end_shift(session: AsyncSession, verifier: str, now: datetime) -> None:
    try:
        changed = await shifts.choose(session, verifier, ShiftState.OFF, now)
    except NoSuchChange:
        raise Problem(
            409,
            "no_such_change",
            _("Anda masih dalam panggilan"),
            _("Selesaikan panggilan lebih dulu, lalu keluar."),
            url="/desk",
        ) from None
    if changed:
        off = ShiftState.OFF.value
        await audit.record(session, verifier, Did.SHIFT_CHANGED, verifier, now, state=off)


def _form_page(
    request: web.Request, form: SignInForm, error: str | None, status: int, said: str | None = None
) -> web.Response:
    here = URL("/signin").with_query(next=form.next)
    context = {"email": form.email, "error": error, "next": form.next, "here": str(here)}
    context["said"] = _(said) if said else None
    return page(request, "signin.html", context, status)
