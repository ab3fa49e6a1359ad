"""The invented people of the demonstration. Places may be real; people and numbers are not.

NIK and NIP are put together from the same birth date and sex, so they agree as real ones do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
FIRST_OFFICE_DAY = (1, 2)  # most letters begin with the fiscal year, on its first working day


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs an agency's letters; `nip` as 18 digits."""

    name: str
    title: str
    rank: str
    nip: str


@dataclass(frozen=True, slots=True)
class Office:
    """A satuan kerja. `unit_tax_number` is its NPWP as 16 digits (an old one with a leading 0)."""

    agency_type: str
    agency: str
    unit: str
    address: str
    city: str
    timezone: str
    unit_tax_number: str
    number_pattern: str
    signer: Signer


@dataclass(frozen=True, slots=True)
class DemoApplicant:
    """An applicant; `region` is the NIK's district, `appointed` the NIP's digits 9 to 14."""

    index: int
    name: str
    region: str
    born: date
    sex: Literal["L", "P"]
    appointed: str
    rank: str
    role: str
    letter_serial: int
    office: Office = field(repr=False)
    term_start: tuple[int, int] = FIRST_OFFICE_DAY

    @property
    def email(self) -> str:
        return f"pemohon{self.index}@demo.test"

    @property
    def nik(self) -> str:
        """16 digits: district, DDMMYY (women DD + 40), serial."""
        day = self.born.day + (40 if self.sex == "P" else 0)
        return f"{self.region}{day:02}{self.born:%m%y}{self.index + 1:04}"

    @property
    def nip(self) -> str:
        """18 digits: birth date, appointment (for PPPK a year and a contract code), sex, serial."""
        return f"{self.born:%Y%m%d}{self.appointed}{'2' if self.sex == 'P' else '1'}{self.index:03}"

    def valid_from(self, today: date) -> date:
        """The first day of the term that `today` lies in."""
        if self.term_start == FIRST_OFFICE_DAY:
            return min(today, date(today.year, *FIRST_OFFICE_DAY))
        start = date(today.year, *self.term_start)
        return start if start <= today else date(today.year - 1, *self.term_start)

    def valid_until(self, today: date) -> date:
        """The last day of that term: the year's end, or a year after its start."""
        if self.term_start == FIRST_OFFICE_DAY:
            return date(today.year, 12, 31)
        start = self.valid_from(today)
        return date(start.year + 1, *self.term_start) - timedelta(days=1)

    def letter_number(self, today: date) -> str:
        """The number of the letter in force on `today`."""
        year = self.valid_from(today).year
        return self.office.number_pattern.format(serial=self.letter_serial, year=year)


@dataclass(frozen=True, slots=True)
class DemoVerifier:
    """A verifier; applicants see only the desk's number ("Verifikator 07")."""

    index: int
    name: str
    desk_number: int

    @property
    def email(self) -> str:
        return f"verifikator{self.index}@demo.test"


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """The supervisor or the administrator."""

    email: str
    name: str


# fmt: off
TANIMBAR = Office(
    "Kabupaten", "Kabupaten Kepulauan Tanimbar",
    "Dinas Pekerjaan Umum dan Penataan Ruang Kabupaten Kepulauan Tanimbar",
    "Jalan Poros Contoh Nomor 14, Saumlaki 97664", "Saumlaki", WIT, "0009001011941000",
    "800.1.11/{serial:04}/DPUPR/{year}",
    Signer("Ir. Hendrik Lololuan, M.T.", "Kepala Dinas", "Pembina Utama Muda",
           "196804121995031002"))
NUSA_TIMUR = Office(
    "Kota", "Kota Nusa Timur", "Sekretariat Daerah Kota Nusa Timur",
    "Jalan Balai Kota Nomor 1, Nusa Timur 65999", "Nusa Timur", WIB, "0009001021652000",
    "800.1.11.1/{serial}/SETDA/{year}",
    Signer("Drs. Agus Wibisono, M.Si.", "Sekretaris Daerah", "Pembina Utama Madya",
           "196703181992031004"))
NUSA_TIMUR_PROCUREMENT = Office(
    "Kota", "Kota Nusa Timur", "Bagian Pengadaan Barang dan Jasa Kota Nusa Timur",
    "Jalan Balai Kota Nomor 1, Nusa Timur 65999", "Nusa Timur", WIB, "0009001039652000",
    "800.1.11.1/{serial}/BPBJ/{year}",
    Signer("Dian Puspitasari, S.T., M.M.", "Kepala Bagian", "Pembina Tingkat I",
           "197609152003122003"))
