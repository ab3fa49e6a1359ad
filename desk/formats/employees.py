"""The numbers of those who serve the state: one check for each service."""

from datetime import date

from desk.formats.checked import Checked, warned
from desk.formats.grades import Service
from desk.formats.people import (
    OF_WOMEN,
    Profile,
    Sex,
    check_nip,
    check_nrp_polri,
    check_nrp_tni,
)

# Nobody serves before.
YOUNGEST = 17
MONTHS = range(1, 13)


def check_employee_number(
    text: str, service: Service, today: date, profile: Profile
) -> Checked[str]:
    """A NIP, NI PPPK or NRP as its service writes it. Raises Malformed."""
    match service:
        case Service.POLRI:
            return check_nrp_polri(text, profile)
        case Service.TNI:
            return check_nrp_tni(text)
    checked = check_nip(text, today, profile)
    has_month = int(checked.value[12:14]) in MONTHS
    differs = has_month is (service is Service.PPPK)
    return Checked(checked.value, (*checked.warnings, *warned(nip_service=differs)))


def profile_of(nik: str, today: date) -> Profile:
    """What a NIK says of its owner, taken for old enough to serve; no date where it holds none."""
    day, month, year = (int(nik[at : at + 2]) for at in (6, 8, 10))
    sex = Sex.WOMAN if day > OF_WOMEN else Sex.MAN
    century = (today.year - YOUNGEST) // 100 * 100
    year += century if year <= (today.year - YOUNGEST) % 100 else century - 100
    try:
        return Profile(date(year, month, day % OF_WOMEN), sex)
    except ValueError:
        return Profile(sex=sex)
