"""Refusals: problem details for scripts, a page with the next step for people, nothing changed."""

import asyncio
import html
import json

import pytest
from sqlalchemy import text
from yarl import URL

from desk.problems import of_line_error
from tests.scenes import (
    INDONESIAN,
    PROBLEM_JSON,
    fetch,
    in_call,
    is_problem,
    joined,
    nothing_changes,
    refuses,
)
from tests.support import RunningDesk
from waiting_room import errors

OF_SCRIPTS = ["application/json", PROBLEM_JSON, "application/json, */*"]


async def test_scripts_get_problem_details(desk: RunningDesk, subtests: pytest.Subtests) -> None:
    visitor = desk.visitor()
    for accept in OF_SCRIPTS:
        with subtests.test(accept=accept):
            async with visitor.http.get(
                f"{visitor.base}/desk", headers={"Accept": accept}, allow_redirects=False
            ) as answer:
                assert answer.status == 401
                assert answer.content_type == PROBLEM_JSON
                assert answer.headers["Cache-Control"] == "no-store"
                body = await answer.json(content_type=PROBLEM_JSON)
            assert body == {
                "type": "about:blank",
                "title": "Anda belum masuk",
                "status": 401,
                "detail": "Sesi Anda sudah berakhir atau Anda belum masuk. Silakan masuk lagi.",
                "code": "not_signed_in",
            }


async def test_people_get_a_page_with_the_next_step(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with waits.visitor.http.get(
        f"{waits.visitor.base}/desk", headers={"Accept": "text/html"}
    ) as answer:
        assert (answer.status, answer.content_type) == (403, "text/html")
        page = html.unescape(await answer.text())
    assert "Peran Anda tidak dapat membuka halaman ini." in page
    assert 'href="/"' in page
    assert "Ke beranda" in page


def line_errors() -> list[errors.LineError]:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.LineError)
        and kind not in {errors.LineError, errors.LineEmpty}
    ]
    return [kind("A" * 22) if kind is errors.AlreadyInCall else kind() for kind in kinds]


@pytest.mark.parametrize("error", line_errors(), ids=lambda error: error.code)
def test_each_refusal_of_the_line_has_its_sentence(error: errors.LineError) -> None:
    problem = of_line_error(error)
    assert (problem.status, problem.code) == (409, error.code)
    assert INDONESIAN.search(problem.detail)


BROKEN_BODIES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "application/json"),
    "no object": (b"[]", "application/json"),
    "a number": (b"1", "application/json"),
    "null": (b"null", "application/json"),
    "no UTF-8": (b'{"outcome": "\xff"}', "application/json"),
    "deep": (b"[" * 100_000, "application/json"),
    "NaN": (b'{"outcome": NaN}', "application/json"),
    "huge number": (b'{"outcome": ' + b"9" * 5000 + b"}", "application/json"),
    "surrogate": (b'{"outcome": "\\ud800"}', "application/json"),
    "plain text": (b"outcome=absent", "text/plain"),
    "empty": (b"", "application/json"),
    "form": (b"outcome=%ff%00", "application/x-www-form-urlencoded"),
    "no multipart": (b"outcome", "multipart/form-data; boundary=x"),
    "multipart without boundary": (b"outcome", "multipart/form-data"),
    "cut multipart": (
        b'--x\r\nContent-Disposition: form-data; name="outcome"\r\n\r\nabs',
        "multipart/form-data; boundary=x",
    ),
    "unknown charset": (b"outcome=absent", "application/x-www-form-urlencoded; charset=nope"),
}


