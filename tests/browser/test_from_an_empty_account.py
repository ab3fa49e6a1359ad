"""From an empty account to an approval, by the labels of the users' guide."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from playwright.async_api import Browser, FilePayload, Page, expect

from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from tests.browser.conftest import Desk, Person, running, sign_in
from tests.browser.looks import DESKTOP, PHONE, SMALLEST, Look
from tests.browser.test_path import both_see_each_other, passes_steps, takes_next
from tests.sink import Sink

EMAIL = "siti.aminah@contoh.test"
PASSWORD = "kopi pahit di pagi hari"
MONTH_MINUTES = 30 * 24 * 60
LINK = re.compile(r"https?://\S+/confirm/\S+")


@pytest.fixture(scope="module")
def early(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which one may join at any hour, however far the meeting is."""
    folder = tmp_path_factory.mktemp("early")
    with running(folder, sink, DESK_JOIN_BEFORE_MINUTES=str(MONTH_MINUTES)) as desk:
        yield desk


async def mail_about(page: Page, desk: Desk, subject: str) -> EmailMessage:
    """The one mail with this in its subject."""
    for _try in range(200):
        found = [mail for mail in desk.mails.to(EMAIL) if subject in str(mail["Subject"])]
        if found:
            assert len(found) == 1
            return found[0]
        await page.wait_for_timeout(50)
    raise AssertionError([str(mail["Subject"]) for mail in desk.mails.to(EMAIL)])


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def event_of(mail: EmailMessage) -> tuple[str, str, int]:
    """UID, method and sequence of the calendar file that a mail carries."""
    [part] = [one for one in mail.walk() if one.get_filename("").endswith(".ics")]
    calendar = Calendar.from_ical(part.get_content())
    [event] = calendar.events
    return str(event["UID"]), str(calendar["METHOD"]), int(str(event["SEQUENCE"]))


