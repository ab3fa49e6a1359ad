"""What a notice says: the subject of its mail, its row on the page."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from desk.access.tables import Decision
from desk.notices.kinds import ENDS, Facts, Kind
from desk.times import day_name, long_date, time_with_both_zones, time_with_zone
from desk.words import _


class Words(NamedTuple):
    """A notice in the language being spoken: `subject` is the mail's, and the row's heading."""

    subject: str
    sentence: str
    icon: str


def words_of(kind: Kind, facts: Facts, told_at: datetime, desk_zone: ZoneInfo) -> Words:
    """What a notice of `told_at` says. Raises ValueError for one that lacks its meeting."""
    if kind is Kind.VERDICT:
        return _of_verdict(facts)
    if kind in ENDS:
        return _of_end(kind, facts)
    if kind is Kind.RECEIVED:
        return _of_receipt(facts, desk_zone)
    if facts.starts_at is None:
        raise ValueError(f"a notice of the kind {kind} is about a meeting")
    when = moment_in_words(facts.starts_at, ZoneInfo(facts.zone), desk_zone)
    if kind in {Kind.DAY_BEFORE, Kind.HOUR_BEFORE}:
        sentence = _("Verifikasi Anda dimulai {when}.").format(when=when)
        return Words(_reminder(kind, facts, facts.starts_at, told_at), sentence, icon="bell")
    return _of_meeting(kind, facts, facts.starts_at, when)


def moment_in_words(moment: datetime, zone: ZoneInfo, desk_zone: ZoneInfo) -> str:
    """ "Jumat, 20 November 2026 pukul 10.00 WITA (09.00 WIB)"."""
    return _("{date} pukul {time}").format(
        date=long_date(moment, zone), time=time_with_both_zones(moment, zone, desk_zone)
    )


def _of_verdict(facts: Facts) -> Words:
    if facts.decision is Decision.APPROVED:
        sentence = _("Masa berlakunya sampai {date}.").format(date=day_name(facts.valid_until))
        return Words(_("Akses Anda telah disetujui"), sentence, icon="patch-check")
    return Words(
        _("Akses Anda ditolak: tindak lanjut yang diperlukan"),
        _("Lihat alasannya, lalu ajukan kembali."),
        icon="x-octagon",
    )


def _of_receipt(facts: Facts, desk_zone: ZoneInfo) -> Words:
    if facts.due_at is None:
        raise ValueError("a receipt says when the documents will be reviewed")
    when = moment_in_words(facts.due_at, ZoneInfo(facts.zone), desk_zone)
    sentence = _(
        "Dokumen Anda ditelaah verifikator. Hasilnya dikirim lewat email, paling lambat {when}."
    )
    return Words(_("Permohonan Anda sudah diterima"), sentence.format(when=when), icon="send")


def _of_end(kind: Kind, facts: Facts) -> Words:
    date = day_name(facts.valid_until)
    if kind is Kind.EXPIRING:
        subject = _("Akses Anda berakhir pada {date}").format(date=date)
        sentence = _("Siapkan Surat Tugas yang baru, lalu ajukan akses sebelum tanggal itu.")
        return Words(subject, sentence, icon="hourglass-split")
    sentence = _("Masa berlakunya berakhir pada {date}.").format(date=date)
    return Words(_("Akses Anda kedaluwarsa"), sentence, icon="calendar-x")


def _reminder(kind: Kind, facts: Facts, starts_at: datetime, told_at: datetime) -> str:
    zone = ZoneInfo(facts.zone)
    if kind is Kind.HOUR_BEFORE:
        subject = _("Pengingat: verifikasi akses Anda pukul {time}")
        return subject.format(time=time_with_zone(starts_at, zone))
    if told_at.astimezone(zone).date() == starts_at.astimezone(zone).date():
        return _("Pengingat: verifikasi akses Anda hari ini")
    return _("Pengingat: verifikasi akses Anda besok")


def _of_meeting(kind: Kind, facts: Facts, starts_at: datetime, when: str) -> Words:
    zone = ZoneInfo(facts.zone)
    booked = _("Jadwal Verifikasi Akses INAPROC: {date} pukul {time}").format(
        date=long_date(starts_at, zone), time=time_with_zone(starts_at, zone)
    )
    prepare = _("Siapkan KTP asli dan Surat Tugas asli, dan periksa kamera sebelumnya.")
    moved = _("Jadwal Anda diubah menjadi {when}.").format(when=when)
    missed = _("Jadwal Anda {when}. Anda masih dapat bergabung sampai akhir hari itu.")
    cancelled = _("Jadwal Anda {when} tidak berlaku lagi.").format(when=when)
    return {
        Kind.BOOKED: Words(booked, prepare, icon="calendar-event"),
        Kind.MOVED: Words(_("Jadwal verifikasi Anda diubah"), moved, icon="calendar-event"),
        Kind.MISSED: Words(
            _("Anda tidak hadir pada jadwal verifikasi"),
            missed.format(when=when),
            icon="exclamation-circle",
        ),
        Kind.CANCELLED: Words(_("Jadwal verifikasi Anda dibatalkan"), cancelled, icon="calendar-x"),
    }[kind]
