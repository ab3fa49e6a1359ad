"""The checklist of a call: which steps each role asks for, and which of them must have passed.

Grounds: domain.md 1.5 (the call script) and 4.3 (NIST SP 800-63A, BaFin 3/2017).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from desk.words import _


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what the list shows, and what the verifier says or does."""

    key: str
    label: str
    script: str
    required: bool = True


STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step(
            "greeting",
            _("Salam dan tujuan akses"),
            _("Sebutkan nomor Anda dan nama layanan. Tanyakan: untuk keperluan apa akses ini?"),
        ),
        Step(
            "face",
            _("Wajah terlihat, satu orang"),
            _("Tanpa masker dan latar maya. Hanya satu orang terlihat sepanjang panggilan."),
        ),
        Step(
            "card",
            _("KTP: NIK, nama, foto cocok"),
            _("Minta sisi depan KTP ke kamera. Cocokkan NIK, nama, dan foto dengan wajah."),
        ),
        Step(
            "card_tilted",
            _("KTP dimiringkan"),
            _("Minta KTP dimiringkan perlahan ke kiri dan ke kanan. Perhatikan pantulannya."),
        ),
        Step("challenge", _("Tantangan acak"), _("Bacakan kepada pemohon, kata demi kata.")),
        Step(
            "letter",
            _("Surat Tugas cocok dengan berkas"),
            _("Cocokkan nomor, tanggal, penanda tangan, satuan kerja, role, dan masa berlaku."),
        ),
        Step(
            "question",
            _("Pertanyaan tentang tugas"),
            _("Ajukan satu pertanyaan yang hanya dapat dijawab oleh pemegang tugas."),
            required=False,
        ),
        Step(
            "independence",
            _("Tidak merangkap pelaku pengadaan"),
            _("Tanyakan apakah pemohon juga memegang peran pembeli di satuan kerja yang sama."),
        ),
    )
}

COMMON = ("greeting", "face", "card", "card_tilted", "challenge", "letter", "question")

STEPS_OF_ROLE: dict[str, tuple[str, ...]] = {
    "PA": COMMON,
    "KPA": COMMON,
    "PPK": COMMON,
    "PP": COMMON,
    "POKJA": COMMON,
    "BENDAHARA": COMMON,
    "AUDITOR": (*COMMON, "independence"),
}

GESTURES = (
    (_("Angkat"), _("3 jari"), _("tolehkan kepala ke"), _("kiri")),
    (_("Angkat"), _("2 jari"), _("tolehkan kepala ke"), _("kanan")),
    (_("Tutup"), _("satu mata"), _("lalu angkat"), _("4 jari")),
    (_("Sentuh"), _("telinga kanan"), _("tolehkan kepala ke"), _("kiri")),
    (_("Gerakkan"), _("tangan di depan wajah"), _("lalu anggukkan kepala"), _("dua kali")),
)


def steps_of(role: str) -> list[Step]:
    """The steps of a role, in order."""
    return [STEPS[key] for key in STEPS_OF_ROLE[role]]


def missing_steps(role: str, passed: Mapping[str, bool]) -> list[str]:
    """The required steps that have not passed."""
    return [step.key for step in steps_of(role) if step.required and not passed.get(step.key)]


def draw_challenge() -> dict[str, object]:
    """A challenge nobody can prepare for: a gesture in parts, and four digits."""
    first, first_strong, second, second_strong = secrets.choice(GESTURES)
    return {
        "parts": [
            {"text": first, "strong": False},
            {"text": first_strong, "strong": True},
            {"text": second, "strong": False},
            {"text": second_strong, "strong": True},
            {"text": _("lalu sebutkan angka"), "strong": False},
        ],
        "digits": f"{secrets.randbelow(10_000):04}",
    }
