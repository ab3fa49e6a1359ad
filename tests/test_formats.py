"""The formats of identifiers: what is refused, and what only reaches the verifier."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.formats.checked import ERRORS, WARNINGS, Checked, Malformed
from desk.formats.grades import GRADES, Service, check_grade
from desk.formats.people import (
    Profile,
    Sex,
    check_nik,
    check_nip,
    check_nrp_polri,
    check_nrp_tni,
)
from desk.formats.reach import check_email, check_phone
from desk.formats.taxes import TaxNumber, check_nitku, check_npwp, check_tax_number, shown_npwp
from desk.formats.terms import check_term
from tests.scenes import INDONESIAN

TODAY = date(2026, 11, 24)
NIK, NIP, PPPK = "3273014107900001", "199007012019032001", "199007012022212001"
WOMAN = Profile(date(1990, 7, 1), Sex.WOMAN)
NUMBERS = (check_nik, check_npwp, check_nitku, check_tax_number, check_nrp_polri, check_nrp_tni)


def code_of(refused: pytest.ExceptionInfo[Malformed]) -> str:
    return refused.value.code


def test_a_nik_of_a_woman_agrees_with_her_profile() -> None:
    assert check_nik(NIK, WOMAN) == Checked(NIK)
    assert check_nik(" 3273 0141.0790-0001\t") == Checked(NIK)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nik_length"),
        (NIK[:-1], "nik_length"),
        (NIK + "1", "nik_length"),
        ("327301410790000O", "nik_length"),
        ("３２７３０１４１０７９００００１", "nik_length"),
        ("3273010007900001", "nik_day"),
        ("3273013207900001", "nik_day"),
        ("3273014007900001", "nik_day"),
        ("3273017207900001", "nik_day"),
        ("3273014100900001", "nik_month"),
        ("3273014113900001", "nik_month"),
        ("3273014107900000", "nik_serial"),
    ],
)
def test_what_no_nik_can_be_is_refused(text: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_nik(text)
    assert code_of(refused) == code


@pytest.mark.parametrize("day", ["01", "31", "41", "71"])
def test_the_first_and_last_days_of_both_are_taken(day: str) -> None:
    assert check_nik(f"327301{day}07900001").warnings == ()


@pytest.mark.parametrize(
    ("text", "profile", "warnings"),
    [
        ("5473014107900001", WOMAN, ("nik_region",)),
        ("3273014207900001", WOMAN, ("nik_birth_date",)),
        ("3273014107910001", WOMAN, ("nik_birth_date",)),
        ("3273010107900001", WOMAN, ("nik_sex",)),
        ("3273013107900001", WOMAN, ("nik_birth_date", "nik_sex")),
        ("3273010107900001", Profile(sex=Sex.MAN), ()),
        ("3273013102900001", Profile(), ()),
    ],
)
def test_what_is_odd_about_a_nik_is_a_warning(
    text: str, profile: Profile, warnings: tuple[str, ...]
) -> None:
    assert check_nik(text, profile) == Checked(text, warnings)


def test_regions_can_be_told_more_closely() -> None:
    assert check_nik(NIK, regions={"3273"}).warnings == ()
    assert check_nik(NIK, regions={"3274"}).warnings == ("nik_region",)


def test_a_nip_and_a_ni_pppk_are_both_taken() -> None:
    assert check_nip("19900701 201903 2 001", TODAY, WOMAN) == Checked(NIP)
    assert check_nip(PPPK, TODAY, WOMAN) == Checked(PPPK)


@given(st.integers(0, 99))
def test_a_month_or_a_contracts_code_and_nothing_between(code: int) -> None:
    text = f"199007012022{code:02}2001"
    if 1 <= code <= 12 or code >= 21:
        assert check_nip(text, TODAY) == Checked(text)
    else:
        with pytest.raises(Malformed) as refused:
            check_nip(text, TODAY)
        assert code_of(refused) == "nip_appointment"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NIP[:-1], "nip_length"),
        ("199013012019032001", "nip_birth_date"),
        ("199002302019032001", "nip_birth_date"),
        ("000001012019032001", "nip_birth_date"),
        ("199007012019033001", "nip_sex"),
        ("199007012019030001", "nip_sex"),
        ("199007012019032000", "nip_serial"),
    ],
)
def test_what_no_nip_can_be_is_refused(text: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_nip(text, TODAY)
    assert code_of(refused) == code


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("199007012008062001", ("nip_too_young",)),
        ("199007012008072001", ()),
        ("199007012007212001", ("nip_too_young",)),
        ("199007012008212001", ()),
        ("199007010000012001", ("nip_too_young",)),
        ("199007012026112001", ()),
        ("199007012026122001", ("nip_future",)),
        ("199007012026212001", ()),
        ("199007012027212001", ("nip_future",)),
        ("199007022019032001", ("nip_birth_date",)),
        ("199007012019031001", ("nip_sex",)),
    ],
)
def test_what_is_odd_about_a_nip_is_a_warning(text: str, warnings: tuple[str, ...]) -> None:
    assert check_nip(text, TODAY, WOMAN) == Checked(text, warnings)


def test_a_number_of_the_police_is_digits() -> None:
    assert check_nrp_polri("9007.0123", WOMAN) == Checked("90070123")
    assert check_nrp_polri("90080123", WOMAN).warnings == ("polri_birth_month",)
    assert check_nrp_polri("900701234", WOMAN).warnings == ("polri_length",)
    for text in ("", "9007012A", "-"):
        with pytest.raises(Malformed) as refused:
            check_nrp_polri(text)
        assert code_of(refused) == "polri_digits"


def test_a_number_of_the_armed_forces_has_many_forms() -> None:
    assert check_nrp_tni("12345") == Checked("12345")
    assert check_nrp_tni("543210") == Checked("543210")
    assert check_nrp_tni(" 12345/p ") == Checked("12345/P", ("tni_unusual",))
    assert check_nrp_tni("1" * 20).warnings == ("tni_unusual",)
    for text in ("", "123", "1" * 21, "12345/", "12345/PPPP", "P12345", "12345P"):
        with pytest.raises(Malformed) as refused:
            check_nrp_tni(text)
        assert code_of(refused) == "tni_form"


def test_an_old_npwp_gets_its_zero() -> None:
    assert check_npwp("00.090.010.1-194.100") == Checked("0000900101194100")
    assert check_npwp("0009001011941000") == Checked("0009001011941000")
    assert check_npwp(NIK) == Checked(NIK)
    for text in ("", "1" * 14, "1" * 17, "1" * 22, "00090010119410A0"):
        with pytest.raises(Malformed) as refused:
            check_npwp(text)
        assert code_of(refused) == "npwp_length"


def test_a_nitku_is_split_and_taken_where_an_npwp_is_asked_for() -> None:
    nitku = Checked(TaxNumber("0009001011941000", "000001"))
    assert check_nitku("0009001011941000 000001") == nitku == check_tax_number(
        "0009001011941000-000001"
    )  # fmt: skip
    assert check_tax_number("0" * 15) == Checked(TaxNumber("0" * 16))
    assert check_tax_number("1" * 16) == Checked(TaxNumber("1" * 16))
    for check, code in ((check_nitku, "nitku_length"), (check_tax_number, "tax_number_length")):
        with pytest.raises(Malformed) as refused:
            check("1" * 21)
        assert code_of(refused) == code


def test_an_npwp_of_a_body_is_shown_in_its_old_form() -> None:
    assert shown_npwp("0000900101194100") == "00.090.010.1-194.100"
    assert shown_npwp(NIK) == NIK


def test_every_grade_of_the_lists_is_taken_as_it_stands_there() -> None:
    assert [len(GRADES[one]) for one in (Service.PNS, Service.PPPK)] == [17, 17]
    for service, grades in GRADES.items():
        assert len(set(grades)) == len(grades)
        for grade in grades:
            assert check_grade(f" {grade.lower()} ", service) == Checked(grade)
            assert check_grade(grade) == Checked(grade)


@pytest.mark.parametrize(
    ("text", "service"),
    [("III/e", Service.PNS), ("IV/f", None), ("XVIII", Service.PPPK), ("III/d", Service.PPPK),
     ("", None), ("", Service.NONE), ("-", Service.PNS), ("AKP", Service.TNI)],
)  # fmt: skip
def test_a_grade_outside_its_list_is_refused(text: str, service: Service | None) -> None:
    with pytest.raises(Malformed) as refused:
        check_grade(text, service)
    assert code_of(refused) == "grade_unknown"


@pytest.mark.parametrize(
    ("start", "end", "warnings"),
    [
        (date(2026, 1, 2), date(2026, 12, 31), ()),
        (TODAY, date(2026, 12, 24), ()),
        (date(2026, 1, 2), date(2026, 12, 23), ("term_ends_soon",)),
        (TODAY, TODAY, ("term_ends_soon",)),
        (date(2026, 11, 25), date(2027, 12, 31), ("term_not_begun",)),
        (date(2024, 2, 29), date(2029, 2, 28), ()),
        (date(2024, 2, 29), date(2029, 3, 1), ("term_long",)),
        (date(2026, 1, 1), date(2031, 1, 1), ()),
        (date(2026, 1, 1), date(2031, 1, 2), ("term_long",)),
    ],
)
def test_a_term_of_office(start: date, end: date, warnings: tuple[str, ...]) -> None:
    checked = check_term(start, end, TODAY)
    assert (checked.value, checked.warnings) == ((start, end), warnings)


def test_a_term_that_is_over_or_runs_backwards_is_refused() -> None:
    for start, end, code in (
        (date(2026, 1, 2), date(2026, 11, 23), "term_over"),
        (date(2027, 1, 2), date(2026, 12, 31), "term_reversed"),
    ):
        with pytest.raises(Malformed) as refused:
            check_term(start, end, TODAY)
        assert code_of(refused) == code


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("62 812 3456 7890", "+6281234567890"),
        ("(022) 4234567", "+62224234567"),
        ("+65 6521 8000", "+6565218000"),
    ],
)
def test_a_telephone_number_is_stored_in_one_form(text: str, stored: str) -> None:
    assert check_phone(text) == Checked(stored)


@pytest.mark.parametrize(
    "text", ["", "12", "0812", "telepon", "0812 3456 7890 ext. 5", "+999 12345678"]
)
def test_what_cannot_be_dialled_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_phone(text)
    assert code_of(refused) == "phone_unusable"


def test_an_address_is_kept_in_lower_case() -> None:
    assert check_email("  Ani.Lestari@Contoh.GO.ID ") == Checked("ani.lestari@contoh.go.id")
    for text in (
        "", "ani", "ani@", "@contoh.test", "ani@contoh", "ani lestari@contoh.test", "a@b@c.test",
        "ani@contoh.test\nBcc: x@y.test", ".ani@contoh.test", "ani..l@contoh.test",
        "ani@-contoh.test", f"{'a' * 65}@contoh.test", f"a@{'b' * 60}.{'c' * 200}.test",
        "ａni@x.test",
    ):  # fmt: skip
        with pytest.raises(Malformed) as refused:
            check_email(text)
        assert code_of(refused) == "email_unusable"


@given(st.text(max_size=40))
def test_whatever_is_typed_is_taken_as_plain_digits_or_refused(text: str) -> None:
    for check in NUMBERS:
        try:
            value = check(text).value
        except Malformed as refused:
            assert refused.code in ERRORS
            continue
        joined = "".join(one or "" for one in value) if isinstance(value, tuple) else value
        assert joined.isascii()
        assert check(joined).value == value
    for other in (check_phone, check_email, check_grade, lambda typed: check_nip(typed, TODAY)):
        try:
            assert other(text).value.isprintable()
        except Malformed as refused:
            assert refused.code in ERRORS


@given(st.from_regex(r"[0-9]{16}", fullmatch=True), st.sampled_from([" ", ".", "-", " - "]))
def test_what_stands_between_the_digits_does_not_count(digits: str, between: str) -> None:
    assert check_npwp(between.join(digits)) == check_npwp(digits) == Checked(digits)


def test_every_code_has_its_sentence() -> None:
    for code in ERRORS:
        assert Malformed(code).sentence.endswith(".")
    for code in WARNINGS:
        (sentence,) = Checked("", (code,)).sentences
        assert sentence.endswith(".")
    assert any(INDONESIAN.search(sentence) for sentence in ERRORS.values())
