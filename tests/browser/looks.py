"""A look at a page in each size it is drawn for: nothing runs out of the window."""

from pathlib import Path
from typing import Literal, Protocol

from playwright.async_api import Page

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}
SMALLEST = {"width": 320, "height": 640}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCROLL = "document.documentElement.scrollHeight - document.documentElement.clientHeight"


class Look(Protocol):
    async def __call__(
        self, page: Page, name: str, *sizes: dict[str, int], scrolls: bool = True
    ) -> None:
        """Look at the page at each size."""


def eyes(folder: Path | None) -> Look:
    """What looks at pages, and puts pictures of them into the folder if there is one."""

    async def look(page: Page, name: str, *sizes: dict[str, int], scrolls: bool = True) -> None:
        for size in sizes:
            await page.set_viewport_size({"width": size["width"], "height": size["height"]})
            if folder:
                await take_pictures(page, folder / f"{name}-{size['width']}", scrolls=scrolls)
            assert await page.evaluate(OVERFLOW) <= 0, f"{name} runs out of {size['width']} px"
            if not scrolls:
                assert await page.evaluate(SCROLL) <= 0, f"{name} scrolls at {size['width']} px"
        await page.set_viewport_size({"width": 1280, "height": 800})

    return look


async def take_pictures(page: Page, path: Path, *, scrolls: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        # Without motion, so that no picture is taken in the middle of a change of colour.
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await page.screenshot(path=path.with_name(f"{path.name}-{theme}.png"), full_page=scrolls)
    await page.emulate_media(color_scheme="light")
