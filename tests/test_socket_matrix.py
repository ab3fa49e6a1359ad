"""Every socket event against everybody: the expected answers stand in one table, by hand."""

from contextlib import nullcontext
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from desk.accounts.tables import Role
from desk.audit import AuditEntry, Did
from desk.keys import SIGNALING
from signaling.messages import SAID
from tests.scenes import InCall, enter, in_call, nothing_changes
from tests.sockets import Socket, both, listening
from tests.support import RunningDesk, Visitor
from tests.wire import acked, event, wire

IN = "in"
SILENCE = None
OK: dict[str, Any] = {"ok": True}


class Row(NamedTuple):
    """What is answered to nobody, own and other applicant, serving and other verifier, supervisor,
    administrator. To connect: `in` or the word of the refusal. To an event: what it is
    acknowledged with."""

    nobody: Any
    own: Any
    other: Any
    serving: Any
    colleague: Any
    supervisor: Any
    administrator: Any


# The scene: the own applicant is in an open call with the serving verifier, and so is another pair.
# Everybody names the first call; whoever was not let in says the event all the same.
EXPECTED = {
    ("/waiting", "connect"): Row("no_ticket", IN, IN, *["no_ticket"] * 4),
    ("/call", "connect"): Row("no_seat", IN, "no_seat", IN, *["no_seat"] * 3),
    ("/load", "connect"): Row("forbidden", "forbidden", "forbidden", IN, IN, IN, IN),
    ("/call", "signal"): Row(SILENCE, OK, SILENCE, OK, SILENCE, SILENCE, SILENCE),
    ("/call", "chat"): Row(SILENCE, OK, SILENCE, OK, SILENCE, SILENCE, SILENCE),
    ("/call", "quality"): Row(SILENCE, OK, SILENCE, OK, SILENCE, SILENCE, SILENCE),
    ("/call", "media"): Row(SILENCE, OK, SILENCE, OK, SILENCE, SILENCE, SILENCE),
}
SAYING: dict[str, dict[str, Any]] = {
    "signal": {"description": {"type": "offer", "sdp": "v=0\r\n"}},
    "chat": {"text": "halo"},
    "quality": {"bars": 4, "loss_percent": 0, "rate_kbps": 900, "sound_only": False},
    "media": {"audio": "on", "video": "off"},
}
# Of those who were refused: who has no right to the namespace at all, and who to this call alone.
BY_ROLE = {
    ("/waiting", "connect"): {"serving", "colleague", "supervisor", "administrator"},
    ("/call", "connect"): {"supervisor", "administrator"},
    ("/load", "connect"): {"own", "other"},
}
BY_OBJECT = {("/call", "connect"): {"other", "colleague"}}
FOREIGN = ("call", "ticket", "room", "to", "page", "sid", "seat", "side", "account")


async def everybody(desk: RunningDesk, scene: InCall, foreign: InCall) -> dict[str, Visitor]:
    nobody = desk.visitor()
    await nobody.open("/signin")
    return {
        "nobody": nobody,
        "own": scene.applicant,
        "other": foreign.applicant,
        "serving": scene.verifier,
        "colleague": foreign.verifier,
        "supervisor": await enter(desk, await desk.people.staff(Role.SUPERVISOR)),
        "administrator": await enter(desk, await desk.people.staff(Role.ADMINISTRATOR)),
    }


async def test_the_table_has_a_row_for_every_event(desk: RunningDesk) -> None:
    server = desk.app[SIGNALING].server
    assert {(one.namespace, one.name) for one in SAID} | {
        (namespace, "connect") for namespace in server.namespace_handlers
    } == EXPECTED.keys()
    assert {one.name for one in SAID} == SAYING.keys()


def word_of(greeted: list[str], namespace: str) -> str:
    """`in`, or the word of the refusal."""
    if any(one.startswith(f"40{namespace},") for one in greeted):
        return IN
    [refused] = [one for one in greeted if one.startswith(f"44{namespace},")]
    return refused.split('"message":"')[1].partition('"')[0]


async def denied(desk: RunningDesk, actor: str) -> list[tuple[str, str]]:
    """What the log says that somebody was denied: where, and for the role or the object."""
    mine = (AuditEntry.actor == actor, AuditEntry.act == Did.DENIED)
    async with desk.database.reading() as session:
        rows = (await session.execute(select(AuditEntry).where(*mine))).scalars()
        return [(row.detail["path"], row.detail["kind"]) for row in rows]


