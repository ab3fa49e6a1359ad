"""Which browser asks: told from its header, so that the help names the right menu."""

import pytest

from desk.browsers import LONGEST, recognise
from tests.scenes import enter, in_call, joined
from tests.support import RunningDesk

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {APPLE}"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/156.0.0.0 Safari/537.36"
ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT}"
KNOWN = {
    WINDOWS: ("chrome", "windows"),
    f"{WINDOWS} Edg/156.0.0.0": ("chrome", "windows"),
    f"{ANDROID} Chrome/156.0.0.0 Mobile Safari/537.36": ("chrome", "android"),
    f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": ("samsung", "android"),
    f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1": ("safari", "ios"),
    f"{IPHONE} CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1": ("other", "ios"),
    f"{IPHONE} Mobile/15E148": ("in_app", "ios"),
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.5 Safari/605.1.15": (
        *("safari", "macos"),
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0": ("firefox", "linux"),
    "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0": ("firefox", "android"),
    "": ("other", "other"),
    "x" * (LONGEST + 1): ("other", "other"),
    "\u00ff(((((": ("other", "other"),
}


@pytest.mark.parametrize(("header", "expected"), KNOWN.items())
def test_a_browser_is_recognised(header: str, expected: tuple[str, str]) -> None:
    assert recognise(header) == expected


async def test_the_help_names_the_menus_of_this_browser(desk: RunningDesk) -> None:
    call, waits = await in_call(desk), await joined(desk)
    guest = await desk.people.applicant()
    pages = (
        (await enter(desk, guest.account), f"/meetings/{guest.meeting.id}"),
        (waits.visitor, f"/waiting/{waits.ticket}"),
        (call.applicant, call.page),
        (call.verifier, call.page),
    )
    for header, words in (
        (WINDOWS, "Pengaturan Windows"),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Pengaturan Situs Web"),
        (f"{IPHONE} Mobile/15E148", "di dalam aplikasi lain"),
    ):
        for visitor, path in pages:
            status, page = await visitor.open(path, **{"User-Agent": header})
            assert status == 200
            assert words in page, path