HOUSING = Office(
    "Kementerian", "Kementerian Perumahan dan Kawasan Permukiman",
    "Balai Pelaksana Penyediaan Perumahan Wilayah Nusa Tenggara",
    "Jalan Majapahit Contoh Nomor 8, Mataram 83127", "Mataram", WITA, "0009001047911000",
    "ST-{serial:03}/BP3NT/{year}",
    Signer("Ni Luh Ayu Kartikawati, S.T., M.Eng.", "Kepala Balai", "Pembina Tingkat I",
           "197411022000122001"))
HOSPITAL = Office(
    "Provinsi", "Provinsi Nusa Raya", "RSUD dr. Mulawan Provinsi Nusa Raya",
    "Jalan Kesehatan Nomor 27, Kota Raya 40999", "Kota Raya", WIB, "0009001055421000",
    "800.1.11/{serial:04}/RSUD-DM/{year}",
    Signer("dr. Farida Hanum Lestari, Sp.PD., M.Kes.", "Direktur", "Pembina Utama Muda",
           "197005261998032002"))
PLANNING = Office(
    "Kabupaten", "Kabupaten Tapian Raya",
    "Badan Perencanaan Pembangunan, Penelitian, dan Pengembangan Daerah Kabupaten Tapian Raya",
    "Jalan Danau Contoh Nomor 3, Tapian Raya 22999", "Tapian Raya", WIB, "0009001063127000",
    "800.1.11/{serial:03}/BAPPELITBANGDA/{year}",
    Signer("Dr. Parlindungan Hutagaol, M.Si.", "Kepala Badan", "Pembina Utama Muda",
           "196910071994031005"))
TAPIAN_EDUCATION = Office(
    "Kabupaten", "Kabupaten Tapian Raya", "Dinas Pendidikan Kabupaten Tapian Raya",
    "Jalan Danau Contoh Nomor 18, Tapian Raya 22999", "Tapian Raya", WIB, "0009001170127000",
    "800.1.11/{serial:03}/SETDA/{year}",
    Signer("Drs. Saut Martua Panggabean, M.M.", "Sekretaris Daerah", "Pembina Utama Madya",
           "196805031993031007"))
ARFAI = Office(
    "Kabupaten", "Kabupaten Teluk Arfai", "Dinas Perhubungan Kabupaten Teluk Arfai",
    "Jalan Pelabuhan Nomor 5, Arfai 98399", "Arfai", WIT, "0009001071955000",
    "800.1.11/{serial:03}/DISHUB-TA/{year}",
    Signer("Yulianus Mandacan, S.Sos., M.AP.", "Kepala Dinas", "Pembina Tingkat I",
           "197207191999031003"))
ARFAI_INSPECTORATE = Office(
    "Kabupaten", "Kabupaten Teluk Arfai", "Inspektorat Daerah Kabupaten Teluk Arfai",
    "Jalan Pemerintahan Nomor 2, Arfai 98399", "Arfai", WIT, "0009001089955000",
    "800.1.11/{serial:03}/ITDA/{year}",
    Signer("Maria Yohana Wanma, S.E., Ak.", "Inspektur Daerah", "Pembina Utama Muda",
           "197102281996032001"))
NUSA_TIMUR_INSPECTORATE = Office(
    "Kota", "Kota Nusa Timur", "Inspektorat Daerah Kota Nusa Timur",
    "Jalan Balai Kota Nomor 3, Nusa Timur 65999", "Nusa Timur", WIB, "0009001170652000",
    "800.1.11.1/{serial}/ITDA/{year}",
    Signer("Drs. Bambang Sutejo, Ak., M.M.", "Inspektur Daerah", "Pembina Utama Muda",
           "196810051994031008"))
ACEH_EDUCATION = Office(
    "Provinsi", "Provinsi Aceh", "Dinas Pendidikan Provinsi Aceh",
    "Jalan Teladan Contoh Nomor 33, Banda Aceh 23121", "Banda Aceh", WIB, "0009001097101000",
    "800.1.11/{serial:04}/DISDIK/{year}",
    Signer("Teuku Zulfikar Ahmad, S.Pd., M.Pd.", "Kepala Dinas", "Pembina Utama Muda",
           "196812241993031006"))
