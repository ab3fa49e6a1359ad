"""The text that asks for consent to the recording, with the seven items that the law demands.

UU 27/2022 (PDP), art. 21(1). Whoever changes a word of it changes VERSION too.
"""

import hashlib
from dataclasses import dataclass

from desk.language import spoken
from desk.settings import Settings
from desk.words import _, _n

VERSION = "2026-11b"
# How versions begin that spoke of no snapshots: whoever agreed to them has not agreed to those.
WITHOUT_SNAPSHOTS = "2026-11-"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an applicant reads: items with their headings, and the sentence beside the box."""

    version: str
    intro: str
    items: tuple[tuple[str, str], ...]
    otherwise: str
    statement: str

    @property
    def text(self) -> str:
        """All of it, as it is kept."""
        items = (f"{heading}: {words}" for heading, words in self.items)
        return "\n".join((self.intro, *items, self.otherwise, self.statement))

    @property
    def sha256(self) -> str:
        """Of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def asked(settings: Settings, role: str) -> Asked:
    """The text in the language being spoken, for who applies for a role of this name."""
    desk = settings.organisation
    return Asked(
        version=f"{VERSION}-{spoken()}",
        intro=_(
            "{desk}, sebagai Pengendali Data Pribadi, meminta izin Anda untuk merekam panggilan "
            "verifikasi ini."
        ).format(desk=desk),
        items=_items(settings, role),
        otherwise=_otherwise(settings),
        statement=_("Saya telah membaca dan menyetujui perekaman sesi ini."),
    )


def text_for(settings: Settings, role: str) -> Asked | None:
    """The text where calls may be recorded at all."""
    return asked(settings, role) if settings.recording != "off" else None


def _items(settings: Settings, role: str) -> tuple[tuple[str, str], ...]:
    contact = settings.privacy_contact or settings.organisation
    return (
        (
            _("Dasar hukum"),
            _(
                "Persetujuan Anda, menurut Undang-Undang Nomor 27 Tahun 2022 tentang "
                "Pelindungan Data Pribadi."
            ),
        ),
        (
            _("Tujuan"),
            _(
                "Memastikan identitas dan kewenangan Anda sebagai {role}, dan membuktikannya "
                "bila kelak dipersoalkan."
            ).format(role=role),
        ),
        (
            _("Jenis dan relevansi data"),
            _(
                "Gambar wajah, suara, serta tampilan KTP dan Surat Tugas Anda, karena dengan "
                "itulah identitas Anda diperiksa; juga waktu dan alamat jaringan."
            ),
        ),
        (
            _("Lama penyimpanan"),
            _n(
                "Rekaman disimpan terenkripsi di wilayah Indonesia selama {n} hari, lalu "
                "dimusnahkan."
            ).of(settings.recording_days)
            + " "
            + _n(
                "Cuplikan gambar disimpan paling lama {n} hari setelah masa akses berakhir atau "
                "permohonan ditolak."
            ).of(settings.snapshot_days),
        ),
        (
            _("Informasi yang dikumpulkan"),
            _(
                "Gambar dan suara kedua pihak selama tanda perekaman tampil di layar, dan cuplikan "
                "gambar yang diambil petugas, yang setiap kali diberitahukan kepada Anda. "
                "Hanya verifikator, pengawas, dan auditor yang berwenang dapat melihatnya; setiap "
                "penayangan dicatat."
            ),
        ),
        (
            _("Jangka waktu pemrosesan"),
            _("Sejak panggilan dimulai sampai rekaman dan cuplikannya dimusnahkan."),
        ),
        (
            _("Hak Anda"),
            _(
                "Anda dapat meminta akses, perbaikan, pembatasan, dan penghapusan, serta menarik "
                "persetujuan ini di halaman akses Anda atau melalui {contact}. Permintaan "
                "ditanggapi dalam 3 x 24 jam."
            ).format(contact=contact),
        ),
    )


def _otherwise(settings: Settings) -> str:
    if settings.recording == "required":
        place = settings.in_person_place or settings.organisation
        return _(
            "Jika tidak setuju, Anda dapat diverifikasi secara tatap muka di {place}. Hak Anda "
            "tidak berkurang."
        ).format(place=place)
    return _(
        "Jika tidak setuju, Anda tetap diverifikasi lewat panggilan ini, tanpa direkam. Hak Anda "
        "tidak berkurang."
    )
