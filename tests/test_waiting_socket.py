"""The namespace /waiting: the place on connecting, the news of the line, and the call."""

import random
from datetime import timedelta
from typing import Any

import pytest

from desk.accounts.sessions import revoke_sessions_of
from desk.accounts.tables import Account, Role
from desk.keys import SIGNALING
from tests.scenes import InCall, Waits, enter, in_call, joined, on_duty, take
from tests.sockets import Socket, every_frame, listening, polled, refusal
from tests.support import RunningDesk, Visitor

Place = dict[str, Any]


def follow(place: Place, line: dict[str, Any]) -> Place | None:
    """The place after the news, as PROTOCOL.md says; None where the page has to ask."""
    if line["version"]["epoch"] != place["version"]["epoch"]:
        return None
    missed = line["version"]["count"] - place["version"]["count"]
    if missed not in {0, 1}:
        return None
    position = place["position"]
    for at, by in line["changes"] if missed else []:
        if by == -1 and position == at:
            return None
        if (by == -1 and position > at) or (by == 1 and position >= at):
            position += by
    news = {name: line[name] for name in ("waiting", "version")}
    return place | news | {"position": position}


async def told(desk: RunningDesk) -> dict[str, Any]:
    """Have the line told now: the version that everybody will have heard of."""
    news = desk.app[SIGNALING].line
    await news.tell()
    return {"epoch": news.version.epoch, "count": news.version.count}


async def test_a_newcomer_is_told_the_place(desk: RunningDesk) -> None:
    first, second = await joined(desk), await joined(desk)
    version = await told(desk)
    for position, waits in enumerate((first, second), 1):
        async with listening(waits.visitor, "/waiting") as socket:
            assert await socket.hears("place") == {
                "ticket": waits.ticket,
                "position": position,
                "waiting": 2,
                "wait_s": None,
                "version": version,
                "away": None,
                "back_from": None,
            }


async def test_polling_hears_the_same(desk: RunningDesk) -> None:
    waits = await joined(desk)
    status, packets = await polled(waits.visitor, "/waiting")
    assert status == 200
    assert f'42/waiting,["place",{{"ticket":"{waits.ticket}","position":1,' in packets


async def test_who_joined_a_moment_ago_is_told_at_once(desk: RunningDesk) -> None:
    await told(desk)
    waits = await joined(desk)
    async with listening(waits.visitor, "/waiting") as socket:
        assert (await socket.hears("place"))["position"] == 1


async def test_the_news_lead_everybody_to_the_true_place(desk: RunningDesk) -> None:
    """People come, leave, are taken and come back; who listens derives the place from the news."""
    account, verifier = await on_duty(desk)
    listener = await joined(desk)
    others = [await joined(desk) for _one in range(3)]
    dice = random.Random(7)
    version = await told(desk)
    async with listening(listener.visitor, "/waiting") as socket:
        place = await socket.hears("place")
        call: InCall | None = None
        for _round in range(25):
            deed = dice.choice(["join", "earlier", "leave", "take", "return"])
            if deed == "join":
                others.append(await joined(desk))
            elif deed == "earlier":
                others.append(await joined(desk, booked_in=-timedelta(minutes=9)))
            elif deed == "leave" and others:
                gone = others.pop(dice.randrange(len(others)))
                await gone.visitor.act(f"{gone.page}/leave")
            elif deed == "take" and call is None and others:
                call = await take_somebody_else(listener, others, account, verifier)
            elif deed == "return" and call is not None:
                await verifier.act(f"{call.page}/end", {"outcome": "returned"})
                others.append(Waits(call.who, call.applicant, call.ticket))
                call = None
            if dice.random() < 0.6:
                version = await told(desk)
                place = await followed(socket, place, version)
        version = await told(desk)
        place = await followed(socket, place, version)
        true_place = (await listener.visitor.read(listener.page))[1]
        assert true_place.pop("state") == "waiting"
        assert place == true_place
        assert place["position"] > 1
    assert {"place", "line"} == {name for name, _data in socket.heard}


async def take_somebody_else(
    listener: Waits, others: list[Waits], account: Account, verifier: Visitor
) -> InCall | None:
    """Take the next, unless that is the one who listens."""
    status, first = await verifier.read("/desk")
    assert status == 200
    if first["next"]["name"] == listener.who.account.name:
        return None
    [head] = [one for one in others if one.who.account.name == first["next"]["name"]]
    others.remove(head)
    return await take(head, account, verifier)


