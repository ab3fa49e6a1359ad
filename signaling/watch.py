"""The watch: what ended elsewhere takes effect on open sockets, within two seconds.

A session can be revoked, a role taken away, or a call ended by another process, the command line
or the background work. Whatever it was, the database knows: once a second it is asked.
"""

from collections.abc import Sequence
from typing import Any

from signaling.call import CallNamespace
from signaling.door import DoorNamespace
from signaling.house import House
from signaling.news import News


class Watch(News):
    """Shows out whose credential is no longer good, and tells the sides of calls that are over."""

    shortest_pause_s = 1.0
    longest_silence_s = 0.0

    def __init__(
        self, house: House, doors: Sequence[DoorNamespace[Any]], call: CallNamespace
    ) -> None:
        """Nothing is looked at before it runs."""
        super().__init__()
        self._house, self._doors, self._call = house, doors, call

    async def tell(self) -> None:
        """One look at every open socket."""
        seated = {call for call, _side in self._call.seats()}
        for over in await self._house.over(seated) if seated else ():
            await self._call.end(over.call, over.reason, over.urls)
        shown = {one.credential for door in self._doors for one in door.visitors()}
        good = await self._house.still_good(shown) if shown else set()
        for credential in shown - good:
            for door in self._doors:
                await door.show_out(credential.session)
