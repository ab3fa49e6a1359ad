"""The folder of encrypted files: whole or not at all, under names of ours, for our eyes alone."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from desk.access.encryption import decrypt, encrypt, is_encrypted

PRIVATE_FOLDER = 0o700


class Vault:
    """Files in `folder`, encrypted under one key."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """The folder is made as it is needed."""
        self._folder, self._key = folder, key

    def path(self, name: str) -> Path:
        """Where a file of this name lies."""
        return self._folder / name

    @contextmanager
    def nameless(self) -> Iterator[BinaryIO]:
        """A file that has no name on the disk and is gone with its last reader."""
        self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            yield file

    def free_bytes(self) -> int:
        """What the disk has left."""
        self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free

    def put(self, name: str, content: BinaryIO) -> None:
        """Encrypt the whole `content` into the file of this name, and wait for the disk."""
        content.seek(0)
        path = self.path(name)
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        # Named by the library with mode 0600; a file that nobody gave its name is swept away.
        handle, fresh = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                encrypt(self._key, name, content, target)
                target.flush()
                os.fsync(target.fileno())
            Path(fresh).replace(path)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def put_in_place(self, name: str, plain: Path) -> None:
        """Encrypt a file that lies in a folder to be renamed, under the name it will have."""
        content = plain.read_bytes()
        with plain.open("wb") as target:
            encrypt(self._key, name, BytesIO(content), target)
            target.flush()
            os.fsync(target.fileno())

    def get(self, name: str, target: BinaryIO) -> bool:
        """Write a file's plain content into `target`: whether it was encrypted.

        Raises Tampered, or FileNotFoundError.
        """
        with self.path(name).open("rb") as source:
            if is_encrypted(source):
                decrypt(self._key, name, source, target)
                return True
            shutil.copyfileobj(source, target)
            return False

    def remove(self, name: str) -> None:
        """Remove a file, or a folder of them, if it is there."""
        path = self.path(name)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)

    def older_than(self, moment_s: float) -> list[str]:
        """The names of what was last written before this moment of the machine's own clock."""
        found = []
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < moment_s:
                    found.append(path.name)
        return found


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