async def signs_up(browser: Browser, desk: Desk) -> Person:
    """By the form, the link in the mail, and the sign-in."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(f"{desk.url}/signin")
    await page.get_by_role("link", name="Buat akun").click()
    await page.get_by_label("Nama lengkap").fill("Siti Aminah")
    await page.get_by_label("Instansi").fill("Kabupaten Kepulauan Tanimbar")
    await page.get_by_label("Email").fill(EMAIL)
    await page.get_by_label("Nomor telepon").fill("0812 3456 7890")
    await page.get_by_label("NIK").fill("3273014107900001")
    await page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Buat akun").click()
    await page.wait_for_url(re.compile("/signup/sent"))
    link = LINK.search(text_of(await mail_about(page, desk, "onfirmasi")))
    assert link
    await page.goto(link[0])
    await page.get_by_role("button", name="Konfirmasi alamat email").click()
    await context.close()
    return await sign_in(browser, desk, EMAIL, password=PASSWORD)


async def fills_in(page: Page) -> None:
    """The form, with the mistakes that people make mended."""
    await page.get_by_role("button", name="Ajukan Akses").click()
    await expect(page.get_by_role("heading", name="isian yang perlu diperbaiki")).to_be_visible()
    await page.get_by_label("Golongan").select_option("III/d")
    await page.get_by_label("Jenis Instansi").select_option(label="Kabupaten")
    await page.get_by_label("Nama Instansi").press_sequentially("kepulauan tanim")
    await page.locator("#agency-list [role=option]").first.click()
    await page.get_by_label("Satuan Kerja", exact=True).fill("Dinas Pekerjaan Umum")
    await page.get_by_label("Alamat Satuan Kerja").fill("Jalan Contoh 1, Saumlaki")
    await page.get_by_label("NPWP Satuan Kerja").fill("00.090.010.1-941.000")
    today = datetime.now(UTC).date()
    await page.get_by_label("Mulai").fill(f"{today.year}-01-01")
    await page.get_by_label("Sampai").fill(f"{today.year + 1}-12-31")
    letter = surat_tugas(letter_facts(APPLICANTS[0], today))
    await expect(page.get_by_text("Pilih berkas").first).to_be_visible()
    file = FilePayload(name="surat tugas.pdf", mimeType="application/pdf", buffer=letter)
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_text("Terunggah,").first).to_be_visible()


async def applies(page: Page, desk: Desk, looks: Look) -> None:
    """From "Manajemen Akses" to the booked meeting."""
    for path in ("", "/organisation", "/access"):
        await page.goto(desk.url + path)
        await looks(page, f"00-kosong{path.replace('/', '-')}", PHONE, SMALLEST)
    await page.get_by_role("button", name="Hubungkan atau Buat Akses").click()
    await page.get_by_label("Tipe Profil").select_option(label="Non Penyedia")
    await page.get_by_label("Role").select_option(label="Pejabat Pembuat Komitmen (PPK)")
    await looks(page, "08-role", DESKTOP, PHONE, SMALLEST)
    await page.get_by_role("button", name="Hubungkan Akses").click()
    await fills_in(page)
    await looks(page, "08-formulir", DESKTOP, PHONE, SMALLEST)
    await page.get_by_role("button", name="Ajukan Akses").click()
    await page.wait_for_url(re.compile("/review$"))
    await looks(page, "08-tinjau", DESKTOP, PHONE, SMALLEST)
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Kirim").click()
    await page.wait_for_url(re.compile("/meetings/"))


async def moves(page: Page) -> None:
    """To another time, by "Cari Jadwal Lain"."""
    await page.get_by_role("button", name="Cari Jadwal Lain").click()
    await page.locator(".time-choice").last.click()
    await page.get_by_role("button", name="Pindahkan jadwal").click()
    await page.wait_for_url(re.compile("/meetings/[^/]+$"))


async def test_by_the_labels_of_the_guide(browser: Browser, early: Desk, looks: Look) -> None:
    applicant = await signs_up(browser, early)
    verifier = await sign_in(browser, early, "verifikator1@demo.test")
    page = applicant.page
    await applies(page, early, looks)
    booked = event_of(await mail_about(page, early, "Jadwal Verifikasi Akses INAPROC"))
    assert booked[1:] == ("REQUEST", 0)
    await moves(page)
    moved = event_of(await mail_about(page, early, "Jadwal verifikasi Anda diubah"))
    assert moved == (booked[0], "REQUEST", 1)

    await page.get_by_role("button", name="Gabung Rapat").click()
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    await verifier.page.get_by_role("button", name="Tolak", exact=True).click()
    await verifier.page.get_by_label("Penanda tangan tidak berwenang").check()
    await verifier.page.get_by_label("Penjelasan untuk pemohon").fill("Mintalah tanda tangan.")
    await verifier.page.get_by_role("button", name="Tolak dan kirim email").click()
    await page.wait_for_url(re.compile("/organisation$"))
    await expect(page.get_by_text("Rejected").first).to_be_visible()

    await page.get_by_role("button", name="Ajukan kembali").click()
    await page.wait_for_url(re.compile("/access/drafts/"))
    await expect(page.get_by_text("Mintalah tanda tangan.")).to_be_visible()
    await expect(page.get_by_text("surat tugas.pdf")).to_be_visible()
    await looks(page, "08-ajukan-kembali", DESKTOP, PHONE, SMALLEST)
    await page.get_by_label("Divisi/Unit Kerja").fill("Bidang Jalan")
    await page.get_by_role("button", name="Ajukan Akses").click()
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Kirim").click()
    await page.wait_for_url(re.compile("/meetings/"))
    await page.get_by_role("button", name="Gabung Rapat").click()
    await takes_next(verifier, applicant)
    await both_see_each_other(applicant, verifier)
    await passes_steps(verifier.page)
    await verifier.page.get_by_role("button", name="Setujui", exact=True).click()
    await verifier.page.get_by_role("button", name="Setujui dan kirim email").click()
    await page.wait_for_url(re.compile(r":\d+/$"))
    await expect(page.get_by_text("Disetujui").first).to_be_visible()
    await page.goto(f"{early.url}/access")
    await looks(page, "08-manajemen-akses", DESKTOP, PHONE, SMALLEST)
    assert applicant.faults == []
    assert verifier.faults == []


async def test_a_form_is_there_again_after_a_reload(browser: Browser, early: Desk) -> None:
    person = await sign_in(browser, early, "pemohon5@demo.test")
    page = person.page
    await page.goto(f"{early.url}/access/new")
    await page.get_by_label("Role").select_option(label="Pejabat Pengadaan (PP)")
    await page.get_by_role("button", name="Hubungkan Akses").click()
    unit = page.get_by_role("combobox", name="Satuan Kerja", exact=True)  # once its script is there
    await unit.fill("Dinas yang baru")
    await page.reload()
    await expect(page.get_by_label("Satuan Kerja", exact=True)).to_have_value("Dinas yang baru")
    await expect(page.get_by_text("Draf tersimpan pukul")).to_be_visible()
