"""Somebody who agrees that their call is recorded."""

import re
from typing import Any

from tests.support import Applicant, Visitor

AGREED = {"answer": "given", "agreed": "yes"}


async def hash_shown(visitor: Visitor, page: str) -> str:
    """The hash of the text that this page asks about."""
    _status, shown = await visitor.open(page)
    found = re.search(r'name="text_sha256" value="(\w{64})"', shown)
    assert found, shown
    return found[1]


async def agree(who: Applicant, visitor: Visitor) -> tuple[int, Any]:
    """Consent on the screen of its own."""
    path = f"/meetings/{who.meeting.id}/consent"
    sha256 = await hash_shown(visitor, path)
    return await visitor.act(path, AGREED | {"text_sha256": sha256})
