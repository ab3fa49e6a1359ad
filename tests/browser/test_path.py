"""The main job in real browsers, by the labels people see: from "Gabung Rapat" to the mail."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Desk, Person, running, sign_in
from tests.sink import Sink

STAND = "fetch(location, {headers: {Accept: 'application/json'}}).then((answer) => answer.json())"


@pytest.fixture(scope="module")
def demo(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Whoever applies again can join at once: at night the first free time is days away."""
    with running(tmp_path_factory.mktemp("desk"), sink, DESK_JOIN_BEFORE_MINUTES="20160") as desk:
        yield desk


async def joins(person: Person) -> None:
    """From the dashboard into the waiting room."""
    page = person.page
    await page.locator('a[href^="/meetings/"]').first.click()
    await page.get_by_role("button", name="Gabung Rapat").click()
    await page.wait_for_url(re.compile("/waiting/"))
    await expect(page.get_by_role("heading", name="Ruang Tunggu")).to_be_visible()


async def takes_next(verifier: Person, applicant: Person) -> None:
    """One click, and both are in the call: the applicant's page by itself."""
    await verifier.page.goto(re.sub(r"(//[^/]+).*", r"\1/desk", verifier.page.url))
    await verifier.page.get_by_role("button", name="Layani pemohon berikutnya").click()
    await verifier.page.wait_for_url(re.compile("/calls/"))
    await applicant.page.wait_for_url(re.compile("/calls/"))


async def both_see_each_other(one: Person, other: Person) -> None:
    for person in (one, other):
        await person.sees_the_other()


async def passes_steps(page: Page, steps: int | None = None) -> None:
    """Mark the first `steps` of the checklist as passed, or all of them."""
    counter = page.locator("[data-checklist-count]")
    await expect(counter).not_to_be_empty()
    every = int((await counter.inner_text()).split()[-1])
    for done in range(steps or every):
        await expect(counter).to_have_text(f"{done} dari {every}")
        await page.get_by_role("button", name="Sesuai", exact=True).click()
    await expect(counter).to_have_text(f"{steps or every} dari {every}")


async def test_from_the_line_to_an_approval(browser: Browser, demo: Desk) -> None:
    applicant = await sign_in(browser, demo, "pemohon1@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    await joins(applicant)
    await expect(applicant.page.locator("[data-place]")).to_have_text("1")
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)

    approve = verifier.page.get_by_role("button", name="Setujui", exact=True)
    await expect(approve).to_have_attribute("aria-disabled", "true")
    await passes_steps(verifier.page)
    await approve.click()
    await verifier.page.get_by_role("button", name="Setujui dan kirim email").click()
    await verifier.page.wait_for_url(re.compile("/desk$"))
    await applicant.page.wait_for_url(re.compile(r":\d+/$"))
    await expect(applicant.page.get_by_text("Disetujui").first).to_be_visible()
    await expect_one_mail(applicant.page, demo, "pemohon1@demo.test", "Akses Anda telah disetujui")
    assert applicant.faults == []
    assert verifier.faults == []


async def expect_one_mail(page: Page, demo: Desk, address: str, subject: str) -> None:
    for _try in range(100):
        mails = [mail for mail in demo.mails.to(address) if str(mail["Subject"]) == subject]
        if mails:
            break
        await page.wait_for_timeout(50)
    assert len(mails) == 1
    assert {part.get_content_type() for part in mails[0].iter_parts()} == {
        "text/plain",
        "text/html",
    }
    assert str(mails[0]["Message-ID"]).startswith("<verdict.")


async def test_from_the_line_to_a_rejection_and_back_into_the_line(
    browser: Browser, demo: Desk
) -> None:
    applicant = await sign_in(browser, demo, "pemohon2@demo.test")
    verifier = await sign_in(browser, demo, "verifikator2@demo.test")
    await joins(applicant)
    # On a screen that cannot show the call nobody is taken into it.
    await verifier.page.set_viewport_size({"width": 900, "height": 800})
    await verifier.page.reload()
    await verifier.page.get_by_role("button", name="Layani pemohon berikutnya").click()
    await expect(verifier.page.get_by_text("Gunakan layar lebih lebar.")).to_be_visible()
    await verifier.page.set_viewport_size({"width": 1280, "height": 800})
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)

    page = verifier.page
    await page.get_by_role("button", name="Tolak", exact=True).click()
    await page.get_by_label("Penanda tangan tidak berwenang").check()
    await page.get_by_label("Penjelasan untuk pemohon").fill("Mintalah tanda tangan Kepala Dinas.")
    preview = page.frame_locator("dialog[open] iframe")
    await expect(preview.get_by_text("Mintalah tanda tangan Kepala Dinas.")).to_be_visible()
    await page.get_by_role("button", name="Tolak dan kirim email").click()
    await page.wait_for_url(re.compile("/desk$"))

    await applicant.page.wait_for_url(re.compile("/organisation$"))
    heading = "Pengaturan Informasi Instansi/Perusahaan"
    await expect(applicant.page.get_by_role("heading", name=heading)).to_be_visible()
    await expect(applicant.page.get_by_text("Rejected").first).to_be_visible()
    await expect(applicant.page.get_by_text("Mintalah tanda tangan Kepala Dinas.")).to_be_visible()
    subject = "Akses Anda ditolak: tindak lanjut yang diperlukan"
    await expect_one_mail(applicant.page, demo, "pemohon2@demo.test", subject)
    sent = demo.mails.to("pemohon2@demo.test")
    [text] = [mail.get_body(("plain",)) for mail in sent if mail["Subject"] == subject]
    assert text is not None
    assert "Mintalah tanda tangan Kepala Dinas." in text.get_content()
    assert "DOC_SIGNER_UNAUTHORISED" not in text.get_content()

    await applicant.page.get_by_role("button", name="Ajukan kembali").click()
    await applicant.page.wait_for_url(re.compile("/access/drafts/"))
    # An invented city: its agency is in no list, and is asked anew.
    await applicant.page.get_by_label("Jenis Instansi").select_option(label="Kota")
    await applicant.page.get_by_label("Nama Instansi").fill("Kota Padang")
    await applicant.page.get_by_label("Alamat Satuan Kerja").fill("Jalan Contoh 1")
    await applicant.page.get_by_role("button", name="Ajukan Akses").click()
    await applicant.page.get_by_role("checkbox").check()
    await applicant.page.get_by_role("button", name="Kirim").click()
    await applicant.page.wait_for_url(re.compile("/meetings/"))
    await applicant.page.get_by_role("button", name="Gabung Rapat").click()
    await expect(applicant.page.locator("[data-place]")).to_have_text("1")
    await applicant.page.get_by_role("button", name="Keluar dari antrean").click()
    await applicant.page.get_by_role("dialog").get_by_role("button", name="Keluar").click()
    await applicant.page.wait_for_url(re.compile("/meetings/"))
    assert applicant.faults == []
    assert verifier.faults == []


