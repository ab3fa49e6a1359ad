"""The way a mail leaves: TLS from the start or on the way, passwords, and what went wrong."""

import ssl
from pathlib import Path

import pytest

from desk.database import Database
from desk.notices.transport import LONGEST_ERROR, Trouble
from desk.settings import Settings
from tests.post import delivery_to, only_mail, outbox, write_mail
from tests.sink import CUT, Sink, certificate, listening
from tests.support import SetClock, free_port

NAME, PASSWORD = "meja@contoh.test", "rahasia/100%?"
LOGIN = "meja%40contoh.test:rahasia%2F100%25%3F"


@pytest.fixture
def server_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate, which this machine trusts."""
    path, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


@pytest.fixture
def sink() -> Sink:
    return Sink(free_port(), login=(NAME, PASSWORD))


@pytest.mark.parametrize(("scheme", "more"), [("smtps", ""), ("smtp", "?starttls=1")])
async def test_a_mail_arrives_over_tls_after_a_login(
    scheme: str, more: str, server_tls: ssl.SSLContext, sink: Sink,
    settings: Settings, database: Database, clock: SetClock,
) -> None:  # fmt: skip
    await write_mail(database, clock)
    url = f"{scheme}://{LOGIN}@127.0.0.1:{sink.port}{more}"
    delivery = delivery_to(url, settings, database, clock)
    at_once, on_the_way = (None, server_tls) if more else (server_tls, None)
    async with listening(sink, tls=at_once, starttls=on_the_way):
        assert await delivery.deliver_due() == 1
    assert (len(sink.arrived), sink.logins) == (1, 1)
    assert (await only_mail(database)).sent_at == clock.now()


async def trouble_of(url: str, settings: Settings, database: Database, clock: SetClock) -> str:
    """Try to send two mails, of which the server should see one attempt: what went wrong."""
    for _ in range(2):
        await write_mail(database, clock)
    assert await delivery_to(url, settings, database, clock).deliver_due() == 0
    mails = await outbox(database)
    assert sum(mail.attempts for mail in mails) == 1
    assert all(mail.last_error and PASSWORD not in mail.last_error for mail in mails)
    (trouble,) = {mail.trouble for mail in mails}
    assert trouble
    return trouble


async def test_a_wrong_password_is_tried_once_for_all_mails(
    server_tls: ssl.SSLContext, sink: Sink, settings: Settings, database: Database, clock: SetClock
) -> None:
    url = f"smtps://{LOGIN}x@127.0.0.1:{sink.port}"
    async with listening(sink, tls=server_tls):
        assert await trouble_of(url, settings, database, clock) == Trouble.NOT_LET_IN
    assert (sink.connections, sink.arrived) == (1, [])


@pytest.mark.parametrize(("scheme", "more"), [("smtps", ""), ("smtp", "?starttls=1")])
async def test_a_certificate_that_nobody_vouches_for_gets_no_password_and_no_mail(
    scheme: str, more: str, tmp_path: Path, sink: Sink,
    settings: Settings, database: Database, clock: SetClock,
) -> None:  # fmt: skip
    _path, context = certificate(tmp_path)
    url = f"{scheme}://{LOGIN}@127.0.0.1:{sink.port}{more}"
    at_once, on_the_way = (None, context) if more else (context, None)
    async with listening(sink, tls=at_once, starttls=on_the_way):
        assert await trouble_of(url, settings, database, clock) == Trouble.UNREACHABLE
    assert (sink.arrived, sink.logins) == ([], 0)


async def test_a_server_without_the_tls_asked_for_gets_no_password_and_no_mail(
    sink: Sink, settings: Settings, database: Database, clock: SetClock
) -> None:
    url = f"smtp://{LOGIN}@127.0.0.1:{sink.port}?starttls=1"
    async with listening(sink):
        assert await trouble_of(url, settings, database, clock) == Trouble.UNREACHABLE
    assert (sink.arrived, sink.logins) == ([], 0)


async def test_nobody_listens(settings: Settings, database: Database, clock: SetClock) -> None:
    url = f"smtp://127.0.0.1:{free_port()}"
    assert await trouble_of(url, settings, database, clock) == Trouble.UNREACHABLE


async def test_a_folder_that_cannot_be_written_to(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    (settings.data_dir / "mail").write_text("in the way")
    assert await trouble_of("", settings, database, clock) == Trouble.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ("451 4.3.0 later", Trouble.POSTPONED),
        ("554 5.7.1 spam", Trouble.REFUSED),
        (CUT, Trouble.CUT_OFF),
    ],
)
async def test_what_data_is_answered(
    answer: str, trouble: Trouble, settings: Settings, database: Database, clock: SetClock
) -> None:
    await write_mail(database, clock)
    async with listening(Sink(free_port(), answer=answer)) as sink:
        url = f"smtp://127.0.0.1:{sink.port}"
        assert await delivery_to(url, settings, database, clock).deliver_due() == 0
    assert (await only_mail(database)).trouble == trouble


async def test_whatever_a_server_answers_can_be_kept(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    await write_mail(database, clock)
    async with listening(Sink(free_port(), answer="450 a\x00b\x1b[2J " + "x" * 400)) as sink:
        url = f"smtp://127.0.0.1:{sink.port}"
        assert await delivery_to(url, settings, database, clock).deliver_due() == 0
    error = (await only_mail(database)).last_error or ""
    assert error.startswith("450 a b [2J")
    assert len(error) == LONGEST_ERROR


async def test_a_mail_that_cannot_be_put_together(
    settings: Settings, database: Database, clock: SetClock
) -> None:
    await write_mail(database, clock, to="no address")
    assert await delivery_to("", settings, database, clock).deliver_due() == 0
    mail = await only_mail(database)
    assert (mail.trouble, mail.failed_at) == (Trouble.UNSENDABLE, None)
