"""Sizes of files as people read them."""

from math import ceil

from desk.amounts import decimal, number
from desk.words import _

MEGABYTE = 1_000_000


def file_size(size_bytes: int) -> str:
    """ "830 kB", and from a megabyte on "1,3 MB"; rounded up, as against a limit."""
    if size_bytes < MEGABYTE:
        return _("{amount} kB").format(amount=number(ceil(size_bytes / 1000)))
    return _("{amount} MB").format(amount=decimal(ceil(10 * size_bytes / MEGABYTE) / 10))
