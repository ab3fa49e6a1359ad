"""Another password by mail: asking for the link, and choosing the password behind it."""

from aiohttp import web
from pydantic import BaseModel

from desk.accounts.choosing import weakness_in_words
from desk.accounts.links import find_link, fresh_token, works
from desk.accounts.passwords import hash_password
from desk.accounts.renewing import CHOOSING, choose_password, link_for, own_words
from desk.accounts.tables import Account, Purpose, Role
from desk.answers import done_answer, page
from desk.asks import Done, parse, read_body
from desk.dispatch import who_asks
from desk.formats.checked import Malformed
from desk.formats.reach import check_email
from desk.keys import CLOCK, DATABASE, LIMITS, MAIL_WAITS, SETTINGS, SIGNALING, TEMPLATES
from desk.limits import ACCOUNTS_OF_AN_ADDRESS, MAILS_TO_A_MAILBOX, network_of
from desk.notices.account_mails import AccountMail, write_account_mail
from desk.pages.dead_links import dead_link
from desk.pages.forms import Typed, form_answer
from desk.retrying import persistent
from desk.schedule.closing import replan

SENT = "/forgot/sent"
CHOSEN = "/signin?done=password"


class ForgotForm(BaseModel):
    """Whose password."""

    email: Typed = ""


class ChoiceForm(BaseModel):
    """The password that was chosen."""

    password: Typed = ""


async def forgot_page(request: web.Request) -> web.StreamResponse:
    """GET /forgot."""
    await who_asks(request)
    return form_answer(request, "forgot.html", {"form": ForgotForm()}, {})


async def sent_page(request: web.Request) -> web.StreamResponse:
    """GET /forgot/sent: the same for an address that was known and one that was not."""
    await who_asks(request)
    return page(request, "mail_sent.html", {"about": "password"})


async def ask(request: web.Request) -> web.StreamResponse:
    """POST /forgot."""
    form = parse(ForgotForm, await read_body(request))
    try:
        email = check_email(form.email).value
    except Malformed as malformed:
        return form_answer(request, "forgot.html", {"form": form}, {"email": malformed.sentence})
    limits = request.app[LIMITS]
    await limits.demand(ACCOUNTS_OF_AN_ADDRESS, network_of(request.remote))
    # Whether there is an account or not: the work of a hash, beside which that of a mail is lost.
    await hash_password(email)
    if await limits.one_more(MAILS_TO_A_MAILBOX, email):
        await _send_link(request, email)
        request.app[MAIL_WAITS].set()
    return done_answer(request, Done({"url": SENT}, SENT))


@persistent
async def _send_link(request: web.Request, email: str) -> None:
    app, now, token = request.app, request.app[CLOCK].now(), fresh_token()
    async with app[DATABASE].writing() as session:
        account = await link_for(session, email, token, Purpose.PASSWORD, now)
        if account:
            mail = AccountMail.NEW_PASSWORD
            write_account_mail(session, app[TEMPLATES], app[SETTINGS], mail, account, now, token)


async def choice_page(request: web.Request) -> web.StreamResponse:
    """GET /password/{token}: changes nothing."""
    await who_asks(request)
    token = request.match_info["token"]
    account, purpose = await _look_up(request, token)
    if account is None:
        return dead_link(request, purpose, None, token)
    return form_answer(request, "choose_password.html", _shown(account, token), {})


async def choose(request: web.Request) -> web.StreamResponse:
    """POST /password/{token}."""
    await who_asks(request)
    token = request.match_info["token"]
    form = parse(ChoiceForm, await read_body(request))
    account, purpose = await _look_up(request, token)
    if account is None:
        return dead_link(request, purpose, None, token)
    if weak := weakness_in_words(form.password, own_words(account)):
        context = _shown(account, token)
        return form_answer(request, "choose_password.html", context, {"password": weak})
    if not await _choose(request, token, await hash_password(form.password)):
        return dead_link(request, purpose, None, token)
    request.app[MAIL_WAITS].set()
    request.app[SIGNALING].moved()
    return done_answer(request, Done({"url": CHOSEN}, CHOSEN))


def _shown(account: Account, token: str) -> dict[str, str]:
    return {"email": account.email, "token": token}


@persistent
async def _look_up(request: web.Request, token: str) -> tuple[Account | None, Purpose]:
    """Whose password a link sets, if it still works, and what it is for."""
    async with request.app[DATABASE].reading() as session:
        link = await find_link(session, token, CHOOSING)
        if link is None or not works(link, request.app[CLOCK].now()):
            return None, link.purpose if link else Purpose.PASSWORD
        return await session.get_one(Account, link.account), link.purpose


@persistent
async def _choose(request: web.Request, token: str, password_hash: str) -> bool:
    app, now = request.app, request.app[CLOCK].now()
    async with app[DATABASE].writing() as session:
        account = await choose_password(session, token, password_hash, now)
        if account is None:
            return False
        if account.role is Role.VERIFIER and account.confirmed_at == now:
            await replan(session, app[TEMPLATES], app[SETTINGS], now)  # one more is on duty
        mail = AccountMail.PASSWORD_CHANGED
        write_account_mail(session, app[TEMPLATES], app[SETTINGS], mail, account, now)
    return True
