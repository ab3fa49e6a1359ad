"""How often one may ask, how long a body may take, and what the log keeps of refusals."""

import asyncio
import html
from collections.abc import Sequence

import pytest
from limits import RateLimitItem
from yarl import URL

from desk.accounts.sessions import token_digest
from desk.accounts.tables import Role
from desk.keys import LIMITS
from desk.limits import (
    DENIALS_OF_AN_ACCOUNT,
    JOINS_OF_AN_ACCOUNT,
    OF_A_SESSION,
    OF_AN_ADDRESS,
    SLOWEST_BODY_S,
    Limits,
    network_of,
)
from tests.scenes import PROBLEM_JSON, count, enter, fetch, is_problem, joined, nothing_changes
from tests.support import RunningDesk, Visitor

SENTENCE = "Permintaan Anda terlalu sering. Tunggu sebentar, lalu coba lagi."


async def use_up(desk: RunningDesk, limit: RateLimitItem, of: str, but: int = 0) -> None:
    """Count as many as there may be, less some."""
    for _one in range(limit.amount - but):
        assert await desk.app[LIMITS].one_more(limit, of)


def session_of(visitor: Visitor) -> str:
    """What a visitor's session is counted under."""
    jar = visitor.http.cookie_jar.filter_cookies(URL(visitor.base))
    return token_digest(jar["desk_session"].value)


async def test_a_session_may_ask_so_often(desk: RunningDesk) -> None:
    waits, other = await joined(desk), await joined(desk)
    await use_up(desk, OF_A_SESSION, session_of(waits.visitor), but=1)  # to join was the first
    async with nothing_changes(desk):
        is_problem(await waits.visitor.read(waits.page), 429, "too_many_requests")
        is_problem(await waits.visitor.act(f"{waits.page}/leave"), 429, "too_many_requests")
        status, page = await fetch(waits.visitor, waits.page)
        assert status == 429
        assert SENTENCE in html.unescape(page.decode())
    assert (await other.visitor.read(other.page))[0] == 200


async def test_the_answer_says_when_to_come_back(desk: RunningDesk) -> None:
    waits = await joined(desk)
    await use_up(desk, OF_A_SESSION, session_of(waits.visitor), but=1)
    for accept, kind in (("application/json", PROBLEM_JSON), ("text/html", "text/html")):
        async with waits.visitor.http.get(
            waits.visitor.base + waits.page, headers={"Accept": accept}
        ) as answer:
            assert (answer.status, answer.content_type) == (429, kind)
            assert answer.headers["Retry-After"] == str(OF_A_SESSION.get_expiry())


async def test_strangers_count_for_their_address(desk: RunningDesk) -> None:
    waits, nobody = await joined(desk), desk.visitor()
    liar = desk.visitor()
    liar.http.cookie_jar.update_cookies({"desk_session": "invented"}, URL(liar.base))
    await use_up(desk, OF_AN_ADDRESS, "127.0.0.1")
    for visitor in (nobody, liar):
        is_problem(await visitor.read("/signin"), 429, "too_many_requests")
        is_problem(await visitor.read("/healthz"), 429, "too_many_requests")
    # Who is signed in has a count of their own, and static files have none.
    assert (await waits.visitor.read(waits.page))[0] == 200
    status, page = await fetch(waits.visitor, waits.page)
    style = page.decode().partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert status == 200
    assert (await fetch(nobody, style))[0] == 200


async def test_a_thousand_sessions_of_one_address_are_not_too_many() -> None:
    limits = Limits()
    for number in range(1_000):
        for _request in range(10):
            await limits.demand(OF_A_SESSION, token_digest(str(number)))


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (["10.0.0.1", "::ffff:10.0.0.1"], {"10.0.0.1"}),
        (["10.0.0.1", "10.0.0.2"], {"10.0.0.1", "10.0.0.2"}),
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"], {"2001:db8:1:2::"}),
        (["2001:db8:1:2::1", "2001:db8:1:3::1"], {"2001:db8:1:2::", "2001:db8:1:3::"}),
        ([None, "", "no address"], {""}),
    ],
)
def test_what_counts_as_one_address(addresses: Sequence[str | None], networks: set[str]) -> None:
    assert {network_of(address) for address in addresses} == networks


