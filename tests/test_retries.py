"""Mails that fail: tried again by the clock handed in, given up after a day, put back by hand."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import update

from desk.database import Database
from desk.notices.delivery import LONGEST_REST, TRIED_FOR, Delivery
from desk.notices.outbox import count_unsent, put_back
from desk.notices.pauses import FIRST, LONGEST, pause_after
from desk.notices.tables import OutboxMail
from desk.notices.transport import Trouble
from desk.settings import Settings
from tests.post import Always, only_mail, outbox, to_port, write_mail
from tests.scenes import in_call
from tests.sink import CUT, Sink, listening
from tests.support import SetClock, free_port, start_desk

ANI, BUDI = "ani@contoh.test", "budi@contoh.test"


async def before_a_server_that_is_away(
    mails: int, settings: Settings, database: Database, clock: SetClock
) -> tuple[int, Delivery]:
    """The port on which nobody listens, and so many mails, a second apart, for it."""
    port = free_port()
    for _ in range(mails):
        await write_mail(database, clock)
        clock.forward(seconds=1)
    return port, to_port(port, settings, database, clock)


async def run_for(delivery: Delivery, clock: SetClock, span: timedelta) -> None:
    """Let time pass, and what is due be tried every two minutes."""
    for _ in range(span // timedelta(minutes=2)):
        clock.forward(minutes=2)
        await delivery.deliver_due()


def test_pauses_double_up_to_the_longest_and_lose_up_to_a_half() -> None:
    whole = [pause_after(n, Always(1.0)) for n in range(1, 12)]
    assert whole[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert whole[-2:] == [LONGEST, LONGEST]
    assert pause_after(5_000, Always(1.0)) == LONGEST
    assert pause_after(1, Always(0.0)) == FIRST / 2
    drawn, again = Random(7), Random(7)
    pauses = [pause_after(3, drawn) for _ in range(50)]
    assert pauses == [4 * FIRST * again.uniform(0.5, 1.0) for _ in range(50)]
    assert len(set(pauses)) == 50


@pytest.mark.parametrize("answer", ["450 4.2.1 later", "552 5.2.2 mailbox full"])
async def test_a_mail_that_data_refuses_is_tried_again_after_its_own_growing_pause(
    answer: str, delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    sink.answer = answer
    await write_mail(database, clock)
    for attempt in range(1, 11):
        assert await delivery.deliver_due() == 0
        mail = await only_mail(database)
        assert (mail.attempts, mail.failed_at) == (attempt, None)
        assert mail.last_error == answer
        pause = pause_after(attempt, Always(1.0))
        assert mail.next_attempt_at == clock.now() + pause
        clock.forward(seconds=pause.total_seconds() - 1)
        assert await delivery.deliver_due() == 0
        clock.forward(seconds=1)
    sink.answer = "250 OK"
    assert await delivery.deliver_due() == 1
    assert [mail["Message-ID"] for mail in sink.arrived] == [(await only_mail(database)).message_id]


async def test_pauses_are_drawn_from_the_chance_handed_in(
    settings: Settings, database: Database, clock: SetClock, sink: Sink
) -> None:
    sink.answer = "450 later"
    delivery = to_port(sink.port, settings, database, clock, Random(11))
    await write_mail(database, clock)
    await delivery.deliver_due()
    pause = pause_after(1, Random(11))
    assert (await only_mail(database)).next_attempt_at == clock.now() + pause


async def test_a_recipient_refused_for_good_fails_at_once_and_one_refused_for_now_does_not(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    sink.refusals = {ANI: "550 5.1.1 no such mailbox", BUDI: "450 4.2.1 later"}
    for address in (ANI, BUDI, "citra@contoh.test"):
        await write_mail(database, clock, to=address)
        clock.forward(seconds=1)
    assert await delivery.deliver_due() == 1
    refused, later, _sent = await outbox(database)
    assert (refused.trouble, refused.failed_at) == (Trouble.RECIPIENT_REFUSED, clock.now())
    assert refused.last_error == "550 5.1.1 no such mailbox"
    assert (later.trouble, later.failed_at) == (Trouble.POSTPONED, None)
    sink.refusals.clear()
    await run_for(delivery, clock, timedelta(hours=2))
    assert [len(sink.to(address)) for address in (ANI, BUDI)] == [0, 1]


async def test_a_server_away_is_left_alone_and_one_mail_finds_it_back(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    """Many mails, one connection for each pause; a mail written meanwhile makes none either."""
    port, delivery = await before_a_server_that_is_away(5, settings, database, clock)
    pauses = []
    for failures in range(1, 9):
        await delivery.deliver_due()
        mails = await outbox(database)
        assert sum(mail.attempts for mail in mails) == failures
        assert {mail.trouble for mail in mails[:5]} == {Trouble.UNREACHABLE}
        (back_at,) = {mail.next_attempt_at for mail in mails[:5]}
        pauses.append(back_at - clock.now())
        if failures == 1:
            await write_mail(database, clock)
        clock.forward(seconds=pauses[-1].total_seconds() - 1)
        await delivery.deliver_due()
        assert sum(mail.attempts for mail in await outbox(database)) == failures
        clock.forward(seconds=1)
    assert pauses == [pause_after(n, Always(1.0), LONGEST_REST) for n in range(1, 9)]
    assert pauses[-1] == LONGEST_REST
    async with listening(Sink(port)) as sink:
        assert await delivery.deliver_due() == 6
    assert len(sink.arrived) == 6
    await write_mail(database, clock)
    await delivery.deliver_due()
    assert (await outbox(database))[-1].next_attempt_at == clock.now() + FIRST


async def test_a_mail_that_brings_the_connection_down_comes_after_the_others(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    sink.answer = CUT
    await write_mail(database, clock)
    await delivery.deliver_due()
    clock.forward(seconds=FIRST.total_seconds())
    await write_mail(database, clock, to=BUDI)
    sink.answer = "250 OK"
    assert await delivery.deliver_due() == 2
    assert [mail["To"].addresses[0].addr_spec for mail in sink.arrived] == [ANI, BUDI, ANI]


async def test_an_hour_away_then_4xx_then_lost_answers_then_healed(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    port = free_port()
    delivery = to_port(port, settings, database, clock, Random(3))
    for _ in range(6):
        await write_mail(database, clock)
        await run_for(delivery, clock, timedelta(minutes=10))
    async with listening(Sink(port, answer="451 4.3.0 try later")) as sink:
        await run_for(delivery, clock, timedelta(hours=1))
        assert sink.arrived == []
        sink.answer = CUT
        await run_for(delivery, clock, timedelta(hours=2))
        assert sink.arrived
        assert [mail.sent_at for mail in await outbox(database)] == [None] * 6
        sink.answer = "250 OK"
        await run_for(delivery, clock, timedelta(hours=2))
    kept = await outbox(database)
    assert all(mail.sent_at and not mail.failed_at for mail in kept)
    arrived = [mail["Message-ID"] for mail in sink.arrived]
    assert set(arrived) == {mail.message_id for mail in kept}
    assert len(arrived) > 6, "nothing was lost, so nothing was shown"


@pytest.mark.parametrize("answer", [None, "451 4.3.0 try later"])
async def test_after_a_day_a_mail_is_given_up_and_put_back_by_hand_it_is_sent(
    answer: str | None, settings: Settings, database: Database, clock: SetClock
) -> None:
    port, written_at = free_port(), clock.now()
    delivery = to_port(port, settings, database, clock)
    await write_mail(database, clock)
    sink = Sink(port, answer=answer or "250 OK")
    if answer:
        async with listening(sink):
            await run_for(delivery, clock, TRIED_FOR + LONGEST_REST)
    else:
        await run_for(delivery, clock, TRIED_FOR + LONGEST_REST)
    mail = await only_mail(database)
    assert mail.failed_at is not None
    assert TRIED_FOR <= mail.failed_at - written_at <= TRIED_FOR + LONGEST_REST
    async with database.reading() as session:
        assert await count_unsent(session) == (1, 0)
    tries = mail.attempts
    await run_for(delivery, clock, timedelta(hours=2))
    assert (await only_mail(database)).attempts == tries
    async with database.writing() as session:
        assert await put_back(session, mail.id, clock.now())
    back = await only_mail(database)
    assert (back.failed_at, back.attempts, back.due_since_at) == (None, 0, clock.now())
    sink.answer = "250 OK"
    async with listening(sink):
        assert await delivery.deliver_due() == 1
    assert [one["Message-ID"] for one in sink.arrived] == [mail.message_id]
    async with database.reading() as session:
        assert await count_unsent(session) == (0, 0)
    async with database.writing() as session:
        assert not await put_back(session, mail.id, clock.now())


async def test_a_mail_put_back_is_tried_at_once_although_the_server_is_left_alone(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    port, delivery = await before_a_server_that_is_away(2, settings, database, clock)
    await delivery.deliver_due()
    _first, second = await outbox(database)
    clock.forward(seconds=1)
    async with database.writing() as session:
        await put_back(session, second.id, clock.now())
    async with listening(Sink(port)) as sink:
        assert await delivery.deliver_due() == 1
    assert [one["Message-ID"] for one in sink.arrived] == [second.message_id]


async def test_what_is_put_back_during_a_try_is_not_overruled_by_its_end(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await write_mail(database, clock)
    sink.answer = CUT
    sink.is_open.clear()
    async with asyncio.timeout(30):
        trying = asyncio.create_task(delivery.deliver_due())
        await sink.arrival.wait()
        clock.forward(hours=30)
        async with database.writing() as session:
            await put_back(session, (await only_mail(database)).id, clock.now())
        sink.is_open.set()
        assert await trying == 0
    mail = await only_mail(database)
    assert (mail.failed_at, mail.attempts, mail.next_attempt_at) == (None, 0, clock.now())


async def test_a_mail_refused_for_days_does_not_stop_the_outbox(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    sink.answer = "451 later"
    await write_mail(database, clock)
    async with database.writing() as session:
        await session.execute(update(OutboxMail).values(attempts=5_000))
    assert await delivery.deliver_due() == 0
    assert (await only_mail(database)).next_attempt_at == clock.now() + LONGEST


async def test_a_verdict_does_not_wait_for_a_server_that_says_nothing(
    settings: Settings, clock: SetClock, sink: Sink
) -> None:
    """The delivery hangs in the middle of the first mail while the second verdict is given."""
    sink.is_open.clear()
    with_smtp = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
    runner, desk = await start_desk(with_smtp, clock)
    try:
        async with asyncio.timeout(60):
            await (await in_call(desk)).approve()
            await sink.arrival.wait()
            await (await in_call(desk)).approve()
            assert len(sink.arrived) == 1
            assert [mail.sent_at for mail in await outbox(desk.database)] == [None, None]
            sink.is_open.set()
    finally:
        for http in desk.visitors:
            await http.close()
        await runner.cleanup()
