"""A recorded call by the labels: consent asked, both sides recorded, the recorder killed; and from
where no way leads to a recorder."""

import json
import os
import re
import signal
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Route, expect

from desk.recording.chunks import BROWSER
from tests.browser.conftest import Desk, Person, sign_in
from tests.browser.recorded import (
    WITHOUT_UDP,
    agrees,
    both_are_written,
    call_of,
    ends,
    know_of_it,
    recording_of,
    records_by_itself,
)
from tests.browser.test_path import joins, takes_next
from tests.browser.test_playback import FRAMES, READY


def recorder_of(desk: Desk) -> int:
    """The process that `desk serve --demo` has started beside it."""
    assert desk.server is not None
    pid = desk.server.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(one) for one in children if "record" in _command(one))


def _command(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


async def takes_a_snapshot(verifier: Person, applicant: Person) -> None:
    """The key freezes the picture; it is kept as what it shows, and the applicant is told."""
    page = verifier.page
    await page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Ambil cuplikan")
    await dialog.get_by_label("KTP depan").check()
    await dialog.get_by_role("button", name="Simpan cuplikan").click()
    await expect(page.get_by_role("button", name="Cuplikan KTP depan, ")).to_be_visible()
    await expect(applicant.page.get_by_text("Petugas mengambil cuplikan")).to_be_visible()


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
    await takes_a_snapshot(verifier, applicant)
    os.kill(recorder_of(demo), signal.SIGKILL)
    for one in (applicant, verifier):
        await expect(one.page.get_by_text("Perekaman terputus")).to_be_visible()
    await know_of_it(applicant, verifier)
    await both_are_written(verifier, demo, 2)
    await (await applicant.context.new_page()).goto(page.url)
    await expect(page.get_by_text("Panggilan dibuka di tempat lain")).to_be_visible()
    await expect(page.get_by_text("Sesi ini sedang direkam")).to_be_hidden()
    # That the box was empty, and that no recorder was there for a moment.
    faults = applicant.faults + verifier.faults
    faults = [one for one in faults if "status of 422" not in one and "status of 503" not in one]
    assert faults == []


async def test_without_udp_a_browser_records_by_itself_and_goes_on_where_its_network_was_lost(
    browser: Browser, demo: Desk
) -> None:
    applicant = await sign_in(browser, demo, "pemohon2@demo.test")
    verifier = await sign_in(browser, demo, "verifikator2@demo.test")
    await applicant.context.add_init_script(WITHOUT_UDP)
    await joins(applicant)
    await agrees(applicant)
    lost = await loses_a_chunk(applicant.page)
    await records_by_itself(applicant, verifier, 2)
    call = call_of(verifier)
    await ends(verifier)
    assert len(lost) == 1

    sides = await recording_of(verifier, demo, call, "applicant")
    pictures_s = sides["applicant"].pictures_s
    assert max(after - before for before, after in pairwise(pictures_s)) < 0.9
    segments = manifest_of(demo, call)["segments"]
    (segment,) = (one for one in segments if one["recorder"] == BROWSER)
    assert (segment["side"], segment["found"]["state"]) == ("applicant", "whole")
    assert segment["facts"]["notes"] == {"clients_word": 1}
    await plays(verifier)
    # Offers without a way, and the chunk that was lost.
    faults = [one for one in applicant.faults + verifier.faults if "/recording/" not in one]
    assert faults == []


async def loses_a_chunk(page: Page) -> list[str]:
    """The second chunk's first try does not leave the page: a list that it is added to."""
    lost: list[str] = []

    async def lose(route: Route) -> None:
        lost.append(route.request.url)
        await route.abort("internetdisconnected")

    await page.route(re.compile(r"/chunks/\d+/1\?"), lose, times=1)
    return lost


def manifest_of(desk: Desk, call: str) -> Any:
    with closing(sqlite3.connect(desk.folder / "desk.db")) as database:
        (text,) = database.execute("SELECT manifest FROM recording WHERE call = ?", (call,))
    return json.loads(text[0])


async def plays(person: Person) -> None:
    """The newest recording is found and played: both sides move."""
    page = person.page
    await page.goto(re.sub(r"(//[^/]+).*", r"\1/recordings", page.url))
    await page.get_by_role("list", name="Rekaman").get_by_role("link").first.click()
    await page.get_by_label("Alasan menayangkan").fill("Pemeriksaan mutu")
    await page.get_by_role("button", name="Putar rekaman").click()
    await page.wait_for_function(READY)
    before = await page.evaluate(FRAMES)
    await page.get_by_role("button", name="Putar", exact=True).click()
    moved = f"(before) => ({FRAMES})().every((n, i) => n > before[i] + 5)"
    await page.wait_for_function(moved, arg=before)