async def test_an_account_may_join_so_often(desk: RunningDesk) -> None:
    waits = await joined(desk)
    join = f"/meetings/{waits.who.meeting.id}/join"
    await use_up(desk, JOINS_OF_AN_ACCOUNT, waits.who.account.id, but=1)
    assert (await waits.visitor.act(join))[1]["ticket"] == waits.ticket  # no new place
    assert (await waits.visitor.act(f"{waits.page}/leave"))[0] == 200
    async with nothing_changes(desk):
        is_problem(await waits.visitor.act(join), 429, "too_many_requests")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("{room}/leave", "application/json"),
        ("{room}/leave", "application/x-www-form-urlencoded"),
        ("/speed", "application/octet-stream"),
    ],
)
async def test_a_body_that_does_not_come_is_not_waited_for(
    desk: RunningDesk, path: str, kind: str
) -> None:
    assert desk.app[LIMITS].slowest_body_s == SLOWEST_BODY_S == 20
    desk.app[LIMITS].slowest_body_s = 0.05
    waits = await joined(desk)
    jar = waits.visitor.http.cookie_jar.filter_cookies(URL(waits.visitor.base))
    head = (
        f"POST {path.format(room=waits.page)} HTTP/1.1\r\nHost: {desk.settings.public_host}\r\n"
        f"Cookie: desk_session={jar['desk_session'].value}\r\nAccept: application/json\r\n"
        f"X-CSRF-Token: {waits.visitor.csrf}\r\nContent-Type: {kind}\r\nContent-Length: 100\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(desk.settings.host, desk.settings.port)
    async with nothing_changes(desk):
        writer.write(head.encode() + b'{"half":')
        answer = await reader.readuntil(b"}")
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "request_timeout"' in answer
    assert b"Kiriman Anda tidak sampai dengan lengkap." in answer


@pytest.mark.parametrize("path", ["{room}/leave", "/speed"])
async def test_who_goes_in_the_middle_of_a_body_is_no_fault_of_ours(
    desk: RunningDesk, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    waits = await joined(desk)
    jar = waits.visitor.http.cookie_jar.filter_cookies(URL(waits.visitor.base))
    head = (
        f"POST {path.format(room=waits.page)} HTTP/1.1\r\nHost: {desk.settings.public_host}\r\n"
        f"Cookie: desk_session={jar['desk_session'].value}\r\nAccept: application/json\r\n"
        f"X-CSRF-Token: {waits.visitor.csrf}\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n"
    )
    async with nothing_changes(desk):
        for _time in range(3):
            _reader, writer = await asyncio.open_connection(desk.settings.host, desk.settings.port)
            writer.write(head.encode() + b'{"half":')
            await writer.drain()
            # By then the desk waits for the rest of it.
            assert (await waits.visitor.read(waits.page))[0] == 200
            writer.close()
            await writer.wait_closed()
            assert (await waits.visitor.read(waits.page))[0] == 200
    assert "failed" not in caplog.text


async def test_the_log_keeps_who_was_refused_what_and_why(desk: RunningDesk) -> None:
    waits, other = await joined(desk), await joined(desk)
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    for visitor, path, denials in (
        (other.visitor, waits.page, 1),
        (other.visitor, "/desk", 1),
        (supervisor, waits.page, 1),
        (other.visitor, f"/waiting/{'A' * 22}", 0),
        (other.visitor, "/not-there", 0),
        (waits.visitor, waits.page, 0),
        (desk.visitor(), waits.page, 0),
        (desk.visitor(), "/desk", 0),
    ):
        async with nothing_changes(desk, denials):
            await visitor.read(path)
    for path, kind in ((waits.page, "object"), ("/desk", "role")):
        mine = f"act = 'denied' AND actor = '{other.who.account.id}'"
        about = f'CAST(detail AS TEXT) LIKE \'%"{path}"%"{kind}"%\''
        backwards = f'CAST(detail AS TEXT) LIKE \'%"{kind}"%"{path}"%\''
        assert (
            await count(desk.database, "audit_entry", f"{mine} AND ({about} OR {backwards})") == 1
        )


async def test_the_log_does_not_grow_without_end(desk: RunningDesk) -> None:
    waits, other = await joined(desk), await joined(desk)
    await use_up(desk, DENIALS_OF_AN_ACCOUNT, other.who.account.id, but=1)
    async with nothing_changes(desk, denials=1):
        for _time in range(3):
            is_problem(await other.visitor.read(waits.page), 404, "not_found")
