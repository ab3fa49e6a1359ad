"""Background work that is told to end finishes the act it is in."""

import asyncio

import pytest

from desk.finishing import finished


async def test_what_is_cancelled_in_the_middle_is_done_to_its_end() -> None:
    begun, may_end, done = asyncio.Event(), asyncio.Event(), []

    async def act() -> None:
        begun.set()
        await may_end.wait()
        done.append("done")

    work = asyncio.create_task(finished(act()))
    await begun.wait()
    work.cancel()
    asyncio.get_running_loop().call_soon(may_end.set)
    with pytest.raises(asyncio.CancelledError):
        await work
    assert done == ["done"]


async def test_a_fault_of_the_act_is_its_own() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await finished(fail())
