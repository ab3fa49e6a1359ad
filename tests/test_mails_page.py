"""The mails that were not sent, as supervisors and administrators see them."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from desk.accounts.tables import Account, Role
from desk.notices import delivery
from desk.notices.tables import OutboxMail
from desk.notices.transport import Trouble
from desk.pages.mails import SHOWN, TROUBLE_WORDS
from desk.settings import Settings
from tests.post import WORDS, outbox, write_mail
from tests.scenes import count, enter, is_problem, nothing_changes, value
from tests.sink import Sink, listening
from tests.support import RunningDesk, SetClock, Visitor, free_port, start_desk

NOWHERE = "no address"


async def board(desk: RunningDesk, role: Role = Role.SUPERVISOR) -> tuple[Account, Visitor]:
    account = await desk.people.staff(role)
    return account, await enter(desk, account)


async def mail(desk: RunningDesk, **state: Any) -> OutboxMail:
    """A mail that was tried and can never be sent, a second after any before."""
    desk.clock.forward(seconds=1)
    later = desk.clock.now() + timedelta(minutes=20)
    tried: dict[str, Any] = {
        "next_attempt_at": later,
        "trouble": Trouble.POSTPONED.value,
        "attempts": 3,
    }
    return await write_mail(desk.database, desk.clock, to=NOWHERE, **(tried | state))


async def failed(desk: RunningDesk, **state: Any) -> OutboxMail:
    return await mail(desk, failed_at=desk.clock.now(), **state)


def plain(page: str) -> str:
    """What a page says, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


async def test_with_every_mail_sent_the_page_says_so_and_the_board_nothing(
    desk: RunningDesk,
) -> None:
    _account, visitor = await board(desk)
    _status, data = await visitor.read("/mails")
    assert (data["failed"], data["tried"]) == ([], [])
    said = plain((await visitor.open("/mails"))[1])
    assert "Semua email sudah terkirim" in said
    assert "Coba kirim lagi" not in said
    link = re.search(r"<a class=\"mails-link[^>]*>", (await visitor.open("/supervisor"))[1])
    assert link
    assert " hidden" in link[0]


async def test_what_failed_and_what_is_tried_stand_apart_the_newest_first(
    desk: RunningDesk,
) -> None:
    _account, visitor = await board(desk)
    first, second = await failed(desk), await failed(desk)
    third, fourth = await mail(desk), await mail(desk)
    _status, data = await visitor.read("/mails")
    assert [one["id"] for one in data["failed"]] == [second.id, first.id]
    assert [one["id"] for one in data["tried"]] == [fourth.id, third.id]
    figures = (await visitor.read("/supervisor"))[1]["figures"]
    assert figures["mails"] == {"failed": 2, "troubled": 2}
    said = plain((await visitor.open("/supervisor"))[1])
    assert "2 email gagal" in said


async def test_a_row_says_to_whom_why_how_often_and_when_again_but_not_what(
    desk: RunningDesk,
) -> None:
    _account, visitor = await board(desk)
    await mail(desk, last_error="451 4.3.0 <later>")
    _status, page = await visitor.open("/mails")
    said = plain(page)
    for words in (
        "Ani Lestari", NOWHERE, WORDS.subject, TROUBLE_WORDS[Trouble.POSTPONED],
        "451 4.3.0 <later>", "3 kali dicoba", "Berikutnya 24 Nov 2026, 08.20 WIB",
    ):  # fmt: skip
        assert words in said
    _status, data = await visitor.read("/mails")
    for text in (page, str(data)):
        assert WORDS.text_body.strip() not in html.unescape(text)
    said = plain((await visitor.open("/supervisor"))[1])
    assert "1 email tertunda" in said


def test_every_trouble_has_its_sentence() -> None:
    assert TROUBLE_WORDS.keys() == set(Trouble)