MINANG_HEALTH = Office(
    "Kota", "Kota Padang", "Dinas Kesehatan Kota Padang",
    "Jalan Bagindo Contoh Nomor 19, Padang 25136", "Padang", WIB, "0009001105201000",
    "800.1.11/{serial:04}/DINKES/{year}",
    Signer("dr. Yulia Rahmi Fitri, M.Kes.", "Kepala Dinas", "Pembina Tingkat I",
           "197507132002122004"))
BANDUNG_LIBRARY = Office(
    "Kabupaten", "Kabupaten Bandung", "Dinas Arsip dan Perpustakaan Kabupaten Bandung",
    "Jalan Raya Contoh Nomor 60, Soreang 40911", "Soreang", WIB, "0009001113445000",
    "800.1.11/{serial:04}/DISARPUS/{year}",
    Signer("Drs. Asep Kusnadi, M.Pd.", "Kepala Dinas", "Pembina Utama Muda",
           "196911051994031007"))
STATISTICS = Office(
    "Lembaga", "Badan Pusat Statistik", "Badan Pusat Statistik Provinsi Kalimantan Timur",
    "Jalan Kemakmuran Contoh Nomor 4, Samarinda 75117", "Samarinda", WITA, "0009001121722000",
    "B-{serial:03}/64000/KP.650/{year}",
    Signer("Dr. Rahmat Syahrudin, S.Si., M.E.", "Kepala", "Pembina Utama Muda",
           "197003091994011001"))
GOWA_FARMING = Office(
    "Kabupaten", "Kabupaten Gowa", "Dinas Tanaman Pangan dan Hortikultura Kabupaten Gowa",
    "Jalan Masjid Contoh Nomor 11, Sungguminasa 92111", "Sungguminasa", WITA, "0009001139807000",
    "800.1.11/{serial:03}/DTPH/{year}",
    Signer("Ir. Hj. Andi Tenri Abeng, M.P.", "Kepala Dinas", "Pembina Utama Muda",
           "196906171995032003"))
MINAHASA = Office(
    "Kabupaten", "Kabupaten Minahasa", "Dinas Pariwisata Kabupaten Minahasa",
    "Jalan Manguni Contoh Nomor 7, Tondano 95618", "Tondano", WITA, "0009001147823000",
    "800.1.11/{serial:03}/DISPAR/{year}",
    Signer("Deysi Mariana Rondonuwu, S.E., M.Si.", "Kepala Dinas", "Pembina Tingkat I",
           "197312041999032002"))
JAYAPURA = Office(
    "Kota", "Kota Jayapura", "Badan Penanggulangan Bencana Daerah Kota Jayapura",
    "Jalan Percontohan Nomor 21, Jayapura 99224", "Jayapura", WIT, "0009001154952000",
    "800.1.11/{serial:03}/BPBD/{year}",
    Signer("Elisabeth Rumbiak, S.IP., M.Si.", "Kepala Pelaksana", "Pembina Tingkat I",
           "197401301998032004"))
DENPASAR_RELIGION = Office(
    "Kementerian", "Kementerian Agama", "Kantor Kementerian Agama Kota Denpasar",
    "Jalan Mulawarman Contoh Nomor 9, Denpasar 80111", "Denpasar", WITA, "0009001162901000",
    "B-{serial:03}/Kk.18.8/KP.02.3/{year}",
    Signer("Dr. I Gusti Ngurah Adnyana, M.Ag.", "Kepala Kantor", "Pembina Tingkat I",
           "197208151998031005"))

