"""A recorded call by the labels: consent asked, both sides recorded, the recorder killed."""

import os
import signal
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.conftest import Desk, sign_in
from tests.browser.recorded import know_of_it
from tests.browser.test_path import joins, takes_next


def recorder_of(desk: Desk) -> int:
    """The process that `desk serve --demo` has started beside it."""
    assert desk.server is not None
    pid = desk.server.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(one) for one in children if "record" in _command(one))


def _command(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


async def test_both_sides_are_recorded_through_the_death_of_the_recorder(
    browser: Browser, demo: Desk
) -> None:
    applicant = await sign_in(browser, demo, "pemohon1@demo.test")
    verifier = await sign_in(browser, demo, "verifikator1@demo.test")
    page = applicant.page
    await joins(applicant)
    await page.get_by_role("link", name="Baca dan jawab").click()
    consent = page.get_by_role("dialog", name="Persetujuan Perekaman")
    box = consent.get_by_label("Saya telah membaca dan menyetujui perekaman sesi ini.")
    await expect(box).not_to_be_checked()
    await consent.get_by_role("button", name="Setuju dan Lanjutkan").click()
    await expect(consent.get_by_role("alert")).to_contain_text("Centang")
    await box.check()
    await consent.get_by_role("button", name="Setuju dan Lanjutkan").click()
    await expect(page.get_by_text("Perekaman belum aktif.")).to_be_visible()
    await takes_next(verifier, applicant)
    await know_of_it(applicant, verifier)
    os.kill(recorder_of(demo), signal.SIGKILL)
    for one in (applicant, verifier):
        await expect(one.page.get_by_text("Perekaman terputus")).to_be_visible()
    await know_of_it(applicant, verifier)
    for side in ("applicant", "verifier"):
        assert list(demo.folder.glob(f"recordings/*/{side}-002.mkv.sealed"))
    # That the box was empty, and that no recorder was there for a moment.
    faults = applicant.faults + verifier.faults
    faults = [one for one in faults if "status of 422" not in one and "status of 503" not in one]
    assert faults == []
