"""A process that records, in one of several ways, and says what it has used.

Started by the benchmarks of recording; it is asked over a Unix socket, a line of JSON each.
"""

import asyncio
import ipaddress
import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiortc
import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder

import media.leg
from media.recorder import OpenLeg, Recorder, Told
from media.source import Source
from tests.bench.recording_run import KEY
from tests.media_sender import here

LARGEST_LINE = 1 << 20


class Ours:
    """The recorder as the desk runs it."""

    def __init__(self, folder: Path) -> None:
        self._told: list[Told] = []
        allowed = [ipaddress.ip_network(one) for one in here()]
        self._recorder = Recorder(100, folder, self._told.append, allowed=allowed)

    async def open(self, recording: str, side: str, offer: str) -> str:
        return await self._recorder.open(OpenLeg(recording, side, 1, KEY, offer))

    async def finish(self) -> list[Any]:
        await self._recorder.stop()
        return [
            asdict(one.facts)
            | {"name": [one.recording, one.side], "pictures": one.facts.tracks[1].frames}
            for one in self._told
            if one.facts is not None
        ]


class Dropping(Source):
    """A source whose packets nobody looks at."""

    def __init__(self, *more: Any) -> None:
        super().__init__(*more)
        self.taken: Any = self._dropped

    def _dropped(self, *_packet: object) -> None:
        return


class OursDropping(Ours):
    """Our own way of reading and decrypting; what comes is dropped there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        vars(media.leg)["Source"] = Dropping

    async def finish(self) -> list[Any]:
        await super().finish()
        return []


class Stock:
    """aiortc as it comes; `received` says what becomes of its tracks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connections: list[RTCPeerConnection] = []

    async def open(self, recording: str, side: str, offer: str) -> str:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.append(connection)
        tracks: list[MediaStreamTrack] = []
        connection.on("track", tracks.append)
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await self.received((recording, side), tracks)
        return str(connection.localDescription.sdp)

    async def received(self, name: tuple[str, str], tracks: list[MediaStreamTrack]) -> None:
        """Nothing more."""

    async def finish(self) -> list[Any]:
        await asyncio.gather(*(one.close() for one in self._connections))
        return []


class Floor(Stock):
    """Each packet is decrypted by aiortc, and dropped."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)

        async def dropped(_self: Any, _data: bytes, arrival_time_ms: int) -> None:
            return

        aiortc.RTCDtlsTransport._handle_rtp_data = dropped  # type: ignore[method-assign,assignment]


class Mp4(Stock):
    """aiortc's own MediaRecorder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._recorders: dict[tuple[str, str], MediaRecorder] = {}

    async def received(self, name: tuple[str, str], tracks: list[MediaStreamTrack]) -> None:
        recorder = self._recorders[name] = MediaRecorder(str(self._file(name)))
        for track in tracks:
            recorder.addTrack(track)
        await recorder.start()

    async def finish(self) -> list[Any]:
        for recorder in self._recorders.values():
            await recorder.stop()
        await super().finish()
        return [{"name": name, "pictures": self._pictures(name)} for name in self._recorders]

    def _pictures(self, name: tuple[str, str]) -> int:
        container: Any = av.open(str(self._file(name)))
        with container:
            return sum(1 for packet in container.demux(video=0) if packet.size)

    def _file(self, name: tuple[str, str]) -> Path:
        return self._folder / f"{'-'.join(name)}.mp4"


WAYS: dict[str, Callable[[Path], Any]] = {
    "ours": Ours, "ours-dropping": OursDropping, "floor": Floor, "mp4": Mp4,
}  # fmt: skip


def usage() -> dict[str, float]:
    """What this process has used, and holds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "cpu_s": used.ru_utime + used.ru_stime,
        "resident_mb": pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        "threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks()),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
    }


async def serve(way: Any, path: str) -> None:
    """Answer until the process is ended."""

    async def answered(ask: dict[str, str]) -> Any:
        if ask["ask"] == "open":
            return await way.open(ask["recording"], ask["side"], ask["offer"])
        return usage() if ask["ask"] == "usage" else await way.finish()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(await answered(json.loads(line)), default=str).encode() + b"\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(talk, path, limit=LARGEST_LINE)
    await server.serve_forever()


def main() -> None:
    """`recording_process.py way folder socket`."""
    name, folder, path = sys.argv[1:]
    asyncio.run(serve_way(WAYS[name], Path(folder), path))


async def serve_way(way: Callable[[Path], Any], folder: Path, path: str) -> None:
    """Made within the loop."""
    await serve(way(folder), path)


if __name__ == "__main__":
    main()
