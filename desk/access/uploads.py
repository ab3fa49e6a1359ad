"""What an applicant has uploaded and not sent yet, and how it becomes part of an application."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.tables import Access, Document, Upload
from desk.access.upload_problems import refused
from desk.accounts.tables import Account
from desk.audit import Did
from desk.authority import Found, Parties
from desk.problems import not_found
from desk.recording.tables import Snapshot
from desk.words import _

KEPT_UNSENT = timedelta(days=7)
LONGEST_NAME = 120
# Control, format (among them what turns the direction), surrogates, ends of lines.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# What a document takes over from its upload.
OF_A_DOCUMENT = ("title", "file_name", "stored_as", "media_type", "size_bytes", "sha256")


def shown_name(file_name: str) -> str:
    """A file's name as it may be shown: without folders, and without what cannot be seen."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    seen = (c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in HIDDEN)
    name = " ".join("".join(seen).split()).strip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending if stem and len(ending) <= len("jpeg") else ""
        name = name[: LONGEST_NAME - len(ending) - 1] + "…" + ending
    return name or _("dokumen")


async def find_upload(session: AsyncSession, upload: str) -> Found[Upload]:
    """An upload that was not sent yet. Raises the Problem not_found."""
    found = await session.get(Upload, upload)
    if found is None or found.access is not None:
        raise not_found()
    return Found(found, Parties(found.account))


async def unsent(session: AsyncSession, account: str) -> list[Upload]:
    """What this account has uploaded and not sent, the oldest first."""
    own = select(Upload).where(Upload.account == account, Upload.access.is_(None))
    return list((await session.execute(own.order_by(Upload.created_at, Upload.id))).scalars())


async def demand_room(session: AsyncSession, account: str, most: int) -> None:
    """Raises the Problem too_many_files where there are so many unsent ones already."""
    own = select(func.count()).where(Upload.account == account, Upload.access.is_(None))
    if (await session.execute(own)).scalar_one() >= most:
        raise refused("too_many_files", files=most)


async def add(session: AsyncSession, row: dict[str, Any], most: int) -> None:
    """Add an upload, once however often it is tried. Raises the Problem too_many_files."""
    # Several at once would all find room for one more.
    own = select(Account.id).where(Account.id == row["account"])
    await session.execute(own.with_for_update(key_share=True))
    if await session.get(Upload, row["id"]) is not None:
        return
    await demand_room(session, row["account"], most)
    await session.execute(insert(Upload), row)
    detail = {name: row[name] for name in ("media_type", "size_bytes", "sha256")}
    at = row["created_at"]
    await audit.record(session, row["account"], Did.UPLOADED, row["id"], at, **detail)


async def remove(session: AsyncSession, upload: Upload, now: datetime) -> None:
    """Forget an unsent upload; its file is the caller's. Raises the Problem not_found."""
    unsent_one = delete(Upload).where(Upload.id == upload.id, Upload.access.is_(None))
    if (await session.execute(unsent_one.returning(Upload.id))).first() is None:
        raise not_found()
    await audit.record(session, upload.account, Did.UPLOAD_REMOVED, upload.id, now)


async def remove_all(
    session: AsyncSession, account: str, title: str, now: datetime
) -> Sequence[str]:
    """Forget somebody's unsent uploads of this title: the names of ours of their files."""
    mine = (Upload.account == account, Upload.title == title, Upload.access.is_(None))
    removing = delete(Upload).where(*mine).returning(Upload.id, Upload.stored_as)
    gone = (await session.execute(removing)).all()
    for upload, _stored_as in gone:
        await audit.record(session, account, Did.UPLOAD_REMOVED, upload, now)
    return [stored_as for _upload, stored_as in gone]


async def attach(
    session: AsyncSession, uploads: Sequence[str], access: Access, now: datetime
) -> list[Document]:
    """Make documents of an access out of these ids of its applicant's unsent uploads.

    Raises the Problem upload_gone for one that is not theirs, or that was sent already.
    """
    documents = []
    for upload in uploads:
        mine = (Upload.account == access.applicant, Upload.access.is_(None))
        sending = update(Upload).where(Upload.id == upload, *mine).values(access=access.id)
        returning = sending.returning(*(getattr(Upload, name) for name in OF_A_DOCUMENT))
        sent = (await session.execute(returning)).one_or_none()
        if sent is None:
            raise refused("upload_gone")
        documents.append(Document(access=access.id, **sent._mapping))
        applicant = access.applicant
        await audit.record(session, applicant, Did.UPLOAD_SENT, upload, now, access=access.id)
    session.add_all(documents)
    return documents


async def forget_unsent(session: AsyncSession, now: datetime) -> None:
    """Forget what was not sent for a week."""
    old = delete(Upload).where(Upload.access.is_(None), Upload.created_at < now - KEPT_UNSENT)
    for upload in (await session.execute(old.returning(Upload.id))).scalars().all():
        await audit.record(session, audit.SYSTEM, Did.UPLOAD_FORGOTTEN, upload, now)


async def names_in_use(session: AsyncSession) -> set[str]:
    """Every name of ours under which a document, an upload or a snapshot lies."""
    rows = (select(one.stored_as) for one in (Document, Upload, Snapshot))
    return set((await session.execute(union(*rows))).scalars())
