"""The Surat Tugas: it says what the record says, whoever it is for, and on few pages."""

from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from desk.demo.letter import LetterFacts, letter_facts, spaced_nip, surat_tugas
from desk.demo.people import APPLICANTS, AUDITORS
from desk.demo.wording import ROLE_NAMES

TODAY = date(2026, 11, 24)


def pages_of(letter: bytes) -> list[str]:
    with pypdfium2.PdfDocument(letter) as document:
        return [page_text(document, index) for index in range(len(document))]


def page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    page = document[index]
    text = page.get_textpage()
    words = " ".join(text.get_text_bounded().split())
    text.close()
    page.close()
    return words


@pytest.mark.parametrize("index", range(len(APPLICANTS + AUDITORS)))
def test_a_letter_carries_every_fact_of_its_applicant(index: int) -> None:
    applicant = (APPLICANTS + AUDITORS)[index]
    pages = pages_of(surat_tugas(letter_facts(applicant, TODAY)))
    for fact in (
        "SURAT TUGAS",
        applicant.name,
        spaced_nip(applicant.nip),
        applicant.rank,
        ROLE_NAMES[applicant.role],
        applicant.office.unit,
        applicant.letter_number(TODAY),
        applicant.office.signer.name,
    ):
        assert fact in pages[0]
    assert len(pages) == (2 if applicant.role == "PPK" else 1)


def test_dates_are_written_the_indonesian_way() -> None:
    page = pages_of(surat_tugas(letter_facts(APPLICANTS[0], TODAY)))[0]
    assert "2 Januari 2026 s.d. 31 Desember 2026" in page
    assert "Saumlaki, 2 Januari 2026" in page


def test_the_same_facts_give_the_same_bytes() -> None:
    facts = letter_facts(APPLICANTS[4], TODAY)
    assert surat_tugas(facts) == surat_tugas(facts)
    assert surat_tugas(facts) != surat_tugas(replace(facts, name="Orang Lain"))


def test_a_very_long_agency_still_fits_its_pages() -> None:
    facts: LetterFacts = letter_facts(APPLICANTS[4], TODAY)
    unit = "Badan Koordinasi Penyelenggaraan Pengelolaan, Pemeliharaan, dan Pengembangan " * 2
    long = replace(facts, unit=f"{unit}{facts.agency}")
    pages = pages_of(surat_tugas(long))
    assert len(pages) <= 2
    assert facts.signer.name in " ".join(pages)
