"""The headers of every answer, and the policy of every page."""

import re

import pytest

from desk.accounts.tables import Role
from tests.routes import Places, filled, get_routes, places
from tests.scenes import enter
from tests.support import RunningDesk, Visitor

# Mails, which are shown in frames: pages of their own.
FRAMED = {"/calls/{id}/mail-preview", "/mails/preview/page", "/reviews/{id}/mail-preview"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def headers_of(visitor: Visitor, path: str, **more: str) -> tuple[dict[str, str], str]:
    async with visitor.http.get(
        visitor.base + path, headers={"Accept": "text/html", **more}, allow_redirects=False
    ) as answer:
        text = (await answer.read()).decode(errors="replace")
        return dict(answer.headers), text


def directives(policy: str) -> dict[str, list[str]]:
    parts = (part.split() for part in policy.split(";"))
    return {name: sources for name, *sources in parts}


@pytest.fixture
async def scene(desk: RunningDesk) -> Places:
    return await places(desk)


async def everybody(desk: RunningDesk, scene: Places) -> list[Visitor]:
    supervisor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    call = scene.call
    return [call.applicant, call.verifier, scene.waits.visitor, supervisor, desk.visitor()]


async def test_every_answer_carries_the_secure_headers(desk: RunningDesk, scene: Places) -> None:
    paths = [filled(path, scene) for path in get_routes(desk.app)] + ["/not-there"]
    for visitor in await everybody(desk, scene):
        for path in paths:
            headers, _text = await headers_of(visitor, path)
            assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, path
            assert "Content-Security-Policy" in headers, path
            assert "frame-ancestors" in headers["Content-Security-Policy"], path
            assert "geolocation=()" in headers["Permissions-Policy"], path
            assert "Server" not in headers, path


async def test_no_page_allows_anything_inline(desk: RunningDesk, scene: Places) -> None:
    pages = 0
    for visitor in await everybody(desk, scene):
        for route in get_routes(desk.app):
            headers, text = await headers_of(visitor, filled(route, scene))
            policy = headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "*" not in policy
            if route in FRAMED or not text.startswith("<!doctype html>"):
                continue
            pages += 1
            nonce = re.search(r"'nonce-([^']+)'", policy)
            assert nonce
            assert directives(policy)["default-src"] == ["'none'"]
            assert directives(policy)["frame-ancestors"] == ["'none'"]
            assert directives(policy)["base-uri"] == ["'none'"]
            assert_nothing_inline(text, nonce[1])
    assert pages > 10


def assert_nothing_inline(page: str, nonce: str) -> None:
    """Nothing stands in the page that its policy would have to allow as inline."""
    assert not re.search(r"<[^>]+\sstyle\s*=", page)
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", page)
    assert "<style" not in page
    assert "javascript:" not in page
    for tag in re.findall(r"<script[^>]*>", page):
        own = f'nonce="{nonce}"' in tag
        assert own or " src=" in tag or 'type="application/json"' in tag, tag


async def test_the_nonce_is_another_on_each_page(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    policies = {
        (await headers_of(visitor, "/signin"))[0]["Content-Security-Policy"] for _time in range(5)
    }
    assert len(policies) == 5


async def test_a_mail_preview_is_a_page_of_its_own(desk: RunningDesk, scene: Places) -> None:
    path = f"{scene.call.page}/mail-preview?decision=approved"
    headers, text = await headers_of(scene.call.verifier, path)
    policy = directives(headers["Content-Security-Policy"])
    (style,) = policy.pop("style-src")
    assert style.startswith("'sha256-")
    assert policy == {"default-src": ["'none'"], "frame-ancestors": ["'self'"], "sandbox": []}
    assert "<script" not in text
    assert "csrf" not in text


async def test_personal_pages_are_kept_nowhere(desk: RunningDesk, scene: Places) -> None:
    for visitor in await everybody(desk, scene):
        for route in get_routes(desk.app):
            if route.startswith("/static"):
                continue
            for accept in ("text/html", "application/json"):
                headers, _text = await headers_of(visitor, filled(route, scene), Accept=accept)
                assert headers.get("Cache-Control") == "no-store", (route, accept)


async def test_answers_to_commands_are_kept_nowhere(desk: RunningDesk, scene: Places) -> None:
    verifier = scene.call.verifier
    for accept in ("text/html", "application/json"):
        for fields in ({"notes": "a"}, {"nothing": "b"}, {"csrf_token": "wrong"}):
            async with verifier.http.post(
                f"{verifier.base}{scene.call.page}/notes",
                data={"csrf_token": verifier.csrf} | fields,
                headers={"Accept": accept},
                allow_redirects=False,
            ) as answer:
                assert answer.headers["Cache-Control"] == "no-store"


async def test_pages_and_answers_are_compressed_for_whoever_can_read_it(
    desk: RunningDesk, scene: Places
) -> None:
    visitor = scene.call.verifier
    for accept in ("text/html", "application/json"):
        wished = {"Accept": accept, "Accept-Encoding": "gzip"}
        headers, packed = await headers_of(visitor, scene.call.page, **wished)
        plainly = {"Accept": accept, "Accept-Encoding": "identity"}
        plain_headers, plain = await headers_of(visitor, scene.call.page, **plainly)
        assert headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain_headers
        assert headers["Vary"] == plain_headers["Vary"] == "Accept-Encoding"
        assert int(headers["Content-Length"]) < int(plain_headers["Content-Length"]) / 2
        assert packed[:15] == plain[:15]
    headers, _text = await headers_of(visitor, "/healthz", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in headers  # too small to gain by it
