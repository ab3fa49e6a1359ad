"""The numbers of people: NIK, NIP and NI PPPK, NRP of the police and of the armed forces.

Only what the rules exclude is refused; what is merely odd becomes a warning, since real numbers
are odd: a NIK keeps its first region for ever, and staff lists hold wrong birth dates.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from desk.formats.checked import DIGITS, Checked, Malformed, digits_of, ungrouped, warned

# Of all 38 provinces.
PROVINCES = frozenset(
    map(str, (*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66),
              *range(71, 77), 81, 82, *range(91, 97)))
)  # fmt: skip
OF_WOMEN = 40
GROWN_UP = 18
POLRI_LENGTH = 8
TNI = re.compile(r"[0-9]{4,20}(/[A-Z]{1,3})?")
TNI_USUAL = re.compile(r"[0-9]{5,6}")


class Sex(IntEnum):
    """By the digit of a NIP."""

    MAN = 1
    WOMAN = 2


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person elsewhere; None where nothing is."""

    born: date | None = None
    sex: Sex | None = None


NOTHING_KNOWN = Profile()


def check_nik(
    text: str, profile: Profile = NOTHING_KNOWN, regions: Collection[str] = PROVINCES
) -> Checked[str]:
    """A NIK of 16 digits; `regions` are the known codes, of two or more digits. Raises Malformed.

    The day counts 40 more for women.
    """
    number = digits_of(text, (16,), "nik_length")
    day, month = int(number[6:8]), int(number[8:10])
    sex = Sex.WOMAN if day > OF_WOMEN else Sex.MAN
    if day not in {*range(1, 32), *range(41, 72)}:
        raise Malformed("nik_day")
    if month not in range(1, 13):
        raise Malformed("nik_month")
    if number[12:] == "0000":
        raise Malformed("nik_serial")
    birth = f"{day % OF_WOMEN:02}{number[8:12]}"
    return Checked(
        number,
        warned(
            nik_region=not number.startswith(tuple(regions)),
            nik_birth_date=bool(profile.born) and birth != f"{profile.born:%d%m%y}",
            nik_sex=profile.sex not in {None, sex},
        ),
    )


def check_nip(text: str, today: date, profile: Profile = NOTHING_KNOWN) -> Checked[str]:
    """A NIP or NI PPPK of 18 digits. Raises Malformed.

    Birth YYYYMMDD, appointment YYYY and a month or, for PPPK, the contract's code from 21 on; sex;
    serial.
    """
    number = digits_of(text, (18,), "nip_length")
    born = _date(number[:8])
    year, month, sex = int(number[8:12]), int(number[12:14]), int(number[14])
    if born is None:
        raise Malformed("nip_birth_date")
    if month not in {*range(1, 13), *range(21, 100)}:
        raise Malformed("nip_appointment")
    if sex not in {1, 2}:
        raise Malformed("nip_sex")
    if number[15:] == "000":
        raise Malformed("nip_serial")
    return Checked(
        number,
        warned(
            nip_too_young=_in_month(year, month, born) < (born.year + GROWN_UP, born.month),
            nip_future=_in_month(year, month, today) > (today.year, today.month),
            nip_birth_date=profile.born not in {None, born},
            nip_sex=profile.sex not in {None, sex},
        ),
    )


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _in_month(year: int, month: int, other: date) -> tuple[int, int]:
    """The appointment's month; a PPPK's number has none, and is given that of the other date."""
    return (year, month if month in range(1, 13) else other.month)


def check_nrp_polri(text: str, profile: Profile = NOTHING_KNOWN) -> Checked[str]:
    """A number of the police: digits, as a rule eight, birth YYMM and serial. Raises Malformed."""
    number = ungrouped(text)
    if not DIGITS.fullmatch(number):
        raise Malformed("polri_digits")
    is_usual = len(number) == POLRI_LENGTH
    differs = is_usual and bool(profile.born) and number[:4] != f"{profile.born:%y%m}"
    return Checked(number, warned(polri_length=not is_usual, polri_birth_month=differs))


def check_nrp_tni(text: str) -> Checked[str]:
    """A number of the armed forces, in one of its many forms ("12345/P"). Raises Malformed."""
    number = ungrouped(text).upper()
    if not TNI.fullmatch(number):
        raise Malformed("tni_form")
    return Checked(number, warned(tni_unusual=not TNI_USUAL.fullmatch(number)))
