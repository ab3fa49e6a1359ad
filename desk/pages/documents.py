"""Documents as pictures of their pages, for the verifier who serves or reviews their applicant."""

from typing import Any

from aiohttp import web

from desk.access.children import UnreadableDocument
from desk.access.store import DocumentStore, Stored
from desk.access.tables import Document
from desk.asks import Ask
from desk.keys import DOCUMENTS


async def described(store: DocumentStore, document: Document) -> dict[str, Any]:
    """A document for the call's page: the pictures of its pages, or why there are none."""
    shown: dict[str, Any] = {
        "id": document.id,
        "title": document.title,
        "file_name": document.file_name,
        "problem": None,
        "page_urls": [],
    }
    try:
        pages = await store.page_count(document)
    except UnreadableDocument as unreadable:
        return shown | {"problem": unreadable.reason}
    urls = [f"/documents/{document.id}/pages/{number}" for number in range(1, pages + 1)]
    return shown | {"page_urls": urls}


async def page(ask: Ask[Document]) -> web.StreamResponse:
    """GET /documents/{id}/pages/{number}: one page as a picture, to who verifies its access."""
    return await picture_of(ask.request, ask.thing)


async def picture_of(request: web.Request, document: Stored) -> web.Response:
    """The page that the path names, or 404."""
    number = int(request.match_info["number"])
    picture = await request.app[DOCUMENTS].page_picture(document, number)
    if picture is None:
        raise web.HTTPNotFound
    return web.Response(
        body=picture, content_type="image/webp", headers={"Cache-Control": "no-store"}
    )
