"""The same request again gets the same answer: `Idempotency-Key`, kept with the act itself."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from desk.asks import Done
from desk.problems import Problem, invalid_input
from desk.words import _
from waiting_room.tables import Base

LONGEST_KEY = 100


class GivenAnswer(Base):
    """What a command answered, under the account's own key."""

    __tablename__ = "given_answer"

    account: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    location: Mapped[str] = mapped_column(String(300))
    given_at: Mapped[datetime]


def request_hash(path: str, sent: Mapping[str, Any]) -> str:
    """Tells one request from another: the path and the body without its CSRF token.

    Raises the Problem invalid_input for a body nested deeper than can be written again.
    """
    body = {name: value for name, value in sent.items() if name != "csrf_token"}
    try:
        written = json.dumps([path, body], sort_keys=True)
    except RecursionError:
        raise invalid_input() from None
    return hashlib.sha256(written.encode()).hexdigest()


async def answer_given(session: AsyncSession, account: str, key: str, asked: str) -> Done | None:
    """The stored answer. Raises the Problem key_reused when the key stood for another request."""
    if len(key) > LONGEST_KEY or not key.isascii():
        raise Problem(
            422,
            "unusable_key",
            _("Kunci tidak dapat dipakai"),
            _("Idempotency-Key paling panjang 100 karakter, dan hanya karakter ASCII."),
        )
    given = await session.get(GivenAnswer, (account, key))
    if given is None:
        return None
    if given.request_hash != asked:
        raise Problem(
            422,
            "key_reused",
            _("Kunci sudah dipakai"),
            _("Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai kunci baru."),
        )
    return Done(given.body, given.location)


def keep_answer(
    session: AsyncSession, account: str, key: str, asked: str, done: Done, now: datetime
) -> None:
    """Store the answer in the act's own transaction."""
    session.add(
        GivenAnswer(
            account=account,
            key=key,
            request_hash=asked,
            body=done.body,
            location=done.location,
            given_at=now,
        )
    )
