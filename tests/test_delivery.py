"""Delivery to a real SMTP server: what arrives, what never does, and how it stops."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import text

from desk.database import Database
from desk.notices.delivery import Delivery
from desk.settings import Settings
from tests.post import outbox, write_mail
from tests.sink import Sink
from tests.support import SetClock, on_sqlite

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language",
    "MIME-Version", "Content-Type",
]  # fmt: skip


async def test_a_mail_arrives_whole(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await write_mail(database, clock)
    clock.forward(seconds=2)
    assert await delivery.deliver_due() == 1
    (mail,), (kept,) = sink.arrived, await outbox(database)
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
    await write_mail(database, clock)
    await delivery.deliver_due()
    clock.forward(days=3)
    assert await delivery.deliver_due() == 0
    assert len(sink.arrived) == 1


@pytest.mark.parametrize(
    "address", ["", "no address", "ani@", "a@b@c", "ani@contoh.test\r\nBcc: eve@contoh.test", "é@x"]
)
async def test_one_poisoned_mail_does_not_stop_the_others(
    address: str, delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    await write_mail(database, clock, to=address)
    clock.forward(seconds=1)
    await write_mail(database, clock, to="budi@contoh.test")
    assert await delivery.deliver_due() == 1
    (poisoned,) = (mail for mail in await outbox(database) if mail.sent_at is None)
    assert (poisoned.recipient, poisoned.attempts) == (address, 1)
    assert [mail["To"] for mail in sink.arrived] == ["Ani Lestari <budi@contoh.test>"]


# PostgreSQL keeps no such row in the first place.
@on_sqlite
async def test_a_row_that_makes_no_sense_does_not_stop_the_others(
    delivery: Delivery, database: Database, clock: SetClock, sink: Sink
) -> None:
    broken = await write_mail(database, clock)
    await write_mail(database, clock, to="budi@contoh.test")
    async with database.writing() as session:
        nonsense = text("UPDATE outbox_mail SET created_at = 'nonsense' WHERE id = :id")
        await session.execute(nonsense, {"id": broken.id})
    assert await delivery.deliver_due() == 1
    assert [mail["To"] for mail in sink.arrived] == ["Ani Lestari <budi@contoh.test>"]


# PostgreSQL keeps no such words in the first place.
@on_sqlite
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
    await write_mail(database, clock, name=words, subject=words)
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
    await write_mail(database, clock)
    delivery = Delivery(settings, clock, database)
    assert await delivery.deliver_due() == 1
    (kept,) = await outbox(database)
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
        await write_mail(database, clock)
        delivery.written.set()
        running = asyncio.create_task(delivery.run())
        async with asyncio.timeout(30):
            await sink.arrival.wait()
            for _ in range(turns):
                await asyncio.sleep(0)
            running.cancel()
            await asyncio.wait([running])
        await delivery.deliver_due()
    assert all(mail.sent_at for mail in await outbox(database))
