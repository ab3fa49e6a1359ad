"""What the asking process and the drawing child agree on: limits, file names, exit statuses.

Kept apart from both, so that the child loads no event loop and the parent loads no decoder.
"""

from __future__ import annotations

PDF = "application/pdf"
MEDIA_TYPES = (PDF, "image/jpeg", "image/png")

MAX_DOCUMENT_BYTES = 20 * 2**20
MAX_PAGES = 30
MAX_PIXELS = 25_000_000
MAX_PAGE_POINTS = 14_400  # the largest page the PDF standard knows (ISO 32000-1, annex C)
LONGEST_SIDE = 1800
GOOD_PAGE_BYTES = 200_000

# The exit status carries the reason, so the parent parses nothing that a broken child might print.
EXIT_REASONS = {
    10: "too_large",
    11: "encrypted",
    12: "damaged",
    13: "too_many_pages",
    14: "unsupported_type",
}

MANIFEST = "pages.json"  # a list of [width, height] in pixels, a pair for each page


def page_name(number: int) -> str:
    """The file that holds page `number`, counted from 1."""
    return f"page-{number}.webp"
