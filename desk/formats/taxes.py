"""Tax numbers: NPWP and NITKU. No checksum is enforced: that of a NIK as NPWP does not exist."""

from typing import NamedTuple

from desk.formats.checked import Checked, digits_of

OLD_LENGTH, LENGTH, WITH_BRANCH = 15, 16, 22


class TaxNumber(NamedTuple):
    """An NPWP of 16 digits, and the six of a NITKU's serial ("000000" is the centre), if known."""

    npwp: str
    branch: str | None = None


def check_npwp(text: str) -> Checked[str]:
    """An NPWP of 16 digits; an old one of 15 gets its leading zero. Raises Malformed."""
    number = digits_of(text, (OLD_LENGTH, LENGTH), "npwp_length")
    return Checked(number.zfill(LENGTH))


def check_nitku(text: str) -> Checked[TaxNumber]:
    """A NITKU of 22 digits, split. Raises Malformed."""
    number = digits_of(text, (WITH_BRANCH,), "nitku_length")
    return Checked(TaxNumber(number[:LENGTH], number[LENGTH:]))


def check_tax_number(text: str) -> Checked[TaxNumber]:
    """What a unit's field takes: an NPWP, old or new, or a NITKU. Raises Malformed."""
    number = digits_of(text, (OLD_LENGTH, LENGTH, WITH_BRANCH), "tax_number_length")
    if len(number) == WITH_BRANCH:
        return check_nitku(number)
    return Checked(TaxNumber(check_npwp(number).value))


def shown_npwp(npwp: str) -> str:
    """ "00.090.010.1-194.100" for a body's, which begins with 0; a person's is a NIK, as it is."""
    if not npwp.startswith("0"):
        return npwp
    old = npwp[1:]
    return f"{old[:2]}.{old[2:5]}.{old[5:8]}.{old[8]}-{old[9:12]}.{old[12:]}"
