"""The watch: what ended elsewhere takes effect on open sockets, and on the next request.

Each time another connection to the database does it, as the command line or another process would.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.changing import change_role, disable
from desk.accounts.tables import Account, Role, SignIn
from desk.database import Database
from desk.keys import SIGNALING
from desk.settings import Settings
from tests.hall import Hall
from tests.scenes import InCall, count, in_call, is_problem, joined, on_duty
from tests.silence import hurry, later
from tests.sockets import both, listening, refusal
from tests.support import RunningDesk, Visitor
from waiting_room.tables import CallOutcome

REJECTED = {"decision": "rejected", "reason": "DOC_ILLEGIBLE"}
End = Callable[[AsyncSession, Account, datetime], Awaitable[object]]


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    hurry(monkeypatch)
    return settings


@pytest.fixture
async def elsewhere(settings: Settings, desk: RunningDesk) -> AsyncIterator[Database]:
    """Another process's connection to the same database."""
    database = Database(settings.database_url)
    yield database
    await database.close()


async def revoke(session: AsyncSession, account: Account, now: datetime) -> None:
    own = update(SignIn).where(SignIn.account == account.id)
    await session.execute(own.values(revoked_at=now))


async def run_out(session: AsyncSession, account: Account, now: datetime) -> None:
    own = update(SignIn).where(SignIn.account == account.id)
    await session.execute(own.values(expires_at=now))


async def switch_off(session: AsyncSession, account: Account, now: datetime) -> None:
    own = update(Account).where(Account.id == account.id)
    await session.execute(own.values(disabled_at=now))


def other_role(account: Account) -> Role:
    return Role.SUPERVISOR if account.role is Role.APPLICANT else Role.APPLICANT


async def rename(session: AsyncSession, account: Account, now: datetime) -> None:
    """Another role in the row, and nothing else done about it."""
    own = update(Account).where(Account.id == account.id)
    await session.execute(own.values(role=other_role(account)))


async def shut_out(session: AsyncSession, account: Account, now: datetime) -> None:
    await disable(session, account.email, now)


async def change(session: AsyncSession, account: Account, now: datetime) -> None:
    await change_role(session, account.email, now, other_role(account))


SIGNED_OUT, FORBIDDEN = (401, "not_signed_in"), (403, "forbidden")
WAYS: dict[str, tuple[End, tuple[int, str]]] = {
    "the session was revoked": (revoke, SIGNED_OUT),
    "the session ran out": (run_out, SIGNED_OUT),
    "the account was disabled": (shut_out, SIGNED_OUT),
    "the account's row was disabled": (switch_off, SIGNED_OUT),
    "the role was changed": (change, SIGNED_OUT),
    "the role's row was changed": (rename, FORBIDDEN),
}
each_way = pytest.mark.parametrize("way", WAYS)


async def end(elsewhere: Database, desk: RunningDesk, way: str, account: Account) -> None:
    async with elsewhere.writing() as session:
        await WAYS[way][0](session, account, desk.clock.now())


@each_way
async def test_who_waits_is_shown_out(desk: RunningDesk, elsewhere: Database, way: str) -> None:
    waits, other = await joined(desk), await joined(desk)
    async with listening(other.visitor, "/waiting") as stays:
        async with listening(waits.visitor, "/waiting") as page:
            await page.hears("place")
            await end(elsewhere, desk, way, waits.who.account)
            await page.is_shown_out()
        assert await refusal(waits.visitor, "/waiting") == "no_ticket"
        answer = await waits.visitor.read(waits.page)
        is_problem(answer, *WAYS[way][1])
        await desk.app[SIGNALING].line.tell()
        await stays.hears("line")
        assert stays.client.connected


@each_way
async def test_who_sits_in_a_call_is_shown_out(
    desk: RunningDesk, elsewhere: Database, way: str
) -> None:
    scene = await in_call(desk)
    async with both(scene) as (applicant, verifier):
        await end(elsewhere, desk, way, scene.who.account)
        await applicant.is_shown_out()
        await verifier.hears("peer", present=False)
        is_problem(await scene.applicant.act(f"{scene.page}/leave"), *WAYS[way][1])
        assert verifier.client.connected


