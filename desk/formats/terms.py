"""Masa Berlaku Jabatan: from when to when somebody holds an office."""

from datetime import date, timedelta
from typing import NamedTuple

from desk.formats.checked import Checked, Malformed, warned

LONG_YEARS = 5
SOON = timedelta(days=30)


class Term(NamedTuple):
    """Both days belong to it."""

    start: date
    end: date


def check_term(start: date, end: date, today: date) -> Checked[Term]:
    """A term of office that is not over today, in the unit's own zone. Raises Malformed."""
    if end < today:
        raise Malformed("term_over")
    if end < start:
        raise Malformed("term_reversed")
    last_usual = (start.year + LONG_YEARS, start.month, start.day)
    return Checked(
        Term(start, end),
        warned(
            term_not_begun=start > today,
            term_long=(end.year, end.month, end.day) > last_usual,
            term_ends_soon=end - today < SOON,
        ),
    )
