"""What booking and moving refuse, each with the sentence that says what to do instead."""

from datetime import date

from desk.problems import Problem
from desk.times import day_name
from desk.words import _


class NoFreeTime(Problem):
    """No seat is left as far ahead as the desk looks, or within the days that one may choose."""

    def __init__(self) -> None:
        """409 `no_free_time`."""
        detail = _("Belum ada waktu yang kosong. Coba lagi besok, atau hubungi meja bantuan.")
        super().__init__(409, "no_free_time", _("Tidak ada waktu kosong"), detail)


class SlotTaken(Problem):
    """Somebody else has taken the last seat of that time."""

    def __init__(self) -> None:
        """409 `slot_taken`."""
        detail = _("Waktu itu baru saja diambil orang lain. Pilih waktu lain di bawah ini.")
        super().__init__(409, "slot_taken", _("Waktu sudah penuh"), detail)


def not_offered() -> Problem:
    """A time that is no slot, is over, or lies outside the days that one may choose."""
    detail = _("Waktu itu tidak dapat dipilih. Pilih salah satu waktu yang ditampilkan.")
    return Problem(422, "not_offered", _("Waktu tidak tersedia"), detail)


def moved_meanwhile() -> Problem:
    """Another page, or the desk, has moved the meeting since it was read."""
    detail = _("Jadwal ini baru saja diubah. Muat ulang halaman untuk melihat jadwal yang baru.")
    return Problem(409, "moved_meanwhile", _("Jadwal sudah berubah"), detail)


def in_line() -> Problem:
    """Whoever waits, or is in a call, has no time to move."""
    detail = _("Anda sedang dalam antrean. Keluar dari antrean dulu untuk mengubah jadwal.")
    return Problem(409, "in_line", _("Anda sedang dalam antrean"), detail)


def no_moves_left(limit: int) -> Problem:
    """The applicant has moved it as often as one may."""
    detail = _("Jadwal hanya dapat diubah {n} kali. Hubungi meja bantuan untuk jadwal lain.")
    title = _("Batas perubahan tercapai")
    return Problem(409, "no_moves_left", title, detail.format(n=limit))


def too_late_to_move(last_day: date) -> Problem:
    """The days within which it may be moved are over."""
    detail = _("Jadwal hanya dapat diubah sampai {day}. Hubungi meja bantuan untuk jadwal lain.")
    title = _("Batas waktu perubahan sudah lewat")
    return Problem(409, "too_late_to_move", title, detail.format(day=day_name(last_day)))


def by_hand(times: int) -> Problem:
    """After so many times of not coming, staff books by hand."""
    detail = _(
        "Anda sudah {n} kali tidak hadir. Hubungi meja bantuan untuk mendapat jadwal berikutnya."
    )
    return Problem(409, "by_hand", _("Jadwal diatur oleh petugas"), detail.format(n=times))