APPLICANTS = (
    DemoApplicant(1, "Theresia Wilhelmina Batlajery", "810301", date(1990, 7, 1), "P", "201903",
                  "III/d", "PPK", 147, TANIMBAR),
    DemoApplicant(2, "Andi Nurfadillah", "357301", date(1993, 3, 14), "P", "202012",
                  "III/b", "PP", 212, NUSA_TIMUR),
    DemoApplicant(3, "I Made Suryadana Putra", "527102", date(1986, 11, 23), "L", "201012",
                  "III/d", "PPK", 38, HOUSING),
    DemoApplicant(4, "Siti Khoirunnisa", "327301", date(1994, 5, 9), "P", "201902",
                  "III/b", "BENDAHARA", 509, HOSPITAL),
    DemoApplicant(5, "Johannes Marbun Situmeang", "120805", date(1974, 8, 30), "L", "200003",
                  "IV/a", "KPA", 64, PLANNING),
    DemoApplicant(6, "Lukas Y. Kambuaya", "920201", date(1988, 1, 17), "L", "201403",
                  "III/c", "PPK", 91, ARFAI, (3, 1)),
    DemoApplicant(7, "Cut Nyak Rahmayani", "117103", date(1991, 10, 5), "P", "201504",
                  "III/c", "PP", 318, ACEH_EDUCATION),
    DemoApplicant(8, "Rizky Aditya Pratama", "357302", date(1995, 12, 28), "L", "202203",
                  "III/a", "POKJA", 77, NUSA_TIMUR_PROCUREMENT),
    DemoApplicant(9, "Yuliana Fransiska Wanggai", "920202", date(1984, 2, 20), "P", "200904",
                  "IV/a", "AUDITOR", 25, ARFAI_INSPECTORATE),
    DemoApplicant(10, "Fauzan Ramadhani", "137104", date(1992, 6, 16), "L", "202221",
                  "IX", "PP", 402, MINANG_HEALTH, (6, 1)),
    DemoApplicant(11, "Neneng Sri Mulyati", "320415", date(1979, 9, 3), "P", "200604",
                  "IV/a", "PPK", 133, BANDUNG_LIBRARY),
    DemoApplicant(12, "Muhammad Arsyad Noor", "647201", date(1987, 4, 11), "L", "201101",
                  "III/d", "PPK", 56, STATISTICS),
    DemoApplicant(13, "Nurhayati Daeng Ngai", "730604", date(1989, 8, 25), "P", "201412",
                  "III/c", "PP", 170, GOWA_FARMING),
    DemoApplicant(14, "Marlon Christian Pangemanan", "710208", date(1982, 12, 2), "L", "200803",
                  "IV/a", "PPK", 44, MINAHASA),
    DemoApplicant(15, "Novalina Yoku", "917103", date(1990, 11, 8), "P", "201902",
                  "III/b", "PP", 119, JAYAPURA),
    DemoApplicant(16, "Ida Bagus Ketut Wirawan", "517102", date(1976, 7, 21), "L", "200212",
                  "IV/b", "KPA", 83, DENPASAR_RELIGION),
    DemoApplicant(17, "Dewi Anggraeni Kusumawardhani", "320416", date(1996, 1, 31), "P", "202203",
                  "II/d", "BENDAHARA", 134, BANDUNG_LIBRARY),
    DemoApplicant(18, "Syahril Effendi Nasution", "120806", date(1971, 3, 6), "L", "199603",
                  "IV/c", "PA", 5, TAPIAN_EDUCATION),
    DemoApplicant(19, "Bernadus Ohoiwutun", "810302", date(1985, 5, 19), "L", "201001",
                  "III/d", "PP", 148, TANIMBAR, (2, 1)),
    DemoApplicant(20, "Hana Salsabila Maharani", "357303", date(1997, 9, 12), "P", "202221",
                  "IX", "POKJA", 78, NUSA_TIMUR_PROCUREMENT),
)

# Without a meeting: a role that is verified by its documents.
AUDITORS = (
    DemoApplicant(21, "Agustina Rumaropen", "920203", date(1991, 4, 18), "P", "201902",
                  "III/c", "AUDITOR", 31, ARFAI_INSPECTORATE),
    DemoApplicant(22, "Hendra Kusuma Wijaya", "357304", date(1983, 10, 27), "L", "200912",
                  "IV/a", "AUDITOR", 66, NUSA_TIMUR_INSPECTORATE),
)

VERIFIERS = (
    DemoVerifier(1, "Bagus Prasetya", 7),
    DemoVerifier(2, "Nadia Rahmawati", 3),
    DemoVerifier(3, "Fajar Hidayatullah", 9),
    DemoVerifier(4, "Yohanis Tabuni", 12),
    DemoVerifier(5, "Kadek Wulandari", 15),
)
# fmt: on

SUPERVISOR = DemoStaff("pengawas@demo.test", "Ratna Widyaningrum")
ADMINISTRATOR = DemoStaff("admin@demo.test", "Doni Setiawan")
