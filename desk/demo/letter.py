"""A Surat Tugas as an Indonesian office would write it, for the demonstration's applicants.

Everything on it is drawn here: no crest, stamp or signature of anybody real. The same facts give
the same bytes. Measures are millimetres on A4, type sizes points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from desk.demo.marks import draw_seal, draw_signature, draw_stamp
from desk.demo.people import DemoApplicant, Signer
from desk.demo.typesetting import (
    BODY,
    FONT,
    LEFT,
    RIGHT,
    SIGN_X,
    WIDTH,
    numbered,
    write_at,
    write_centred,
    write_item,
    write_paragraph,
    write_row,
)
from desk.demo.wording import DUTIES, INSPECTORS, RANK_NAMES, REGIONS, ROLE_NAMES
from desk.times import day_name

MOST_DUTIES_IN_LETTER = 2


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What one Surat Tugas says; `nip` as 18 digits, `rank` the golongan ("III/d")."""

    agency: str
    unit: str
    address: str
    number: str
    name: str
    nip: str
    rank: str
    role: str
    valid_from: date
    valid_until: date
    city: str
    issued_on: date
    signer: Signer
    mark: int


def letter_facts(applicant: DemoApplicant, today: date) -> LetterFacts:
    """The facts of the letter that is in force for this applicant on `today`."""
    office = applicant.office
    return LetterFacts(
        agency=office.agency,
        unit=office.unit,
        address=office.address,
        number=applicant.letter_number(today),
        name=applicant.name,
        nip=applicant.nip,
        rank=applicant.rank,
        role=applicant.role,
        valid_from=applicant.valid_from(today),
        valid_until=applicant.valid_until(today),
        city=office.city,
        issued_on=applicant.valid_from(today),
        signer=office.signer,
        mark=int(office.unit_tax_number[6:9]),
    )


def surat_tugas(facts: LetterFacts) -> bytes:
    """The letter as a PDF of one page; a PPK's has an annex on a second."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(facts.issued_on, time(9), UTC))
    pdf.set_title(f"Surat Tugas {facts.number}")
    pdf.set_lang("id")
    pdf.set_margins(LEFT, 14, 210 - RIGHT)
    pdf.set_auto_page_break(auto=True, margin=12)
    pdf.add_page()
    write_letterhead(pdf, facts)
    write_heading(pdf, facts)
    write_grounds(pdf, facts)
    write_person(pdf, facts)
    write_duties(pdf, facts)
    write_signature(pdf, facts)
    write_copies(pdf, facts)
    if has_annex(facts):
        write_annex(pdf, facts)
    return bytes(pdf.output())


def has_annex(facts: LetterFacts) -> bool:
    """Long lists of duties go onto a page of their own."""
    return len(DUTIES[facts.role]) > MOST_DUTIES_IN_LETTER


def write_letterhead(pdf: FPDF, facts: LetterFacts) -> None:
    """Kop surat: seal, agency, unit, address, and the thick and thin rule below."""
    draw_seal(pdf, LEFT + 11, 28, facts.mark)
    centred = {"x": LEFT + 23, "width": WIDTH - 23}
    pdf.set_y(14)
    write_centred(pdf, agency_heading(facts), 13, "", **centred)
    write_centred(pdf, unit_heading(facts), 15, "B", **centred)
    write_centred(pdf, facts.address, 9.5, "", **centred)
    slug = "".join(word[0] for word in facts.unit.lower().split())
    contact = f"Telepon (0800) 000-{facts.mark:04}    Pos-el sekretariat@{slug}.test"
    write_centred(pdf, contact, 9.5, "", **centred)
    y = max(pdf.get_y() + 2, 43)
    pdf.set_line_width(0.9)
    pdf.line(LEFT, y, RIGHT, y)
    pdf.set_line_width(0.25)
    pdf.line(LEFT, y + 1.1, RIGHT, y + 1.1)
    pdf.set_y(y + 6)


def agency_heading(facts: LetterFacts) -> str:
    """Regions write "Pemerintah" before their name, ministries and bodies do not."""
    region = facts.agency.split()[0] in REGIONS
    return (f"Pemerintah {facts.agency}" if region else facts.agency).upper()


def unit_heading(facts: LetterFacts) -> str:
    """The unit without the agency's name, which stands in the line above already."""
    return facts.unit.removesuffix(facts.agency).strip().upper()


def write_heading(pdf: FPDF, facts: LetterFacts) -> None:
    """The title and the letter's number."""
    write_centred(pdf, "SURAT TUGAS", 14, "BU")
    write_centred(pdf, f"Nomor: {facts.number}", BODY, "")
    pdf.ln(4)


def write_grounds(pdf: FPDF, facts: LetterFacts) -> None:
    """Dasar: what the letter rests on."""
    grounds = (
        "Peraturan Presiden Nomor 16 Tahun 2018 tentang Pengadaan Barang/Jasa Pemerintah "
        "sebagaimana telah beberapa kali diubah, terakhir dengan Peraturan Presiden Nomor 46 "
        "Tahun 2025;",
        f"Dokumen Pelaksanaan Anggaran {facts.unit} Tahun Anggaran {facts.valid_from.year}.",
    )
    write_row(pdf, "Dasar", numbered(grounds), label_width=20)
    pdf.ln(2)
    write_paragraph(pdf, "Yang bertanda tangan di bawah ini menugaskan:")
    pdf.ln(1.5)


