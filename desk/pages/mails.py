"""The mails that were not sent: those given up, those still tried, and putting one back."""

from typing import Any

from desk import audit
from desk.asks import Ask, Done, View
from desk.audit import Did
from desk.keys import MAIL_WAITS
from desk.notices.outbox import put_back, unsent_mails
from desk.notices.tables import OutboxMail
from desk.notices.transport import Trouble
from desk.problems import Problem
from desk.words import _, later
from signaling.server import Signaling

SHOWN = 100

TROUBLE_WORDS = {
    Trouble.UNREACHABLE: later("Server email tidak dapat dihubungi."),
    Trouble.NOT_LET_IN: later("Server email menolak nama pengguna atau kata sandi meja ini."),
    Trouble.RECIPIENT_REFUSED: later("Server email menolak alamat penerima."),
    Trouble.POSTPONED: later("Server email meminta agar dicoba lagi nanti."),
    Trouble.REFUSED: later("Server email menolak email ini."),
    Trouble.CUT_OFF: later("Sambungan terputus sebelum server email menyatakan menerima."),
    Trouble.UNSENDABLE: later("Email ini tidak dapat disusun. Periksa nama dan alamat penerima."),
}


async def mails(ask: Ask[None]) -> View:
    """GET /mails: addresses and what went wrong, never what a mail says."""
    # One more than is shown tells whether there are more.
    failed = await unsent_mails(ask.session, SHOWN + 1, failed=True)
    tried = await unsent_mails(ask.session, SHOWN + 1, failed=False)
    data = {
        "failed": [_shown(mail) for mail in failed[:SHOWN]],
        "failed_is_cut": len(failed) > SHOWN,
        "tried": [_shown(mail) for mail in tried[:SHOWN]],
        "tried_is_cut": len(tried) > SHOWN,
        "shown": SHOWN,
    }
    return View("mails.html", data)


def _shown(mail: OutboxMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "recipient": mail.recipient,
        "recipient_name": mail.recipient_name,
        "subject": mail.subject,
        "language": mail.language.value,
        "created_at": mail.created_at,
        "attempts": mail.attempts,
        "next_attempt_at": mail.next_attempt_at,
        "failed_at": mail.failed_at,
        "trouble": _(TROUBLE_WORDS[Trouble(mail.trouble)]) if mail.trouble else None,
        "error": mail.last_error,
    }


async def retry(ask: Ask[OutboxMail]) -> Done:
    """POST /mails/{id}/retry: it is tried at once, and for another day."""
    mail, app = ask.thing, ask.request.app
    if not await put_back(ask.session, mail.id, ask.now):
        detail = _("Email ini sudah terkirim, jadi tidak perlu dicoba lagi.")
        raise Problem(409, "already_sent", _("Sudah terkirim"), detail, url="/mails")
    await audit.record(ask.session, ask.identity.id, Did.MAIL_RETRIED, mail.id, ask.now)

    def tell(_signaling: Signaling) -> None:
        app[MAIL_WAITS].set()

    return Done({"url": "/mails"}, "/mails", tell)
