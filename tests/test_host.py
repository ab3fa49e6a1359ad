"""The desk answers under its public address alone, and leads others there."""

import asyncio
import http.client
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.settings import Settings
from tests.scenes import nothing_changes
from tests.support import PASSWORD, RunningDesk, SetClock, free_port, start_desk


def ask(
    desk: RunningDesk, method: str, path: str, host: str, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(desk.settings.host, desk.settings.port, timeout=10)
    body = "a=b" if method == "POST" else None
    connection.request(method, path, body, {"Host": host, **(headers or {})})
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return found


OTHER_NAMES = ("localhost:{port}", "localhost", "127.0.0.1", "evil.test", "127.0.0.1:{port}.evil")


async def test_a_page_is_led_to_the_public_address(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    for name in OTHER_NAMES:
        with subtests.test(name=name):
            host = name.format(port=desk.settings.port)
            for method in ("GET", "HEAD"):
                status, headers, _text = await asyncio.to_thread(
                    ask, desk, method, "/signin?next=/a&b=%3C", host
                )
                assert status == 308
                assert headers["Location"] == f"{desk.settings.public_url}/signin?next=/a&b=%3C"
                assert "Set-Cookie" not in headers


async def test_a_command_under_another_name_is_refused(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    for name in OTHER_NAMES:
        with subtests.test(name=name):
            host = name.format(port=desk.settings.port)
            async with nothing_changes(desk):
                status, headers, text = await asyncio.to_thread(ask, desk, "POST", "/signin", host)
            assert status == 421
            assert headers["Content-Type"].startswith("text/html")
            assert "Permintaan ini tidak dapat diterima" in text


async def test_the_right_name_is_answered(desk: RunningDesk) -> None:
    status, _headers, text = await asyncio.to_thread(
        ask, desk, "GET", "/signin", desk.settings.public_host
    )
    assert status == 200
    assert "Kata sandi" in text


async def test_forwarding_headers_of_strangers_count_for_nothing(desk: RunningDesk) -> None:
    headers = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https", "Forwarded": "host=x"}
    status, answered, text = await asyncio.to_thread(
        ask, desk, "GET", "/signin", desk.settings.public_host, headers
    )
    assert status == 200
    assert "evil.test" not in text
    assert "Strict-Transport-Security" not in answered


@pytest.fixture
async def behind_tls(tmp_path: Path, clock: SetClock) -> AsyncIterator[RunningDesk]:
    """A desk whose public address is another one, over TLS, as behind a proxy."""
    settings = Settings(
        data_dir=tmp_path,
        port=free_port(),
        secret_key="a secret key for tests " * 2,
        public_url="https://verifikasi.contoh.test",
    )
    runner, desk = await start_desk(settings, clock)
    yield desk
    for visitor in desk.visitors:
        await visitor.close()
    await runner.cleanup()


async def test_behind_tls_cookies_are_bound_to_the_host(behind_tls: RunningDesk) -> None:
    account = (await behind_tls.people.applicant()).account
    base = f"http://127.0.0.1:{behind_tls.settings.port}"
    host = {"Host": behind_tls.settings.public_host}
    http_client = behind_tls.visitor().http
    async with http_client.get(f"{base}/signin", headers=host) as answer:
        visitor_cookie = answer.cookies["__Host-desk_visitor"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "wss://verifikasi.contoh.test" in answer.headers["Content-Security-Policy"]
        token = (await answer.text()).partition('name="csrf-token" content="')[2].partition('"')[0]
    form = {"email": account.email, "password": PASSWORD, "csrf_token": token}
    sent = host | {"Cookie": f"__Host-desk_visitor={visitor_cookie.value}"}
    async with http_client.post(
        f"{base}/signin", data=form, headers=sent, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        session = answer.cookies["__Host-desk_session"]
    for cookie in (visitor_cookie, session):
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
