"""The namespace /call: the two sides reach each other, and nobody else reaches them."""

from typing import Any

from signaling.limits import LARGEST_MESSAGE_BYTES, MOST_CANDIDATES
from signaling.messages import LARGEST_CANDIDATE, LARGEST_DESCRIPTION, LONGEST_CHAT
from tests.scenes import count, in_call
from tests.sockets import both, listening
from tests.support import RunningDesk

OFFER = {"description": {"type": "offer", "sdp": "v=0\r\n"}}
CANDIDATE = {
    "candidate": {
        "candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host",
        "sdpMid": "0",
        "sdpMLineIndex": 0,
        "usernameFragment": "abcd",
    }
}


async def test_both_sides_are_told_of_each_other(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with listening(scene.applicant, "/call", call=scene.call, page="pa") as applicant:
        assert await applicant.hears("peer") == {"present": False, "page": None}
        async with listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier:
            assert await verifier.hears("peer") == {"present": True, "page": "pa"}
            assert await applicant.hears("peer") == {"present": True, "page": "pv"}
        assert await applicant.hears("peer") == {"present": False, "page": None}


async def test_the_handshake_goes_to_the_other_side_alone(desk: RunningDesk) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    async with both(scene) as (applicant, verifier), both(foreign) as (other_one, other_two):
        for said in (OFFER, CANDIDATE, {"candidate": {"candidate": ""}}):
            assert await applicant.says("signal", said) == {"ok": True}
            assert await verifier.hears("signal") == {"page": "pa", **said}
            assert await verifier.says("signal", said) == {"ok": True}
            assert await applicant.hears("signal") == {"page": "pv", **said}
        assert len(applicant.named("signal")) == len(verifier.named("signal")) == 3
        # Their own round trip shows that nothing else was on its way to them.
        assert await other_one.says("chat", {"text": "halo"}) == {"ok": True}
        await other_two.hears("chat")
        assert other_one.named("signal") == other_two.named("signal") == []


async def test_what_one_side_says_keeps_its_order(desk: RunningDesk) -> None:
    """A candidate that overtook its description would be lost."""
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        for number in range(MOST_CANDIDATES):
            said = {"candidate": {"candidate": str(number)}}
            await applicant.client.emit("signal", said, namespace="/call")
        last = str(MOST_CANDIDATES - 1)
        await verifier.hears("signal", candidate={"candidate": last})
        heard = [signal["candidate"]["candidate"] for signal in verifier.named("signal")]
        assert heard == [str(number) for number in range(MOST_CANDIDATES)]


async def test_without_the_other_side_a_signal_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with listening(scene.applicant, "/call", call=scene.call, page="pa") as applicant:
        assert await applicant.says("signal", OFFER) == {"ok": False, "error": "peer_absent"}


async def test_chat_is_told_to_both_and_kept(desk: RunningDesk) -> None:
    scene = await in_call(desk, name="Siti Aminah")
    label = f"Verifikator {scene.verifier_account.desk_number:02}"
    texts = ["Selamat pagi", "<b>tebal</b>", "x" * LONGEST_CHAT, "🙂"]
    async with both(scene) as (applicant, verifier):
        for text in texts:
            assert await applicant.says("chat", {"text": text}) == {"ok": True}
            expected = {"text": text, "from": "applicant", "name": "Siti Aminah"}
            expected["at"] = desk.clock.now().isoformat()
            assert await applicant.hears("chat") == expected
            assert await verifier.hears("chat") == expected
        await verifier.says("chat", {"text": "Baik."})
        heard = await applicant.hears("chat")
        assert (heard["from"], heard["name"]) == ("verifier", label)
    for visitor in (scene.applicant, scene.verifier):
        chat = (await visitor.read(scene.page))[1]["chat"]
        assert [line["text"] for line in chat] == [*texts, "Baik."]
        mine = scene.applicant is visitor
        assert [line["mine"] for line in chat] == [mine] * 4 + [not mine]
        assert "<b>tebal" not in (await visitor.open(scene.page))[1]


async def test_a_chat_to_nobody_is_kept_for_when_they_come(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier:
        assert await verifier.says("chat", {"text": "Apakah Anda mendengar?"}) == {"ok": True}
    [kept] = (await scene.applicant.read(scene.page))[1]["chat"]
    assert kept["text"] == "Apakah Anda mendengar?"


BAD_SIGNALS: list[Any] = [
    None,
    {},
    [],
    "offer",
    7,
    b"\x00\x01",
    {"description": None},
    {**OFFER, **CANDIDATE},
    {**OFFER, "to": "another-room"},
    {**OFFER, "page": "pv"},
    {"description": {"type": "offer", "sdp": "v=0", "more": 1}},
    {"description": {"type": "shout", "sdp": "v=0"}},
    {"description": {"type": "offer", "sdp": 7}},
    {"description": {"type": "offer", "sdp": b"v=0"}},
    {"description": {"sdp": "v=0"}},
    {"description": {"type": "pranswer", "sdp": "v=0"}},
    {"description": {"type": "rollback", "sdp": ""}},
    {"description": {"type": "offer", "sdp": "x" * (LARGEST_DESCRIPTION + 1)}},
    {"candidate": {"candidate": "x" * (LARGEST_CANDIDATE + 1)}},
    {"candidate": {"candidate": "a", "sdpMLineIndex": -1}},
    {"candidate": {"candidate": "a", "sdpMLineIndex": "0"}},
    {"candidate": {"candidate": "a", "sdpMLineIndex": True}},
    {"candidate": {"candidate": "a", "sdpMid": "m" * 65}},
    {"candidate": {"candidate": "a", "address": "10.0.0.1"}},
    {"candidate": "a"},
    {"candidate": {"candidate": "\ud800"}},
]
BAD_CHATS: list[Any] = [
    None,
    {},
    "halo",
    b"halo",
    {"text": ""},
    {"text": None},
    {"text": 7},
    {"text": ["halo"]},
    {"text": b"halo"},
    {"text": "x" * (LONGEST_CHAT + 1)},
    {"text": "halo", "from": "verifier"},
    {"text": "halo", "call": "another"},
    {"text": "\ud800"},
]


async def test_what_is_no_message_is_refused_and_goes_nowhere(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    bad = {"ok": False, "error": "bad_message"}
    async with both(scene) as (applicant, verifier):
        for event, messages in (("signal", BAD_SIGNALS), ("chat", BAD_CHATS)):
            for message in messages:
                desk.clock.forward(seconds=1)  # nobody is to be too fast here
                said = () if message is None else (message,)
                assert await applicant.says(event, *said) == bad, message
            assert await applicant.says(event, OFFER, OFFER) == bad
            assert await applicant.says(event, {"text": "a"}, {"text": "b"}) == bad
        # The connection lives, and the other side has heard nothing of it.
        assert await applicant.says("chat", {"text": "masih di sini"}) == {"ok": True}
        await verifier.hears("chat", text="masih di sini")
        assert verifier.named("signal") == []
        assert len(verifier.named("chat")) == 1
    assert await count(desk.database, "chat_line") == 1


async def test_the_largest_that_is_allowed_gets_through(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        for said in (
            {"description": {"type": "answer", "sdp": "x" * LARGEST_DESCRIPTION}},
            {"candidate": {"candidate": "x" * LARGEST_CANDIDATE}},
        ):
            assert await applicant.says("signal", said) == {"ok": True}
            assert await verifier.hears("signal") == {"page": "pa", **said}


async def test_a_message_too_large_closes_the_connection(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        large = {"text": "x" * LARGEST_MESSAGE_BYTES}
        await applicant.client.emit("chat", large, namespace="/call")
        assert await verifier.hears("peer") == {"present": False, "page": None}
        assert verifier.named("chat") == []
    assert await count(desk.database, "chat_line") == 0


async def test_what_the_server_tells_nobody_else_can_tell(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        for event in ("peer", "ended", "called", "place", "line", "load", "connect", "disconnect"):
            await applicant.client.emit(event, {"url": "/evil"}, namespace="/call")
        await applicant.says("chat", {"text": "sesudahnya"})
        await verifier.hears("chat", text="sesudahnya")
        assert "/evil" not in str(verifier.heard)
