"""The mails: those given up, those still tried, those sent, and putting one back."""

from typing import Any

from pydantic import BaseModel

from desk import audit
from desk.accounts.tables import Role
from desk.asks import Ask, Done, View, parse
from desk.audit import Did
from desk.keys import MAIL_WAITS
from desk.notices import account_mails, kinds
from desk.notices.outbox import MailState, mails_of, put_back
from desk.notices.tables import OutboxMail
from desk.notices.transport import Trouble
from desk.problems import Problem
from desk.words import _, later
from signaling.server import Signaling

SHOWN = 100

KIND_WORDS = kinds.KIND_WORDS | account_mails.KIND_WORDS

TROUBLE_WORDS = {
    Trouble.UNREACHABLE: later("Server email tidak dapat dihubungi."),
    Trouble.NOT_LET_IN: later("Server email menolak nama pengguna atau kata sandi meja ini."),
    Trouble.RECIPIENT_REFUSED: later("Server email menolak alamat penerima."),
    Trouble.POSTPONED: later("Server email meminta agar dicoba lagi nanti."),
    Trouble.REFUSED: later("Server email menolak email ini."),
    Trouble.CUT_OFF: later("Sambungan terputus sebelum server email menyatakan menerima."),
    Trouble.UNSENDABLE: later("Email ini tidak dapat disusun. Periksa nama dan alamat penerima."),
}


class Wanted(BaseModel):
    """Which mails are to be seen; by default those that somebody may have to see to."""

    state: MailState | None = None


async def mails(ask: Ask[None]) -> View:
    """GET /mails: addresses and what went wrong, never what a mail says."""
    state = parse(Wanted, dict(ask.request.query)).state
    data: dict[str, Any] = {"state": state, "shown": SHOWN} | {one: [] for one in MailState}
    for one in [state] if state else [MailState.FAILED, MailState.TRIED]:
        # One more than is shown tells whether there are more.
        found = await mails_of(ask.session, one, SHOWN + 1)
        data[one] = [_shown(mail) for mail in found[:SHOWN]]
        data[f"{one}_is_cut"] = len(found) > SHOWN
    is_administrator = ask.identity.role is Role.ADMINISTRATOR
    return View("mails.html", data, {"can_preview": is_administrator})


def _shown(mail: OutboxMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        # Other parts of the desk write mails too.
        "kind": _(KIND_WORDS.get(mail.kind, later("Lainnya"))),
        "recipient": mail.recipient,
        "recipient_name": mail.recipient_name,
        "subject": mail.subject,
        "language": mail.language.value,
        "created_at": mail.created_at,
        "attempts": mail.attempts,
        "next_attempt_at": mail.next_attempt_at,
        "failed_at": mail.failed_at,
        "sent_at": mail.sent_at,
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
