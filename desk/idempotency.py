"""The same request again gets the same answer: `Idempotency-Key`, kept with the act itself."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, bindparam, delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from desk.asks import Done
from desk.problems import Problem, invalid_input
from desk.words import _
from signaling.server import Signaling
from waiting_room.dialects import insert_into
from waiting_room.tables import Base, new_id, table_of

LONGEST_KEY = 100
OWN_KEYS = "desk:"


class GivenAnswer(Base):
    """What a command answered, under the account's own key; `body` is empty until it has."""

    __tablename__ = "given_answer"

    account: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    location: Mapped[str] = mapped_column(String(300))
    given_at: Mapped[datetime]


_TABLE = table_of(GivenAnswer)
_OWN = (_TABLE.c.account == bindparam("own_account"), _TABLE.c.key == bindparam("own_key"))
_KEEPING = (
    update(_TABLE).where(*_OWN).values(body=bindparam("body"), location=bindparam("location"))
)
_FREEING = delete(_TABLE).where(*_OWN)


def key_of_ours() -> str:
    """A key for a request that brought none."""
    return OWN_KEYS + new_id()


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


async def reserve(
    session: AsyncSession, account: str, key: str, asked: str, now: datetime
) -> Done | None:
    """Take the key for this transaction; or the answer that was given under it already.

    Of two at once with the same key the second waits here until the first is done. Raises the
    Problem key_reused when the key stood for another request.
    """
    if len(key) > LONGEST_KEY or not key.isascii():
        raise Problem(
            422,
            "unusable_key",
            _("Kunci tidak dapat dipakai"),
            _("Idempotency-Key paling panjang 100 karakter, dan hanya karakter ASCII."),
        )
    taken = insert_into(session, _TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
    row = {"account": account, "key": key, "request_hash": asked, "location": "", "given_at": now}
    if (await session.execute(taken, row)).first() is not None:
        return None
    given = await session.get_one(GivenAnswer, (account, key))
    if given.request_hash != asked:
        raise Problem(
            422,
            "key_reused",
            _("Kunci sudah dipakai"),
            _("Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai kunci baru."),
        )
    # Whoever was not told then, because the answer to the commit was lost, is told now.
    return Done(given.body or {}, given.location, Signaling.moved)


async def keep_answer(session: AsyncSession, account: str, key: str, done: Done) -> None:
    """Store the answer in the act's own transaction; one that is not kept frees its key again."""
    own = {"own_account": account, "own_key": key}
    if not done.is_kept:
        await session.execute(_FREEING, own)
        return
    await session.execute(_KEEPING, {**own, "body": done.body, "location": done.location})
