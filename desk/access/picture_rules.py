"""What the asking process and the children agree on: limits, file names, exit statuses.

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

# What an upload may be, and what is made of it.
MAX_UPLOAD_PAGES = 20
MAX_UPLOAD_PIXELS = 40_000_000
LONGEST_KEPT_SIDE = 4000
GOOD_PICTURE_BYTES = 4 * 2**20
# A page of A4 in colour at 300 dpi is 26 MB; all of an upload's together, unpacked.
MAX_UNPACKED_BYTES = 600 * 2**20

# The exit status carries the reason, so the parent parses nothing that a broken child might print.
EXIT_REASONS = {
    10: "too_large",
    11: "encrypted",
    12: "damaged",
    13: "too_many_pages",
    14: "unsupported_type",
    15: "empty",
}

MANIFEST = "pages.json"  # a list of [width, height] in pixels, a pair for each page


def page_name(number: int) -> str:
    """The file that holds page `number`, counted from 1."""
    return f"page-{number}.webp"
