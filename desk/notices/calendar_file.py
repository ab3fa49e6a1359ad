"""A meeting as a calendar file, by RFC 5545 and 5546, for whoever keeps a calendar.

Moments are in UTC: every calendar shows them in its owner's zone, and none has to know Indonesia's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from desk.notices.one_line import one_line
from desk.settings import Settings

PRODUCT = "-//Meja Verifikasi//Meja Verifikasi//ID"
REMINDER = timedelta(hours=-1)


class Method(StrEnum):
    """What the calendar is to do with it; stands in the file and in the mail's headers."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    # For a file that somebody fetches: it invites nobody.
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Appointment:
    """What the file says of a meeting; `sequence` rises with every change of it."""

    meeting: str
    starts_at: datetime
    sequence: int
    summary: str
    description: str
    attendee: str
    attendee_name: str


def calendar_file(
    appointment: Appointment, method: Method, settings: Settings, now: datetime
) -> str:
    """The file's text: an invitation, its cancellation, or what one adds oneself."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(_event(appointment, method, settings, now))
    return str(calendar.to_ical(), "utf-8")


def _event(appointment: Appointment, method: Method, settings: Settings, now: datetime) -> Event:
    host = urlsplit(settings.public_url).hostname
    link = f"{settings.public_url}/meetings/{appointment.meeting}"
    starts_at = appointment.starts_at.astimezone(UTC)
    event = Event()
    event.add("uid", f"{appointment.meeting}@{host}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=settings.slot_minutes))
    event.add("summary", appointment.summary)
    event.add("description", appointment.description)
    event.add("location", link)
    event.add("url", link)
    event.add("organizer", _person(parseaddr(settings.mail_from)[1], settings.organisation))
    if method is not Method.PUBLISH:
        event.add("attendee", _attendee(appointment))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    if method is not Method.CANCEL:
        event.add_component(_alarm(appointment.summary))
    return event


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{one_line(address)}")
    # No quotation mark can stand in a parameter, not even escaped.
    person.params["CN"] = vText(one_line(name).replace('"', "'"))
    return person


def _attendee(appointment: Appointment) -> vCalAddress:
    attendee = _person(appointment.attendee, appointment.attendee_name)
    # Nobody reads the answers to our address, so that none is asked for.
    attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    return attendee


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", REMINDER)
    alarm.add("description", words)
    return alarm
