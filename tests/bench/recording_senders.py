"""A process that sends both sides of many calls to a process that records.

It says `ready` when all are connected, sends until a line comes in, and prints what it has sent.
"""

import asyncio
import json
import pickle
import random
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.recording_run import Asking, Sending
from tests.media_pictures import PACKETS_PER_S, Loop
from tests.media_sender import MediaSender, play

SIDES = ("applicant", "verifier")
# The sender's end of DTLS is done before the recorder's.
SETTLES_S = 0.5
# As long as packets may be asked for again after the last one.
ANSWERS_S = 1.5


async def send(path: str, loop: Loop, wanted: Sending) -> None:
    """Connect, send, and tell."""
    rng = random.Random(wanted.first)
    asking = await Asking.to(path)
    senders: dict[tuple[str, str], MediaSender] = {}
    for number in range(wanted.first, wanted.first + wanted.calls):
        for side in SIDES:
            name = f"call-{number:03}", side
            sender = senders[name] = MediaSender(lambda: rng.random() < wanted.loss)
            sender.wall_ahead_s = wanted.verifier_ahead_s if side == SIDES[1] else 0.0
            await sender.connect(partial(asking.open, *name))
    for one in senders.values():
        await one.connected.wait()
    await asyncio.sleep(SETTLES_S)
    print("ready", flush=True)
    await _play_all(list(senders.values()), loop, wanted.picture_late_s)
    counts = [_count(name, one) for name, one in senders.items()]
    print(json.dumps(counts), flush=True)
    await asyncio.gather(*(one.close() for one in senders.values()))


def _count(name: tuple[str, str], sender: MediaSender) -> dict[str, Any]:
    heard = sender.sounds_sent - sender.sounds_lost
    return {"name": name, "frames": sender.frames_sent, "sounds": heard}


async def _play_all(senders: list[MediaSender], loop: Loop, picture_late_s: float) -> None:
    """Spread over each tick, as senders who know nothing of each other are."""
    stopped = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    begun_s, tick = time.monotonic(), 0
    while not stopped.done():
        for place, sender in enumerate(senders):
            play(sender, loop, tick, time.time(), picture_late_s)
            due_s = begun_s + (tick + (place + 1) / len(senders)) / PACKETS_PER_S
            if (wait_s := due_s - time.monotonic()) > 0:
                await asyncio.sleep(wait_s)
        tick += 1
    ends_s = time.monotonic() + ANSWERS_S
    while time.monotonic() < ends_s:
        for sender in senders:
            sender.repeat()
        await asyncio.sleep(1 / PACKETS_PER_S)


def main() -> None:
    """`recording_senders.py socket loop sending`, the last one as JSON."""
    path, pictures, wanted = sys.argv[1:]
    loop = pickle.loads(Path(pictures).read_bytes())
    asyncio.run(send(path, loop, Sending(**json.loads(wanted))))


if __name__ == "__main__":
    main()
