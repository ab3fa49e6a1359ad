"""The bad day in real browsers: a server killed, pages closed, sides that are gone, second tabs."""

import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from tests.browser.conftest import Desk, Person, running, sign_in
from tests.browser.test_path import both_see_each_other, joins, says, takes_next
from tests.sink import Sink

# Longer than the desk's own beat of five seconds, by which a side that is there renews its lease.
GRACE_S = 10
HIDDEN = "Object.defineProperty(document, 'hidden', { get: () => true })"


@pytest.fixture(scope="module")
def strict(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that waits for nobody for long."""
    folder = tmp_path_factory.mktemp("strict")
    times = {"DESK_CALL_GRACE_S": str(GRACE_S), "DESK_ARRIVAL_S": "1", "DESK_WRAP_UP_S": "1"}
    with running(folder, sink, **times) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="session")
async def pair(browser: Browser, strict: Desk) -> AsyncIterator[tuple[Person, Person]]:
    """An applicant and a verifier who see each other; the call is over afterwards."""
    applicant, verifier = await meet(browser, strict)
    yield applicant, verifier
    await leaves(applicant)


async def meet(browser: Browser, desk: Desk) -> tuple[Person, Person]:
    """An applicant and a verifier who see each other."""
    applicant = await sign_in(browser, desk, "pemohon1@demo.test")
    verifier = await sign_in(browser, desk, "verifikator1@demo.test")
    await joins(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    return applicant, verifier


async def leaves(person: Person) -> None:
    """Out of the call or the line, so that the next test begins with an empty one."""
    where = "antrean" if "/waiting/" in person.page.url else "panggilan"
    button = person.page.get_by_role("button", name=f"Keluar dari {where}")
    if await button.count():
        await button.click()
        await person.page.get_by_role("button", name="Ya, keluar").click()
        await person.page.wait_for_url(re.compile("/meetings/"))


async def test_after_a_kill_the_place_and_the_call_are_back(browser: Browser, demo: Desk) -> None:
    caller = await sign_in(browser, demo, "pemohon1@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await joins(caller)
    await takes_next(verifier, caller)
    await both_see_each_other(caller, verifier)
    waiting = await sign_in(browser, demo, "pemohon2@demo.test")
    await joins(waiting)
    await expect(waiting.page.locator("[data-place]")).to_have_text("1")
    ticket, call = waiting.page.url, caller.page.url

    demo.stop(signal.SIGKILL)
    note = waiting.page.locator("[data-lost]")
    await expect(note).to_contain_text("Tempat Anda tetap disimpan selama 10 menit.")
    await expect(note).to_be_visible()
    for side in (caller, verifier):
        await expect(side.page.get_by_text("Gambar tetap berjalan.")).to_be_visible()
    await both_see_each_other(caller, verifier)

    demo.start()
    await expect(waiting.page.get_by_text("Tempat Anda aman.")).to_be_visible()
    await expect(waiting.page.locator("[data-place]")).to_have_text("1")
    for side in (caller, verifier):
        await expect(side.page.locator("[data-call-note]")).to_be_hidden()
    assert (waiting.page.url, caller.page.url, verifier.page.url) == (ticket, call, call)
    await says(verifier.page, "Kita lanjutkan")
    await expect(caller.page.locator("[data-chat-log]")).to_contain_text("Kita lanjutkan")


async def test_a_restart_is_announced_and_passes_by_itself(browser: Browser, demo: Desk) -> None:
    person = await sign_in(browser, demo, "pemohon3@demo.test")
    verifier = await sign_in(browser, demo, "verifikator3@demo.test")
    await joins(person)
    await expect(person.page.get_by_text("Terhubung")).to_be_visible()
    place = await person.page.locator("[data-place]").inner_text()
    demo.stop()
    await expect(person.page.get_by_text("Meja verifikasi sedang dimulai ulang.")).to_be_visible()
    await expect(verifier.page.get_by_text("Meja dimulai ulang").first).to_be_visible()
    demo.start()
    await expect(person.page.get_by_text("Tempat Anda aman.")).to_be_visible()
    await expect(person.page.locator("[data-place]")).to_have_text(place)
    await expect(verifier.page.get_by_text("Data terhubung")).to_be_visible()


async def test_a_second_tab_has_the_same_place_and_steps_back(
    browser: Browser, strict: Desk
) -> None:
    first = await sign_in(browser, strict, "pemohon2@demo.test")
    await joins(first)
    second = await first.context.new_page()
    await second.add_init_script(HIDDEN)
    await second.goto(f"{strict.url}/")
    await second.locator('a[href^="/waiting/"]').first.click()
    await expect(second.locator("[data-place]")).to_have_text("1")
    assert second.url == first.page.url

    verifier = await sign_in(browser, strict, "verifikator2@demo.test")
    await takes_next(verifier, first)
    await expect(second.get_by_text("Panggilan sudah dibuka di tab lain.")).to_be_visible()
    await first.sees_the_other()
    await leaves(first)
    assert first.faults == []


async def test_a_verifier_gone_gives_the_place_back(
    pair: tuple[Person, Person], strict: Desk
) -> None:
    applicant, verifier = pair
    await verifier.page.close()
    page = applicant.page
    note = page.locator("[data-call-note]")
    await expect(note).to_contain_text("Anda tetap pada urutan depan")
    await expect(page.locator("[data-said]")).to_contain_text("Jika verifikator tidak tersambung")
    await expect(page.locator("[data-countdown]")).to_contain_text("kembali ke ruang tunggu")
    await page.wait_for_url(re.compile("/waiting/"))
    await expect(page.locator("[data-place]")).to_have_text("1")
    await expect(page.locator("[data-after-call]")).to_contain_text("Koneksi verifikator terputus.")
    assert applicant.faults == []


async def test_an_end_that_comes_while_one_leaves_leads_on(pair: tuple[Person, Person]) -> None:
    applicant, verifier = pair

    async def ended_meanwhile(route: Route) -> None:
        await verifier.page.get_by_role("button", name="Akhiri panggilan").click()
        await verifier.page.get_by_role("button", name="Akhiri", exact=True).click()
        await verifier.page.wait_for_url(re.compile("/desk$"))
        await route.continue_()

    await applicant.page.route(re.compile("/leave$"), ended_meanwhile, times=1)
    await applicant.page.get_by_role("button", name="Keluar dari panggilan").click()
    await applicant.page.get_by_role("button", name="Ya, keluar").click()
    await applicant.page.wait_for_url(re.compile("/waiting/"))
    await expect(applicant.page.locator("[data-after-call]")).to_be_visible()


# Counts `[data-away-then]` down from the long grace of a desk of its own: no number is awaited in
# time, only that it grows by waiting on, and not by loading the page anew.
async def test_an_applicant_gone_can_be_waited_for_and_put_back(
    browser: Browser, sink: Sink, tmp_path: Path
) -> None:
    with running(tmp_path, sink, DESK_CALL_GRACE_S="90", DESK_WRAP_UP_S="1") as patient:
        applicant, verifier = await meet(browser, patient)
        await waits_on_and_puts_back(applicant, verifier)


async def left_s(page: Page) -> int:
    """The seconds that the verifier's page counts down."""
    words = page.locator("[data-away-then]")
    await expect(words).to_contain_text(re.compile(r"\d\.\d\d"))
    minutes, seconds = re.findall(r"(\d)\.(\d\d)", await words.inner_text())[0]
    return 60 * int(minutes) + int(seconds)


async def becomes(page: Page, holds: Callable[[int], bool]) -> int:
    """Wait until the count fulfils the condition: the count."""
    for _try in range(400):
        if holds(left := await left_s(page)):
            return left
        await page.wait_for_timeout(50)
    raise AssertionError(f"{left} s are left")


async def waits_on_and_puts_back(applicant: Person, verifier: Person) -> None:
    call = applicant.page.url
    await applicant.page.goto("about:blank")
    page = verifier.page
    await expect(page.get_by_text("Koneksi pemohon terputus.")).to_be_visible()
    first = await left_s(page)
    before = await becomes(page, lambda left: left < first - 2)
    await page.reload()
    assert await left_s(page) < first
    await page.get_by_role("button", name="Tunggu lagi").click()
    await becomes(page, lambda left: left > before)
    await page.get_by_role("button", name="Tidak hadir").click()
    await expect(page.get_by_label("Pemohon tidak hadir")).to_be_checked()
    await page.get_by_role("dialog").get_by_role("button", name="Batal").click()
    await page.get_by_role("button", name="Kembalikan ke antrean").click()
    await page.wait_for_url(re.compile("/desk$"))
    await applicant.page.goto(call)
    await applicant.page.wait_for_url(re.compile("/waiting/"))
    await expect(applicant.page.locator("[data-place]")).to_have_text("1")
    await expect(applicant.page.locator("[data-after-call]")).to_be_visible()
    assert verifier.faults == []


async def test_a_verdict_too_late_is_refused_with_its_reason(pair: tuple[Person, Person]) -> None:
    applicant, verifier = pair
    page = verifier.page
    cut = await wired_to_cut(verifier)
    await page.reload()
    await both_see_each_other(applicant, verifier)
    await page.get_by_role("button", name="Tolak", exact=True).click()
    await page.get_by_label("Penanda tangan tidak berwenang").check()
    await page.get_by_label("Penjelasan untuk pemohon").fill("Mintalah tanda tangan Kepala Dinas.")
    await cut()
    await applicant.page.wait_for_url(re.compile("/waiting/"))
    await page.get_by_role("button", name="Tolak dan kirim email").click()
    dialog = page.get_by_role("dialog", name="Tidak dapat disimpan")
    await expect(dialog).to_contain_text("Koneksi Anda terputus terlalu lama.")
    await dialog.get_by_role("link", name="Kembali ke meja").click()
    await page.wait_for_url(re.compile("/desk$"))


async def wired_to_cut(person: Person) -> Callable[[], Awaitable[None]]:
    """The wire can be cut: then no socket and no question gets through, only deeds."""
    sockets: list[WebSocketRoute] = []

    def wire(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    async def cut() -> None:
        lost = re.compile(r"/socket\.io/|/calls/[^/]+$")
        await person.context.route(lost, lambda route: route.abort())
        await person.page.route_web_socket(re.compile("socket"), lambda socket: socket.close())
        for socket in sockets:
            await socket.close()

    await person.page.route_web_socket(re.compile("socket"), wire)
    return cut


async def test_two_enters_send_once_and_who_leaves_is_gone_with_a_word(
    pair: tuple[Person, Person],
) -> None:
    applicant, verifier = pair
    field = verifier.page.get_by_role("textbox", name="Tulis pesan")
    await field.fill("Selamat pagi")
    await field.evaluate("field => { for (const _ of [1, 2]) field.form.requestSubmit(); }")
    await expect(field).to_have_value("")
    await says(verifier.page, "Mari mulai")
    rows = applicant.page.locator("[data-chat-log] [data-text]")
    await expect(rows).to_have_text(["Selamat pagi", "Mari mulai"])
    # Said while the page comes back: it stands once, and after what was said before.
    await applicant.page.reload(wait_until="commit")
    await says(verifier.page, "Tahan sebentar")
    await expect(rows).to_have_text(["Selamat pagi", "Mari mulai", "Tahan sebentar"])

    await leaves(applicant)
    dialog = verifier.page.get_by_role("dialog", name="Pemohon keluar")
    await dialog.get_by_role("link", name="Kembali ke meja").click()
    await verifier.page.wait_for_url(re.compile("/desk$"))
    assert applicant.faults == verifier.faults == []
