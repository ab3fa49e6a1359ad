"""Too much, too deep, too fast, or no message at all: refused, and felt by nobody else."""

import asyncio
import json
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.accounts.tables import Role
from desk.keys import SIGNALING
from signaling import limits
from signaling.closed_server import ClosedServer
from signaling.limits import (
    DEEPEST,
    LARGEST_MESSAGE_BYTES,
    LONGEST_OUTSIDE_S,
    MESSAGES_AT_ONCE,
    MESSAGES_EACH_S,
    MOST_CANDIDATES,
    MOST_SOCKETS,
    MOST_UNREAD,
    TokenBucket,
    head_of,
    is_too_deep,
)
from tests.scenes import enter, in_call
from tests.sockets import both, listening, opened, posted, until
from tests.support import RunningDesk, SetClock, Visitor
from tests.wire import Wire, acked, event, wire

OFFER = {"description": {"type": "offer", "sdp": "v=0\r\n"}}


def server_of(desk: RunningDesk) -> ClosedServer:
    return desk.app[SIGNALING].server


def error(word: str) -> dict[str, Any]:
    return {"ok": False, "error": word}


def faults(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Every exception that was logged."""
    return [record for record in caplog.records if record.exc_info]


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_a_bucket_lets_so_many_through_and_fills_again() -> None:
    now = 100.0
    bucket = TokenBucket(MESSAGES_EACH_S, MESSAGES_AT_ONCE, lambda: now)
    assert [bucket.take() for _one in range(MESSAGES_AT_ONCE + 2)].count(True) == MESSAGES_AT_ONCE
    now += 0.5
    assert [bucket.take() for _one in range(20)].count(True) == MESSAGES_EACH_S / 2
    now += 3_600
    assert [bucket.take() for _one in range(100)].count(True) == MESSAGES_AT_ONCE


@pytest.mark.parametrize(
    ("text", "too_deep"),
    [
        ("", False),
        (nested(DEEPEST), False),
        (nested(DEEPEST + 1), True),
        ('{"a":' * (DEEPEST + 1), True),
        ("[]" * 30_000, False),
        (json.dumps(["[" * 100, '"' + "{" * 100, "\\"]), False),
        ('"\\"[[[[[[[[[[[[', False),
        ('["\\\\",' + "[" * DEEPEST, True),
        ("[" * LARGEST_MESSAGE_BYTES, True),
        # Looked at twice, each of these would be looked at for minutes.
        ('"' + '\\"' * 30_000, False),
        ("\\" * 60_000, False),
        ('"\n' * 30_000, False),
    ],
)
def test_the_depth_is_counted_outside_of_strings(text: str, too_deep: bool) -> None:
    assert is_too_deep(text) is too_deep


@pytest.mark.parametrize(
    ("packet", "head"),
    [
        ('2/call,7["chat"]', (2, "/call", 7, '["chat"]')),
        ('2["chat"]', (2, "/", None, '["chat"]')),
        ('51-/call,7["a"]', (5, "/call", 7, '["a"]')),
        ("0/call", (0, "/call", None, "")),
        ("0/call?a=b,{}", (0, "/call", None, "{}")),
        ("2/call," + "9" * 17, (2, "/call", None, "9" * 17)),
        ("2/call,\u0667[]", (2, "/call", None, "\u0667[]")),
        ("7", None),
        ("", None),
        (b"2", None),
        (["a"], None),
        (None, None),
    ],
)
def test_the_head_of_a_packet(packet: object, head: object) -> None:
    assert head_of(packet) == head


async def test_who_says_too_much_is_told_so_and_closed(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with (
        listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
        wire(scene.applicant, "/call", call=scene.call, page="pa") as (one, _greeted),
    ):
        await verifier.hears("peer", present=True)
        await one.say(*[event("/call", "shout", ack=number) for number in range(2_000)])
        frames = await one.until_closed()
        answers = [json.loads(frame.partition("[")[2][:-1]) for frame in frames if "43/" in frame]
        assert answers[: MESSAGES_AT_ONCE // 2] == [error("unknown_event")] * (
            MESSAGES_AT_ONCE // 2
        )
        assert answers[-1] == error("too_fast")
        assert answers.count(error("too_fast")) == 1
        await verifier.hears("peer", present=False)
        assert await verifier.says("chat", {"text": "masih di sini"}) == {"ok": True}


async def test_time_gives_new_words(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with listening(scene.applicant, "/call", call=scene.call, page="pa") as applicant:
        for _round in range(5):
            desk.clock.forward(seconds=MESSAGES_AT_ONCE / MESSAGES_EACH_S)
            for _one in range(MESSAGES_AT_ONCE - 1):
                assert await applicant.says("shout") == error("unknown_event")


async def test_a_description_has_so_many_candidates(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    candidate = {"candidate": {"candidate": "candidate:1"}}
    async with both(scene) as (applicant, verifier):
        for _round in range(2):
            desk.clock.forward(seconds=60)
            assert await applicant.says("signal", OFFER) == {"ok": True}
            for _one in range(MOST_CANDIDATES):
                assert await applicant.says("signal", candidate) == {"ok": True}
            assert await applicant.says("signal", candidate) == error("too_many_candidates")
        assert await verifier.says("signal", candidate) == {"ok": True}
        heard = [signal for signal in verifier.named("signal") if "candidate" in signal]
        assert len(heard) <= 2 * MOST_CANDIDATES


async def test_what_is_nested_too_deeply_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with (
        listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
        wire(scene.applicant, "/call", call=scene.call, page="pa") as (one, _greeted),
    ):
        brackets = "[" * (LARGEST_MESSAGE_BYTES - 100)
        for json_text in (nested(DEEPEST + 1), brackets, '["chat",{"a":' + brackets):
            await one.say(f"42/call,1{json_text}")
            assert acked(await one.until_silence(), "/call") == error("bad_message")
        await one.say(event("/call", "chat", {"text": "sesudahnya"}))
        assert acked(await one.until_silence(), "/call") == {"ok": True}
        await verifier.hears("chat", text="sesudahnya")


async def test_binary_parts_are_refused_and_not_kept(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with (
        listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
        wire(scene.applicant, "/call", call=scene.call, page="pa") as (one, _greeted),
    ):
        part = '{"_placeholder":true,"num":0}'
        for packet in (f'451-/call,1["chat",{part}]', f'459999999999-/call,1["chat",{part}]'):
            await one.say(packet, b"x" * 60_000)
            assert acked(await one.until_silence(), "/call") == error("bad_message")
        await one.say(b"\x00", b"", f"461-/call,1[{part}]", b"y")
        assert await one.until_silence() == []
        assert server_of(desk)._binary_packet == {}
        assert await verifier.says("chat", {"text": "halo"}) == {"ok": True}


NO_FRAMES = [
    "",
    "x",
    "7",
    "4",
    "4x",
    "4[",
    "4null",
    "3[[[[",
    "2",
    "2probes",
    "0",
    "6",
    "b!!",
    "bAAA",
]


async def test_what_is_no_frame_closes_the_connection(
    desk: RunningDesk, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    for frame in NO_FRAMES:
        with subtests.test(frame=frame):
            async with wire(visitor, "/load") as (one, greeted):
                assert any(one.startswith("40/load,") for one in greeted)
                await one.say(frame)
                await one.until_closed()
            await until(lambda: not server_of(desk).environ)
            assert faults(caplog) == []


NO_POSTED_FRAMES = [
    *(one for one in NO_FRAMES if one[:1] != "b"),
    "\x1e",
    "d=",
    "d=4",
    "3\x1e" * 17,
]


async def test_what_is_no_frame_in_a_post_ends_the_session(
    desk: RunningDesk, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    for body in NO_POSTED_FRAMES:
        with subtests.test(body=body):
            url = await opened(visitor)
            assert await posted(visitor, url, body.encode()) == 400
            assert await posted(visitor, url, b"3") == 400
            assert server_of(desk).environ == {}
            assert faults(caplog) == []


async def test_a_post_after_the_end_is_one_to_nowhere(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    url = await opened(visitor)
    assert await posted(visitor, url, b"1") == 200
    assert await posted(visitor, url, b"3") == 400


async def test_a_post_of_bytes_that_are_no_text_ends_the_session(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    url = await opened(visitor)
    assert await posted(visitor, url, b"bAAA\x1ebnonsense") == 200  # thrown away
    assert await posted(visitor, url, b"4\xff") == 400
    assert await posted(visitor, await opened(visitor), b"4" * (LARGEST_MESSAGE_BYTES + 1)) == 400


async def test_signs_of_life_are_counted_too(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    for frame in ("3", "5", "2probe"):
        async with wire(visitor, "/load") as (one, _greeted):
            await one.say(*[frame] * 200)
            await one.until_closed()


@pytest.mark.parametrize("is_swept", [True, False])
async def test_who_does_not_read_is_left(desk: RunningDesk, is_swept: bool) -> None:
    """For what waits to be read, or for the time that one message takes."""
    scene = await in_call(desk)
    server = server_of(desk)
    if not is_swept:
        server.eio.slowest_reader_s = 0.05
    async with (
        listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
        wire(scene.applicant, "/call", call=scene.call, page="pa"),
    ):
        await verifier.hears("peer", present=True)
        seated = server.namespace_handlers["/call"].visitors()
        [eio_sid] = [one.eio_sid for one in seated if one.admission.side == "applicant"]
        sid = server.manager.sid_from_eio_sid(eio_sid, "/call")
        for _ in range(MOST_UNREAD * 2 if is_swept else MOST_UNREAD // 2):
            await server.emit("news", "x" * 60_000, to=sid, namespace="/call")
            await asyncio.sleep(0)
        if is_swept:
            await server.sweep()
            assert eio_sid not in server.environ
        await until(lambda: eio_sid not in server.environ)
        await verifier.hears("peer", present=False)
        assert await verifier.says("chat", {"text": "halo"}) == {"ok": True}


async def test_who_never_comes_in_is_left(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    async with wire(visitor) as (outside, _none), listening(visitor, "/load") as inside:
        async with wire(visitor, "/waiting") as (refused, greeted):
            assert "no_ticket" in greeted[0]
            desk.clock.forward(seconds=LONGEST_OUTSIDE_S - 1)
            await server_of(desk).sweep()
            assert await outside.until_silence() == []
            desk.clock.forward(seconds=2)
            await server_of(desk).sweep()
            await outside.until_closed()
            await refused.until_closed()
        assert await inside.says("shout") == error("unknown_event")


async def test_of_many_sockets_of_a_session_the_oldest_go(desk: RunningDesk) -> None:
    visitor = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    other = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    async with listening(other, "/load") as somebody_else:
        async with Many(visitor, MOST_SOCKETS + 2) as wires:
            for gone in wires[:2]:
                await gone.until_closed()
            for one in wires[2:]:
                await one.say(event("/load", "shout"))
                assert acked(await one.until_silence(), "/load") == error("unknown_event")
        assert await somebody_else.says("shout") == error("unknown_event")


def test_the_limits_are_those_that_were_promised() -> None:
    assert (limits.MESSAGES_EACH_S, limits.MESSAGES_AT_ONCE) == (20, 40)
    assert (limits.MOST_CANDIDATES, limits.MOST_UNREAD, limits.DEEPEST) == (30, 200, 8)
    assert limits.LARGEST_MESSAGE_BYTES == 65_536


class Many:
    """So many connections of one visitor to /load."""

    def __init__(self, visitor: Visitor, number: int) -> None:
        self._opening = [wire(visitor, "/load") for _one in range(number)]

    async def __aenter__(self) -> list[Wire]:
        return [(await one.__aenter__())[0] for one in self._opening]

    async def __aexit__(self, *_error: object) -> None:
        for one in self._opening:
            await one.__aexit__(None, None, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda some: (
        st.lists(some, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["text", "description", "candidate", "type", "sdp", "_placeholder", "num"]
            )
            | st.text(max_size=5),
            some,
            max_size=4,
        )
    ),
    max_leaves=20,
)
SAID = st.builds(
    lambda name, rest: json.dumps([name, *rest]),
    st.sampled_from(["signal", "chat", "connect", "disconnect", "peer", "ended"]) | JSON,
    st.lists(JSON, max_size=3),
)
PACKET = st.builds(
    lambda kind, parts, namespace, ack, body: f"4{kind}{parts}{namespace}{ack}{body}",
    st.sampled_from("2222225634"),
    st.sampled_from(["", "", "", "1-", "0-", "99999999999-"]),
    st.sampled_from(
        ["/call,", "/call,", "/call,", "/waiting,", "/load,", "", "/nowhere,", "/call?"]
    ),
    st.sampled_from(["", "1", "12", "0", "9" * 99, "9" * 101]),
    SAID | JSON.map(json.dumps) | st.text(max_size=20),
)
FRAMES = st.lists(
    PACKET | st.binary(max_size=40) | st.text(max_size=30).map("4{}".format), max_size=12
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_whatever_is_said_no_fault_comes_of_it(
    desk: RunningDesk, clock: SetClock, caplog: pytest.LogCaptureFixture, data: st.DataObject
) -> None:
    """Each packet is answered with an acknowledgement, a refusal of the connection, or nothing."""
    scene = await in_call(desk)
    async with (
        listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
        wire(scene.applicant, "/call", call=scene.call, page="pa") as (one, _greeted),
    ):
        await one.say(*data.draw(FRAMES))
        for frame in await one.until_silence():
            assert frame[:2] in {"43", "44", "42"}, frame
        assert await verifier.says("chat", {"text": "masih di sini"}) == {"ok": True}
        assert {name for name, _data in verifier.heard} <= {"peer", "chat", "signal"}
    assert faults(caplog) == []
