"""Files sealed as they are written: each block its own AES-256-GCM frame, the last one flagged.

A file is MARK, a salt, then frames: four bytes of size and flag, the ciphertext, the tag. The key
of a file comes from the recording's key, its name and its salt, so that no nonce is ever used
twice, not even by a file that is written anew. A frame's place and flag are bound to it: frames
cannot change places or files, and an end that was cut off shows.
"""

import hashlib
import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# The last byte is the version.
MARK = b"MVS\1"
SALT_BYTES = 32
HEAD_BYTES = len(MARK) + SALT_BYTES
SIZE_BYTES = 4
TAG_BYTES = 16
LAST = 1 << 31
# A block that is larger becomes several frames, so that a reader's memory is bounded.
MAX_PLAIN_BYTES = 1 << 20


class Tampered(Exception):
    """A file is not what was written under its name. `frame` counts from 0; None is the head."""

    def __init__(self, name: str, frame: int | None) -> None:
        """Name the file and where it is wrong."""
        super().__init__(f"{name}: frame {frame}" if frame is not None else f"{name}: its head")
        self.name, self.frame = name, frame


@dataclass(frozen=True)
class Sealed:
    """What a file holds, once it is closed: SHA-256 of the plain stream in hex, and its bytes."""

    sha256: str
    plain_bytes: int


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"sealed file " + name.encode()).derive(key))


def _bound(index: int, is_last: bool) -> tuple[bytes, bytes]:
    """The nonce and the additional data of a frame."""
    return index.to_bytes(12), MARK + index.to_bytes(8) + bytes([is_last])


class SealedWriter:
    """A new file, mode 0600. What `write` returned from has reached the kernel."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        """Begin the file; `key` is the recording's. Raises FileExistsError."""
        salt = os.urandom(SALT_BYTES)
        self._cipher = _cipher(key, salt, name)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._hash, self._plain_bytes, self._frames, self._end = hashlib.sha256(), 0, 0, 0
        try:
            self._append(MARK + salt)
        except BaseException:
            self.abandon()
            raise

    def write(self, block: bytes) -> None:
        """Seal one block (a cluster, a header). Raises OSError: then it is not in the file."""
        for start in range(0, len(block), MAX_PLAIN_BYTES):
            piece = block[start : start + MAX_PLAIN_BYTES]
            self._seal(piece, is_last=False)
            self._hash.update(piece)
            self._plain_bytes += len(piece)

    def close(self) -> Sealed:
        """Seal the end, and wait for the disk. To be called once."""
        try:
            self._seal(b"", is_last=True)
            os.fsync(self._file)
        finally:
            self.abandon()
        return Sealed(self._hash.hexdigest(), self._plain_bytes)

    def abandon(self) -> None:
        """Leave the file as it is, without an end."""
        os.close(self._file)

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        nonce, bound = _bound(self._frames, is_last)
        ciphertext = self._cipher.encrypt(nonce, plain, bound)
        size = len(ciphertext) | (LAST if is_last else 0)
        self._append(size.to_bytes(SIZE_BYTES), ciphertext)
        self._frames += 1

    def _append(self, *parts: bytes) -> None:
        """Write all of it or, where the disk is full, nothing: what follows must line up."""
        size = sum(map(len, parts))
        try:
            written = os.writev(self._file, parts)
            while written < size:
                written += os.write(self._file, b"".join(parts)[written:])
        except OSError:
            os.ftruncate(self._file, self._end)
            os.lseek(self._file, self._end, os.SEEK_SET)
            raise
        self._end += written


class SealedReader:
    """A sealed file, from wherever it is wanted.

    `plain_bytes` is what it holds, `is_whole` whether its end is there: a writer that was killed
    leaves a file without one, which is read as far as it goes.
    """

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        """Find the frames. Raises Tampered, or FileNotFoundError."""
        self._name = name
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            head = os.pread(self._file, HEAD_BYTES, 0)
            if len(head) < HEAD_BYTES or not head.startswith(MARK):
                raise Tampered(name, None)
            self._cipher = _cipher(key, head[len(MARK) :], name)
            self._find_frames()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def __enter__(self) -> Self:
        """Be closed at the end of a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the file."""
        self.close()

    def blocks(self) -> Iterator[bytes]:
        """All that was written, a frame at a time. Raises Tampered."""
        return (self._open(index, is_last=False) for index in range(len(self._at)))

    def pieces(self, offset: int, size: int) -> Iterator[bytes]:
        """A range of the plain bytes, opened as it is asked for, a frame at a time."""
        end = min(offset + size, self.plain_bytes)
        index = bisect_right(self._starts, offset) - 1
        while offset < end:
            start = self._starts[index]
            piece = self._open(index, is_last=False)[offset - start : end - start]
            yield piece
            offset += len(piece)
            index += 1

    def read(self, offset: int, size: int) -> bytes:
        """The plain bytes of a range, fewer at the end. Raises Tampered."""
        return b"".join(self.pieces(offset, size))

    def torn(self) -> bytes:
        """What lies behind the last frame that is all there, as it is: the rest of another one."""
        size = os.fstat(self._file).st_size - self._end
        return os.pread(self._file, min(size, SIZE_BYTES + MAX_PLAIN_BYTES + TAG_BYTES), self._end)

    def _find_frames(self) -> None:
        self._at: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self.plain_bytes, self.is_whole = 0, False
        end, at = os.fstat(self._file).st_size, HEAD_BYTES
        self._end = at
        while not self.is_whole:
            word = int.from_bytes(os.pread(self._file, SIZE_BYTES, at))
            size, at = word & ~LAST, at + SIZE_BYTES
            if size < TAG_BYTES or at + size > end:
                return
            self.is_whole = bool(word & LAST)
            if not self.is_whole:
                self._starts.append(self.plain_bytes)
                self.plain_bytes += size - TAG_BYTES
                self._at.append((at, size))
            at += size
            self._end = at
        self._check_end(at - size, size, end)

    def _check_end(self, at: int, size: int, end: int) -> None:
        """What says that nothing is missing has to be true, and nothing may follow it."""
        self._decipher(len(self._at), at, size, is_last=True)
        if size != TAG_BYTES or at + size != end:
            raise Tampered(self._name, len(self._at))

    def _open(self, index: int, *, is_last: bool) -> bytes:
        return self._decipher(index, *self._at[index], is_last=is_last)

    def _decipher(self, index: int, at: int, size: int, *, is_last: bool) -> bytes:
        nonce, bound = _bound(index, is_last)
        try:
            return self._cipher.decrypt(nonce, os.pread(self._file, size, at), bound)
        except InvalidTag as error:
            raise Tampered(self._name, index) from error
