"""Passwords: which may be chosen, changing one's own, and another one by mail."""

import asyncio
import html

import pytest

from desk.accounts.attempts import FOR_ONE_ACCOUNT
from desk.accounts.choosing import MOST, SENTENCES, weakness
from desk.accounts.links import LASTS
from desk.accounts.passwords import MINIMUM_LENGTH, password_matches
from desk.accounts.tables import Account, Purpose, Role
from tests.post import outbox
from tests.scenes import count, enter, in_call, is_problem, nothing_changes, value
from tests.support import PASSWORD, RunningDesk, Visitor, on_sqlite
from tests.test_signup import link_in_mail, newest_mail, press, signs_in

ABOUT = ("Theresia Batlajery", "t.batlajery@contoh.go.id", "3273014107900001", "+6281234567890")
NEW = "gunung batu di tepi laut"
SENT = (303, "/forgot/sent")


@pytest.mark.parametrize(
    "password",
    ["seekor kuda makan pelangi", "x7#Kq2!vPz9w", "834729105837", "kata-kata sandi yang panjang",
     "ani makan nasi goreng", "ßßüéñ 漢字漢字 ok"],
)  # fmt: skip
def test_what_is_long_and_not_everybodys_may_be_chosen(password: str) -> None:
    assert weakness(password, ABOUT) is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "short"),
        ("x9" * 64 + "y", "long"),
        ("password1234", "common"),
        ("P@ssw0rd!2026", "common"),
        ("passwordpassword", "common"),
        ("PasswordPassword1", "common"),
        ("123456789012", "common"),
        ("abcdefghijklm", "common"),
        ("qwertyuiop12", "common"),
        ("1qwertyuiop[]", "common"),
        ("aaaaaaaaaaaaa", "common"),
        ("abcabcabcabc", "common"),
        ("indonesia1945", "common"),
        ("BismillahBismillah", "common"),
        ("inaproc-2026-!!", "common"),
        ("theresia makan", "own"),
        ("saya BATLAJERY ya", "own"),
        ("t.batlajery@contoh.go.id", "own"),
        ("nik 3273014107900001", "own"),
        ("telp +6281234567890", "own"),
    ],
)
def test_what_is_guessed_first_may_not(password: str, code: str) -> None:
    assert weakness(password, ABOUT) == code
    assert code in SENTENCES


def test_the_lengths_of_the_rule_are_those_of_the_sentences() -> None:
    assert f"{MINIMUM_LENGTH} karakter" in SENTENCES["short"]
    assert f"{MOST} karakter" in SENTENCES["long"]


async def test_without_a_stored_hash_no_password_is_right() -> None:
    for stored in (None, ""):
        assert not await password_matches(stored, "nobody has this password")


async def forget(desk: RunningDesk, email: str) -> tuple[int, str]:
    """Ask for a link from a fresh browser."""
    visitor = desk.visitor()
    await visitor.open("/forgot")
    return await visitor.send("/forgot", email=email)


async def change(visitor: Visitor, old: str = PASSWORD, new: str = NEW) -> tuple[int, str]:
    await visitor.open("/account/password")
    return await visitor.send("/account/password", old=old, password=new)


async def someone(desk: RunningDesk) -> Account:
    return (await desk.people.applicant()).account


async def test_changing_the_password_ends_all_other_sessions(desk: RunningDesk) -> None:
    account = await someone(desk)
    other, visitor = await enter(desk, account), await desk.signed_in(account)
    assert await change(visitor) == (303, "/account/password?done=1")
    assert "Kata sandi Anda sudah diubah." in (await visitor.open("/account/password?done=1"))[1]
    is_problem(await other.read("/"), 401, "not_signed_in")
    assert await signs_in(desk, PASSWORD, account.email) == 401
    assert await signs_in(desk, NEW, account.email) == 303
    mail = await newest_mail(desk)
    assert (mail.recipient, mail.subject) == (account.email, "Kata sandi Anda diubah")
    assert "Selasa, 24 November 2026, 08.00 WIB" in mail.text_body
    assert f"{desk.settings.public_url}/forgot\n" in mail.text_body
    assert await count(desk.database, "audit_entry", "act = 'password_changed'") == 1


@on_sqlite
@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("not the password", NEW, "old", "Kata sandi lama salah."),
        (PASSWORD, "pendek", "password", "Kata sandi minimal 12 karakter."),
        (PASSWORD, PASSWORD, "password", "Kata sandi baru sama dengan yang lama."),
    ],
)
async def test_a_wrong_old_or_a_weak_new_password_is_refused(
    desk: RunningDesk, old: str, new: str, field: str, said: str
) -> None:
    account = await someone(desk)
    visitor = await enter(desk, account)
    status, page = await change(visitor, old, new)
    assert status == 422
    assert html.unescape(page).count(said) == 2
    assert f'<a href="#{field}">' in page
    assert old not in page
    assert await outbox(desk.database) == []
    assert await signs_in(desk, PASSWORD, account.email) == 303


async def test_an_open_session_is_no_way_to_guess_the_password(desk: RunningDesk) -> None:
    visitor = await enter(desk, await someone(desk))
    for _attempt in range(FOR_ONE_ACCOUNT.amount):
        assert (await change(visitor, old="wrong"))[0] == 422
    async with nothing_changes(desk):
        status, page = await change(visitor)
    assert status == 422
    assert "Terlalu banyak percobaan" in page


