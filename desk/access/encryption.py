"""Files encrypted at rest: AES-256-GCM, a nonce for each, its name bound to it.

A file is MARK, the nonce, the ciphertext, the tag. It is read and written in pieces, so that a
large one takes no memory; what was deciphered counts only once the tag has been checked.
"""

import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import GCM

# No PDF, JPEG or PNG begins so; the last byte is the version.
MARK = b"\0MV\1"
NONCE_BYTES = 12
TAG_BYTES = 16
PIECE_BYTES = 64 * 1024


class Tampered(Exception):
    """The file is not what was written under this name."""


def encrypt(key: bytes, name: str, source: BinaryIO, target: BinaryIO) -> None:
    """Write what `source` has from here on, encrypted under `name`."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = Cipher(AES256(key), GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(MARK + name.encode())
    target.write(MARK + nonce)
    while piece := source.read(PIECE_BYTES):
        target.write(cipher.update(piece))
    target.write(cipher.finalize() + cipher.tag)


def is_encrypted(source: BinaryIO) -> bool:
    """Whether a file begins as ours do; it stands at its beginning afterwards."""
    source.seek(0)
    mark = source.read(len(MARK))
    source.seek(0)
    return mark == MARK


def decrypt(key: bytes, name: str, source: BinaryIO, target: BinaryIO) -> None:
    """Write what a whole encrypted file holds. Raises Tampered: then `target` is worth nothing."""
    end = source.seek(-TAG_BYTES, os.SEEK_END)
    tag = source.read(TAG_BYTES)
    source.seek(len(MARK))
    cipher = Cipher(AES256(key), GCM(source.read(NONCE_BYTES), tag)).decryptor()
    cipher.authenticate_additional_data(MARK + name.encode())
    while left := min(PIECE_BYTES, end - source.tell()):
        target.write(cipher.update(source.read(left)))
    try:
        target.write(cipher.finalize())
    except InvalidTag as error:
        raise Tampered(name) from error
