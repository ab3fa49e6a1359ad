"""Making an account: what is asked, what everybody is answered, and what the mails say."""

import asyncio
import html
import re

import pytest
from sqlalchemy import select

from desk.accounts.links import LASTS
from desk.accounts.sessions import token_digest
from desk.accounts.signing_up import UNCONFIRMED_ARE_KEPT
from desk.accounts.tables import Account, Purpose, Role
from desk.housekeeping import Housekeeping
from desk.keys import DOCUMENTS, LIMITS
from desk.limits import ACCOUNTS_OF_AN_ADDRESS, MAILS_TO_A_MAILBOX
from desk.notices.tables import OutboxMail
from tests.post import outbox
from tests.scenes import count, dump, enter, is_problem, nothing_changes, value
from tests.support import RunningDesk, on_sqlite

LINK = re.compile(r"https?://[^/\s]+(/(?:confirm|password)/([\w-]{43}))\s")
PERSON = {
    "name": "Theresia Batlajery, S.T.",
    "agency": "Kabupaten Kepulauan Tanimbar",
    "email": "theresia@contoh.test",
    "phone": "0812 3456 7890",
    "identity_number": "3273 0141 0790 0001",
    "password": "seekor kuda makan pelangi",
}
SENT = (303, "/signup/sent")


async def sign_up(desk: RunningDesk, **fields: str) -> tuple[int, str]:
    """Send the form from a fresh browser."""
    visitor = desk.visitor()
    await visitor.open("/signup")
    return await visitor.send("/signup", **(PERSON | fields))


async def account_of(desk: RunningDesk, email: str = PERSON["email"]) -> Account:
    async with desk.database.reading() as session:
        found = await session.execute(select(Account).where(Account.email == email))
        return found.scalar_one()


async def newest_mail(desk: RunningDesk) -> OutboxMail:
    desk.clock.forward(seconds=1)  # so that the next is newer
    return (await outbox(desk.database))[-1]


async def link_in_mail(desk: RunningDesk) -> tuple[str, str]:
    """The path and the token in the newest mail."""
    mail = await newest_mail(desk)
    found = LINK.findall(mail.text_body)
    assert len(found) == 1, mail.text_body
    assert f'href="{desk.settings.public_url}{found[0][0]}"' in mail.html_body
    path, token = found[0]
    return path, token


async def signs_in(
    desk: RunningDesk, password: str = PERSON["password"], email: str = PERSON["email"]
) -> int:
    visitor = desk.visitor()
    await visitor.open("/signin")
    return (await visitor.send("/signin", email=email, password=password))[0]


async def press(desk: RunningDesk, path: str, **fields: str) -> tuple[int, str]:
    """Open the page of a link in a fresh browser, and press its button."""
    visitor = desk.visitor()
    assert (await visitor.open(path))[0] == 200
    return await visitor.send(path, **fields)


async def test_from_the_form_through_the_mail_to_the_sign_in(desk: RunningDesk) -> None:
    assert await sign_up(desk) == SENT
    account = await account_of(desk)
    assert (account.name, account.agency) == (PERSON["name"], PERSON["agency"])
    assert (account.phone, account.identity_number) == ("+6281234567890", "3273014107900001")
    assert (account.role, account.confirmed_at) == (Role.APPLICANT, None)
    mail = await newest_mail(desk)
    assert (mail.recipient, mail.subject) == (PERSON["email"], "Konfirmasi alamat email Anda")
    assert "Rabu, 25 November 2026, 08.00 WIB" in mail.text_body
    path, _token = await link_in_mail(desk)
    assert await press(desk, path) == (303, "/signin?done=confirmed")
    _status, page = await desk.visitor().open("/signin?done=confirmed")
    assert "Alamat email Anda sudah dikonfirmasi." in page
    assert await signs_in(desk) == 303
    acts = ("signed_up", "confirmed", "signed_in")
    assert [await count(desk.database, "audit_entry", f"act = '{act}'") for act in acts] == [1] * 3


