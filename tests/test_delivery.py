"""Delivery to a real SMTP server: what arrives, what is kept, and what is tried again when."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import select, update

from desk.accounts.tables import Account, Role
from desk.database import Database
from desk.notices.delivery import FIRST_RETRY, LONGEST_RETRY, Delivery
from desk.notices.outbox import Mail, enqueue
from desk.notices.tables import OutboxMail
from desk.settings import Settings
from tests.sink import Sink, listening
from tests.support import PASSWORD_HASH, SetClock, free_port

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language",
    "MIME-Version", "Content-Type",
]  # fmt: skip


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with listening(Sink(free_port())) as one:
        yield one


@pytest.fixture
def delivery(settings: Settings, database: Database, clock: SetClock, sink: Sink) -> Delivery:
    return _to_port(sink.port, settings, database, clock)


def _to_port(port: int, settings: Settings, database: Database, clock: SetClock) -> Delivery:
    with_smtp = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"})
    return Delivery(with_smtp, clock, database)


async def _write(
    database: Database,
    clock: SetClock,
    to: str = "ani@contoh.test",
    name: str = "Ani Lestari",
    subject: str = "Akses Anda telah disetujui",
) -> None:
    account = Account(
        id="x" * 22, email=to, name=name, role=Role.APPLICANT, password_hash=PASSWORD_HASH,
        created_at=clock.now(),
    )  # fmt: skip
    mail = Mail(subject, "Akses Anda – disetujui.\n", "<p>Akses Anda – disetujui.</p>\n")
    async with database.writing() as session:
        enqueue(session, "verdict", account, mail, "https://desk.test", clock.now())


async def _outbox(database: Database) -> list[OutboxMail]:
    async with database.reading() as session:
        return list((await session.execute(select(OutboxMail).order_by(OutboxMail.id))).scalars())


async def test_a_mail_arrives_whole(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await _write(database, clock)
    clock.forward(seconds=2)
    assert await delivery.deliver_due() == 1
    (mail,), (kept,) = sink.arrived, await _outbox(database)
    assert mail["To"] == "Ani Lestari <ani@contoh.test>"
    assert mail["From"] == "Meja Verifikasi <noreply@localhost>"
    assert mail["Subject"] == "Akses Anda telah disetujui"
    assert mail["Message-ID"] == kept.message_id
    assert parsedate_to_datetime(mail["Date"]) == kept.created_at
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    kinds = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
    assert kinds["text/plain"].replace("\r\n", "\n") == kept.text_body
    assert kinds["text/html"].replace("\r\n", "\n") == kept.html_body
    assert (kept.sent_at, kept.attempts, kept.last_error) == (clock.now(), 1, None)


async def test_a_mail_that_was_sent_is_not_sent_again(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await _write(database, clock)
    await delivery.deliver_due()
    clock.forward(days=3)
    assert await delivery.deliver_due() == 0
    assert len(sink.arrived) == 1


async def test_with_the_server_away_a_mail_is_kept_and_sent_later_with_its_own_id(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    await _write(database, clock)
    port = free_port()
    delivery = _to_port(port, settings, database, clock)
    assert await delivery.deliver_due() == 0
    (kept,) = await _outbox(database)
    assert (kept.attempts, kept.sent_at) == (1, None)
    assert kept.last_error
    async with listening(Sink(port)) as sink:
        clock.forward(seconds=FIRST_RETRY.total_seconds() - 1)
        assert await delivery.deliver_due() == 0
        clock.forward(seconds=1)
        assert await delivery.deliver_due() == 1
        clock.forward(hours=2)
        assert await delivery.deliver_due() == 0
    assert [mail["Message-ID"] for mail in sink.arrived] == [kept.message_id]
    assert (await _outbox(database))[0].attempts == 2


@pytest.mark.parametrize("answer", ["450 4.2.1 later", "550 5.1.1 no such mailbox"])
async def test_a_refused_mail_is_tried_again_and_keeps_nobody_waiting(
    answer: str, delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    sink.refusals["ani@contoh.test"] = answer
    await _write(database, clock)
    await _write(database, clock, to="budi@contoh.test")
    assert await delivery.deliver_due() == 1
    assert [mail["To"] for mail in sink.arrived] == ["Ani Lestari <budi@contoh.test>"]
    refused = next(mail for mail in await _outbox(database) if mail.sent_at is None)
    assert answer[:3] in (refused.last_error or "")
    sink.refusals.clear()
    clock.forward(seconds=FIRST_RETRY.total_seconds())
    assert await delivery.deliver_due() == 1
    assert sink.arrived[1]["Message-ID"] == refused.message_id


async def test_the_pause_grows_to_an_hour_and_no_further(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    await _write(database, clock)
    delivery = _to_port(free_port(), settings, database, clock)
    pauses: list[timedelta] = []
    for _ in range(12):
        await delivery.deliver_due()
        (kept,) = await _outbox(database)
        pauses.append(kept.next_attempt_at - clock.now())
        clock.forward(seconds=pauses[-1].total_seconds())
    assert pauses[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_RETRY


@pytest.mark.parametrize(
    "address", ["", "no address", "ani@", "a@b@c", "ani@contoh.test\r\nBcc: eve@contoh.test", "é@x"]
)
async def test_one_poisoned_mail_does_not_stop_the_others(
    address: str, delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await _write(database, clock, to=address)
    clock.forward(seconds=1)
    await _write(database, clock, to="budi@contoh.test")
    assert await delivery.deliver_due() == 1
    (poisoned,) = (mail for mail in await _outbox(database) if mail.sent_at is None)
    assert (poisoned.recipient, poisoned.attempts) == (address, 1)
    assert [mail["To"] for mail in sink.arrived] == ["Ani Lestari <budi@contoh.test>"]


@pytest.mark.parametrize(
    "words",
    [
        "Ani\r\nBcc: eve@contoh.test",
        "Ani\nBcc: eve@contoh.test\n\nbody",
        "Ani\x00\x0b\x0c\x1c\x85\u2028\u2029Bcc: eve@contoh.test",
        'Ani "the boss" <eve@contoh.test>, Eve',
        'Ani\\"\\',
        "Änï Łęstari 安妮 \U0001f600",
        "=?utf-8?q?=0D=0ABcc=3A_eve=40contoh=2Etest?=",
        "A" * 10_240,
        "Ani " * 2_560,
        "é" * 10_240,
    ],
)
async def test_no_name_and_no_subject_adds_a_header_or_a_recipient(
    words: str, delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await _write(database, clock, name=words, subject=words)
    assert await delivery.deliver_due() == 1
    (mail,) = sink.arrived
    assert sorted(mail.keys()) == sorted(HEADERS)
    (to,) = mail["To"].addresses
    assert to.addr_spec == "ani@contoh.test"
    assert len(list(mail.iter_parts())) == 2
    assert all(len(line) <= 998 for line in sink.raw[0].split(b"\r\n"))


async def test_without_a_server_each_mail_is_a_file(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    await _write(database, clock)
    delivery = Delivery(settings, clock, database)
    assert await delivery.deliver_due() == 1
    (kept,) = await _outbox(database)
    (path,) = (settings.data_dir / "mail").iterdir()
    assert path.name == f"{kept.message_id.strip('<>')}.eml"
    mail = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default)
    assert (mail["To"], mail["Message-ID"]) == ("Ani Lestari <ani@contoh.test>", kept.message_id)


async def test_a_written_mail_is_sent_by_the_running_delivery_which_then_stops(
    database: Database, clock: SetClock, sink: Sink, delivery: Delivery
) -> None:
    """Cancelled in the middle of a sending too, where the SMTP client can swallow it."""
    for turns in range(0, 120, 4):
        sink.arrival.clear()
        await _write(database, clock)
        delivery.written.set()
        running = asyncio.create_task(delivery.run())
        async with asyncio.timeout(30):
            await sink.arrival.wait()
            for _ in range(turns):
                await asyncio.sleep(0)
            running.cancel()
            await asyncio.wait([running])
        await delivery.deliver_due()
    assert all(mail.sent_at for mail in await _outbox(database))


async def test_a_mail_refused_for_days_does_not_stop_the_outbox(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    await _write(database, clock)
    async with database.writing() as session:
        await session.execute(update(OutboxMail).values(attempts=5_000))
    delivery = _to_port(free_port(), settings, database, clock)
    assert await delivery.deliver_due() == 0
    (kept,) = await _outbox(database)
    assert kept.next_attempt_at == clock.now() + LONGEST_RETRY
