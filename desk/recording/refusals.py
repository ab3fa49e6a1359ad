"""Why nothing is recorded just now, in words for those who see it on their page."""

import shutil

from desk.problems import Problem
from desk.settings import Settings
from desk.words import _

CLIENTS_FAULTS = {"bad_offer", "not_vp8", "no_candidates"}


def refused(word: str) -> Problem:
    """The refusal for a recorder's word, or for one of the desk's own."""
    sentences = {
        "no_recorder": _("Perekam sedang tidak tersedia. Panggilan ini tetap berjalan."),
        "recorders_full": _("Semua perekam sedang penuh. Panggilan ini tetap berjalan."),
        "full": _("Semua perekam sedang penuh. Panggilan ini tetap berjalan."),
        "disk_low": _(
            "Ruang penyimpanan rekaman hampir habis. Panggilan ini tetap berjalan tanpa direkam."
        ),
        "bad_offer": _("Peramban mengirim tawaran yang tidak dapat dibaca perekam."),
        "not_vp8": _("Peramban tidak menawarkan format gambar yang dapat direkam."),
        "no_candidates": _("Perekam tidak dapat dihubungi dari jaringan ini."),
    }
    detail = sentences.get(word, _("Perekam mengalami gangguan. Panggilan ini tetap berjalan."))
    status = 507 if word == "disk_low" else 422 if word in CLIENTS_FAULTS else 503
    code = "recorders_full" if word == "full" else word
    return Problem(status, code, _("Tidak dapat direkam"), detail)


def has_room(settings: Settings) -> bool:
    """Whether the disk has more left than its reserve."""
    settings.recordings.mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(settings.recordings).free > settings.recording_reserve_bytes
