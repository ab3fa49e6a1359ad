"""Making an account: the form, and the one answer to all who send it."""

from aiohttp import web
from pydantic import BaseModel

from desk.accounts.choosing import weakness_in_words
from desk.accounts.links import fresh_token, keep_link
from desk.accounts.passwords import hash_password
from desk.accounts.signing_up import Found, NewPerson, sign_up
from desk.answers import done_answer, page
from desk.asks import Done, parse, read_body
from desk.cookies import chosen_language
from desk.dispatch import who_asks
from desk.formats.checked import Malformed
from desk.formats.people import check_nik
from desk.formats.reach import check_email, check_phone
from desk.keys import CLOCK, DATABASE, LIMITS, MAIL_WAITS, SETTINGS, TEMPLATES
from desk.limits import ACCOUNTS_OF_AN_ADDRESS, MAILS_TO_A_MAILBOX, network_of
from desk.notices.account_mails import PURPOSES, AccountMail, write_account_mail
from desk.pages.forms import Errors, Typed, form_answer
from desk.retrying import persistent
from desk.words import _

SENT = "/signup/sent"
LONGEST_NAME, LONGEST_AGENCY = 120, 200
IN_NAMES = " .,'’-"

MAILS = {
    Found.NOTHING: AccountMail.CONFIRM,
    Found.UNCONFIRMED: AccountMail.SIGN_UP_AGAIN,
    Found.ACCOUNT: AccountMail.SIGN_UP_KNOWN,
}
NUMBERS = {"email": check_email, "phone": check_phone, "identity_number": check_nik}


class SignUpForm(BaseModel):
    """What the form sends."""

    name: Typed = ""
    agency: Typed = ""
    email: Typed = ""
    phone: Typed = ""
    identity_number: Typed = ""
    password: Typed = ""


async def sign_up_page(request: web.Request) -> web.StreamResponse:
    """GET /signup; who is signed in has an account."""
    if await who_asks(request):
        raise web.HTTPSeeOther("/")
    return form_answer(request, "signup.html", {"form": SignUpForm()}, {})


async def sent_page(request: web.Request) -> web.StreamResponse:
    """GET /signup/sent: the same for an address that was known and one that was not."""
    await who_asks(request)
    return page(request, "mail_sent.html", {"about": "account"})


async def send(request: web.Request) -> web.StreamResponse:
    """POST /signup."""
    form = parse(SignUpForm, await read_body(request))
    person, errors = checked(form)
    if errors:
        return form_answer(request, "signup.html", {"form": form}, errors)
    limits = request.app[LIMITS]
    await limits.demand(ACCOUNTS_OF_AN_ADDRESS, network_of(request.remote))
    password_hash = await hash_password(form.password)
    if await limits.one_more(MAILS_TO_A_MAILBOX, person.email):
        await _keep(request, person, password_hash)
        request.app[MAIL_WAITS].set()
    return done_answer(request, Done({"url": SENT}, SENT))


def checked(form: SignUpForm) -> tuple[NewPerson, Errors]:
    """The person as they are stored, and what is wrong with which field."""
    values = form.model_dump(exclude={"password"})
    errors: Errors = {}
    for name in ("name", "agency"):
        values[name] = " ".join(values[name].split())
    if not _is_name(values["name"]):
        errors["name"] = _("Tulis nama lengkap Anda seperti pada KTP, dengan huruf saja.")
    if not 1 < len(values["agency"]) <= LONGEST_AGENCY or not values["agency"].isprintable():
        errors["agency"] = _("Tulis nama instansi Anda, paling panjang 200 karakter.")
    for name, check in NUMBERS.items():
        try:
            values[name] = check(values[name]).value
        except Malformed as malformed:
            errors[name] = malformed.sentence
    about = [form.name, form.email, form.identity_number, form.phone, values["phone"]]
    if weak := weakness_in_words(form.password, about):
        errors["password"] = weak
    return NewPerson(**values), errors


def _is_name(text: str) -> bool:
    """Letters of any script, and what stands between names and titles."""
    is_long_enough = 1 < len(text) <= LONGEST_NAME and any(map(str.isalpha, text))
    return is_long_enough and all(c.isalpha() or c in IN_NAMES for c in text)


@persistent
async def _keep(request: web.Request, person: NewPerson, password_hash: str) -> None:
    app, now, token = request.app, request.app[CLOCK].now(), fresh_token()
    async with app[DATABASE].writing() as session:
        account, found = await sign_up(
            session, person, password_hash, chosen_language(request), now
        )
        mail = MAILS[found]
        if purpose := PURPOSES.get(mail):
            await keep_link(session, token, account.id, purpose, now)
        write_account_mail(session, app[TEMPLATES], app[SETTINGS], mail, account, now, token)
