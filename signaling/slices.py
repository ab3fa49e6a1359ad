"""Long work in slices, between which others are served."""

import asyncio

SLICE_S = 0.005
# A timer or a socket wakes a task in the second round of the loop; in one alone, each of its steps
# would wait for a slice more.
ROUNDS_OF_OTHERS = 3


class Turn:
    """How long one may keep the event loop to oneself."""

    def __init__(self) -> None:
        """It begins now."""
        self._loop = asyncio.get_running_loop()
        self._ends_at = self._loop.time() + SLICE_S

    def is_over(self) -> bool:
        """Whether it is somebody else's turn."""
        return self._loop.time() > self._ends_at

    async def of_others(self) -> None:
        """Let everybody else have one."""
        for _ in range(ROUNDS_OF_OTHERS):
            await asyncio.sleep(0)
        self._ends_at = self._loop.time() + SLICE_S
