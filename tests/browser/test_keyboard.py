"""The whole way by the keyboard alone, by Tab, Enter and Space: to a meeting, and to a verdict."""

import re
from datetime import UTC, datetime

from playwright.async_api import Browser, FilePayload, Page, expect

from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from tests.browser.conftest import PASSWORD, Desk
from tests.browser.keys import choose, has_focus, press, tab_to, types
from tests.browser.test_from_an_empty_account import EMAIL, LINK, mail_about, text_of

NEW_PASSWORD = "kopi pahit di pagi hari"


async def opens(browser: Browser, desk: Desk) -> Page:
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, permissions=["camera", "microphone"]
    )
    page = await context.new_page()
    await page.goto(f"{desk.url}/signin")
    return page


async def signs_in(page: Page, email: str, password: str = PASSWORD) -> Page:
    await types(page, "Email", email)
    await types(page, "Kata sandi", password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/signin" not in url)
    return page


async def test_the_keyboard_alone_is_enough(browser: Browser, demo: Desk) -> None:
    applicant = await signs_in(await opens(browser, demo), "pemohon1@demo.test")
    await press(applicant, "Buka jadwal")
    await applicant.wait_for_url(re.compile("/meetings/"))
    await press(applicant, "Gabung Rapat")
    await applicant.wait_for_url(re.compile("/waiting/"))

    verifier = await signs_in(await opens(browser, demo), "verifikator1@demo.test")
    await press(verifier, "Layani pemohon berikutnya")
    await verifier.wait_for_url(re.compile("/calls/"))
    await applicant.wait_for_url(re.compile("/calls/"))
    await expect(applicant.get_by_role("button", name="Bisukan mikrofon")).to_be_visible()
    await press(applicant, "Bisukan mikrofon", "Space")
    await expect(applicant.get_by_role("button", name="Bunyikan mikrofon")).to_be_visible()
    await tab_to(applicant, "Tulis pesan")
    await applicant.keyboard.type("Selamat pagi")
    await applicant.keyboard.press("Enter")
    await expect(verifier.get_by_text("Selamat pagi")).to_be_visible()

    await press(verifier, "Tolak")
    await tab_to(verifier, "Surat Tugas sudah tidak berlaku")
    await choose(verifier, "Penanda tangan tidak berwenang")
    await tab_to(verifier, "Penjelasan untuk pemohon")
    await verifier.keyboard.type("Mintalah tanda tangan Kepala Dinas.")
    await press(verifier, "Tolak dan kirim email")
    await verifier.wait_for_url(re.compile("/desk$"))
    await applicant.wait_for_url(re.compile("/organisation$"))


async def signs_up(page: Page, desk: Desk) -> None:
    await press(page, "Buat akun")
    await page.wait_for_url(re.compile("/signup$"))
    await has_focus(page, "#name")
    await page.keyboard.type("Siti Aminah")
    await page.keyboard.press("Enter")
    await has_focus(page, ".error-summary")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the first of what is wrong leads to its field
    await has_focus(page, "#agency")
    await page.keyboard.type("Kabupaten Kepulauan Tanimbar")
    answers = {"Email": EMAIL, "Nomor telepon": "0812 3456 7890", "NIK": "3273014107900001"}
    for name, text in answers.items():
        await types(page, name, text)
    await types(page, "Kata sandi", NEW_PASSWORD)
    await press(page, "Buat akun")
    await page.wait_for_url(re.compile("/signup/sent"))
    link = LINK.search(text_of(await mail_about(page, desk, "onfirmasi")))
    assert link
    await page.goto(link[0])
    await press(page, "Konfirmasi alamat email")
    await page.wait_for_url(re.compile("/signin"))
    await signs_in(page, EMAIL, NEW_PASSWORD)


async def fills_in(page: Page) -> None:
    """The form, from its refusal on: fields that search, dates, and the file."""
    # Asked for only at the key itself, the browser may not have heard of it before the key.
    page.on("filechooser", lambda _chooser: None)
    await press(page, "Ajukan Akses")
    await page.wait_for_url(re.compile("check=1"))
    await has_focus(page, "#summary")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await has_focus(page, "#rank")
    await page.keyboard.type("III/d")
    await types(page, "Jenis Instansi", "Kabupaten")
    await types(page, "Nama Instansi", "kepulauan tanim")
    offered = page.locator("#agency-list [role=option]").first
    await expect(offered).to_contain_text("Kepulauan Tanimbar")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#agency")).to_have_value("Kabupaten Kepulauan Tanimbar")
    await types(page, "Satuan Kerja", "Dinas Pekerjaan Umum")
    await expect(page.locator("#unit-list")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#unit-list")).to_be_hidden()
    await has_focus(page, "#unit")
    await types(page, "Alamat Satuan Kerja", "Jalan Contoh 1, Saumlaki")
    await types(page, "NPWP Satuan Kerja", "00.090.010.1-941.000")
    today = datetime.now(UTC).date()
    await types(page, "Mulai", f"0101{today.year}")
    await types(page, "Sampai", f"1231{today.year + 1}")
    await tab_to(page, "Surat Keterangan Kerja/Surat Tugas")
    async with page.expect_file_chooser() as opened:
        await page.keyboard.press("Enter")
    letter = surat_tugas(letter_facts(APPLICANTS[0], today))
    file = FilePayload(name="surat.pdf", mimeType="application/pdf", buffer=letter)
    await (await opened.value).set_files(file)
    await expect(page.get_by_text("Terunggah,").first).to_be_visible()
    await has_focus(page, "[type=file]")


async def moves(page: Page) -> None:
    """To another day and time."""
    await press(page, "Cari Jadwal Lain")
    await page.wait_for_url(re.compile("/times"))
    await press(page, "kosong")
    await page.wait_for_url(re.compile("day="))
    await page.keyboard.press("Tab")  # goes on where the day has led
    await has_focus(page, "[name=starts_at]")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("[name=starts_at]:checked")).to_have_count(1)
    await press(page, "Pindahkan jadwal")
    await page.wait_for_url(re.compile("/meetings/[^/]+$"))


async def test_from_the_sign_up_to_another_time(browser: Browser, demo: Desk) -> None:
    page = await opens(browser, demo)
    await signs_up(page, demo)
    await press(page, "Hubungkan atau Buat Akses")
    await page.wait_for_url(re.compile("/access/new"))
    await types(page, "Role", "Pejabat Pembuat")
    await press(page, "Hubungkan Akses")
    await page.wait_for_url(re.compile("/access/drafts/"))
    await fills_in(page)
    await press(page, "Hapus draf")
    await has_focus(page, "dialog[open] [autofocus]")
    await page.keyboard.press("Escape")
    await has_focus(page, ".discard button")
    await press(page, "Ajukan Akses")
    await page.wait_for_url(re.compile("/review$"))
    await press(page, "Saya menyatakan", "Space")
    await press(page, "Kirim")
    await page.wait_for_url(re.compile("/meetings/[^/]+$"))
    await moves(page)
