"""Sending what lies in the outbox; a mail that fails is tried again for a day.

A mail is marked as sent after the server took it. A crash in between sends it twice, with the same
Message-ID, which mail programs show once: at least once is the promise, never less.

Where no mail at all could be sent, the server is left alone for a pause that grows, and one mail
then finds out whether it is back. No transaction is open while a server is spoken to.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random, SystemRandom

from sqlalchemy import Select, Update, select, update
from sqlalchemy.exc import SQLAlchemyError

from desk.clock import Clock
from desk.database import Database
from desk.notices.message import compose
from desk.notices.pauses import pause_after
from desk.notices.tables import OutboxMail
from desk.notices.transport import NotSent, Trouble, transport_of
from desk.settings import Settings

log = logging.getLogger(__name__)

TRIED_FOR = timedelta(hours=24)
LONGEST_REST = timedelta(minutes=10)
IDLE = timedelta(seconds=5)

STILL_TRIED = (OutboxMail.sent_at.is_(None), OutboxMail.failed_at.is_(None))
ONE_MORE = {"attempts": OutboxMail.attempts + 1}


class Delivery:
    """Empties the outbox as long as it runs."""

    def __init__(
        self, settings: Settings, clock: Clock, database: Database, chance: Random | None = None
    ) -> None:
        """`written` is set by whoever has committed a mail, and shortens the wait.

        `chance` draws how the pauses differ; without one it is the machine's.
        """
        self._sender = settings.mail_from
        self._send = transport_of(settings)
        self._clock = clock
        self._database = database
        self._chance = chance or SystemRandom()
        self._server_failures = 0
        self._server_failed_at = self._server_rests_until = clock.now()
        self.written = asyncio.Event()

    async def run(self) -> None:
        """Send until cancelled."""
        failures = 0
        while not _is_cancelled():
            try:
                await self.deliver_due()
                failures = 0
            except Exception:
                # Perhaps sent, and not marked as sent: nobody gets such a mail every few seconds.
                failures += 1
                log.exception("the outbox could not be worked through")
            if not _is_cancelled():
                await self._idle(failures)

    async def _idle(self, failures: int) -> None:
        pause = pause_after(failures, self._chance, LONGEST_REST) if failures else IDLE
        with suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await self.written.wait()
        self.written.clear()

    async def deliver_due(self) -> int:
        """Try every mail that is due once, or until none could be sent: how many were sent."""
        async with self._database.reading() as session:
            due = list((await session.execute(self._due(self._clock.now()))).scalars())
        sent = 0
        for mail_id in due:
            if _is_cancelled():
                break
            try:
                failure = await self._deliver(mail_id)
            except SQLAlchemyError:
                raise
            except Exception:
                # A row that cannot be read must not keep those behind it.
                log.exception("mail %s makes no sense", mail_id)
                continue
            if failure is None:
                sent += 1
            elif failure.is_everybodys:
                break
        return sent

    async def _deliver(self, mail_id: str) -> NotSent | None:
        """Try one mail, and keep what became of it: why it was not sent."""
        async with self._database.reading() as session:
            mail = await session.get_one(OutboxMail, mail_id)
        began = self._clock.now()
        failure = await self._try(mail)
        if failure is None:
            await self._sent(mail)
            return None
        log.warning("mail %s was not sent: %s", mail.message_id, failure)
        if failure.is_everybodys:
            await self._leave_server_alone(mail, failure, began)
        else:
            await self._failed(mail, failure)
        return failure

    def _due(self, now: datetime) -> Select[str]:
        due = select(OutboxMail.id).where(*STILL_TRIED, OutboxMail.next_attempt_at <= now)
        if now < self._server_rests_until:
            # Nothing but what somebody has put back since then, and so wants to be tried.
            due = due.where(
                OutboxMail.due_since_at > OutboxMail.created_at,
                OutboxMail.due_since_at >= self._server_failed_at,
            )
        # The least tried first: a mail that brings the server down comes after those it does not.
        return due.order_by(OutboxMail.attempts, OutboxMail.created_at)

    async def _try(self, mail: OutboxMail) -> NotSent | None:
        try:
            await self._send(compose(mail, self._sender))
        except NotSent as failure:
            return failure
        except Exception as error:
            # Whatever is wrong with this mail must not keep those behind it.
            return NotSent(Trouble.UNSENDABLE, error)
        return None

    async def _sent(self, mail: OutboxMail) -> None:
        now = self._clock.now()
        self._server_failures, self._server_rests_until = 0, now
        unsent = update(OutboxMail).where(OutboxMail.id == mail.id, OutboxMail.sent_at.is_(None))
        async with self._database.writing() as session:
            await session.execute(unsent.values(sent_at=now, failed_at=None, **ONE_MORE))

    async def _failed(self, mail: OutboxMail, failure: NotSent) -> None:
        now, last_at = self._clock.now(), mail.due_since_at + TRIED_FOR
        pause = pause_after(mail.attempts + 1, self._chance)
        async with self._database.writing() as session:
            await session.execute(
                _as_tried(mail).values(
                    trouble=failure.trouble.value,
                    last_error=failure.detail,
                    next_attempt_at=min(now + pause, last_at),
                    failed_at=now if failure.is_final or now >= last_at else None,
                    **ONE_MORE,
                )
            )

    async def _leave_server_alone(
        self, mail: OutboxMail, failure: NotSent, began: datetime
    ) -> None:
        """Have all who are due wait for the server, and give up those whose day is over."""
        now = self._clock.now()
        self._server_failures += 1
        self._server_failed_at = began
        pause = pause_after(self._server_failures, self._chance, LONGEST_REST)
        self._server_rests_until = now + pause
        due = update(OutboxMail).where(*STILL_TRIED, OutboxMail.next_attempt_at <= began)
        told = {"trouble": failure.trouble.value, "last_error": failure.detail}
        over = due.where(OutboxMail.due_since_at <= began - TRIED_FOR)
        async with self._database.writing() as session:
            await session.execute(_as_tried(mail).values(**ONE_MORE))
            await session.execute(over.values(failed_at=now, **told))
            await session.execute(due.values(next_attempt_at=self._server_rests_until, **told))


def _is_cancelled() -> bool:
    """Whether this task is to end: `wait_for` of Python 3.11, in the client, can swallow that."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _as_tried(mail: OutboxMail) -> Update:
    """A change to a mail that nobody has sent or put back since it was read."""
    return update(OutboxMail).where(
        OutboxMail.id == mail.id, *STILL_TRIED, OutboxMail.due_since_at == mail.due_since_at
    )
