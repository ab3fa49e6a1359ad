"""The outbox: a mail is kept exactly if the act is, whole, with its Message-ID."""

import pytest

from desk.database import Database
from desk.notices.outbox import enqueue
from tests.post import WORDS, only_mail, outbox, somebody
from tests.support import MORNING


async def test_a_mail_is_kept_with_all_that_every_attempt_needs(database: Database) -> None:
    async with database.writing() as session:
        enqueue(session, "verdict", somebody(), WORDS, "https://desk.test:8443", MORNING)
    mail = await only_mail(database)
    assert mail.message_id == f"<verdict.{mail.id}@desk.test>"
    assert (mail.recipient, mail.recipient_name) == ("ani@contoh.test", "Ani Lestari")
    assert (mail.subject, mail.text_body, mail.html_body) == (
        WORDS.subject, WORDS.text_body, WORDS.html_body,
    )  # fmt: skip
    assert mail.created_at == mail.due_since_at == mail.next_attempt_at == MORNING
    assert (mail.attempts, mail.sent_at, mail.failed_at) == (0, None, None)


async def test_an_act_that_fails_sends_no_mail(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            enqueue(session, "verdict", somebody(), WORDS, "https://desk.test", MORNING)
            await session.flush()
            _ = 1 / 0
    assert await outbox(database) == []


async def test_two_mails_never_share_a_message_id(database: Database) -> None:
    async with database.writing() as session:
        for _ in range(20):
            enqueue(session, "verdict", somebody(), WORDS, "https://desk.test", MORNING)
    assert len({mail.message_id for mail in await outbox(database)}) == 20
