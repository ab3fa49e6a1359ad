"""Refusals: a stable word for scripts, a sentence for people, RFC 9457 on the wire."""

from typing import Any

from desk.accounts.tables import Role
from desk.words import _
from waiting_room.errors import (
    AlreadyInCall,
    LineError,
    NoSuchChange,
    NotReady,
    NotWaiting,
    NotYourCall,
)
from waiting_room.tables import CallOutcome

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """A refusal that changes nothing. `detail` says what to do next; `more` goes to scripts."""

    def __init__(self, status: int, code: str, title: str, detail: str, **more: Any) -> None:
        """Raise it anywhere below a route: the answer is made from it."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.more = more

    def as_dict(self) -> dict[str, Any]:
        """Problem details."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.more,
        }


def not_found() -> Problem:
    """Unknown, malformed and foreign ids answer alike, so that none can be probed for."""
    return Problem(
        404,
        "not_found",
        _("Halaman tidak ditemukan"),
        _("Alamat ini tidak ada, atau bukan milik Anda. Kembali ke beranda, lalu pilih lagi."),
    )


def not_signed_in() -> Problem:
    """Nobody is signed in, or the session has ended."""
    return Problem(
        401,
        "not_signed_in",
        _("Anda belum masuk"),
        _("Sesi Anda sudah berakhir atau Anda belum masuk. Silakan masuk lagi."),
    )


def forbidden() -> Problem:
    """The role does not allow it."""
    return Problem(
        403,
        "forbidden",
        _("Bukan untuk peran Anda"),
        _("Peran Anda tidak dapat membuka halaman ini. Kembali ke beranda."),
    )


def invalid_input(fields: dict[str, str] | None = None) -> Problem:
    """The body cannot be read; `fields` says which parts."""
    return Problem(
        422,
        "invalid_input",
        _("Isian tidak dapat dibaca"),
        _("Ada isian yang kurang atau salah. Periksa isian Anda, lalu coba lagi."),
        fields=fields or {},
    )


def restarting() -> Problem:
    """The desk is shutting down, and will be back at once."""
    detail = _("Meja verifikasi sedang dimulai ulang. Coba lagi dalam beberapa detik.")
    return Problem(503, "restarting", _("Sebentar lagi"), detail)


def already_decided() -> Problem:
    """The access has its verdict."""
    detail = _("Permohonan ini sudah diputuskan.")
    return Problem(409, "already_decided", _("Sudah diputuskan"), detail)


def of_line_error(error: LineError, role: Role | None = None) -> Problem:
    """The sentence for what the line refused to somebody in this role."""
    sentences = {
        AlreadyInCall: _("Anda masih dalam panggilan. Selesaikan panggilan itu lebih dulu."),
        NotReady: _("Anda sedang tidak melayani. Pilih Siap melayani lebih dulu."),
        NotYourCall: _("Panggilan ini sudah berakhir, atau bukan panggilan Anda."),
        NotWaiting: _("Anda tidak lagi berada dalam antrean ini."),
        NoSuchChange: _("Status tidak dapat diubah selama Anda dalam panggilan."),
    }
    sentence, more = sentences[type(error)], {}
    if isinstance(error, AlreadyInCall):
        more = {"call": error.call, "url": f"/calls/{error.call}"}
    if isinstance(error, NotYourCall) and error.outcome:
        is_verifier = role is Role.VERIFIER
        ended = _("Panggilan ini sudah berakhir. Muat ulang halaman ini untuk melanjutkan.")
        sentence = (_of_ended_call(error.outcome) or sentence) if is_verifier else ended
        more = {"outcome": error.outcome}
    return Problem(409, error.code, _("Tidak dapat dilakukan"), sentence, **more)


def _of_ended_call(outcome: str) -> str | None:
    """Why an act came too late for a call that nobody here has ended."""
    return {
        CallOutcome.VERIFIER_GONE: _(
            "Koneksi Anda terputus terlalu lama. Pemohon sudah kembali ke antrean dan tidak ada "
            "yang disimpan. Kembali ke meja Anda."
        ),
        CallOutcome.APPLICANT_GONE: _(
            "Pemohon terputus terlalu lama dan sudah kembali ke antrean. Tidak ada yang disimpan. "
            "Kembali ke meja Anda."
        ),
        CallOutcome.LEFT: _(
            "Pemohon sudah meninggalkan panggilan. Tidak ada yang disimpan. Kembali ke meja Anda."
        ),
    }.get(CallOutcome(outcome))