async def followed(socket: Socket, place: Place, version: dict[str, Any]) -> Place:
    """Derive the place from each message up to this version; it must never be lost."""
    while place["version"] != version:
        derived = follow(place, await socket.hears("line"))
        assert derived is not None
        place = derived
    return place


async def test_the_heartbeat_repeats_the_last_version(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with listening(waits.visitor, "/waiting") as socket:
        place = await socket.hears("place")
        await joined(desk)
        version = await told(desk)
        first = await socket.hears("line", version=version)
        assert await told(desk) == version
        again = await socket.hears("line", version=version)
        assert again == first
        assert (first["changes"], first["waiting"], first["pace_s"]) == ([[2, 1]], 2, None)
        # Whoever has heard it moves no more; whoever missed it once catches up.
        caught_up = follow(place, again)
        assert caught_up is not None
        assert (caught_up["position"], follow(caught_up, again)) == (1, caught_up)


async def test_a_gap_or_another_epoch_is_a_reason_to_ask(desk: RunningDesk) -> None:
    waits = await joined(desk)
    async with listening(waits.visitor, "/waiting") as socket:
        place = await socket.hears("place")
        for _one in range(2):
            await joined(desk)
            version = await told(desk)
        line = await socket.hears("line", version=version)
        behind = place | {"version": version | {"count": version["count"] - 2}}
        assert follow(behind, line) is None
        assert follow(place | {"version": version | {"epoch": "another"}}, line) is None


async def test_the_pace_comes_with_five_finished_calls(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    for _one in range(5):
        call = await take(await joined(desk), account, verifier)
        desk.clock.forward(minutes=8)
        await call.reject()
    await joined(desk)
    second = await joined(desk)
    version = await told(desk)
    async with listening(second.visitor, "/waiting") as socket:
        assert (await socket.hears("place"))["wait_s"] == [16 * 60, 16 * 60]
        await told(desk)
        assert (await socket.hears("line", version=version))["pace_s"] == [480.0, 480.0]


async def test_called_comes_at_once_to_all_pages_of_the_applicant(desk: RunningDesk) -> None:
    account, verifier = await on_duty(desk)
    waits, behind = await joined(desk), await joined(desk)
    async with (
        listening(waits.visitor, "/waiting") as first,
        listening(await enter(desk, waits.who.account), "/waiting") as second,
        listening(behind.visitor, "/waiting") as other,
    ):
        for socket in (first, second, other):
            await socket.hears("place")
        call = await take(waits, account, verifier)
        for socket in (first, second):
            called = await socket.hears("called")
            assert (called["call"], called["url"]) == (call.call, call.page)
            assert called["version"].keys() == {"epoch", "count"}
        version = await told(desk)
        await other.hears("line", version=version)
        assert other.named("called") == []


async def test_who_reconnects_in_mid_call_is_led_to_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    async with listening(scene.applicant, "/waiting") as socket:
        called = await socket.hears("called")
        assert (called["call"], called["url"]) == (scene.call, scene.page)


async def test_a_returned_applicant_is_told_the_head_of_the_line(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await joined(desk)
    await scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"})
    await told(desk)
    async with listening(scene.applicant, "/waiting") as socket:
        place = await socket.hears("place")
        assert (place["position"], place["waiting"]) == (1, 2)


async def test_who_waits_hears_nothing_of_a_call(desk: RunningDesk) -> None:
    """Every frame is looked at: no handshake, no chat, no name, no id of somebody else's call."""
    account, verifier = await on_duty(desk, name="Nama Rahasia Verifikator")
    waits, behind = await joined(desk), await joined(desk)
    async with every_frame(behind.visitor, "/waiting") as frames:
        await frames.until('"place"')
        call = await take(waits, account, verifier)
        async with (
            listening(call.applicant, "/call", call=call.call, page="a") as left,
            listening(verifier, "/call", call=call.call, page="b") as right,
        ):
            await left.hears("peer", present=True)
            assert await right.says("signal", {"description": {"type": "offer", "sdp": "v=0 s"}})
            assert await left.says("signal", {"candidate": {"candidate": "candidate:1 1 udp"}})
            assert await left.says("chat", {"text": "kata dalam panggilan"})
            await right.hears("chat")
            await told(desk)
        await call.reject()
        last = await take(behind, account, verifier)
        await frames.until(last.call)
    everything = "\n".join(frames.texts)
    for secret in ("sdp", "candidate", "v=0", "signal", "peer", "chat", "kata dalam", "Rahasia"):
        assert secret not in everything
    for secret in (account.id, account.email, call.call, waits.ticket, waits.who.account.name):
        assert secret not in everything
    assert '"line"' in everything


async def test_who_has_no_ticket_is_refused(desk: RunningDesk) -> None:
    applicant = await desk.people.applicant()
    assert await refusal(await enter(desk, applicant.account), "/waiting") == "no_ticket"
    gone = await joined(desk)
    await gone.visitor.act(f"{gone.page}/leave")
    assert await refusal(gone.visitor, "/waiting") == "no_ticket"
    served = await in_call(desk)
    await served.reject()
    assert await refusal(served.applicant, "/waiting") == "no_ticket"
    for role in (Role.VERIFIER, Role.SUPERVISOR, Role.ADMINISTRATOR):
        staff = await enter(desk, await desk.people.staff(role))
        assert await refusal(staff, "/waiting") == "no_ticket"


async def test_without_a_valid_session_nobody_listens(desk: RunningDesk) -> None:
    waits = await joined(desk)
    stranger = desk.visitor()
    await stranger.open("/signin")
    assert await refusal(stranger, "/waiting") == "no_ticket"
    async with desk.database.writing() as session:
        await revoke_sessions_of(session, waits.who.account.id, desk.clock.now())
    assert await refusal(waits.visitor, "/waiting") == "no_ticket"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_the_sessions_token_is_needed(
    desk: RunningDesk, transport: str, subtests: pytest.Subtests
) -> None:
    waits = await joined(desk)
    foreign = (await joined(desk)).visitor.csrf
    for csrf in ("", "0" * 64, None, 7, ["a"], {"a": 1}, "\u00e9", foreign):
        with subtests.test(csrf=csrf):
            assert (
                await refusal(waits.visitor, "/waiting", transport=transport, csrf=csrf) == "csrf"
            )


def foreign_origins(desk: RunningDesk) -> list[dict[str, str]]:
    own = desk.settings.public_url
    return [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": own.replace("127.0.0.1", "sub.127.0.0.1")},
        {"Origin": own.replace("127.0.0.1", "localhost")},
        {"Origin": f"{own}0"},
        {"Origin": own.replace("http:", "https:")},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "https://evil.test", "X-Forwarded-Host": "evil.test"},
        {
            "Origin": "https://evil.test",
            "X-Forwarded-Host": "evil.test",
            "X-Forwarded-Proto": "https",
        },
    ]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_only_our_own_pages_connect(desk: RunningDesk, transport: str) -> None:
    waits = await joined(desk)
    scene = await take(await joined(desk), *await on_duty(desk))
    for headers in foreign_origins(desk):
        for visitor, namespace in (
            (waits.visitor, "/waiting"),
            (scene.applicant, "/waiting"),
            (scene.applicant, "/call"),
            (scene.verifier, "/call"),
            (scene.verifier, "/load"),
        ):
            assert await refusal(visitor, namespace, headers, transport, call=scene.call)


async def test_there_is_no_other_namespace(desk: RunningDesk) -> None:
    waits = await joined(desk)
    for namespace in ("/", "/admin", "/waiting/", "/calls"):
        assert await refusal(waits.visitor, namespace)


async def test_what_a_waiting_page_says_reaches_nobody(desk: RunningDesk) -> None:
    first, second = await joined(desk), await joined(desk)
    async with (
        listening(first.visitor, "/waiting") as loud,
        listening(second.visitor, "/waiting") as quiet,
    ):
        for socket in (loud, quiet):
            await socket.hears("place")
        for event in ("signal", "chat", "line", "called", "place", "connect", "join"):
            await loud.client.emit(event, {"text": "halo"}, namespace="/waiting")
        version = await told(desk)
        await loud.hears("line", version=version)
        await quiet.hears("line", version=version)
        assert {name for name, _data in quiet.heard} <= {"place", "line"}
        assert "halo" not in str(quiet.heard)


async def test_sockets_are_not_compressed(desk: RunningDesk) -> None:
    waits = await joined(desk)
    url = f"{waits.visitor.base}/socket.io/?EIO=4&transport=websocket"
    own = {"Origin": waits.visitor.base}
    async with waits.visitor.http.ws_connect(url, headers=own, compress=15) as socket:
        assert socket.compress == 0
        assert '"sid"' in (await socket.receive_str())