@pytest.mark.parametrize("row", [key for key in EXPECTED if key[1] == "connect"])
async def test_everybody_is_let_in_or_refused_as_the_table_says(
    desk: RunningDesk, row: tuple[str, str]
) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    namespace, _connect = row
    people = await everybody(desk, scene, foreign)
    expected = {name: getattr(EXPECTED[row], name) for name in people}
    wrong = []
    # Those who are let in come last: their presence is written down in the background.
    for name in sorted(people, key=lambda name: expected[name] == IN):
        denials = int(name in BY_ROLE[row] or name in BY_OBJECT.get(row, ()))
        unchanged = nothing_changes(desk, denials) if expected[name] != IN else nullcontext()
        async with (
            unchanged,
            wire(people[name], namespace, call=scene.call, page="p") as (_one, greeted),
        ):
            answer = word_of(greeted, namespace)
        if answer != expected[name]:
            wrong.append((name, answer, expected[name]))
    assert wrong == []


async def test_the_log_says_who_was_refused_what_and_why(desk: RunningDesk) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    async with wire(foreign.applicant, "/call", call=scene.call), wire(foreign.applicant, "/load"):
        assert await denied(desk, foreign.who.account.id) == [
            ("/call", "object"),
            ("/load", "role"),
        ]
    async with wire(foreign.applicant, "/call", call="A" * 22):
        assert len(await denied(desk, foreign.who.account.id)) == 2


@pytest.mark.parametrize("row", [key for key in EXPECTED if key[1] != "connect"])
async def test_everybody_is_answered_as_the_table_says(
    desk: RunningDesk, row: tuple[str, str]
) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    namespace, name_of_event = row
    said = SAYING[name_of_event]
    people = await everybody(desk, scene, foreign)
    async with both(scene) as (applicant, verifier):
        for name, visitor in people.items():
            expected = getattr(EXPECTED[row], name)
            if expected == OK:
                continue
            async with wire(visitor, namespace, call=scene.call, page="p") as (one, _greeted):
                await one.say(event(namespace, name_of_event, said))
                assert acked(await one.until_silence(), namespace) == expected, name
        await nothing_was_heard(applicant, verifier)
        for speaker in (applicant, verifier):
            assert await speaker.says(name_of_event, said) == OK


@pytest.mark.parametrize("row", [key for key in EXPECTED if key[1] != "connect"])
async def test_an_id_of_somebody_else_in_a_message_leads_nowhere(
    desk: RunningDesk, row: tuple[str, str]
) -> None:
    """Those of another call say the event with every id of the first one in it."""
    scene, foreign = await in_call(desk), await in_call(desk)
    _namespace, name_of_event = row
    ids = (scene.call, scene.ticket, scene.who.account.id, "pa", f"ticket:{scene.ticket}")
    bad = {"ok": False, "error": "bad_message"}
    async with both(scene) as sides, both(foreign) as others:
        for speaker in others:
            for field in FOREIGN:
                desk.clock.forward(seconds=1)
                for identifier in ids:
                    said = {**SAYING[name_of_event], field: identifier}
                    assert await speaker.says(name_of_event, said) == bad, field
            assert await speaker.says(name_of_event, SAYING[name_of_event]) == OK
        await nothing_was_heard(*sides)


async def nothing_was_heard(applicant: Socket, verifier: Socket) -> None:
    """Neither side has heard anything but of each other; their own words show that all came."""
    assert await applicant.says("chat", {"text": "sendiri"}) == OK
    for side in (applicant, verifier):
        await side.hears("chat", text="sendiri")
        assert {name for name, _data in side.heard} == {"peer", "chat"}
        assert len(side.named("chat")) == 1


async def test_who_only_waits_sits_nowhere(desk: RunningDesk) -> None:
    """A seat is asked for with the cookie alone: the namespace of the line opens no other."""
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        async with listening(scene.applicant, "/waiting") as waiting:
            await waiting.hears("called", call=scene.call)
            assert await waiting.says("chat", SAYING["chat"]) == {
                "ok": False,
                "error": "unknown_event",
            }
        await nothing_was_heard(applicant, verifier)
