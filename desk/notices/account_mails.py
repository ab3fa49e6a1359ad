"""The mails about accounts: confirm an address, choose a password, what was changed.

Each is in the language of its reader. Nothing that a stranger may have typed stands in a mail to
an address that is not confirmed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts.links import LASTS, PATHS
from desk.accounts.names import role_in_words
from desk.accounts.tables import Account, Purpose
from desk.language import DEFAULT, speaking, spoken
from desk.notices.outbox import Mail, enqueue
from desk.settings import Settings
from desk.templating import Templates
from desk.times import long_date, time_with_zone
from desk.words import _, later


class AccountMail(StrEnum):
    """What a mail about an account is for; also its kind in the outbox."""

    CONFIRM = "confirm"
    SIGN_UP_KNOWN = "sign_up_known"
    SIGN_UP_AGAIN = "sign_up_again"
    NEW_PASSWORD = "new_password"  # noqa: S105  a kind of mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a kind of mail
    INVITATION = "invitation"


KIND_WORDS: dict[str, str] = {
    AccountMail.CONFIRM: later("Konfirmasi akun"),
    AccountMail.SIGN_UP_KNOWN: later("Pendaftaran ulang"),
    AccountMail.SIGN_UP_AGAIN: later("Pendaftaran ulang"),
    AccountMail.NEW_PASSWORD: later("Kata sandi baru"),
    AccountMail.PASSWORD_CHANGED: later("Kata sandi diubah"),
    AccountMail.INVITATION: later("Undangan petugas"),
}

# What the link of each does; the others lead to a page that everybody knows.
PURPOSES = {
    AccountMail.CONFIRM: Purpose.CONFIRM,
    AccountMail.SIGN_UP_AGAIN: Purpose.PASSWORD,
    AccountMail.NEW_PASSWORD: Purpose.PASSWORD,
    AccountMail.INVITATION: Purpose.INVITE,
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A mail's words; `{time}` is when its link ends, or when it happened."""

    subject: str
    before: str
    label: str
    after: tuple[str, ...]
    path: str = ""


WORKS_UNTIL = later("Tautan ini hanya dapat dipakai sekali, sampai {time}.")

WORDINGS = {
    AccountMail.CONFIRM: Wording(
        later("Konfirmasi alamat email Anda"),
        later(
            "Sebuah akun baru didaftarkan dengan alamat email ini. Konfirmasi bahwa alamat ini "
            "milik Anda."
        ),
        later("Konfirmasi alamat email"),
        (
            WORKS_UNTIL,
            later(
                "Bukan Anda yang mendaftar? Abaikan email ini. Tanpa konfirmasi, akun itu tidak "
                "dapat dipakai dan akan dihapus."
            ),
        ),
    ),
    AccountMail.SIGN_UP_KNOWN: Wording(
        later("Anda sudah memiliki akun"),
        later(
            "Seseorang mencoba membuat akun dengan alamat email ini. Alamat ini sudah memiliki "
            "akun, jadi tidak ada yang berubah. Anda dapat langsung masuk."
        ),
        later("Masuk"),
        (
            later('Lupa kata sandi? Pilih "Lupa kata sandi?" pada halaman masuk.'),
            later("Bukan Anda yang mencoba? Abaikan email ini."),
        ),
        "/signin",
    ),
    AccountMail.SIGN_UP_AGAIN: Wording(
        later("Selesaikan pembuatan akun Anda"),
        later(
            "Alamat email ini didaftarkan lebih dari sekali dan belum dikonfirmasi. Demi keamanan, "
            "kata sandi dari formulir tidak dipakai. Pilih kata sandi melalui tautan ini; dengan "
            "itu alamat Anda sekaligus dikonfirmasi."
        ),
        later("Pilih kata sandi"),
        (WORKS_UNTIL, later("Bukan Anda yang mendaftar? Abaikan email ini.")),
    ),
    AccountMail.NEW_PASSWORD: Wording(
        later("Atur ulang kata sandi Anda"),
        later("Ada permintaan untuk mengatur ulang kata sandi akun Anda."),
        later("Pilih kata sandi baru"),
        (
            WORKS_UNTIL,
            later("Bukan Anda yang meminta? Abaikan email ini. Kata sandi Anda tidak berubah."),
        ),
    ),
    AccountMail.PASSWORD_CHANGED: Wording(
        later("Kata sandi Anda diubah"),
        later(
            "Kata sandi akun Anda diubah pada {time}. Perangkat lain yang memakai akun ini harus "
            "masuk lagi."
        ),
        later("Bukan Anda? Atur ulang kata sandi sekarang"),
        (later("Beri tahu juga petugas kami bila bukan Anda yang mengubahnya."),),
        "/forgot",
    ),
    AccountMail.INVITATION: Wording(
        later("Undangan ke Meja Verifikasi"),
        later(
            "Anda diundang bertugas sebagai {role}. Pilih kata sandi Anda, lalu masuk dengan "
            "alamat email ini."
        ),
        later("Pilih kata sandi"),
        (WORKS_UNTIL,),
    ),
}


def account_mail(
    templates: Templates,
    settings: Settings,
    kind: AccountMail,
    to: Account,
    now: datetime,
    token: str = "",
) -> Mail:
    """The words of a mail; `token` is that of its link, where it has one of its own."""
    wording, purpose = WORDINGS[kind], PURPOSES.get(kind)
    moment = now + LASTS[purpose] if purpose else now
    with speaking(to.language or DEFAULT):
        told = {
            "time": f"{long_date(moment, settings.zone)}, {time_with_zone(moment, settings.zone)}",
            "role": role_in_words(to.role),
        }
        subject = _(wording.subject)
        context = {
            "subject": subject,
            "name": to.name if to.confirmed_at else "",
            "before": _(wording.before).format(**told),
            "path": PATHS[purpose].format(token) if purpose else wording.path,
            "label": _(wording.label),
            "after": [_(one).format(**told) for one in wording.after],
        }
        return Mail(
            subject=subject,
            text_body=templates.render("mail/account.txt", context),
            html_body=templates.render("mail/account.html", context),
            language=spoken(),
        )


def write_account_mail(
    session: AsyncSession,
    templates: Templates,
    settings: Settings,
    kind: AccountMail,
    to: Account,
    now: datetime,
    token: str = "",
) -> None:
    """Have the mail sent once the open transaction is committed."""
    mail = account_mail(templates, settings, kind, to, now, token)
    enqueue(session, kind.value, to, mail, settings.public_url, now)
