"""Inviting staff: a mail with a link, behind which they choose their own password."""

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.inviting import invite as invite_account
from desk.accounts.inviting import staff_accounts
from desk.accounts.links import fresh_token, keep_link
from desk.accounts.tables import Account, Purpose, Role
from desk.answers import done_answer
from desk.asks import Ask, Done, parse, read_body
from desk.authority import Action, demand_role
from desk.dispatch import who_asks
from desk.formats.checked import Malformed
from desk.formats.reach import check_email
from desk.keys import CLOCK, DATABASE, MAIL_WAITS, SETTINGS, TEMPLATES
from desk.notices.account_mails import AccountMail, write_account_mail
from desk.pages.forms import Errors, Typed, form_answer
from desk.pages.staff import StaffRole, roles, row
from desk.problems import Problem
from desk.retrying import persistent
from desk.words import _
from signaling.server import Signaling

LONGEST_NAME = 120


class InvitationForm(BaseModel):
    """Whom to invite."""

    name: Typed = ""
    email: Typed = ""
    role: StaffRole = Role.VERIFIER


async def invite(request: web.Request) -> web.StreamResponse:
    """POST /staff."""
    identity = demand_role(await who_asks(request), Action.CHANGE_STAFF)
    form = parse(InvitationForm, await read_body(request))
    errors = _errors(form)
    if not errors:
        url = await _invite(request, form, identity.id)
        if url:
            request.app[MAIL_WAITS].set()
            return done_answer(request, Done({"url": url}, url))
        errors["email"] = _("Alamat ini sudah memiliki akun.")
    people = await _people(request)
    context = {"people": people, "roles": roles(), "form": form}
    return form_answer(request, "staff.html", context, errors)


def _errors(form: InvitationForm) -> Errors:
    errors: Errors = {}
    form.name = " ".join(form.name.split())
    if not 1 < len(form.name) <= LONGEST_NAME or not form.name.isprintable():
        errors["name"] = _("Tulis nama lengkap petugas.")
    try:
        form.email = check_email(form.email).value
    except Malformed as malformed:
        errors["email"] = malformed.sentence
    return errors


@persistent
async def _people(request: web.Request) -> list[dict[str, object]]:
    async with request.app[DATABASE].reading() as session:
        return [row(account) for account in await staff_accounts(session)]


@persistent
async def _invite(request: web.Request, form: InvitationForm, by: str) -> str | None:
    """The address of the page of whoever was invited, if their own address was free."""
    now = request.app[CLOCK].now()
    async with request.app[DATABASE].writing() as session:
        account = await invite_account(session, form.email, form.name, form.role, by, now)
        if account is None:
            return None
        await _send_link(request, session, account)
        return f"/staff/{account.id}"


async def _send_link(request: web.Request, session: AsyncSession, account: Account) -> None:
    app, now, token = request.app, request.app[CLOCK].now(), fresh_token()
    await keep_link(session, token, account.id, Purpose.INVITE, now)
    mail = AccountMail.INVITATION
    write_account_mail(session, app[TEMPLATES], app[SETTINGS], mail, account, now, token)


async def again(ask: Ask[Account]) -> Done:
    """POST /staff/{id}/invite: a fresh link, in the place of the one before."""
    account, url, app = ask.thing, f"/staff/{ask.thing.id}", ask.request.app
    invited = await invite_account(
        ask.session, account.email, account.name, account.role, ask.identity.id, ask.now
    )
    if invited is None:
        title = _("Tidak menunggu undangan")
        detail = _("Akun ini sudah dipakai atau dinonaktifkan. Undangan baru tidak diperlukan.")
        raise Problem(409, "not_invited", title, detail, url=url)
    await _send_link(ask.request, ask.session, invited)

    def tell(_signaling: Signaling) -> None:
        app[MAIL_WAITS].set()

    return Done({"url": url}, url, tell)
