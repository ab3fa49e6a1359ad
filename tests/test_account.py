"""Signing in and out, and what a session is worth."""

import asyncio
import html
import re
from pathlib import Path

import pytest
from yarl import URL

from desk.accounts.attempts import FOR_ONE_ACCOUNT
from desk.accounts.sessions import revoke_sessions_of
from desk.accounts.tables import Role
from tests.scenes import count, dump, enter, in_call, is_problem, nothing_changes, value
from tests.support import PASSWORD, RunningDesk, Visitor

TOKEN = re.compile(r"\b[0-9a-f]{128}\b")
WRONG = "Email atau kata sandi salah."


def session_of(visitor: Visitor) -> str:
    """The session token in the browser's cookie jar, empty without one."""
    cookies = visitor.http.cookie_jar.filter_cookies(URL(visitor.base))
    return cookies["desk_session"].value if "desk_session" in cookies else ""


async def try_to_sign_in(visitor: Visitor, email: str, **fields: str) -> tuple[int, str]:
    await visitor.open("/signin")
    return await visitor.send("/signin", **({"email": email, "password": PASSWORD} | fields))


async def test_each_role_is_led_to_its_own_home(desk: RunningDesk) -> None:
    homes = {Role.VERIFIER: "/desk", Role.SUPERVISOR: "/supervisor"}
    homes[Role.ADMINISTRATOR] = "/supervisor"
    for role, home in homes.items():
        account = await desk.people.staff(role)
        visitor = desk.visitor()
        assert await try_to_sign_in(visitor, account.email) == (303, "/")
        assert await visitor.open("/") == (303, home)
        assert (await visitor.open(home))[0] == 200
    applicant = await desk.people.applicant()
    visitor = await desk.signed_in(applicant.account)
    status, page = await visitor.open("/")
    assert status == 200
    assert "Manajemen Akun Terpusat" in page


