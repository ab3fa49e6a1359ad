"""Documents as pictures: for the verifier who serves, while the call is open, and nobody else."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from datetime import date

from desk.access.store import CHILDREN_AT_ONCE
from desk.access.tables import Document
from desk.database import POSTGRESQL_CONNECTIONS
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from desk.keys import DOCUMENTS
from tests.scenes import InCall, enter, fetch, in_call, joined, on_duty, take
from tests.support import RunningDesk

READERS = POSTGRESQL_CONNECTIONS  # the most, on either database
LETTER = surat_tugas(letter_facts(APPLICANTS[0], date(2026, 11, 24)))


async def with_document(desk: RunningDesk, content: bytes = LETTER) -> tuple[InCall, Document]:
    account, verifier = await on_duty(desk)
    waits = await joined(desk)
    document = await desk.people.document(waits.who.access, content, desk.settings)
    return await take(waits, account, verifier), document


async def test_the_serving_verifier_sees_each_page(desk: RunningDesk) -> None:
    scene, document = await with_document(desk)
    [shown] = (await scene.verifier.read(scene.page))[1]["documents"]
    assert shown["page_urls"] == [f"/documents/{document.id}/pages/{n}" for n in (1, 2)]
    assert shown["problem"] is None
    for url in shown["page_urls"]:
        async with scene.verifier.http.get(scene.verifier.base + url) as answer:
            assert (answer.status, answer.content_type) == (200, "image/webp")
            assert answer.headers["Cache-Control"] == "no-store"
            picture = await answer.read()
            assert (picture[:4], picture[8:12]) == (b"RIFF", b"WEBP")
    page = (await scene.verifier.open(scene.page))[1]
    assert shown["page_urls"][0] in page


async def test_nobody_else_sees_any(desk: RunningDesk) -> None:
    scene, _document = await with_document(desk)
    [shown] = (await scene.verifier.read(scene.page))[1]["documents"]
    other = await in_call(desk)
    nobody = desk.visitor()
    for visitor, status in (
        (scene.applicant, 403),
        (other.verifier, 404),
        (other.applicant, 403),
        (nobody, 401),
    ):
        for url in shown["page_urls"]:
            found = await fetch(visitor, url, "application/json")
            assert (found[0], b"WEBP" in found[1]) == (status, False)


async def test_not_after_the_call_and_not_in_a_call_before(desk: RunningDesk) -> None:
    scene, document = await with_document(desk)
    url = f"/documents/{document.id}/pages/1"
    await scene.verifier.read(scene.page)
    assert (await fetch(scene.verifier, url))[0] == 200
    await scene.verifier.act(f"{scene.page}/end", {"outcome": "returned"})
    assert (await fetch(scene.verifier, url))[0] == 404
    _account, colleague = await on_duty(desk)
    await colleague.act("/desk/take")
    assert (await fetch(colleague, url))[0] == 200
    assert (await fetch(scene.verifier, url))[0] == 404


async def test_pages_that_are_not_there_are_not_found(desk: RunningDesk) -> None:
    scene, document = await with_document(desk)
    await scene.verifier.read(scene.page)
    start = f"/documents/{document.id}/pages/"
    for number in ("0", "3", "99", "100", "-1", "1.webp", "..%2fpages.json", "a", "٣"):
        assert (await fetch(scene.verifier, start + number))[0] == 404, number
    assert (await fetch(scene.verifier, f"/documents/{'A' * 22}/pages/1"))[0] == 404


async def test_a_damaged_document_is_said_so_and_the_page_opens(desk: RunningDesk) -> None:
    scene, document = await with_document(desk, b"%PDF-1.7 that is all")
    [shown] = (await scene.verifier.read(scene.page))[1]["documents"]
    assert (shown["problem"], shown["page_urls"]) == ("damaged", [])
    status, page = await scene.verifier.open(scene.page)
    assert status == 200
    assert "Setujui" in page
    assert (await fetch(scene.verifier, f"/documents/{document.id}/pages/1"))[0] == 404


async def test_a_document_whose_file_is_gone_does_not_close_the_desk(desk: RunningDesk) -> None:
    scene, _document = await with_document(desk)
    later = await enter(desk, scene.verifier_account)
    for path in (desk.settings.data_dir / "documents").iterdir():
        path.unlink()
    shutil.rmtree(desk.settings.data_dir / "pages", ignore_errors=True)
    [shown] = (await later.read(scene.page))[1]["documents"]
    assert (shown["problem"], shown["page_urls"]) == ("failed", [])
    assert (await later.open(scene.page))[0] == 200


async def test_while_documents_are_drawn_everybody_else_goes_on(desk: RunningDesk) -> None:
    """More pages that wait for a drawing than there are connections to read with."""
    scene, _document = await with_document(desk)
    _account, verifier = await on_duty(desk)
    async with (
        AsyncExitStack() as busy,
        asyncio.timeout(20),
    ):
        for _child in range(CHILDREN_AT_ONCE):  # as if each were busy with a hostile file
            await busy.enter_async_context(desk.app[DOCUMENTS].children)
        pages = [asyncio.create_task(scene.verifier.read(scene.page)) for _page in range(READERS)]
        for _time in range(READERS + 1):
            assert (await verifier.read("/desk"))[0] == 200
        await busy.aclose()
        for status, body in await asyncio.gather(*pages):
            assert (status, len(body["documents"][0]["page_urls"])) == (200, 2)