async def test_the_answer_does_not_tell_whether_an_address_is_known(desk: RunningDesk) -> None:
    known = (await desk.people.applicant()).account
    before = await account_of(desk, known.email)
    answers = [await sign_up(desk, email=email) for email in (known.email, PERSON["email"])]
    assert answers == [SENT, SENT]
    mails = {mail.recipient: mail for mail in await outbox(desk.database)}
    assert mails.keys() == {known.email, PERSON["email"]}
    assert mails[known.email].subject == "Anda sudah memiliki akun"
    assert f"{desk.settings.public_url}/signin\n" in mails[known.email].text_body
    assert not LINK.search(mails[known.email].text_body)
    after = await account_of(desk, known.email)
    assert (after.name, after.password_hash) == (before.name, before.password_hash)
    assert await count(desk.database, "audit_entry", "act = 'signed_up'") == 2
    pages = {(await desk.visitor().open("/signup/sent"))[0] for _time in range(2)}
    assert pages == {200}


async def test_nothing_a_stranger_typed_stands_in_the_mail(desk: RunningDesk) -> None:
    await sign_up(desk)
    mail = await newest_mail(desk)
    assert mail.recipient_name == ""
    for text in (mail.text_body, mail.html_body, mail.subject):
        for typed in ("Theresia Batlajery", PERSON["agency"], "3456"):
            assert typed not in text


async def test_opening_the_link_changes_nothing(desk: RunningDesk) -> None:
    await sign_up(desk)
    path, _token = await link_in_mail(desk)
    async with nothing_changes(desk):
        for _scanner in range(3):
            status, page = await desk.visitor().open(path)
            assert status == 200
            assert page.count('<button class="btn btn-primary') == 1
            assert PERSON["email"] in page


async def test_a_link_works_once_even_when_pressed_often_at_once(desk: RunningDesk) -> None:
    await sign_up(desk)
    path, _token = await link_in_mail(desk)
    browsers = [desk.visitor() for _one in range(5)]
    for visitor in browsers:
        await visitor.open(path)
    answers = await asyncio.gather(*(visitor.send(path) for visitor in browsers))
    assert sorted(status for status, _text in answers) == [303, 410, 410, 410, 410]
    assert await count(desk.database, "audit_entry", "act = 'confirmed'") == 1
    status, page = await desk.visitor().open(path)
    assert status == 410
    assert "sudah dikonfirmasi" in page
    is_problem(await desk.visitor().read(path), 410, "link_over")


async def test_a_link_that_is_too_old_offers_a_new_one(desk: RunningDesk) -> None:
    await sign_up(desk)
    path, _token = await link_in_mail(desk)
    desk.clock.forward(seconds=LASTS[Purpose.CONFIRM].total_seconds() - 2)
    assert (await desk.visitor().open(path))[0] == 200
    desk.clock.forward(seconds=1)
    visitor = desk.visitor()
    status, page = await visitor.open(path)
    assert status == 410
    assert f'action="{path}/again"' in page
    assert (await visitor.send(path))[0] == 410
    assert await visitor.send(f"{path}/again") == SENT
    fresh, _token = await link_in_mail(desk)
    assert fresh != path
    assert (await press(desk, fresh))[0] == 303
    assert await signs_in(desk) == 303


async def test_a_newer_link_takes_the_place_of_an_older_one(desk: RunningDesk) -> None:
    await sign_up(desk)
    path, _token = await link_in_mail(desk)
    visitor = desk.visitor()
    await visitor.open(path)
    assert await visitor.send(f"{path}/again") == SENT
    assert (await visitor.send(path))[0] == 410
    assert (await press(desk, (await link_in_mail(desk))[0]))[0] == 303


async def test_an_unknown_link_leads_to_the_form(desk: RunningDesk) -> None:
    for path in (f"/confirm/{'A' * 43}", f"/password/{'A' * 43}"):
        visitor = desk.visitor()
        async with nothing_changes(desk):
            status, page = await visitor.open(path)
            assert status == 410
            assert "/again" not in page
            assert (await visitor.send(path, password=PERSON["password"]))[0] == 410
    assert (await desk.visitor().open("/confirm/short"))[0] == 404