@each_way
async def test_a_verifier_in_mid_call_is_shown_out_and_cannot_decide(
    desk: RunningDesk, elsewhere: Database, way: str
) -> None:
    scene = await in_call(desk)
    async with both(scene) as (_applicant, verifier), listening(scene.verifier, "/load") as load:
        await end(elsewhere, desk, way, scene.verifier_account)
        await verifier.is_shown_out()
        await load.is_shown_out()
    is_problem(await scene.verifier.act(f"{scene.page}/verdict", REJECTED), *WAYS[way][1])
    is_problem(await scene.verifier.read("/desk"), *WAYS[way][1])
    assert await count(desk.database, "verdict") == 0


@pytest.mark.parametrize("way", ["the role was changed", "the account was disabled"])
async def test_the_call_of_a_verifier_who_may_no_longer_serve_goes_back_to_the_line(
    desk: RunningDesk, elsewhere: Database, way: str
) -> None:
    scene = await in_call(desk)
    await joined(desk)
    async with both(scene) as (applicant, _verifier):
        await end(elsewhere, desk, way, scene.verifier_account)
        ended = await applicant.hears("ended")
        assert ended == {"reason": "verifier_gone", "url": f"/waiting/{scene.ticket}"}
    await later(desk)
    place = (await scene.applicant.read(ended["url"]))[1]
    assert (place["state"], place["position"]) == ("waiting", 1)
    assert await count(desk.database, "shift", "state = 'off'") == 1


async def test_a_session_that_runs_out_by_the_clock_closes_every_page(desk: RunningDesk) -> None:
    _account, verifier = await on_duty(desk)
    scene, waits = await in_call(desk), await joined(desk)
    async with (
        listening(verifier, "/load") as load,
        listening(waits.visitor, "/waiting") as waiting,
        both(scene) as (applicant, other),
    ):
        desk.clock.forward(hours=desk.settings.session_hours)
        for socket in (load, waiting, applicant, other):
            await socket.is_shown_out()
    visitors: list[Visitor] = [verifier, waits.visitor, scene.applicant, scene.verifier]
    for visitor in visitors:
        is_problem(await visitor.read("/"), *SIGNED_OUT)


async def hand_back(hall: Hall, scene: InCall) -> None:
    await hall.hand_back(scene.call, scene.verifier_account.id)


async def mark_absent(hall: Hall, scene: InCall) -> None:
    await hall.finish(scene.call, scene.verifier_account.id, CallOutcome.ABSENT)


async def leave_call(hall: Hall, scene: InCall) -> None:
    await hall.leave_call(scene.call)


async def give_up(hall: Hall, scene: InCall) -> None:
    await hall.lose_role(scene.verifier_account.id)


@pytest.mark.parametrize(
    ("ends", "reason", "leads_back"),
    [
        (hand_back, "returned", True),
        (mark_absent, "absent", False),
        (leave_call, "left", False),
        (give_up, "verifier_gone", True),
    ],
)
async def test_a_call_ended_by_another_process_is_told_to_both_sides(
    desk: RunningDesk,
    elsewhere: Database,
    ends: Callable[[Hall, InCall], Awaitable[None]],
    reason: str,
    leads_back: bool,
) -> None:
    scene, other = await in_call(desk), await in_call(desk)
    url = f"/waiting/{scene.ticket}" if leads_back else "/"
    async with both(scene) as (applicant, verifier), both(other) as (bystander, _verifier):
        await ends(Hall(elsewhere, desk.clock), scene)
        assert await applicant.hears("ended") == {"reason": reason, "url": url}
        assert await verifier.hears("ended") == {"reason": reason, "url": "/desk"}
        assert (await bystander.says("chat", {"text": "halo"})) == {"ok": True}
        assert bystander.named("ended") == []
