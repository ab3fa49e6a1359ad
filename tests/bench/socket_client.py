"""A WebSocket client that costs next to nothing, so that what is measured is the server."""

import asyncio
from collections.abc import Callable, Iterator
from typing import cast

TEXT, CLOSE = 0x1, 0x8
FINAL = MASKED = 0x80
SHORTEST_LONG = 126  # its size stands in the bytes that follow
# Engine.IO's texts on it.
OPENED, PING, PONG = b"0{", b"2", b"3"


def _frames(unread: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the whole frames off the front: their opcodes and payloads."""
    while len(unread) >= 2:
        size, start = unread[1], 2
        if size >= SHORTEST_LONG:
            start += 2 if size == SHORTEST_LONG else 8
            size = int.from_bytes(unread[2:start], "big")
        if len(unread) < start + size:
            return
        opcode, payload = unread[0] & 0x0F, bytes(unread[start : start + size])
        del unread[: start + size]
        yield opcode, payload


class SocketClient(asyncio.Protocol):
    """One connection; a server that refuses it, or closes it, is `lost`."""

    def __init__(
        self,
        path: str,
        headers: dict[str, str],
        heard: Callable[[bytes], None],
        lost: Callable[[], None],
    ) -> None:
        """`path` and `headers` are the handshake's; `heard` gets each text."""
        own = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", **headers,
        }  # fmt: skip
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {text}" for name, text in own.items())]
        self._handshake = "\r\n".join([*lines, "", ""]).encode()
        self._heard, self._lost = heard, lost
        self._unread = bytearray()
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        """Hand on every text that is complete."""
        self._unread += data
        if not self._is_open and not self._upgraded():
            return
        for opcode, payload in _frames(self._unread):
            if opcode == TEXT:
                self._heard(payload)
            elif opcode == CLOSE:
                self._transport.close()

    def _upgraded(self) -> bool:
        head, end, rest = self._unread.partition(b"\r\n\r\n")
        if end and not head.startswith(b"HTTP/1.1 101 "):
            self._transport.close()
        elif end:
            self._unread, self._is_open = rest, True
        return self._is_open

    def connection_lost(self, _error: Exception | None) -> None:
        """Nothing more will be heard."""
        self._lost()

    def say(self, text: bytes) -> None:
        """Send a text under 64 kB; its mask is zero, which leaves it as it is."""
        size = bytes([MASKED | len(text)])
        if len(text) >= SHORTEST_LONG:
            size = bytes([MASKED | SHORTEST_LONG]) + len(text).to_bytes(2, "big")
        self._transport.write(bytes([FINAL | TEXT]) + size + bytes(4) + text)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()