async def test_an_unconfirmed_account_cannot_sign_in_and_gets_a_fresh_link(
    desk: RunningDesk,
) -> None:
    await sign_up(desk)
    first, _token = await link_in_mail(desk)
    for _attempt in range(3):  # one mail, however often
        assert await signs_in(desk) == 401
    assert len(await outbox(desk.database)) == 2
    assert await count(desk.database, "sign_in") == 0
    visitor = desk.visitor()
    await visitor.open("/signin")
    _status, page = await visitor.send("/signin", email=PERSON["email"], password="wrong " * 3)
    assert "Email atau kata sandi salah." in page
    fresh, _token = await link_in_mail(desk)
    assert fresh != first
    assert (await press(desk, fresh))[0] == 303
    assert await signs_in(desk) == 303


async def test_a_wrong_password_sends_no_mail(desk: RunningDesk) -> None:
    await sign_up(desk)
    assert await signs_in(desk, "not the password") == 401
    assert len(await outbox(desk.database)) == 1


async def test_no_password_of_a_form_counts_once_somebody_else_sends_it_too(
    desk: RunningDesk,
) -> None:
    """Nobody gets into an account by signing up with the address of somebody who will."""
    await sign_up(desk, password="kata sandi penyusup itu")
    planted, _token = await link_in_mail(desk)
    await sign_up(desk, name="Theresia B.")
    mail = await newest_mail(desk)
    assert mail.subject == "Selesaikan pembuatan akun Anda"
    path, _token = await link_in_mail(desk)
    assert (await desk.visitor().open(planted))[0] == 410
    chosen = "gunung batu di tepi laut"
    assert await press(desk, path, password=chosen) == (303, "/signin?done=password")
    assert await signs_in(desk, "kata sandi penyusup itu") == 401
    assert await signs_in(desk) == 401
    assert await signs_in(desk, chosen) == 303
    assert (await account_of(desk)).name == "Theresia B."


async def test_many_sign_ups_of_one_address_at_once_make_one_account(desk: RunningDesk) -> None:
    answers = await asyncio.gather(*(sign_up(desk) for _one in range(4)))
    assert answers == [SENT] * 4
    assert await count(desk.database, "account") == 1
    assert await count(desk.database, "mail_link", "used_at IS NULL") == 1


async def test_an_invited_person_is_not_changed_by_a_sign_up(desk: RunningDesk) -> None:
    account = await desk.people.staff()
    async with desk.database.writing() as session:
        (await session.merge(account)).confirmed_at = None
    await sign_up(desk, email=account.email)
    assert (await account_of(desk, account.email)).name == account.name
    assert (await newest_mail(desk)).subject == "Anda sudah memiliki akun"