@pytest.mark.parametrize("write", [failed, mail], ids=["failed", "tried"])
async def test_a_long_list_says_that_it_is_cut_and_a_full_one_does_not(
    desk: RunningDesk, write: Callable[[RunningDesk], Awaitable[OutboxMail]]
) -> None:
    _account, visitor = await board(desk)
    for _ in range(SHOWN):
        await write(desk)
    cut = f"Hanya {SHOWN} yang terbaru"
    assert cut not in plain((await visitor.open("/mails"))[1])
    await write(desk)
    assert plain((await visitor.open("/mails"))[1]).count(cut) == 1
    _status, data = await visitor.read("/mails")
    assert {len(data["failed"]), len(data["tried"])} == {SHOWN, 0}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
async def test_the_button_puts_a_mail_back_for_another_day(desk: RunningDesk, role: Role) -> None:
    account, visitor = await board(desk, role)
    one = await failed(desk)
    desk.clock.forward(days=3)
    visitor = await enter(desk, account)
    await visitor.open("/mails")
    assert await visitor.send(f"/mails/{one.id}/retry") == (303, "/mails")
    (kept,) = await outbox(desk.database)
    assert (kept.failed_at, kept.due_since_at) == (None, desk.clock.now())
    assert kept.message_id == one.message_id
    names = {"mail": one.id, "who": account.id}
    query = (
        "SELECT count(*) FROM audit_entry"
        " WHERE act = 'mail_retried' AND subject = :mail AND actor = :who"
    )
    assert await value(desk.database, query, **names) == 1


async def test_a_mail_sent_meanwhile_is_not_sent_again(desk: RunningDesk) -> None:
    _account, visitor = await board(desk)
    one = await mail(desk, sent_at=desk.clock.now())
    async with nothing_changes(desk):
        answer = await visitor.act(f"/mails/{one.id}/retry")
        is_problem(answer, 409, "already_sent")
    assert await count(desk.database, "audit_entry", "act = 'mail_retried'") == 0


async def test_the_button_wakes_the_delivery(
    settings: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which here would look by itself once a day."""
    monkeypatch.setattr(delivery, "IDLE", timedelta(days=1))
    async with listening(Sink(free_port())) as sink, asyncio.timeout(30):
        with_smtp = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
        runner, desk = await start_desk(with_smtp, clock)
        try:
            _account, visitor = await board(desk)
            one = await failed(desk, recipient="ani@contoh.test")
            status, _body = await visitor.act(f"/mails/{one.id}/retry")
            assert status == 200
            await sink.arrival.wait()
        finally:
            await visitor.http.close()
            await runner.cleanup()
    assert [mail["Message-ID"] for mail in sink.arrived] == [one.message_id]


async def test_mails_are_filtered_by_what_became_of_them(desk: RunningDesk) -> None:
    _account, visitor = await board(desk)
    given_up, waits = await failed(desk), await mail(desk)
    sent = await mail(desk, sent_at=desk.clock.now(), trouble=None, kind="booked")
    for state, ids in (("failed", [given_up.id]), ("tried", [waits.id]), ("sent", [sent.id])):
        _status, data = await visitor.read(f"/mails?state={state}")
        for name in ("failed", "tried", "sent"):
            assert [one["id"] for one in data[name]] == (ids if name == state else [])
    page = plain((await visitor.open("/mails?state=sent"))[1])
    assert "Terkirim" in page
    assert "Jadwal baru. Ditulis" in page
    assert "Coba kirim lagi" not in page
    async with nothing_changes(desk):
        assert (await visitor.read("/mails?state=lost"))[0] == 422
    assert "Hasil verifikasi. Ditulis" in plain((await visitor.open("/mails"))[1])


async def test_a_mail_of_another_part_of_the_desk_is_listed_too(desk: RunningDesk) -> None:
    _account, visitor = await board(desk)
    await mail(desk, kind="something else")
    assert "Lainnya. Ditulis" in plain((await visitor.open("/mails"))[1])
