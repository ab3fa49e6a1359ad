"""Every route against everybody: the expected answers stand in one table, written by hand."""

from collections.abc import Mapping
from contextlib import nullcontext
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from desk import housekeeping
from desk.accounts.sessions import Identity
from desk.accounts.tables import Role
from desk.authority import RULES, Action, Parties, may
from desk.recording import retention
from tests.routes import filled, places, routes_of
from tests.scenes import enter, nothing_changes, on_duty
from tests.support import RunningDesk, Visitor


@pytest.fixture(autouse=True)
def _nothing_happens_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine these tests take longer than the background waits before its first look."""
    for background in (housekeeping, retention):
        monkeypatch.setattr(background, "FIRST_AFTER_S", 3_600.0)


class Row(NamedTuple):
    """What a script is answered: nobody, own and other applicant, serving and other verifier,
    supervisor, administrator; and what is sent."""

    nobody: int
    own: int
    other: int
    serving: int
    colleague: int
    supervisor: int
    administrator: int
    body: Mapping[str, Any] = MappingProxyType({})


AGENCY = {"name": "Kota Baru", "timezone": "Asia/Jakarta"}
NEW_AGENCY = {"kind": "city", "name": "Kota Lain", "timezone": "Asia/Jakarta"}
ROLE_FORM = {"name_id": "PPK", "name_en": "PPK", "way": "call", "position": 1}

REASON = {
    "topic": "person", "label_id": "Alasan", "label_en": "Reason", "sentence_id": "Coba.",
    "sentence_en": "Try.", "position": 1,
}  # fmt: skip

# The scene: the own applicant is in an open call with the serving verifier, whose checklist is
# empty, and has another access that was rejected. So 409 stands where the person may ask and only
# the state of things says no. The last rows change something for whoever may.
EXPECTED = {
    "GET /": Row(401, 200, 200, 303, 303, 303, 303),
    "GET /signin": Row(200, 303, 303, 303, 303, 303, 303),
    "GET /signup": Row(200, 303, 303, 303, 303, 303, 303),
    "GET /signup/sent": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /forgot": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /forgot/sent": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /confirm/{token}": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /password/{token}": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /account/password": Row(401, 200, 200, 200, 200, 200, 200),
    "GET /healthz": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /readyz": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /static/{digest}/{name}": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /openapi.json": Row(200, 200, 200, 200, 200, 200, 200),
    "GET /speed": Row(401, 200, 200, 200, 200, 200, 200),
    "GET /organisation": Row(401, 200, 200, 403, 403, 403, 403),
    "GET /profile": Row(401, 200, 200, 403, 403, 403, 403),
    "POST /profile": Row(
        401, 200, 200, 403, 403, 403, 403, {"employee_number": "199007012019032001"}
    ),
    "GET /meetings/{id}": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /meetings/{id}/calendar": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /meetings/{id}/times": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /meetings/{id}/consent": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /meetings/{id}/consent": Row(401, 200, 404, 403, 403, 403, 403, {"answer": "refused"}),
    "POST /access/{id}/consent/withdraw": Row(401, 409, 404, 403, 403, 403, 403),
    "POST /calls/{id}/recording/leg": Row(401, 409, 404, 409, 404, 403, 403, {"sdp": "v=0"}),
    "POST /calls/{id}/recording/chunks": Row(401, 409, 404, 409, 404, 403, 403),
    "POST /calls/{id}/recording/chunks/{segment}/{number}": Row(401, 409, 404, 409, 404, 403, 403),
    "POST /calls/{id}/recording/pause": Row(401, 403, 403, 409, 404, 403, 403, {"reason": "jeda"}),
    "POST /calls/{id}/recording/resume": Row(401, 403, 403, 409, 404, 403, 403),
    "POST /calls/{id}/recording/stop": Row(401, 403, 403, 409, 404, 403, 403, {"reason": "henti"}),
    "GET /schedule": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /schedule/roster": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /schedule/unplaced": Row(401, 403, 403, 403, 403, 200, 200),
    "GET /schedule/meetings/{id}": Row(401, 403, 403, 403, 403, 200, 200),
    "GET /waiting/{id}": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /access/new": Row(401, 200, 200, 403, 403, 403, 403),
    "GET /access/drafts/{id}": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /access/drafts/{id}/review": Row(401, 422, 404, 403, 403, 403, 403),
    "POST /access/new": Row(
        401, 200, 200, 403, 403, 403, 403, {"profile_type": "non_penyedia", "role": "PPK"}
    ),
    "POST /access/drafts/{id}/send": Row(401, 422, 404, 403, 403, 403, 403, {"confirmed": "yes"}),
    "POST /access/drafts/{id}/save": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /access/drafts/{id}": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /access/drafts/{id}/discard": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /access": Row(401, 200, 200, 403, 403, 403, 403),
    "GET /access/{id}": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /access/{id}/again": Row(401, 200, 404, 403, 403, 403, 403),
    "GET /desk": Row(401, 403, 403, 200, 200, 403, 403),
    "GET /supervisor": Row(401, 403, 403, 403, 403, 200, 200),
    "GET /recordings": Row(401, 403, 403, 200, 200, 200, 200),
    "GET /recordings/{id}": Row(401, 403, 403, 200, 404, 200, 200),
    "GET /views/{id}": Row(401, 403, 403, 200, 404, 404, 404),
    "GET /views/{id}/{side}": Row(401, 403, 403, 200, 404, 404, 404),
    "GET /views/{id}/{side}/strip": Row(401, 403, 403, 200, 404, 404, 404),
    "GET /views/{id}/snapshots/{number}": Row(401, 403, 403, 200, 404, 404, 404),
    "GET /snapshots/{id}": Row(401, 403, 403, 200, 404, 403, 403),
    # Nobody has agreed to it.
    "POST /calls/{id}/snapshots": Row(401, 403, 403, 409, 404, 403, 403),
    "GET /notices": Row(401, 200, 200, 200, 200, 200, 200),
    "GET /mails/preview": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /mails/preview/page": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /mails": Row(401, 403, 403, 403, 403, 200, 200),
    "GET /agencies": Row(401, 200, 200, 403, 403, 403, 200),
    "GET /agencies/{id}/units": Row(401, 200, 200, 403, 403, 403, 200),
    "GET /directory": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /directory/{id}/units": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /units/{id}": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /roles": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /roles/{id}": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /reasons": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /reasons/new": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /reasons/{id}": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /staff": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /staff/{id}": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /calls/{id}": Row(401, 200, 404, 200, 404, 403, 403),
    "GET /calls/{id}/way": Row(401, 200, 404, 200, 404, 403, 403),
    "GET /calls/{id}/mail-preview": Row(401, 403, 403, 200, 404, 403, 403),
    "GET /documents/{id}/pages/{number}": Row(401, 403, 403, 200, 404, 403, 403),
    "GET /reviews": Row(401, 403, 403, 200, 200, 403, 403),
    "GET /reviews/{id}": Row(401, 403, 403, 200, 404, 403, 403),
    "GET /reviews/{id}/mail-preview": Row(401, 403, 403, 200, 404, 403, 403),
    "POST /reviews/take": Row(401, 403, 403, 200, 200, 403, 403),
    "POST /reviews/{id}/checklist": Row(
        401, 403, 403, 200, 404, 403, 403, {"step": "legible", "passed": True}
    ),
    "POST /reviews/{id}/notes": Row(401, 403, 403, 200, 404, 403, 403, {"notes": "rapi"}),
    "POST /reviews/{id}/reveal": Row(401, 403, 403, 200, 404, 403, 403, {"field": "identity"}),
    "POST /reviews/{id}/verdict": Row(401, 403, 403, 409, 404, 403, 403, {"decision": "approved"}),
    "POST /reviews/{id}/return": Row(401, 403, 403, 200, 404, 403, 403),
    "POST /meetings/{id}/times": Row(401, 409, 404, 403, 403, 403, 403, {"starts_at": "earliest"}),
    "POST /schedule/meetings/{id}": Row(
        401, 403, 403, 403, 403, 409, 409, {"starts_at": "earliest"}
    ),
    "POST /schedule/hours": Row(401, 403, 403, 403, 403, 403, 422),
    "POST /schedule/ramadan": Row(401, 403, 403, 403, 403, 403, 422),
    "POST /schedule/exceptions": Row(401, 403, 403, 403, 403, 403, 422),
    "POST /schedule/exceptions/{id}/remove": Row(401, 403, 403, 403, 403, 403, 200),
    "POST /schedule/roster": Row(401, 403, 403, 403, 403, 403, 422),
    "POST /schedule/absences": Row(401, 403, 403, 403, 403, 403, 422),
    "POST /schedule/absences/{id}/remove": Row(401, 403, 403, 403, 403, 403, 200),
    "POST /waiting/{id}/leave": Row(401, 409, 404, 403, 403, 403, 403),
    "POST /calls/{id}/verdict": Row(401, 403, 403, 409, 404, 403, 403, {"decision": "approved"}),
    "POST /desk/status": Row(401, 403, 403, 409, 200, 403, 403, {"state": "ready"}),
    "POST /desk/take": Row(401, 403, 403, 409, 200, 403, 403),
    "POST /calls/{id}/checklist": Row(
        401, 403, 403, 200, 404, 403, 403, {"step": "face", "passed": True}
    ),
    "POST /calls/{id}/challenge": Row(401, 403, 403, 200, 404, 403, 403),
    "POST /calls/{id}/notes": Row(401, 403, 403, 200, 404, 403, 403, {"notes": "rapi"}),
    "POST /calls/{id}/reveal": Row(401, 403, 403, 200, 404, 403, 403, {"field": "identity"}),
    "POST /meetings/{id}/join": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /access/{id}/again": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /snapshots/{id}/remove": Row(401, 403, 403, 200, 404, 403, 403),
    "POST /calls/{id}/wait": Row(401, 403, 403, 200, 404, 403, 403),
    "POST /calls/{id}/end": Row(401, 403, 403, 200, 404, 403, 403, {"outcome": "returned"}),
    "POST /calls/{id}/leave": Row(401, 409, 404, 403, 403, 403, 403),
    "POST /recordings/{id}/views": Row(
        401, 403, 403, 200, 404, 200, 200, {"reason": "pemeriksaan mutu"}
    ),
    "POST /recordings/{id}/hold": Row(
        401, 403, 403, 403, 403, 403, 200, {"hold_reason": "sengketa"}
    ),
    "POST /recordings/{id}/release": Row(
        401, 403, 403, 403, 403, 403, 200, {"release_reason": "selesai"}
    ),
    # Nobody has taken their consent back.
    "POST /recordings/{id}/destroy": Row(401, 403, 403, 403, 403, 403, 409, {"confirmed": "yes"}),
    "POST /views/{id}/seen": Row(401, 403, 403, 200, 404, 404, 404),
    "POST /views/{id}/left": Row(401, 403, 403, 200, 404, 404, 404),
    "POST /notices/{id}/read": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /notices/read": Row(401, 200, 200, 200, 200, 200, 200),
    "POST /mails/{id}/retry": Row(401, 403, 403, 403, 403, 200, 200),
    "POST /directory": Row(401, 403, 403, 403, 403, 403, 200, NEW_AGENCY),
    "POST /directory/{id}": Row(401, 403, 403, 403, 403, 403, 200, AGENCY),
    "POST /directory/{id}/retire": Row(401, 403, 403, 403, 403, 403, 200),
    "POST /directory/{id}/restore": Row(401, 403, 403, 403, 403, 403, 200),
    "POST /units/{id}": Row(401, 403, 403, 403, 403, 403, 200, {"name": "Dinas Baru"}),
    "POST /units/{id}/merge": Row(401, 403, 403, 403, 403, 403, 200, {"into": "Dinas Percobaan"}),
    "POST /roles/{id}": Row(401, 403, 403, 403, 403, 403, 200, ROLE_FORM),
    "POST /reasons": Row(401, 403, 403, 403, 403, 403, 200, REASON | {"code": "NEW_ONE"}),
    "POST /reasons/{id}": Row(401, 403, 403, 403, 403, 403, 200, REASON),
    "POST /staff": Row(
        401, 403, 403, 403, 403, 403, 200, {"name": "Petugas Baru", "email": "baru@contoh.test"}
    ),
    "POST /staff/{id}/invite": Row(401, 403, 403, 403, 403, 403, 200),
    "POST /staff/{id}/role": Row(401, 403, 403, 403, 403, 403, 200, {"role": "supervisor"}),
    "POST /staff/{id}/disable": Row(401, 403, 403, 403, 403, 403, 200, {"confirmed": True}),
    "POST /staff/{id}/enable": Row(401, 403, 403, 403, 403, 403, 200),
    "GET /uploads/{id}/pages/{number}": Row(401, 200, 404, 403, 403, 403, 403),
    # What is sent here is no form with a file.
    "POST /uploads": Row(401, 422, 422, 403, 403, 403, 403),
    "POST /uploads/{id}/remove": Row(401, 200, 404, 403, 403, 403, 403),
    "POST /speed": Row(401, 200, 200, 200, 200, 200, 200),
    "POST /signin": Row(401, 401, 401, 401, 401, 401, 401, {"email": "a@b.test"}),
    # Whoever comes with a link is asked first by nobody: it works once.
    "POST /confirm/{token}": Row(200, 410, 410, 410, 410, 410, 410),
    "POST /confirm/{token}/again": Row(410, 410, 410, 410, 410, 410, 410),
    "POST /password/{token}": Row(
        200, 410, 410, 410, 410, 410, 410, {"password": "seekor kuda makan pelangi"}
    ),
    "POST /signup": Row(422, 422, 422, 422, 422, 422, 422),
    "POST /forgot": Row(422, 422, 422, 422, 422, 422, 422),
    "POST /account/password": Row(401, 422, 422, 422, 422, 422, 422),
    "POST /language": Row(200, 200, 200, 200, 200, 200, 200, {"language": "en"}),
    "POST /signout": Row(303, 303, 303, 303, 409, 303, 303),
}

# These answer with a page, whoever asks; a wrong password is logged.
SAME_ANSWER = {"POST /signin", "POST /signout", "POST /account/password"}

NOBODYS = {"GET /agencies/{id}/units"}  # what is there concerns all alike


def test_every_action_has_a_rule() -> None:
    assert RULES.keys() == set(Action)


def test_what_concerns_an_object_is_not_allowed_without_one() -> None:
    for action, rule in RULES.items():
        for role in Role:
            somebody = Identity("me", "Saya", "saya@contoh.test", role, None)
            if rule.relations and role not in rule.anywhere:
                assert not may(somebody, action)
                assert not may(somebody, action, Parties())
                assert not may(somebody, action, Parties("another", "another"))
            # An applicant who has become a verifier is no party to their own case any more.
            if rule.relations and role is Role.VERIFIER:
                assert not may(somebody, action, Parties(applicant="me"))
        assert rule.roles or may(None, action)
        assert not (rule.roles and may(None, action))


async def test_the_table_has_a_row_for_every_route(desk: RunningDesk) -> None:
    routes = {f"{method} {path}" for method, path in routes_of(desk.app)}
    assert routes == EXPECTED.keys()


async def ask(visitor: Visitor, method: str, path: str, body: Mapping[str, Any]) -> int:
    headers = {"Accept": "application/json", "X-CSRF-Token": visitor.csrf}
    sent = dict(body) if method == "POST" else None
    async with visitor.http.request(
        method, visitor.base + path, json=sent, headers=headers, allow_redirects=False
    ) as answer:
        await answer.read()
        return answer.status


async def test_everybody_gets_the_answer_of_the_table(desk: RunningDesk) -> None:
    scene = await places(desk)
    _account, colleague = await on_duty(desk)
    people = {
        "nobody": desk.visitor(),
        "other": await enter(desk, (await desk.people.applicant()).account),
        "colleague": colleague,
        "supervisor": await enter(desk, await desk.people.staff(Role.SUPERVISOR)),
        "administrator": await enter(desk, await desk.people.staff(Role.ADMINISTRATOR)),
        "own": scene.call.applicant,
        "serving": scene.call.verifier,
    }
    await people["nobody"].open("/signin")
    wrong = []
    for route, row in EXPECTED.items():
        method, path = route.split()
        for name, visitor in people.items():
            expected = getattr(row, name)
            denials = int(expected in {403, 404})
            refused = expected >= 400 and route not in SAME_ANSWER
            async with nothing_changes(desk, denials) if refused else nullcontext():
                status = await ask(visitor, method, filled(path, scene), row.body)
            if status != expected:
                wrong.append((route, name, status, expected))
    assert wrong == []


async def test_unknown_ids_answer_like_foreign_ones(desk: RunningDesk) -> None:
    scene = await places(desk)
    visitors = {Role.APPLICANT: scene.waits.visitor, Role.VERIFIER: (await on_duty(desk))[1]}
    unknown = "A" * 22
    for route, row in EXPECTED.items():
        method, path = route.split()
        if "{id}" not in path or route in NOBODYS:
            continue
        for role, status in ((Role.APPLICANT, row.other), (Role.VERIFIER, row.colleague)):
            visitor = visitors[role]
            foreign = await body_of(visitor, method, filled(path, scene))
            nowhere = path.replace("{id}", unknown).replace("{number}", "1")
            nowhere = nowhere.replace("{side}", "applicant")
            assert foreign == await body_of(visitor, method, nowhere)
            assert foreign[0] == status


async def body_of(visitor: Visitor, method: str, path: str) -> tuple[int, Any]:
    return await (visitor.read(path) if method == "GET" else visitor.act(path))
