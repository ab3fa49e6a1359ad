"""The namespace /call: the two sides reach each other, and nobody else reaches them."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import web

from desk.accounts.sessions import revoke_sessions_of
from desk.accounts.tables import Role
from desk.house import DeskHouse
from signaling.house import Seat
from signaling.limits import LARGEST_MESSAGE_BYTES, MOST_CANDIDATES
from signaling.messages import LARGEST_CANDIDATE, LARGEST_DESCRIPTION, LONGEST_CHAT
from tests.scenes import count, enter, in_call, joined, on_duty, take
from tests.sockets import both, listening, polled_and_gone, refusal
from tests.support import RunningDesk, Visitor

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


async def test_a_seat_is_for_the_two_of_the_call(desk: RunningDesk) -> None:
    scene, foreign = await in_call(desk), await in_call(desk)
    waits = await joined(desk)
    strangers = [foreign.applicant, foreign.verifier, waits.visitor]
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        strangers.append(await enter(desk, await desk.people.staff(role)))
    for visitor in strangers:
        assert await refusal(visitor, "/call", call=scene.call, page="p") == "no_seat"
    nobody = desk.visitor()
    await nobody.open("/signin")
    assert await refusal(nobody, "/call", call=scene.call, page="p") == "no_seat"


@pytest.mark.parametrize("call", ["", "A" * 22, "A" * 5000, None, 7, ["a"], {"a": "b"}, "' OR 1=1"])
async def test_an_unknown_call_has_no_seat(desk: RunningDesk, call: Any) -> None:
    scene = await in_call(desk)
    assert await refusal(scene.applicant, "/call", call=call, page="p") == "no_seat"


async def test_an_ended_call_has_no_seat(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await scene.reject()
    for visitor in (scene.applicant, scene.verifier):
        assert await refusal(visitor, "/call", call=scene.call, page="p") == "no_seat"


async def test_without_the_sessions_token_nobody_sits(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    for csrf in ("", scene.applicant.csrf, "0" * 64, None):
        for transport in ("websocket", "polling"):
            given = await refusal(
                scene.verifier, "/call", transport=transport, call=scene.call, page="p", csrf=csrf
            )
            assert given == "csrf"


async def test_a_second_page_takes_the_seat(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (first, verifier):
        async with listening(scene.applicant, "/call", call=scene.call, page="p2") as second:
            assert await first.hears("ended") == {"reason": "replaced", "url": scene.page}
            assert await verifier.hears("peer") == {"present": True, "page": "p2"}
            await second.hears("peer", present=True)
            assert await verifier.says("signal", OFFER) == {"ok": True}
            assert (await second.hears("signal"))["page"] == "pv"
            assert first.named("signal") == []
            assert await second.says("signal", OFFER) == {"ok": True}
            assert (await verifier.hears("signal"))["page"] == "p2"
        assert await verifier.hears("peer") == {"present": False, "page": None}


async def test_the_same_page_comes_back_without_an_end(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (first, verifier):
        async with listening(scene.applicant, "/call", call=scene.call, page="pa") as again:
            assert await again.hears("peer") == {"present": True, "page": "pv"}
            assert await verifier.hears("peer") == {"present": True, "page": "pa"}
            assert await again.says("signal", OFFER) == {"ok": True}
            await verifier.hears("signal")
        assert first.named("ended") == []


@pytest.mark.parametrize(
    ("ending", "reason", "goes_to"),
    [
        ("approve", "approved", "/"),
        ("reject", "rejected", "/organisation"),
        ("returned", "returned", "/waiting/{ticket}"),
        ("absent", "absent", "/"),
    ],
)
async def test_the_end_is_told_and_ends_everything(
    desk: RunningDesk, ending: str, reason: str, goes_to: str
) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        if ending in {"approve", "reject"}:
            await getattr(scene, ending)()
        else:
            await scene.verifier.act(f"{scene.page}/end", {"outcome": ending})
        url = goes_to.format(ticket=scene.ticket)
        assert await applicant.hears("ended") == {"reason": reason, "url": url}
        assert await verifier.hears("ended") == {"reason": reason, "url": "/desk"}
        for side in (applicant, verifier):
            for event, said in (("signal", OFFER), ("chat", {"text": "masih ada?"})):
                assert await side.says(event, said) == {"ok": False, "error": "not_in_call"}
        assert applicant.named("signal") == verifier.named("signal") == []
    assert await count(desk.database, "chat_line") == 0


async def test_a_revoked_session_says_nothing_more(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        async with desk.database.writing() as session:
            await revoke_sessions_of(session, scene.who.account.id, desk.clock.now())
        for event, said in (("signal", OFFER), ("chat", {"text": "masih ada?"})):
            assert await applicant.says(event, said) == {"ok": False, "error": "not_in_call"}
        assert await verifier.says("chat", {"text": "halo"}) == {"ok": True}
        await verifier.hears("chat", text="halo")
        assert verifier.named("signal") == []
        assert len(verifier.named("chat")) == 1


async def test_an_expired_session_says_nothing_more(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (_applicant, verifier):
        desk.clock.forward(hours=desk.settings.session_hours)
        assert await verifier.says("signal", OFFER) == {"ok": False, "error": "not_in_call"}


async def test_a_new_call_with_the_same_applicant_is_another_room(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    waits = await joined(desk)
    first = await take(waits, account, verifier)
    async with both(first) as (old_page, _old_verifier):
        await verifier.act(f"{first.page}/end", {"outcome": "returned"})
        await old_page.hears("ended")
        second = await take(waits, account, verifier)
        async with both(second) as (new_page, new_verifier):
            assert await old_page.says("signal", OFFER) == {"ok": False, "error": "not_in_call"}
            assert await new_verifier.says("signal", OFFER) == {"ok": True}
            await new_page.hears("signal")
            assert old_page.named("signal") == []


async def test_a_greeting_that_is_none_is_refused(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    assert await _greeted_by_hand(scene.applicant, "40/call,") == "csrf"
    for greeting in ("[]", '"a"', "7", "null", "true"):
        assert await _greeted_by_hand(scene.applicant, f"40/call,{greeting}") in {"csrf", "closed"}


async def _greeted_by_hand(visitor: Visitor, packet: str) -> str:
    """What a bare WebSocket is answered to this packet."""
    url = f"{visitor.base}/socket.io/?EIO=4&transport=websocket"
    async with visitor.http.ws_connect(url, headers={"Origin": visitor.base}) as ws:
        await ws.receive_str(timeout=15)
        await ws.send_str(packet)
        answer = await ws.receive(timeout=15)
        if not isinstance(answer.data, str):
            return "closed"
        assert answer.data.startswith("44/call,"), answer.data
        return str(json.loads(answer.data.partition(",")[2])["message"])


async def test_who_signed_out_hears_nothing_more(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        assert await scene.applicant.send("/signout") == (303, "/signin")
        await verifier.hears("peer", present=False)
        assert await verifier.says("signal", OFFER) == {"ok": False, "error": "peer_absent"}
        assert await verifier.says("chat", {"text": "rahasia"}) == {"ok": True}
        assert applicant.named("signal") == applicant.named("chat") == []


async def test_an_ended_session_hears_nothing_however_it_ended(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        async with desk.database.writing() as session:
            await revoke_sessions_of(session, scene.who.account.id, desk.clock.now())
        assert await verifier.says("signal", OFFER) == {"ok": False, "error": "peer_absent"}
        await verifier.hears("peer", present=False)
        assert applicant.named("signal") == []


async def test_a_page_that_went_while_it_was_asked_about_takes_no_seat(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await in_call(desk)
    asked, gone, seats_of = asyncio.Event(), asyncio.Event(), DeskHouse.seats

    async def after_it_went(
        house: DeskHouse, requests: Sequence[web.Request], call: str
    ) -> list[Seat | None]:
        asked.set()
        await gone.wait()
        return await seats_of(house, requests, call)

    async with listening(scene.applicant, "/call", call=scene.call, page="pa") as first:
        await first.hears("peer")
        with monkeypatch.context() as slow:
            slow.setattr(DeskHouse, "seats", after_it_went)
            auth = {"call": scene.call, "page": "ghost"}
            await polled_and_gone(scene.applicant, asked, gone, "/call", **auth)
        async with listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier:
            assert await verifier.hears("peer") == {"present": True, "page": "pa"}
        assert first.named("ended") == []


async def test_a_page_that_goes_while_it_is_asked_about_hears_nothing_more(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk is asked who may hear; the page that took the other's place is not who was meant."""
    scene = await in_call(desk)
    asked, moved, seats_of = asyncio.Event(), asyncio.Event(), DeskHouse.seats

    async def and_then_it_moves(
        house: DeskHouse, requests: Sequence[web.Request], call: str
    ) -> list[Seat | None]:
        seats = await seats_of(house, requests, call)
        if len(requests) == 2:
            asked.set()
            await moved.wait()
        return seats

    monkeypatch.setattr(DeskHouse, "seats", and_then_it_moves)
    async with both(scene) as (applicant, verifier):
        saying = asyncio.create_task(applicant.says("signal", OFFER))
        await asked.wait()
        async with listening(scene.verifier, "/call", call=scene.call, page="new") as newer:
            await applicant.hears("peer", page="new")
            moved.set()
            assert await saying == {"ok": False, "error": "peer_absent"}
            assert await applicant.says("signal", OFFER) == {"ok": True}
            await newer.hears("signal")
            assert len(newer.named("signal")) == 1
        assert verifier.named("signal") == []