async def test_a_body_that_cannot_be_read_is_refused(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    scene = await in_call(desk)
    verifier = scene.verifier
    for name, (body, content_type) in BROKEN_BODIES.items():
        with subtests.test(name):
            for accept, kind in (("application/json", PROBLEM_JSON), ("text/html", "text/html")):
                headers = {
                    "X-CSRF-Token": verifier.csrf,
                    "Accept": accept,
                    "Content-Type": content_type,
                }
                async with (
                    nothing_changes(desk),
                    verifier.http.post(
                        f"{verifier.base}{scene.page}/end", data=body, headers=headers
                    ) as answer,
                ):
                    assert (answer.status, answer.content_type) == (422, kind)
                    if accept == "application/json":
                        assert (await answer.json(content_type=kind))["code"] == "invalid_input"


async def test_a_body_too_large_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with nothing_changes(desk):
        answer = await scene.verifier.act(f"{scene.page}/notes", {"notes": "a" * 300_000})
        is_problem(answer, 413, "request_entity_too_large")


async def test_wrong_fields_are_named(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    problem = await refuses(
        desk, scene.verifier, f"{scene.page}/verdict", 422, "invalid_input", {"decision": "x"}
    )
    assert problem["fields"].keys() == {"decision"}


async def test_a_method_that_a_route_does_not_know_is_refused(desk: RunningDesk) -> None:
    waits = await joined(desk)
    visitor = waits.visitor
    async with nothing_changes(desk):
        is_problem(await visitor.act("/desk"), 405, "method_not_allowed")
        for method in ("PUT", "DELETE", "PATCH"):
            async with visitor.http.request(
                method,
                f"{visitor.base}{waits.page}",
                headers={"X-CSRF-Token": visitor.csrf, "Accept": "application/json"},
            ) as answer:
                assert answer.status == 405


async def test_unknown_paths_are_not_found(desk: RunningDesk) -> None:
    waits = await joined(desk)
    paths = ["/not-there", "/meetings/", "/calls", "/%00", "/%ff", "/<script>", "/admin"]
    for path in paths:
        is_problem(await waits.visitor.read(path), 404, "not_found")
        status, page = await waits.visitor.open(path)
        assert status == 404
        assert "<script>/" not in page


async def raw(desk: RunningDesk, method: str, path: str, *more: bytes) -> bytes:
    """Send bytes that no HTTP library would, and read what comes back."""
    reader, writer = await asyncio.open_connection(desk.settings.host, desk.settings.port)
    head = f"{method} {path} HTTP/1.1\r\nHost: {desk.settings.public_host}\r\nConnection: close\r\n"
    writer.write(head.encode() + b"".join(line + b"\r\n" for line in more) + b"\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


NO_TEXT = [
    b"Cookie: desk_session=\xff\xfe",
    b"Cookie: desk_session=a; desk_session=b",
    b"Cookie: " + b"a=b; " * 500,
    b"Accept: \xff",
    b"Accept-Encoding: \xff",
    b"Idempotency-Key: \xff",
    b"X-CSRF-Token: \xff",
    b"Origin: \xff",
]


async def test_bytes_that_are_no_text_break_nothing(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    for line in NO_TEXT:
        with subtests.test(line=line):
            async with nothing_changes(desk):
                for method, path in (
                    ("GET", "/organisation"),
                    ("GET", "/signin"),
                    ("POST", "/signout"),
                ):
                    answer = await raw(desk, method, path, line)
                    status = int(answer.split(b" ", 2)[1])
                    assert status in {200, 303, 400, 401, 403}, answer[:200]


async def test_a_key_that_is_no_text_is_refused(desk: RunningDesk) -> None:
    waits = await joined(desk)
    jar = waits.visitor.http.cookie_jar.filter_cookies(URL(waits.visitor.base))
    cookie = b"Cookie: desk_session=" + jar["desk_session"].value.encode()
    token = b"X-CSRF-Token: " + waits.visitor.csrf.encode()
    more = (cookie, token, b"Accept: application/json", b"Idempotency-Key: \xff")
    async with nothing_changes(desk):
        answer = await raw(desk, "POST", f"{waits.page}/leave", *more)
    assert answer.startswith(b"HTTP/1.1 422")


async def test_a_fault_of_ours_says_no_more_than_that(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with desk.database.writing() as session:
        await session.execute(text("ALTER TABLE verdict RENAME TO verdict_away"))
    answer = await waits.visitor.read("/organisation")
    body = is_problem(answer, 500, "internal_error")
    assert "verdict" not in json.dumps(body)
    status, page = await fetch(waits.visitor, "/organisation")
    assert status == 500
    assert b"verdict_away" not in page
    assert b"Traceback" not in page
