"""The statuses people see: a word, an icon and a tone for each."""

from typing import NamedTuple

from desk.words import _


class Status(NamedTuple):
    """How a status is shown: never by colour alone."""

    word: str
    icon: str
    tone: str


def status_of(code: str) -> Status:
    """The status of an access by its code. Raises KeyError for a code that is not shown yet."""
    return {
        "submitted": Status(_("Diajukan"), icon="send", tone="info"),
        "scheduled": Status(_("Terjadwal"), icon="calendar", tone="info"),
        "no_show": Status(_("Tidak hadir"), icon="person-x", tone="warn"),
        "without_time": Status(_("Tanpa jadwal"), icon="calendar-x", tone="warn"),
        "waiting": Status(_("Dalam antrean"), icon="people", tone="info"),
        "set_aside": Status(_("Dalam antrean"), icon="people", tone="info"),
        "in_call": Status(_("Sedang diverifikasi"), icon="camera-video", tone="info"),
        "approved": Status(_("Disetujui"), icon="patch-check", tone="ok"),
        "rejected": Status(_("Ditolak (Rejected)"), icon="x-octagon", tone="bad"),
        "expired": Status(_("Kedaluwarsa"), icon="calendar-x", tone=""),
    }[code]