async def test_an_address_is_the_same_in_capitals_and_with_spaces(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    answer = await try_to_sign_in(desk.visitor(), f"  {account.email.upper()} ")
    assert answer == (303, "/")


async def test_wrong_password_and_unknown_address_get_the_same_answer(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    answers = []
    for email, password in ((account.email, "not the password"), ("nobody@contoh.test", PASSWORD)):
        visitor = desk.visitor()
        status, page = await try_to_sign_in(visitor, email, password=password)
        assert session_of(visitor) == ""
        answers.append((status, TOKEN.sub("", page.replace(email, ""))))
        assert WRONG in page
        assert f'value="{email}"' in page
        assert password not in page
    known, unknown = answers
    assert known[0] == unknown[0] == 401
    assert _without_nonce(known[1]) == _without_nonce(unknown[1])
    assert await count(desk.database, "sign_in") == 0
    failures = await count(desk.database, "audit_entry", "act = 'sign_in_failed'")
    assert failures == 2


def _without_nonce(page: str) -> str:
    before, _, rest = page.partition(' nonce="')
    return before + rest.partition('"')[2]


async def test_an_account_is_closed_for_an_hour_after_too_many_failures(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    visitor = desk.visitor()
    for _attempt in range(FOR_ONE_ACCOUNT.amount):
        assert (await try_to_sign_in(visitor, account.email, password="wrong"))[0] == 401
    async with nothing_changes(desk):
        status, page = await try_to_sign_in(visitor, account.email)
    assert status == 429
    assert "Terlalu banyak percobaan" in page
    other = (await desk.people.applicant()).account
    assert (await try_to_sign_in(visitor, other.email))[0] == 303


async def test_many_attempts_at_once_are_no_way_around_the_limit(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    visitor = desk.visitor()
    await visitor.open("/signin")
    answers = await asyncio.gather(
        *(
            visitor.send("/signin", email=account.email, password="wrong")
            for _attempt in range(2 * FOR_ONE_ACCOUNT.amount)
        )
    )
    tried = [status for status, _page in answers if status != 429]
    assert tried == [401] * len(tried)
    assert 0 < len(tried) <= FOR_ONE_ACCOUNT.amount
    failures = await count(desk.database, "audit_entry", "act = 'sign_in_failed'")
    assert failures == len(tried)


async def test_many_may_sign_in_at_once(desk: RunningDesk) -> None:
    people = [await desk.people.applicant() for _one in range(10)]
    answers = await asyncio.gather(
        *(try_to_sign_in(desk.visitor(), person.account.email) for person in people)
    )
    assert answers == [(303, "/")] * len(people)


async def test_a_session_ends_when_its_hours_are_over(desk: RunningDesk) -> None:
    visitor = await desk.signed_in((await desk.people.applicant()).account)
    desk.clock.forward(hours=desk.settings.session_hours, seconds=-1)
    assert (await visitor.read("/"))[0] == 200
    desk.clock.forward(seconds=1)
    async with nothing_changes(desk):
        is_problem(await visitor.read("/"), 401, "not_signed_in")
        assert await visitor.open("/organisation") == (303, "/signin?next=/organisation")
        is_problem(await visitor.act("/meetings/" + "x" * 22 + "/join"), 401, "not_signed_in")
        assert await visitor.send("/meetings/" + "x" * 22 + "/join") == (303, "/signin?next=/")
    assert (await visitor.open("/signin"))[0] == 200


async def test_signing_out_makes_the_cookie_worthless(desk: RunningDesk) -> None:
    visitor = await desk.signed_in((await desk.people.applicant()).account)
    token = session_of(visitor)
    assert await visitor.send("/signout") == (303, "/signin")
    assert session_of(visitor) == ""
    thief = desk.visitor()
    thief.http.cookie_jar.update_cookies({"desk_session": token}, URL(thief.base))
    is_problem(await thief.read("/"), 401, "not_signed_in")
    assert await count(desk.database, "audit_entry", "act = 'signed_out'") == 1


async def test_the_other_browser_stays_signed_in(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    first, second = await desk.signed_in(account), await desk.signed_in(account)
    await first.send("/signout")
    assert (await second.read("/"))[0] == 200


async def test_a_verifier_in_mid_call_cannot_sign_out(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with nothing_changes(desk):
        is_problem(await scene.verifier.act("/signout"), 409, "no_such_change")
    assert (await scene.verifier.read("/desk"))[0] == 200


async def test_a_shift_begins_and_ends_with_the_session(desk: RunningDesk) -> None:
    account = await desk.people.staff()
    visitor = await desk.signed_in(account)
    state = "SELECT state FROM shift WHERE verifier = :verifier"
    assert await value(desk.database, state, verifier=account.id) == "ready"
    await visitor.send("/signout")
    assert await value(desk.database, state, verifier=account.id) == "off"


async def test_a_second_sign_in_keeps_the_break(desk: RunningDesk) -> None:
    account = await desk.people.staff()
    visitor = await desk.signed_in(account)
    await visitor.act("/desk/status", {"state": "on_break", "reason": "prayer"})
    await desk.signed_in(account)
    assert (await visitor.read("/desk"))[1]["shift"]["state"] == "on_break"


async def test_the_session_is_a_new_one_at_every_sign_in(desk: RunningDesk) -> None:
    """Who planted a cookie before the sign-in holds nothing afterwards (session fixation)."""
    account = (await desk.people.applicant()).account
    visitor, planted = desk.visitor(), "planted-by-somebody-else"
    visitor.http.cookie_jar.update_cookies({"desk_session": planted}, URL(visitor.base))
    assert (await try_to_sign_in(visitor, account.email))[0] == 303
    first = session_of(visitor)
    assert first not in {"", planted}
    again = desk.visitor()
    again.http.cookie_jar.update_cookies({"desk_session": first}, URL(again.base))
    await again.open("/not-there")
    assert (await again.send("/signin", email=account.email, password=PASSWORD))[0] == 303
    assert session_of(again) not in {"", first}
    is_problem(await visitor.read("/"), 401, "not_signed_in")


async def test_the_cookie_is_for_the_server_alone(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    visitor = desk.visitor()
    await visitor.open("/signin")
    form = {"email": account.email, "password": PASSWORD, "csrf_token": visitor.csrf}
    async with visitor.http.post(
        f"{visitor.base}/signin", data=form, allow_redirects=False
    ) as answer:
        cookie = answer.cookies["desk_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert not cookie["secure"]  # plain HTTP here; test_host.py sees it behind TLS
    assert int(cookie["max-age"]) == desk.settings.session_hours * 3600


async def test_neither_password_nor_token_is_stored(desk: RunningDesk) -> None:
    visitor = await desk.signed_in((await desk.people.applicant()).account)
    token = session_of(visitor)
    files = (path for path in desk.settings.data_dir.glob("desk.db*") if path.is_file())
    stored = repr(await dump(desk.database)).encode() + b"".join(map(Path.read_bytes, files))
    assert b"$argon2id$" in stored
    assert PASSWORD.encode() not in stored
    assert token.encode() not in stored


NEXT = [
    ("/organisation", "/organisation"),
    ("/meetings/x?y=1", "/meetings/x?y=1"),
    ("//evil.test/", "/"),
    ("/\\evil.test/", "/"),
    ("/\t/evil.test/", "/"),
    ("/\r\nSet-Cookie: a=b", "/"),
    ("\t//evil.test", "/"),
    ("https://evil.test/", "/"),
    ("javascript:alert(1)", "/"),
    ("", "/"),
]


async def test_next_leads_only_to_our_own_paths(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    account = (await desk.people.applicant()).account
    for asked, led_to in NEXT:
        with subtests.test(asked=asked, led_to=led_to):
            assert await try_to_sign_in(desk.visitor(), account.email, next=asked) == (303, led_to)


async def test_the_page_asked_for_comes_after_the_sign_in(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = desk.visitor()
    status, location = await visitor.open(f"/meetings/{applicant.meeting.id}")
    assert (status, location) == (303, f"/signin?next=/meetings/{applicant.meeting.id}")
    _status, page = await visitor.open(location)
    assert f'name="next" value="/meetings/{applicant.meeting.id}"' in html.unescape(page)


async def test_who_is_signed_in_needs_no_form(desk: RunningDesk) -> None:
    visitor = await desk.signed_in((await desk.people.applicant()).account)
    assert await visitor.open("/signin") == (303, "/")


async def test_a_form_with_nonsense_is_refused(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    async with nothing_changes(desk):
        assert (await try_to_sign_in(visitor, "a" * 300))[0] == 422
        assert (await try_to_sign_in(visitor, "a@b.test", password="x" * 300))[0] == 422


async def test_a_page_too_long_to_come_back_to_still_leads_to_the_form(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    _status, location = await visitor.open("/organisation?" + "x" * 700)
    status, page = await visitor.open(location)
    assert status == 200
    assert "Kata sandi" in page


async def test_a_session_that_was_revoked_elsewhere_is_over(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    visitor = await enter(desk, applicant.account)
    async with desk.database.writing() as session:
        await revoke_sessions_of(session, applicant.account.id, desk.clock.now())
    is_problem(await visitor.read("/"), 401, "not_signed_in")
    refused = await visitor.act(f"/meetings/{applicant.meeting.id}/join")
    is_problem(refused, 401, "not_signed_in")


async def test_signing_in_as_somebody_else_signs_the_first_one_out(desk: RunningDesk) -> None:
    first, second = await desk.people.staff(), await desk.people.staff()
    visitor = await desk.signed_in(first)
    await visitor.open("/desk")
    status, _location = await visitor.send("/signin", email=second.email, password=PASSWORD)
    assert status == 303
    state = "SELECT state FROM shift WHERE verifier = :verifier"
    assert await value(desk.database, state, verifier=first.id) == "off"
    assert await value(desk.database, state, verifier=second.id) == "ready"
    assert await count(desk.database, "audit_entry", "act = 'signed_out'") == 1


async def test_a_state_that_is_no_change_is_not_logged(desk: RunningDesk) -> None:
    visitor = await desk.signed_in(await desk.people.staff())
    for _time in range(3):
        assert (await visitor.act("/desk/status", {"state": "ready"}))[0] == 200
    assert await count(desk.database, "audit_entry", "act = 'shift_changed'") == 1
