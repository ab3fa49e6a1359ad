"""The outbox: a mail is kept exactly if the act is, whole, with its Message-ID."""

import pytest
from sqlalchemy import select

from desk.accounts.tables import Account, Role
from desk.database import Database
from desk.notices.outbox import Mail, enqueue
from desk.notices.tables import OutboxMail
from tests.support import MORNING, PASSWORD_HASH

WORDS = Mail("Akses Anda telah disetujui", "Isi", "<p>Isi</p>")


def _applicant() -> Account:
    return Account(
        id="x" * 22, email="ani@contoh.test", name="Ani", role=Role.APPLICANT,
        password_hash=PASSWORD_HASH, created_at=MORNING,
    )  # fmt: skip


async def _kept(database: Database) -> list[OutboxMail]:
    async with database.reading() as session:
        return list((await session.execute(select(OutboxMail))).scalars())


async def test_a_mail_is_kept_with_all_that_every_attempt_needs(database: Database) -> None:
    async with database.writing() as session:
        enqueue(session, "verdict", _applicant(), WORDS, "https://desk.test:8443", MORNING)
    (mail,) = await _kept(database)
    assert mail.message_id == f"<verdict.{mail.id}@desk.test>"
    assert (mail.recipient, mail.recipient_name) == ("ani@contoh.test", "Ani")
    assert (mail.subject, mail.text_body, mail.html_body) == (
        WORDS.subject, WORDS.text_body, WORDS.html_body,
    )  # fmt: skip
    assert (mail.created_at, mail.next_attempt_at, mail.attempts) == (MORNING, MORNING, 0)
    assert mail.sent_at is None


async def test_an_act_that_fails_sends_no_mail(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            enqueue(session, "verdict", _applicant(), WORDS, "https://desk.test", MORNING)
            await session.flush()
            _ = 1 / 0
    assert await _kept(database) == []


async def test_two_mails_never_share_a_message_id(database: Database) -> None:
    async with database.writing() as session:
        for _ in range(20):
            enqueue(session, "verdict", _applicant(), WORDS, "https://desk.test", MORNING)
    assert len({mail.message_id for mail in await _kept(database)}) == 20
