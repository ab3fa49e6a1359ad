"""Mails in an outbox, and somebody who delivers them to a server that is there, or is not."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from desk.accounts.tables import Account, Role
from desk.database import Database
from desk.notices.delivery import Delivery
from desk.notices.outbox import Mail, enqueue
from desk.notices.tables import Notice, OutboxMail
from desk.settings import Settings
from tests.sink import Sink, listening
from tests.support import MORNING, PASSWORD_HASH, SetClock, free_port
from waiting_room.tables import new_id

WORDS = Mail(
    "Akses Anda telah disetujui", "Akses Anda – disetujui.\n", "<p>Akses Anda – disetujui.</p>\n"
)


class Always(Random):
    """Draws the same place between the two ends each time: 1 for the longest pause."""

    def __init__(self, place: float) -> None:
        super().__init__()
        self._place = place

    def uniform(self, a: float, b: float) -> float:
        return a + (b - a) * self._place


def somebody(address: str = "ani@contoh.test", name: str = "Ani Lestari") -> Account:
    """Whom a mail is for; not in the database."""
    return Account(id=new_id(), email=address, name=name, role=Role.APPLICANT,
                   password_hash=PASSWORD_HASH, confirmed_at=MORNING)  # fmt: skip


async def write_mail(
    database: Database,
    clock: SetClock,
    to: str = "ani@contoh.test",
    name: str = "Ani Lestari",
    subject: str = WORDS.subject,
    **state: Any,
) -> OutboxMail:
    """Have a mail lie in the outbox, fresh or in this state."""
    words = Mail(subject, WORDS.text_body, WORDS.html_body)
    async with database.writing() as session:
        enqueue(session, "verdict", somebody(to, name), words, "https://desk.test", clock.now())
        (mail,) = session.new
        assert isinstance(mail, OutboxMail)
        for column, value in state.items():
            setattr(mail, column, value)
    return mail


async def outbox(database: Database) -> list[OutboxMail]:
    """All mails, the oldest first."""
    ordered = select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id)
    async with database.reading() as session:
        return list((await session.execute(ordered)).scalars())


async def notices_of(database: Database, account: Account) -> list[Notice]:
    """What somebody was told, the oldest first."""
    ordered = select(Notice).where(Notice.account == account.id).order_by(Notice.created_at)
    async with database.reading() as session:
        return list((await session.execute(ordered)).scalars())


async def only_mail(database: Database) -> OutboxMail:
    """The one mail that there is."""
    (mail,) = await outbox(database)
    return mail


def delivery_to(
    url: str, settings: Settings, database: Database, clock: SetClock, chance: Random | None = None
) -> Delivery:
    """Deliver to this server, by default with the longest pauses."""
    with_smtp = settings.model_copy(update={"smtp_url": url})
    return Delivery(with_smtp, clock, database, chance or Always(1.0))


def to_port(
    port: int, settings: Settings, database: Database, clock: SetClock, chance: Random | None = None
) -> Delivery:
    """Deliver to a plain server on this port of the machine."""
    return delivery_to(f"smtp://127.0.0.1:{port}", settings, database, clock, chance)


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A mail server that listens."""
    async with listening(Sink(free_port())) as one:
        yield one


@pytest.fixture
def delivery(settings: Settings, database: Database, clock: SetClock, sink: Sink) -> Delivery:
    """Delivers to the sink."""
    return to_port(sink.port, settings, database, clock)