async def test_of_two_changes_at_once_one_counts(desk: RunningDesk) -> None:
    account = await someone(desk)
    first, second = await enter(desk, account), await enter(desk, account)
    answers = await asyncio.gather(change(first), change(second, new=NEW + "!"))
    statuses = sorted(status for status, _text in answers)
    assert statuses in ([303, 303], [303, 401], [303, 422])
    assert 303 in {await signs_in(desk, one, account.email) for one in (NEW, NEW + "!")}


async def test_who_forgot_the_password_chooses_another_by_mail(desk: RunningDesk) -> None:
    account = await someone(desk)
    visitor = await enter(desk, account)
    assert await forget(desk, f" {account.email.upper()}") == SENT
    mail = await newest_mail(desk)
    assert (mail.subject, mail.recipient_name) == ("Atur ulang kata sandi Anda", account.name)
    assert "Selasa, 24 November 2026, 09.00 WIB" in mail.text_body
    path, _token = await link_in_mail(desk)
    assert path.startswith("/password/")
    assert await press(desk, path, password=NEW) == (303, "/signin?done=password")
    is_problem(await visitor.read("/"), 401, "not_signed_in")
    assert await signs_in(desk, NEW, account.email) == 303
    assert (await newest_mail(desk)).subject == "Kata sandi Anda diubah"
    assert (await desk.visitor().open(path))[0] == 410


async def test_the_answer_does_not_tell_whether_an_address_is_known(desk: RunningDesk) -> None:
    account = await someone(desk)
    assert await forget(desk, account.email) == await forget(desk, "nobody@contoh.test") == SENT
    assert [mail.recipient for mail in await outbox(desk.database)] == [account.email]
    # Both write into the database, which is what takes time.
    assert await count(desk.database, "audit_entry", "act = 'link_asked'") == 2
    assert (await forget(desk, "no address"))[0] == 422


async def test_whoever_is_disabled_gets_no_link(desk: RunningDesk) -> None:
    account = await someone(desk)
    async with desk.database.writing() as session:
        (await session.merge(account)).disabled_at = desk.clock.now()
    assert await forget(desk, account.email) == SENT
    assert await outbox(desk.database) == []


async def test_a_link_for_a_password_works_for_an_hour_and_once(desk: RunningDesk) -> None:
    account = await someone(desk)
    await forget(desk, account.email)
    path, _token = await link_in_mail(desk)
    browsers = [desk.visitor() for _one in range(4)]
    for visitor in browsers:
        await visitor.open(path)
    answers = await asyncio.gather(*(visitor.send(path, password=NEW) for visitor in browsers))
    assert sorted(status for status, _text in answers) == [303, 410, 410, 410]
    desk.clock.forward(seconds=1)
    await forget(desk, account.email)
    path, _token = await link_in_mail(desk)
    desk.clock.forward(seconds=LASTS[Purpose.PASSWORD].total_seconds() - 1)
    status, page = await desk.visitor().open(path)
    assert status == 410
    assert 'href="/forgot"' in page


async def test_a_weak_password_does_not_use_the_link_up(desk: RunningDesk) -> None:
    account = await someone(desk)
    await forget(desk, account.email)
    path, _token = await link_in_mail(desk)
    async with nothing_changes(desk):
        status, page = await press(desk, path, password="pemohon1 dan lainnya")
    assert status == 422
    assert "tidak boleh berisi nama" in page
    assert (await press(desk, path, password=NEW))[0] == 303


async def test_a_link_that_was_sent_before_a_change_works_no_longer(desk: RunningDesk) -> None:
    account = await someone(desk)
    await forget(desk, account.email)
    path, _token = await link_in_mail(desk)
    assert (await change(await enter(desk, account)))[0] == 303
    assert (await desk.visitor().open(path))[0] == 410


async def test_a_link_of_one_kind_is_none_of_another(desk: RunningDesk) -> None:
    await forget(desk, (await someone(desk)).email)
    path, token = await link_in_mail(desk)
    assert (await desk.visitor().open(f"/confirm/{token}"))[0] == 410
    assert (await desk.visitor().open(path))[0] == 200


async def test_a_verifiers_call_goes_back_to_the_line_with_the_new_password(
    desk: RunningDesk,
) -> None:
    """Whoever sits in the call may be the one from whom the account is taken back."""
    scene = await in_call(desk)
    await forget(desk, scene.verifier_account.email)
    path, _token = await link_in_mail(desk)
    assert (await press(desk, path, password=NEW))[0] == 303
    state = f"SELECT state FROM ticket WHERE id = '{scene.ticket}'"
    assert await value(desk.database, state) == "waiting"
    is_problem(await scene.verifier.read("/desk"), 401, "not_signed_in")


async def test_staff_find_the_way_to_their_password_in_the_header(desk: RunningDesk) -> None:
    for role, page in ((Role.VERIFIER, "/desk"), (Role.SUPERVISOR, "/supervisor")):
        visitor = await enter(desk, await desk.people.staff(role))
        assert 'href="/account/password"' in (await visitor.open(page))[1]
    applicant = await enter(desk, await someone(desk))
    assert 'href="/account/password"' in (await applicant.open("/"))[1]