@on_sqlite
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Tulis nama lengkap Anda"),
        ("name", "Menang http://evil.test", "Tulis nama lengkap Anda"),
        ("agency", " ", "Tulis nama instansi Anda"),
        ("email", "theresia@contoh", "Alamat email ini tidak lengkap."),
        ("phone", "12345", "Nomor telepon ini tidak dapat dihubungi."),
        ("identity_number", "3273014107900000", "Empat angka terakhir NIK"),
        ("password", "terlalu pen", "Kata sandi minimal 12 karakter."),
        ("password", "x" * 129 + "yz", "Kata sandi maksimal 128 karakter."),
        ("password", "Password123456!", "termasuk yang pertama kali ditebak"),
        ("password", "halo theresia apa kabar", "tidak boleh berisi nama, email, atau nomor"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_on_top(
    desk: RunningDesk, field: str, typed: str, said: str
) -> None:
    visitor = desk.visitor()
    await visitor.open("/signup")
    async with nothing_changes(desk):
        status, page = await visitor.send("/signup", **(PERSON | {field: typed}))
        body = await visitor.act("/signup", PERSON | {field: typed})
    assert status == 422
    text = html.unescape(page)
    assert text.count(said) == 2
    assert f'<a href="#{field}">' in page
    assert f'id="{field}-error"' in page
    assert "Ada 1 isian yang perlu diperbaiki" in page
    for name, kept in (PERSON | {field: typed}).items():
        assert (f'value="{kept}"' in text) is (name != "password")
    problem = is_problem(body, 422, "invalid_input")
    assert list(problem["fields"]) == [field]


async def test_all_that_is_wrong_is_said_at_once(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    await visitor.open("/signup")
    status, page = await visitor.send("/signup")
    assert status == 422
    assert "Ada 6 isian yang perlu diperbaiki" in page
    assert all(f'<a href="#{field}">' in page for field in PERSON)


async def test_who_is_signed_in_needs_no_account(desk: RunningDesk) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    assert await visitor.open("/signup") == (303, "/")


async def test_a_mailbox_gets_so_many_mails_and_nobody_sees_the_difference(
    desk: RunningDesk,
) -> None:
    for _mail in range(MAILS_TO_A_MAILBOX.amount):
        assert await desk.app[LIMITS].one_more(MAILS_TO_A_MAILBOX, PERSON["email"])
    async with nothing_changes(desk):
        assert await sign_up(desk) == SENT
    assert await sign_up(desk, email="other@contoh.test") == SENT
    assert len(await outbox(desk.database)) == 1


async def test_an_address_makes_so_many_accounts(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    await visitor.open("/signup")
    for _account in range(ACCOUNTS_OF_AN_ADDRESS.amount):
        assert await desk.app[LIMITS].one_more(ACCOUNTS_OF_AN_ADDRESS, "127.0.0.1")
    async with nothing_changes(desk):
        is_problem(await visitor.act("/signup", PERSON), 429, "too_many_requests")
        answer = await visitor.act("/forgot", {"email": PERSON["email"]})
        is_problem(answer, 429, "too_many_requests")


async def test_neither_token_nor_password_is_stored(desk: RunningDesk) -> None:
    await sign_up(desk)
    _path, token = await link_in_mail(desk)
    tables = await dump(desk.database)
    mails = tables.pop("outbox_mail")
    assert token in repr(mails)  # there it lies until it is sent
    assert token not in repr(tables)
    assert token_digest(token) in repr(tables)
    assert PERSON["password"] not in repr(tables) + repr(mails)


async def test_who_chose_english_gets_the_mail_in_english(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    await visitor.open("/signup")
    await visitor.send("/language", language="en", next="/signup")
    assert (await visitor.open("/signup"))[0] == 200
    assert await visitor.send("/signup", **PERSON) == SENT
    mail = await newest_mail(desk)
    assert mail.subject == "Confirm your e-mail address"
    assert "Wednesday, 25 November 2026, 08:00 WIB" in mail.text_body


async def test_what_nobody_confirms_is_forgotten(desk: RunningDesk) -> None:
    kept = (await desk.people.applicant()).account
    await sign_up(desk)
    housekeeping = Housekeeping(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS])
    desk.clock.forward(seconds=UNCONFIRMED_ARE_KEPT.total_seconds())
    await housekeeping.tidy()
    assert await count(desk.database, "account") == 2
    desk.clock.forward(seconds=1)
    await housekeeping.tidy()
    assert await value(desk.database, "SELECT id FROM account") == kept.id
    assert await count(desk.database, "mail_link") == 0
    assert await count(desk.database, "audit_entry", "act = 'account_forgotten'") == 1
    assert await sign_up(desk) == SENT


async def test_an_account_with_a_link_that_works_is_not_forgotten(desk: RunningDesk) -> None:
    await sign_up(desk)
    path, _token = await link_in_mail(desk)
    desk.clock.forward(seconds=UNCONFIRMED_ARE_KEPT.total_seconds())
    visitor = desk.visitor()
    await visitor.open(path)
    await visitor.send(f"{path}/again")
    fresh, _token = await link_in_mail(desk)
    await Housekeeping(desk.settings, desk.clock, desk.database, desk.app[DOCUMENTS]).tidy()
    assert (await press(desk, fresh))[0] == 303
