"""A WebSocket client that costs next to nothing, so that what is measured is the server."""

import asyncio
import select
import socket
from collections.abc import Callable
from functools import cache

TEXT, CLOSE = 0x1, 0x8
FINAL = MASKED = 0x80
SHORTEST_LONG = 126  # its size stands in the bytes that follow
AT_MOST = 1 << 16
# Engine.IO's texts on it.
OPENED, PING, PONG = b"0{", b"2", b"3"


class _Ears:
    """All connections of a process in one epoll, which the event loop sees as one file.

    The loop's own way costs a handle and a transport for each message that comes, which is more
    than a fast server needs to send it; then it is this process that would be measured.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._epoll = select.epoll()
        self._hear: dict[int, Callable[[], None]] = {}
        loop.add_reader(self._epoll.fileno(), self._listen)

    def add(self, connection: socket.socket, hear: Callable[[], None]) -> None:
        self._hear[connection.fileno()] = hear
        self._epoll.register(connection, select.EPOLLIN)

    def remove(self, connection: socket.socket) -> None:
        if self._hear.pop(connection.fileno(), None):
            self._epoll.unregister(connection)

    def _listen(self) -> None:
        for file, _event in self._epoll.poll(0):
            # What was heard just now may have closed it.
            if hear := self._hear.get(file):
                hear()


_ears = cache(_Ears)


class SocketClient:
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
        self._unread = b""
        self._is_upgraded = self._is_closed = False

    async def connect(self, host: str, port: int) -> None:
        """Ask for the upgrade. Raises OSError where nobody listens."""
        self._loop = asyncio.get_running_loop()
        self._connection = socket.socket()
        self._connection.setblocking(False)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self._loop.sock_connect(self._connection, (host, port))
        except OSError:
            self._is_closed = True
            self._connection.close()
            raise
        _ears(self._loop).add(self._connection, self._hear)
        self._send(self._handshake)

    def _hear(self) -> None:
        try:
            came = self._connection.recv(AT_MOST)
        except ConnectionError:
            came = b""
        if not came:
            self.close()
            return
        unread = self._unread + came
        self._unread = self._frames(unread) if self._is_upgraded else self._upgrade(unread)

    def _upgrade(self, unread: bytes) -> bytes:
        head, end, rest = unread.partition(b"\r\n\r\n")
        if not end:
            return unread
        if not head.startswith(b"HTTP/1.1 101 "):
            self.close()
            return b""
        self._is_upgraded = True
        return self._frames(rest)

    def _frames(self, unread: bytes) -> bytes:
        """Hear the whole frames at the front; returns the rest."""
        while len(unread) >= 2 and not self._is_closed:
            size, start = unread[1], 2
            if size >= SHORTEST_LONG:
                start += 2 if size == SHORTEST_LONG else 8
                size = int.from_bytes(unread[2:start], "big")
            if len(unread) < start + size:
                break
            opcode, payload, unread = (
                unread[0] & 0x0F, unread[start : start + size], unread[start + size :],
            )  # fmt: skip
            if opcode == TEXT:
                self._heard(payload)
            elif opcode == CLOSE:
                self.close()
        return unread

    def say(self, text: bytes) -> None:
        """Send a text under 64 kB; its mask is zero, which leaves it as it is."""
        size = bytes([MASKED | len(text)])
        if len(text) >= SHORTEST_LONG:
            size = bytes([MASKED | SHORTEST_LONG]) + len(text).to_bytes(2, "big")
        self._send(bytes([FINAL | TEXT]) + size + bytes(4) + text)

    def _send(self, content: bytes) -> None:
        # Little is said, so it fits; that the server has gone is heard by reading.
        try:
            self._connection.send(content)
        except ConnectionError:
            return

    def close(self) -> None:
        """Hang up."""
        if self._is_closed:
            return
        self._is_closed = True
        _ears(self._loop).remove(self._connection)
        self._connection.close()
        self._loop.call_soon(self._lost)
