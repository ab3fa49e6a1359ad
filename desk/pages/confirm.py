"""Confirming an address: a page with one button, since mail scanners open every link."""

from aiohttp import web

from desk.accounts.links import find_link, fresh_token, spend, works
from desk.accounts.renewing import link_for
from desk.accounts.signing_up import confirm as confirm_account
from desk.accounts.tables import Account, Purpose
from desk.answers import done_answer, page
from desk.asks import Done
from desk.dispatch import who_asks
from desk.keys import CLOCK, DATABASE, LIMITS, MAIL_WAITS, SETTINGS, TEMPLATES
from desk.limits import MAILS_TO_A_MAILBOX, REMINDERS_TO_A_MAILBOX
from desk.notices.account_mails import AccountMail, write_account_mail
from desk.pages.dead_links import dead_link
from desk.retrying import persistent

CONFIRMED = "/signin?done=confirmed"
SENT = "/signup/sent"


async def confirm_page(request: web.Request) -> web.StreamResponse:
    """GET /confirm/{token}: changes nothing."""
    await who_asks(request)
    token = request.match_info["token"]
    account, is_open = await _look_up(request, token)
    if account is None or not is_open:
        return dead_link(request, Purpose.CONFIRM, account, token)
    return page(request, "confirm.html", {"token": token, "email": account.email})


async def confirm(request: web.Request) -> web.StreamResponse:
    """POST /confirm/{token}."""
    await who_asks(request)
    token = request.match_info["token"]
    if await _confirm(request, token):
        return done_answer(request, Done({"url": CONFIRMED}, CONFIRMED))
    account, _is_open = await _look_up(request, token)
    return dead_link(request, Purpose.CONFIRM, account, token)


async def another(request: web.Request) -> web.StreamResponse:
    """POST /confirm/{token}/again: a fresh link, for whoever has an old one."""
    await who_asks(request)
    token = request.match_info["token"]
    account, _is_open = await _look_up(request, token)
    if account is None or account.confirmed_at:
        return dead_link(request, Purpose.CONFIRM, account, token)
    await send_link(request, account.email)
    return done_answer(request, Done({"url": SENT}, SENT))


async def remind(request: web.Request, email: str) -> None:
    """Send a fresh link to somebody whose sign-in fails for want of it, once in a while."""
    if await request.app[LIMITS].one_more(REMINDERS_TO_A_MAILBOX, email):
        await send_link(request, email)


async def send_link(request: web.Request, email: str) -> None:
    """Send a fresh link, unless the mailbox had enough mails of ours."""
    if await request.app[LIMITS].one_more(MAILS_TO_A_MAILBOX, email):
        await _send_link(request, email)
        request.app[MAIL_WAITS].set()


@persistent
async def _look_up(request: web.Request, token: str) -> tuple[Account | None, bool]:
    """Whose link it is, and whether it still works."""
    async with request.app[DATABASE].reading() as session:
        link = await find_link(session, token, [Purpose.CONFIRM])
        if link is None:
            return None, False
        account = await session.get_one(Account, link.account)
        return account, works(link, request.app[CLOCK].now())


@persistent
async def _confirm(request: web.Request, token: str) -> bool:
    now = request.app[CLOCK].now()
    async with request.app[DATABASE].writing() as session:
        account = await spend(session, token, [Purpose.CONFIRM], now)
        return account is not None and await confirm_account(session, account, now)


@persistent
async def _send_link(request: web.Request, email: str) -> None:
    app, now, token = request.app, request.app[CLOCK].now(), fresh_token()
    async with app[DATABASE].writing() as session:
        account = await link_for(session, email, token, Purpose.CONFIRM, now)
        if account and account.confirmed_at is None:
            mail = AccountMail.CONFIRM
            write_account_mail(session, app[TEMPLATES], app[SETTINGS], mail, account, now, token)
