"""Many datagrams out of a socket by one system call, into one place, without an object for each.

Linux has `recvmmsg`. The place is shared by all sockets: one thread reads them, one after another,
and is done with what came before it reads again.
"""

import socket
import struct
from collections.abc import Iterator
from typing import Any

from cffi import FFI
from pylibsrtp._binding import ffi

MOST = 64
LARGEST = 2048
ROOM_BYTES = 1 << 20

_linux = FFI()
_linux.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen; int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags, void *timeout);
    """
)

place = ffi.new("char[]", MOST * LARGEST)
as_bytes = ffi.buffer(place)
view = memoryview(as_bytes)
# The n-th datagram lies at n times LARGEST.
places = [place + number * LARGEST for number in range(MOST)]


class Addresses:
    """Where the kernel writes who sent each datagram, for sockets of one family."""

    def __init__(self, family: int) -> None:
        """As large as an address of this family is; the kernel writes that size back."""
        self._family, size = family, 16 if family == socket.AF_INET else 28
        self._names = _linux.new("char[]", MOST * size)
        self._parts = _linux.new("struct iovec[]", MOST)
        self.headers = _linux.new("struct mmsghdr[]", MOST)
        self._size = size
        for number in range(MOST):
            part, header = self._parts[number], self.headers[number].msg_hdr
            part.iov_base, part.iov_len = places[number], LARGEST
            header.msg_iov, header.msg_iovlen = self._parts + number, 1
            header.msg_name, header.msg_namelen = self._names + number * size, size
        self._sizes = struct.Struct(f"{_linux.offsetof('struct mmsghdr', 'msg_len')}xI4x")

    def sizes(self, count: int) -> Iterator[tuple[int]]:
        """How long each of the datagrams is that have just come."""
        return self._sizes.iter_unpack(_linux.buffer(self.headers, count * self._sizes.size))

    def sender(self, number: int) -> tuple[str, int]:
        """Who sent one of them: host and port."""
        name = _linux.buffer(self._names + number * self._size, self._size)[:]
        host = name[4:8] if self._family == socket.AF_INET else name[8:24]
        return socket.inet_ntop(self._family, host), int.from_bytes(name[2:4])


_libc: Any = _linux.dlopen(None)
_addresses = {family: Addresses(family) for family in (socket.AF_INET, socket.AF_INET6)}


class Reading:
    """One socket that does not block."""

    def __init__(self, sock: socket.socket) -> None:
        """Read from it until it is closed, by whoever it belongs to."""
        self._socket = sock
        # What comes until the next turn has to find room; the kernel gives as much as it may.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        self.addresses = _addresses[socket.AddressFamily(sock.family)]

    def receive(self) -> int:
        """How many datagrams have come, up to MOST, and lie in `view` now."""
        number = self._socket.fileno()
        if number < 0:
            return 0
        count = _libc.recvmmsg(
            number, self.addresses.headers, MOST, socket.MSG_DONTWAIT, _linux.NULL
        )
        return max(0, int(count))
