"""A client that is a process of its own, to be stopped and killed.

    python tests/lone_client.py PORT

Prints the id of its socket, then reads and answers pings until the connection ends.
"""

import json
import socket
import sys
from typing import IO

TEXT, MASKED = 0x81, 0x80
SHORTEST_LONG = 126
# As narrow as the system lets it be, so that the server soon sees that nothing is read.
NARROW_BYTES = 4096


def main(port: int) -> None:
    """One connection, from the handshake to the end."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
        connection.connect(("127.0.0.1", port))
        connection.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        with connection.makefile("rb") as heard:
            while heard.readline() != b"\r\n":
                pass
            _say(connection, b"40/waiting,")
            while text := _read(heard):
                if text.startswith(b"40/waiting,"):
                    print(json.loads(text.partition(b",")[2])["sid"], flush=True)
                elif text == b"2":
                    _say(connection, b"3")


def _say(connection: socket.socket, text: bytes) -> None:
    # Its mask is zero, which leaves it as it is.
    connection.sendall(bytes([TEXT, MASKED | len(text)]) + bytes(4) + text)


def _read(heard: IO[bytes]) -> bytes:
    """The next text, or nothing at the end."""
    head = heard.read(2)
    if len(head) < 2 or head[0] != TEXT:
        return b""
    size = head[1]
    if size >= SHORTEST_LONG:
        size = int.from_bytes(heard.read(2 if size == SHORTEST_LONG else 8), "big")
    return heard.read(size)


if __name__ == "__main__":
    main(int(sys.argv[1]))
