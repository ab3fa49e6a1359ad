"""The checklist of a call: which steps each role asks for, and which of them must have passed.

Grounds: domain.md 1.5 (the call script) and 4.3 (NIST SP 800-63A, BaFin 3/2017).
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from desk.words import _, later


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what the list shows, and what the verifier says or does, both untranslated."""

    key: str
    label: str
    script: str
    required: bool = True


STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step(
            "greeting",
            later("Salam dan tujuan akses"),
            later("Sebutkan nomor Anda dan nama layanan. Tanyakan: untuk keperluan apa akses ini?"),
        ),
        Step(
            "face",
            later("Wajah terlihat, satu orang"),
            later("Tanpa masker dan latar maya. Hanya satu orang terlihat sepanjang panggilan."),
        ),
        Step(
            "card",
            later("KTP: NIK, nama, foto cocok"),
            later("Minta sisi depan KTP ke kamera. Cocokkan NIK, nama, dan foto dengan wajah."),
        ),
        Step(
            "card_tilted",
            later("KTP dimiringkan"),
            later("Minta KTP dimiringkan perlahan ke kiri dan ke kanan. Perhatikan pantulannya."),
        ),
        Step(
            "challenge",
            later("Tantangan acak"),
            later("Bacakan kepada pemohon, kata demi kata."),
        ),
        Step(
            "letter",
            later("Surat Tugas cocok dengan berkas"),
            later("Cocokkan nomor, tanggal, penanda tangan, satuan kerja, role, dan masa berlaku."),
        ),
        Step(
            "question",
            later("Pertanyaan tentang tugas"),
            later("Ajukan satu pertanyaan yang hanya dapat dijawab oleh pemegang tugas."),
            required=False,
        ),
        Step(
            "independence",
            later("Tidak merangkap pelaku pengadaan"),
            later("Tanyakan apakah pemohon juga memegang peran pembeli di satuan kerja yang sama."),
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
    (later("Angkat"), later("3 jari"), later("tolehkan kepala ke"), later("kiri")),
    (later("Angkat"), later("2 jari"), later("tolehkan kepala ke"), later("kanan")),
    (later("Tutup"), later("satu mata"), later("lalu angkat"), later("4 jari")),
    (later("Sentuh"), later("telinga kanan"), later("tolehkan kepala ke"), later("kiri")),
    (
        later("Gerakkan"),
        later("tangan di depan wajah"),
        later("lalu anggukkan kepala"),
        later("dua kali"),
    ),
)


def steps_of(role: str) -> list[Step]:
    """The steps of a role in a call, in order."""
    return [STEPS[key] for key in STEPS_OF_ROLE.get(role, COMMON)]


def missing_of(steps: Iterable[Step], passed: Mapping[str, bool]) -> list[str]:
    """Those of the steps that are required and have not passed."""
    return [step.key for step in steps if step.required and not passed.get(step.key)]


def missing_steps(role: str, passed: Mapping[str, bool]) -> list[str]:
    """The required steps of a call that have not passed."""
    return missing_of(steps_of(role), passed)


def draw_challenge() -> dict[str, Any]:
    """A challenge nobody can prepare for: a gesture in untranslated parts, and four digits."""
    first, first_strong, second, second_strong = secrets.choice(GESTURES)
    return {
        "parts": [
            {"text": first, "strong": False},
            {"text": first_strong, "strong": True},
            {"text": second, "strong": False},
            {"text": second_strong, "strong": True},
            {"text": later("lalu sebutkan angka"), "strong": False},
        ],
        "digits": f"{secrets.randbelow(10_000):04}",
    }


def challenge_in_words(challenge: Mapping[str, Any]) -> dict[str, Any]:
    """A drawn challenge as its page shows it."""
    parts = map(itemgetter("text", "strong"), challenge["parts"])
    said = [{"text": _(text), "strong": strong} for text, strong in parts]
    return {**challenge, "parts": said}
