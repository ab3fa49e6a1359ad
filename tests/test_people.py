"""The demonstration's people: their numbers have the forms that the real ones have."""

from datetime import date, timedelta

import pytest

from desk.demo.people import (
    ADMINISTRATOR,
    APPLICANTS,
    AUDITORS,
    SUPERVISOR,
    VERIFIERS,
    WIB,
    WIT,
    WITA,
    DemoApplicant,
)
from desk.demo.wording import ROLE_NAMES

EVERY_DAY_OF_TWO_YEARS = [date(2026, 1, 1) + timedelta(days=n) for n in range(730)]
ZONES = {
    **dict.fromkeys(("11", "12", "13", "32", "35"), WIB),
    **dict.fromkeys(("51", "52", "64", "71", "73"), WITA),
    **dict.fromkeys(("81", "91", "92"), WIT),
}

EVERYBODY = APPLICANTS + AUDITORS
each_applicant = pytest.mark.parametrize("applicant", EVERYBODY, ids=lambda one: one.name)


def test_there_are_as_many_people_as_the_contract_promises() -> None:
    assert [one.email for one in APPLICANTS] == [f"pemohon{n}@demo.test" for n in range(1, 21)]
    assert [one.email for one in AUDITORS] == ["pemohon21@demo.test", "pemohon22@demo.test"]
    assert [one.email for one in VERIFIERS] == [f"verifikator{n}@demo.test" for n in range(1, 6)]
    assert (SUPERVISOR.email, ADMINISTRATOR.email) == ("pengawas@demo.test", "admin@demo.test")


def test_nobody_shares_a_number_or_a_name() -> None:
    for field in ("nik", "nip", "name"):
        assert len({getattr(one, field) for one in EVERYBODY}) == len(EVERYBODY)
    numbers = {one.letter_number(date(2026, 11, 20)) for one in EVERYBODY}
    assert len(numbers) == len(EVERYBODY)
    assert len({one.desk_number for one in VERIFIERS}) == len(VERIFIERS)


def test_the_first_applicant_is_the_one_of_the_drawings() -> None:
    first = APPLICANTS[0]
    today = date(2026, 11, 24)
    assert first.nik == "8103014107900002"
    assert first.nip == "199007012019032001"
    assert first.letter_number(today) == "800.1.11/0147/DPUPR/2026"
    assert first.valid_from(today) == date(2026, 1, 2)
    assert first.valid_until(today) == date(2026, 12, 31)


@each_applicant
def test_nik_and_nip_say_the_same_birth_date_and_sex(applicant: DemoApplicant) -> None:
    nik, nip = applicant.nik, applicant.nip
    assert len(nik) == 16
    assert len(nip) == 18
    assert (nik + nip).isdecimal()
    woman = int(nik[6:8]) > 40
    day = int(nik[6:8]) - (40 if woman else 0)
    assert f"{day:02}{nik[8:12]}" == nip[6:8] + nip[4:6] + nip[2:4]
    assert nip[14] == ("2" if woman else "1")
    assert nik[12:] != "0000"
    assert nip[15:] != "000"


@each_applicant
def test_an_appointment_is_a_month_or_a_contract_and_comes_after_the_age_of_18(
    applicant: DemoApplicant,
) -> None:
    year, month = int(applicant.nip[8:12]), int(applicant.nip[12:14])
    assert 1 <= month <= 12 or 21 <= month <= 99
    assert year - applicant.born.year >= 18


@each_applicant
def test_the_office_has_its_tax_number_and_the_zone_of_its_province(
    applicant: DemoApplicant,
) -> None:
    office = applicant.office
    assert office.unit_tax_number.isdecimal()
    assert len(office.unit_tax_number) == 16
    assert office.unit_tax_number.startswith("0")
    assert office.timezone == ZONES[applicant.nik[:2]]
    assert office.agency_type in {"Kementerian", "Lembaga", "Provinsi", "Kabupaten", "Kota"}
    assert len(office.signer.nip) == 18
    assert applicant.role in ROLE_NAMES


@each_applicant
def test_a_letter_is_in_force_on_every_day_it_is_shown(applicant: DemoApplicant) -> None:
    for today in EVERY_DAY_OF_TWO_YEARS:
        assert applicant.valid_from(today) <= today <= applicant.valid_until(today)