async def test_a_reload_of_either_side_comes_back_into_the_call(
    browser: Browser, demo: Desk
) -> None:
    applicant = await sign_in(browser, demo, "pemohon3@demo.test")
    verifier = await sign_in(browser, demo, "verifikator3@demo.test")
    await joins(applicant)
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    await verifier.page.get_by_label("Catatan").fill("Nomor surat dibaca lancar.")
    await expect(verifier.page.get_by_text("Tersimpan")).to_be_visible()
    await says(verifier.page, "Selamat pagi")
    await expect(applicant.page.get_by_text("Selamat pagi")).to_be_visible()

    for reloaded in (applicant, verifier):
        await reloaded.page.reload()
        await both_see_each_other(applicant, verifier)
    await expect(verifier.page.get_by_label("Catatan")).to_have_value("Nomor surat dibaca lancar.")
    await expect(applicant.page.get_by_text("Selamat pagi")).to_be_attached()

    page = applicant.page
    await page.get_by_role("button", name="Bisukan mikrofon").click()
    await expect(page.get_by_role("button", name="Bunyikan mikrofon")).to_be_visible()
    await page.get_by_role("button", name="Matikan kamera").click()
    await expect(page.get_by_role("button", name="Nyalakan kamera")).to_be_visible()
    sending = "() => window.peers.at(-1).getSenders().map((one) => one.track?.enabled)"
    assert await page.evaluate(sending) == [False, False]

    await verifier.page.get_by_role("button", name="Akhiri panggilan").click()
    dialog = verifier.page.get_by_role("dialog")
    await dialog.get_by_label("Kembalikan ke antrean").check()
    await dialog.get_by_role("button", name="Akhiri").click()
    await page.wait_for_url(re.compile("/waiting/"))
    await expect(page.locator("[data-place]")).to_have_text("1")
    assert applicant.faults == []
    assert verifier.faults == []


async def says(page: Page, text: str) -> None:
    """Send a chat message."""
    await page.get_by_role("textbox", name="Tulis pesan").fill(text)
    await page.keyboard.press("Enter")


async def test_the_line_moves_up_and_the_board_counts(browser: Browser, demo: Desk) -> None:
    board = await sign_in(
        browser, demo, "pengawas@demo.test", viewport={"width": 1920, "height": 1080}
    )
    await expect(board.page.get_by_role("heading", name="Dasbor Pengawas")).to_be_visible()
    first = await sign_in(browser, demo, "pemohon7@demo.test")
    second = await sign_in(browser, demo, "pemohon8@demo.test")
    await joins(first)
    await joins(second)
    waiting, place = board.page.locator("[data-waiting]"), second.page.locator("[data-place]")
    # Whoever stayed behind from other tests waits as well, or is passed over.
    stand = await second.page.evaluate(STAND)
    assert stand["position"] > 1
    await expect(waiting).to_have_text(str(stand["waiting"]))
    verifier = await sign_in(browser, demo, "verifikator4@demo.test")
    await verifier.page.get_by_role("button", name="Layani pemohon berikutnya").click()
    await verifier.page.wait_for_url(re.compile("/calls/"))
    await expect(place).to_have_text(str(stand["position"] - 1))
    await expect(waiting).to_have_text(str(stand["waiting"] - 1))
    assert second.faults == []
    assert board.faults == []


async def test_signing_out_in_one_tab_ends_the_wait_in_the_other(
    browser: Browser, demo: Desk
) -> None:
    person = await sign_in(browser, demo, "pemohon6@demo.test")
    await joins(person)
    other = await person.context.new_page()
    await other.goto(f"{demo.url}/")
    await other.get_by_role("button", name="Keluar", exact=True).click()
    await other.wait_for_url(re.compile("/signin"))
    await person.page.wait_for_url(re.compile("/signin"))
