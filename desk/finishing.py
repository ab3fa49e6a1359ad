"""Ending background work between two acts, and not in the middle of one.

A transaction that is cancelled leaves its connection behind, and on SQLite the only writer's lock
with it until that is collected: whoever writes next would wait in vain.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def finished(act: Coroutine[Any, Any, Result]) -> Result:
    """Do it to its end, also when it is cancelled meanwhile, and only then be cancelled."""
    doing = asyncio.create_task(act)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise
