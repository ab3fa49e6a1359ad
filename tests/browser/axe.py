"""axe-core against a page as people have it before them."""

from pathlib import Path

from playwright.async_api import Page

SCRIPT = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
async (levels) => {
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: levels } });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.failureSummary})`));
}
"""


async def violations(page: Page) -> list[str]:
    """What axe-core finds at WCAG 2.2 A and AA: rule, element, and why."""
    # As the browser's own tools bring it in: the page's policy does not let a script tag.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SCRIPT.read_text(encoding="utf-8") + ";undefined")
    found: list[str] = await page.evaluate(RUN, LEVELS)
    return found
