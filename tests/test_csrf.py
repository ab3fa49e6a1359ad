"""Every unsafe route wants our own page and its session's token; no GET changes anything."""

from collections.abc import AsyncIterator

import pytest
from limits import RateLimitItemPerSecond

from desk import guards
from desk.accounts.tables import Role
from desk.middleware import FOR_VISITORS
from tests.routes import Places, filled, get_routes, places, post_routes
from tests.scenes import enter, fetch, is_problem, nothing_changes
from tests.support import RunningDesk


@pytest.fixture
async def scene(desk: RunningDesk) -> AsyncIterator[Places]:
    yield await places(desk)


@pytest.fixture
def _asks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every route so often, and in seconds, is more than anybody may ask."""
    for limit in ("OF_A_SESSION", "OF_AN_ADDRESS"):
        monkeypatch.setattr(guards, limit, RateLimitItemPerSecond(100_000, namespace=limit))


@pytest.mark.usefixtures("_asks_without_end")
async def test_no_unsafe_route_acts_without_our_own_page(desk: RunningDesk, scene: Places) -> None:
    people = {
        "applicant": scene.call.applicant,
        "verifier": scene.call.verifier,
        "supervisor": await enter(desk, await desk.people.staff(Role.SUPERVISOR)),
        "nobody": desk.visitor(),
    }
    await people["nobody"].open("/signin")
    foreign = await desk.signed_in((await desk.people.applicant()).account)
    routes = [filled(path, scene) for path in post_routes(desk.app)]
    assert len(routes) >= 12
    for name, visitor in people.items():
        own = visitor.csrf
        for path in routes:
            async with nothing_changes(desk):
                for token, headers in (
                    ("", {}),
                    (foreign.csrf, {}),
                    (own[:-1], {}),
                    (own[:-2], {}),
                    (own + "00", {}),
                    ("0" * len(own), {}),
                    ("\u00ff", {}),
                    (own, {"Origin": "https://evil.test"}),
                    (own, {"Origin": "null"}),
                    (own, {"Origin": desk.settings.public_url + "0"}),
                    (own, {"Sec-Fetch-Site": "cross-site"}),
                    (own, {"Sec-Fetch-Site": "same-site"}),
                ):
                    visitor.csrf = token
                    answer = await visitor.act(path, {"outcome": "absent"}, **headers)
                    # Without the cookie of a session the way on is to sign in.
                    is_visitors = path.startswith(FOR_VISITORS)
                    lost = name == "nobody" and not headers and not is_visitors
                    is_problem(answer, *((401, "not_signed_in") if lost else (403, "csrf")))
            visitor.csrf = own


async def test_a_form_without_its_token_is_refused_with_a_page(
    desk: RunningDesk, scene: Places
) -> None:
    visitor = scene.call.verifier
    for token in ("", "nonsense"):
        async with nothing_changes(desk):
            status, page = await visitor.send(
                f"{scene.call.page}/end", outcome="absent", csrf_token=token
            )
        assert status == 403
        assert "Muat ulang halamannya" in page


async def test_a_token_that_is_no_text_is_just_wrong(desk: RunningDesk, scene: Places) -> None:
    visitor = scene.call.verifier
    visitor.csrf = ""
    async with nothing_changes(desk):
        for token in (7, None, ["a"], {"a": "b"}):
            body = {"csrf_token": token, "outcome": "absent"}
            is_problem(await visitor.act(f"{scene.call.page}/end", body), 403, "csrf")
        body = {"csrf_token": "\ud800", "outcome": "absent"}
        is_problem(await visitor.act(f"{scene.call.page}/end", body), 422, "invalid_input")


async def test_a_browser_without_any_cookie_has_no_valid_token(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    for token in ("", "0" * 64):
        visitor.csrf = token
        is_problem(await visitor.act("/signin", {"email": "a@b.test"}), 403, "csrf")


async def test_the_same_request_from_our_own_page_acts(desk: RunningDesk, scene: Places) -> None:
    headers = {"Origin": desk.settings.public_url, "Sec-Fetch-Site": "same-origin"}
    status, _body = await scene.call.verifier.act(
        f"{scene.call.page}/notes", {"notes": "terlihat"}, **headers
    )
    assert status == 200


async def test_no_page_changes_anything_however_often_it_is_read(
    desk: RunningDesk, scene: Places
) -> None:
    routes = [filled(path, scene) for path in get_routes(desk.app)]
    readers = [
        scene.call.applicant,
        scene.call.verifier,
        scene.waits.visitor,
        await enter(desk, await desk.people.staff(Role.SUPERVISOR)),
        desk.visitor(),
    ]
    async with nothing_changes(desk, denials=None):
        for visitor in readers:
            for path in routes:
                for _time in range(2):
                    await fetch(visitor, path, "text/html")
                    await fetch(visitor, path, "application/json")


async def test_a_get_cannot_act(desk: RunningDesk, scene: Places) -> None:
    readable = set(get_routes(desk.app))
    async with nothing_changes(desk, denials=None):
        for path in post_routes(desk.app):
            status, _text = await scene.call.verifier.open(filled(path, scene))
            assert path in readable or status == 405, path


async def test_no_two_pages_carry_the_same_token(desk: RunningDesk, scene: Places) -> None:
    """They are compressed beside what others wrote: a constant secret would show in the length."""
    visitor = scene.call.verifier
    tokens = set()
    for _page in range(3):
        await visitor.open(scene.call.page)
        tokens.add(visitor.csrf)
        assert (await visitor.act(f"{scene.call.page}/notes", {"notes": "a"}))[0] == 200
    assert len(tokens) == 3
