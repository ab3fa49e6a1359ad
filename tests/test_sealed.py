import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from media.sealed import HEAD_BYTES, SealedReader, SealedWriter, Tampered

KEY, NAME = b"k" * 32, "r/applicant-001"
BLOCKS = [b"header", b"c" * 40, b"", b"last"]


def sealed(path: Path, blocks: list[bytes] = BLOCKS, name: str = NAME) -> Path:
    writer = SealedWriter(path, KEY, name)
    for block in blocks:
        writer.write(block)
    writer.close()
    return path


def read_whole(path: Path, key: bytes = KEY, name: str = NAME) -> bytes | None:
    """What a reader gets out of a file; None where it says that the end is missing."""
    with SealedReader(path, key, name) as reader:
        content = b"".join(reader.blocks())
        return content if reader.is_whole else None


def test_what_was_sealed_is_read_from_anywhere(tmp_path: Path) -> None:
    large = os.urandom((1 << 20) + 5)
    content = b"".join([*BLOCKS, large, b"end"])
    writer = SealedWriter(tmp_path / "a", KEY, NAME)
    for block in (*BLOCKS, large, b"end"):
        writer.write(block)
    assert writer.close().plain_bytes == len(content)
    with SealedReader(tmp_path / "a", KEY, NAME) as reader:
        assert reader.is_whole
        assert reader.plain_bytes == len(content)
        for offset, size in [(0, 3), (5, 43), (46, 4), (49, 1 << 20), (len(content) - 2, 9)]:
            assert reader.read(offset, size) == content[offset : offset + size]
        assert reader.read(len(content), 1) == b""
        assert b"".join(reader.blocks()) == content
    assert b"header" not in (tmp_path / "a").read_bytes()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_changed_bit_anywhere_shows(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        try:
            content = read_whole(path)
        except Tampered:
            continue
        # A size that was made larger looks as if the end had been cut off.
        assert content is None, at


def test_the_frame_that_was_changed_is_named(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    content = bytearray(path.read_bytes())
    second = HEAD_BYTES + 4 + len(BLOCKS[0]) + 16 + 4
    content[second] ^= 128
    path.write_bytes(content)
    with pytest.raises(Tampered) as found:
        read_whole(path)
    assert (found.value.name, found.value.frame) == (NAME, 1)


def test_a_file_that_was_cut_is_read_as_far_as_it_goes_and_is_not_whole(tmp_path: Path) -> None:
    good = sealed(tmp_path / "a").read_bytes()
    for length in range(HEAD_BYTES, len(good)):
        (tmp_path / "a").write_bytes(good[:length])
        with SealedReader(tmp_path / "a", KEY, NAME) as reader:
            assert not reader.is_whole
            assert b"".join(BLOCKS).startswith(b"".join(reader.blocks()))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content + b"x",
        lambda content: content + content[HEAD_BYTES:],
        lambda content: content[: HEAD_BYTES - 1],
        lambda content: content[:0],
    ],
)
def test_what_is_added_or_has_no_head_is_refused(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = sealed(tmp_path / "a")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Tampered):
        read_whole(path)


def test_another_name_or_key_opens_nothing(tmp_path: Path) -> None:
    path = sealed(tmp_path / "a")
    for key, name in [(b"x" * 32, NAME), (KEY, "r/verifier-001")]:
        with pytest.raises(Tampered):
            read_whole(path, key, name)


def test_a_name_is_written_once_and_never_twice_the_same(tmp_path: Path) -> None:
    first = sealed(tmp_path / "a").read_bytes()
    with pytest.raises(FileExistsError):
        SealedWriter(tmp_path / "a", KEY, NAME)
    again = sealed(tmp_path / "b").read_bytes()
    assert first[HEAD_BYTES:] != again[HEAD_BYTES:]


def test_a_full_disk_leaves_the_file_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SealedWriter(tmp_path / "a", KEY, NAME)
    writer.write(b"before")
    kernel = os.write

    def full(file: int, parts: Sequence[bytes]) -> int:
        monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        return kernel(file, b"".join(parts)[:7])

    monkeypatch.setattr(os, "writev", full)
    with pytest.raises(OSError, match="full"):
        writer.write(b"lost")
    monkeypatch.undo()
    writer.write(b"after")
    assert writer.close().plain_bytes == len(b"beforeafter")
    assert read_whole(tmp_path / "a") == b"beforeafter"
