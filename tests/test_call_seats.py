"""The seats of a call: for its two people, one page each, as long as call and session last."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from aiohttp import web

from desk.accounts.sessions import revoke_sessions_of
from desk.accounts.tables import Role
from desk.house import DeskHouse
from signaling.house import Seat
from tests.scenes import count, enter, in_call, joined, on_duty, take
from tests.sockets import both, listening, polled_and_gone, refusal
from tests.support import RunningDesk, Visitor

OFFER = {"description": {"type": "offer", "sdp": "v=0\r\n"}}


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


UNKNOWN_CALLS = ["", "A" * 22, "A" * 5000, None, 7, ["a"], {"a": "b"}, "' OR 1=1"]


async def test_an_unknown_call_has_no_seat(desk: RunningDesk, subtests: pytest.Subtests) -> None:
    scene = await in_call(desk)
    for call in UNKNOWN_CALLS:
        with subtests.test(call=call):
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