def write_person(pdf: FPDF, facts: LetterFacts) -> None:
    """Whom the letter sends, and for how long."""
    rank = RANK_NAMES.get(facts.rank)
    rows = (
        ("Nama", facts.name),
        ("NIP", spaced_nip(facts.nip)),
        ("Pangkat/Golongan", f"{rank}, {facts.rank}" if rank else f"PPPK, golongan {facts.rank}"),
        ("Jabatan", ROLE_NAMES[facts.role]),
        ("Satuan kerja", facts.unit),
        ("Berlaku", f"{day_name(facts.valid_from)} s.d. {day_name(facts.valid_until)}"),
    )
    for label, value in rows:
        write_row(pdf, label, [("", value)], label_width=36, indent=8, style="B")
    pdf.ln(2)


def write_duties(pdf: FPDF, facts: LetterFacts) -> None:
    """What the person is sent to do, and the closing words."""
    role, year = ROLE_NAMES[facts.role], facts.valid_from.year
    write_paragraph(
        pdf,
        f"untuk melaksanakan tugas sebagai {role} pada {facts.unit} Tahun Anggaran {year}, dan "
        "untuk memiliki serta menggunakan akun pada Sistem Pengadaan Secara Elektronik (SPSE) dan "
        "aplikasi pendukungnya sesuai dengan jabatan tersebut"
        + (
            ", dengan uraian tugas sebagaimana tercantum dalam Lampiran."
            if has_annex(facts)
            else ", dengan uraian tugas:"
        ),
    )
    if not has_annex(facts):
        for number, text in numbered(closed(DUTIES[facts.role])):
            write_item(pdf, number, text, LEFT + 8)
    pdf.ln(2)
    write_paragraph(
        pdf,
        "Surat tugas ini berlaku selama jangka waktu tersebut di atas dan dapat ditinjau kembali "
        "apabila di kemudian hari terdapat kekeliruan. Demikian surat tugas ini dibuat untuk "
        "dilaksanakan dengan penuh tanggung jawab.",
    )
    pdf.ln(4)


def write_signature(pdf: FPDF, facts: LetterFacts) -> None:
    """Place and date, office, stamp and signature, and the signer's name, rank and NIP."""
    signer = facts.signer
    if pdf.will_page_break(52):
        pdf.add_page()
    write_at(pdf, f"{facts.city}, {day_name(facts.issued_on)}")
    write_at(pdf, f"{signer.title},")
    top = pdf.get_y()
    draw_stamp(pdf, SIGN_X + 4, top + 12, agency_heading(facts), unit_initials(facts))
    draw_signature(pdf, SIGN_X + 11, top + 12, facts.mark)
    pdf.set_y(top + 25)
    write_at(pdf, signer.name, "BU")
    write_at(pdf, signer.rank)
    write_at(pdf, f"NIP {spaced_nip(signer.nip)}")


def unit_initials(facts: LetterFacts) -> str:
    """The middle of the stamp: the unit's initials, or its one word."""
    words = [word for word in unit_heading(facts).split() if word not in ("DAN", "DR.")]
    short = "".join(word[0] for word in words)
    return words[0] if len(short) == 1 else short


def write_copies(pdf: FPDF, facts: LetterFacts) -> None:
    """Tembusan: who else gets the letter."""
    first = facts.agency.split()[0]
    inspector = INSPECTORS.get(first, "Inspektur Utama")
    copies = (
        f"{inspector} {facts.agency};",
        "Kepala Unit Kerja Pengadaan Barang/Jasa;",
        "Yang bersangkutan.",
    )
    pdf.ln(3)
    pdf.set_font(FONT, "", 10)
    pdf.cell(text="Tembusan:", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for number, text in numbered(copies):
        write_item(pdf, number, text, LEFT, height=4.4)


def write_annex(pdf: FPDF, facts: LetterFacts) -> None:
    """Lampiran: the duties one by one, signed again."""
    pdf.add_page()
    pdf.set_font(FONT, "", BODY)
    for label, value in (
        ("Lampiran", "Surat Tugas"),
        ("Nomor", facts.number),
        ("Tanggal", day_name(facts.issued_on)),
    ):
        write_row(pdf, label, [("", value)], label_width=22, indent=85)
    pdf.ln(8)
    write_centred(pdf, "URAIAN TUGAS", 13, "B")
    write_centred(pdf, ROLE_NAMES[facts.role].upper(), 13, "B")
    pdf.ln(5)
    pdf.set_font(FONT, "", BODY)
    write_paragraph(pdf, f"{facts.name} dalam jabatan tersebut bertugas:")
    pdf.ln(1)
    for number, text in numbered(closed(DUTIES[facts.role])):
        write_item(pdf, number, text, LEFT + 8)
        pdf.ln(1)
    pdf.ln(8)
    write_signature(pdf, facts)


def closed(duties: tuple[str, ...]) -> tuple[str, ...]:
    """Items of one sentence: semicolons, "dan" before the last, a full stop."""
    *others, before_last, last = duties
    return (*(f"{duty};" for duty in others), f"{before_last}; dan", f"{last}.")


def spaced_nip(nip: str) -> str:
    """18 digits in the groups that offices write: birth, appointment, sex, serial."""
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
