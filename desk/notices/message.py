"""A mail as it stands on the wire."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from desk.notices.tables import OutboxMail

LONGEST_WORDS = 200


def _one_line(words: str) -> str:
    """Words for a header, which must never begin another one.

    Neither by a control character, nor by one inside an encoded word (RFC 2047: "=?"), which the
    email package would decode, nor by being longer than a line may be (RFC 5321, 4.5.3.1.6).
    """
    printable = "".join(c if c.isprintable() else " " for c in words.replace("=?", "= ?"))
    return " ".join(printable.split())[:LONGEST_WORDS]


def compose(mail: OutboxMail, sender: str) -> EmailMessage:
    """The message on the wire: text and HTML, one recipient, the stored Message-ID."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(display_name=_one_line(mail.recipient_name), addr_spec=mail.recipient)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text_body)
    message.add_alternative(mail.html_body, subtype="html")
    # Last: setting the content takes every Content-* header away.
    message["Content-Language"] = mail.language.value
    return message
