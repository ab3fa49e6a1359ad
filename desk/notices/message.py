"""A mail as it stands on the wire."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from desk.notices.one_line import one_line
from desk.notices.tables import OutboxMail

METHOD = re.compile(r"^METHOD:(\w+)\r?$", re.MULTILINE)
FILE_NAME = "verifikasi.ics"


def compose(mail: OutboxMail, sender: str) -> EmailMessage:
    """The message on the wire: text and HTML, one recipient, the stored Message-ID.

    And the meeting where there is one.
    """
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(display_name=one_line(mail.recipient_name), addr_spec=mail.recipient)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text_body)
    message.add_alternative(mail.html_body, subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    # Last: setting the content takes every Content-* header away.
    message["Content-Language"] = mail.language.value
    return message


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    """Twice: Outlook and Google act on the alternative, others open the file.

    The file is no text/calendar, so that no program takes it for a second invitation.
    """
    (method,) = METHOD.findall(calendar)
    message.add_alternative(calendar, subtype="calendar", params={"method": method})
    message.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename=FILE_NAME
    )
