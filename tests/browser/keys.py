"""A page used by the keyboard alone: Tab, arrows, Enter and Space, and a focus that shows."""

from playwright.async_api import Page

MOST_STEPS = 80
# What has the focus, as a screen reader names it; where nothing shows it, nobody sees it.
FOCUSED = """
() => {
  const at = document.activeElement;
  if (at === document.body) return ["", true];
  const label = at.labels?.[0]?.innerText ?? at.closest("label")?.innerText;
  const name = at.getAttribute("aria-label") ?? label ?? at.innerText ?? "";
  // What is clipped away lets its neighbour show the focus in its place.
  const style = getComputedStyle(at.offsetWidth > 1 ? at : at.nextElementSibling);
  // A button inside of a field of the browser's own shows it by itself.
  const isWithin = !at.matches(":focus");
  const shown = isWithin || style.outlineStyle !== "none" || style.boxShadow !== "none";
  return [name.replace(/\\s+/g, " ").trim(), shown];
}
"""


async def tab_to(page: Page, name: str) -> None:
    """Move on with Tab until that name has the focus, and shows it."""
    seen = []
    for _step in range(MOST_STEPS):
        await page.keyboard.press("Tab")
        found, is_shown = await page.evaluate(FOCUSED)
        seen.append(found)
        assert is_shown, f"{found} has the focus and does not show it"
        if name in found:
            return
    raise AssertionError(f"Tab never comes to {name}: {seen}")


async def choose(page: Page, name: str) -> None:
    """Move on in a group of choices with the arrows, as keyboards do there."""
    for _step in range(MOST_STEPS):
        await page.keyboard.press("ArrowDown")
        found, is_shown = await page.evaluate(FOCUSED)
        if name in found:
            assert is_shown, f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"the arrows never come to {name}")


async def press(page: Page, name: str, key: str = "Enter") -> None:
    await tab_to(page, name)
    await page.keyboard.press(key)


async def types(page: Page, name: str, text: str) -> None:
    """Move on to a field, and type."""
    await tab_to(page, name)
    await page.keyboard.type(text)


async def has_focus(page: Page, selector: str) -> None:
    """What matches has the focus now, or gets it by itself."""
    await page.wait_for_function("(wanted) => document.activeElement.matches(wanted)", arg=selector)
    _found, is_shown = await page.evaluate(FOCUSED)
    assert is_shown, f"{selector} has the focus and does not show it"
