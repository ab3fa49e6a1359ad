"""What a check of something typed comes to: a value to store, and what a verifier should look at.

Numbers are text all the way: a leading zero is a digit like any other.
"""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from desk.words import _, later

Value = TypeVar("Value")

# Published lists write numbers in groups, with whatever stands between them.
BETWEEN_GROUPS = re.compile(r"[\s.\-\u2010-\u2015\u00a0]+")
DIGITS = re.compile(r"[0-9]+")

ERRORS = {
    "nik_length": later("NIK terdiri atas 16 angka."),
    "nik_day": later("Angka ke-7 dan ke-8 NIK bukan tanggal lahir. Periksa lagi pada KTP."),
    "nik_month": later("Angka ke-9 dan ke-10 NIK bukan bulan lahir. Periksa lagi pada KTP."),
    "nik_serial": later("Empat angka terakhir NIK tidak mungkin 0000. Periksa lagi pada KTP."),
    "npwp_length": later("NPWP terdiri atas 15 atau 16 angka."),
    "nitku_length": later("NITKU terdiri atas 22 angka."),
    "tax_number_length": later("Isi NPWP dengan 15 atau 16 angka, atau NITKU dengan 22 angka."),
    "nib_length": later("NIB terdiri atas 13 angka."),
    "nip_length": later("NIP atau NI PPPK terdiri atas 18 angka."),
    "nip_birth_date": later("Delapan angka pertama NIP bukan tanggal lahir (tahun, bulan, hari)."),
    "nip_appointment": later("Angka ke-13 dan ke-14 NIP bukan bulan, dan bukan kode PPPK."),
    "nip_sex": later("Angka ke-15 NIP harus 1 (laki-laki) atau 2 (perempuan)."),
    "nip_serial": later("Tiga angka terakhir NIP tidak mungkin 000."),
    "polri_digits": later("NRP Polri hanya terdiri atas angka."),
    "tni_form": later("NRP TNI terdiri atas 4 sampai 20 angka, misalnya 12345 atau 12345/P."),
    "grade_unknown": later("Golongan ini tidak ada dalam daftar. Pilih salah satu."),
    "term_over": later("Masa berlaku jabatan sudah lewat."),
    "term_reversed": later("Tanggal akhir mendahului tanggal mulai. Periksa lagi keduanya."),
    "phone_unusable": later("Nomor telepon ini tidak dapat dihubungi. Contoh: 0812 3456 7890."),
    "email_unusable": later("Alamat email ini tidak lengkap. Contoh: nama@instansi.go.id."),
}  # fmt: skip

WARNINGS = {
    "nik_region": later("Kode wilayah NIK tidak dikenal. Mungkin kode lama; cocokkan dengan KTP."),
    "nik_birth_date": later("Tanggal lahir dalam NIK berbeda dari profil."),
    "nik_sex": later("Jenis kelamin dalam NIK berbeda dari profil."),
    "nip_birth_date": later("Tanggal lahir dalam NIP berbeda dari profil."),
    "nip_sex": later("Jenis kelamin dalam NIP berbeda dari profil."),
    "nip_too_young": later("Menurut NIP, pengangkatan terjadi sebelum umur 18 tahun."),
    "nip_service": later("Angka ke-13 dan ke-14 NIP tidak sesuai dengan jenis pegawainya."),
    "nip_future": later("Menurut NIP, pengangkatan belum terjadi."),
    "polri_length": later("NRP Polri biasanya 8 angka. Cocokkan dengan surat."),
    "polri_birth_month": later("Tahun dan bulan lahir dalam NRP Polri berbeda dari profil."),
    "tni_unusual": later("NRP TNI ini bukan 5 atau 6 angka. Cocokkan dengan surat."),
    "term_not_begun": later("Masa berlaku jabatan belum dimulai."),
    "term_long": later("Masa berlaku jabatan lebih dari lima tahun."),
    "term_ends_soon": later("Masa berlaku jabatan berakhir dalam 30 hari."),
}


class Malformed(Exception):
    """What was typed cannot be taken; `code` is a stable word, a key of ERRORS."""

    def __init__(self, code: str) -> None:
        """Refused for the reason that `code` names."""
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """What is wrong, and what to type instead."""
        return _(ERRORS[self.code])


@dataclass(frozen=True, slots=True)
class Checked(Generic[Value]):
    """A value as it is stored, and the codes of what the verifier is to look at."""

    value: Value
    warnings: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """The warnings, in words."""
        return [_(WARNINGS[code]) for code in self.warnings]


def ungrouped(text: str) -> str:
    """Without the spaces, dots and hyphens between groups of digits."""
    return BETWEEN_GROUPS.sub("", text)


def digits_of(text: str, lengths: tuple[int, ...], code: str) -> str:
    """The digits, if it is so many of them and nothing else. Raises Malformed."""
    number = ungrouped(text)
    if len(number) not in lengths or not DIGITS.fullmatch(number):
        raise Malformed(code)
    return number


def warned(**found: bool) -> tuple[str, ...]:
    """The codes of those that were found."""
    return tuple(code for code, is_so in found.items() if is_so)
