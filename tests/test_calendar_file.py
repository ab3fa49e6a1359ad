"""The calendar file of a meeting, read back by a real parser, and its place in a mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from desk.language import Language
from desk.notices.calendar_file import Appointment, Method, calendar_file
from desk.notices.message import compose
from desk.notices.tables import OutboxMail
from desk.settings import Settings
from tests.support import MORNING

STARTS = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
NASTY = 'Ani "Lestari"; X=1,\r\nATTENDEE:mailto:eve@contoh.test'
APPOINTMENT = Appointment(
    meeting="m" * 22,
    starts_at=STARTS,
    sequence=0,
    summary="Verifikasi akses INAPROC melalui panggilan video",
    description="Dinas Contoh, Kabupaten; satu\nhttps://desk.test/meetings/1",
    attendee="ani@contoh.test",
    attendee_name="Ani Lestari",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        public_url="https://desk.test:8443",
        mail_from="Meja <meja@desk.test>",
        organisation="LPSE Contoh",
    )


def event_of(written: str) -> Event:
    """The one event of a file."""
    (event,) = Calendar.from_ical(written).events
    return event


def test_an_invitation_says_when_where_who_and_rings_an_hour_before(settings: Settings) -> None:
    written = calendar_file(APPOINTMENT, Method.REQUEST, settings, MORNING)
    calendar, event = Calendar.from_ical(written), event_of(written)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert event.uid == f"{'m' * 22}@desk.test"
    assert (event.start, event.end) == (STARTS, STARTS + timedelta(minutes=15))
    assert "DTSTART:20261127T020000Z\r\n" in written
    assert event.stamp == MORNING
    assert (event.sequence, event.status) == (0, "CONFIRMED")
    link = f"https://desk.test:8443/meetings/{'m' * 22}"
    assert (event.url, event.location) == (link, link)
    assert event.organizer == "mailto:meja@desk.test"
    assert event.organizer.params["CN"] == "LPSE Contoh"
    (attendee,) = event.attendees
    assert attendee == "mailto:ani@contoh.test"
    assert attendee.params["CN"] == "Ani Lestari"
    assert event.summary == APPOINTMENT.summary
    assert event.description == APPOINTMENT.description
    (alarm,) = event.alarms.times
    assert alarm.trigger == STARTS - timedelta(hours=1)


def test_every_moment_is_in_utc_whatever_zone_it_came_in(settings: Settings) -> None:
    here = replace(APPOINTMENT, starts_at=STARTS.astimezone(ZoneInfo("Asia/Jayapura")))
    now = MORNING.astimezone(ZoneInfo("Asia/Jakarta"))
    written = calendar_file(here, Method.REQUEST, settings, now)
    assert written == calendar_file(APPOINTMENT, Method.REQUEST, settings, MORNING)
    assert "TZID" not in written


def test_a_moved_meeting_is_the_same_event_with_a_higher_sequence(settings: Settings) -> None:
    moved = replace(APPOINTMENT, starts_at=STARTS + timedelta(days=1), sequence=1)
    before, after = (
        event_of(calendar_file(one, Method.REQUEST, settings, MORNING))
        for one in (APPOINTMENT, moved)
    )
    assert before.uid == after.uid
    assert (before.sequence, after.sequence) == (0, 1)
    assert after.start == STARTS + timedelta(days=1)


def test_a_cancellation_names_the_same_event_and_rings_no_more(settings: Settings) -> None:
    cancelled = replace(APPOINTMENT, sequence=2)
    written = calendar_file(cancelled, Method.CANCEL, settings, MORNING)
    event = event_of(written)
    assert Calendar.from_ical(written)["METHOD"] == "CANCEL"
    assert event.uid == f"{'m' * 22}@desk.test"
    assert (event.status, event.sequence) == ("CANCELLED", 2)
    assert event.attendees == ["mailto:ani@contoh.test"]
    assert event.subcomponents == []


def test_a_name_adds_no_line_and_no_parameter(settings: Settings) -> None:
    nasty = replace(APPOINTMENT, attendee_name=NASTY)
    event = event_of(calendar_file(nasty, Method.REQUEST, settings, MORNING))
    (attendee,) = event.attendees
    assert attendee == "mailto:ani@contoh.test"
    assert attendee.params["CN"] == "Ani 'Lestari'; X=1, ATTENDEE:mailto:eve@contoh.test"
    assert set(attendee.params) == {"CN", "ROLE", "PARTSTAT", "RSVP"}


def test_every_line_is_as_short_as_the_standard_asks(settings: Settings) -> None:
    long = replace(APPOINTMENT, description="Dinas Pekerjaan Umum – Kota Contoh, " * 20)
    written = calendar_file(long, Method.REQUEST, settings, MORNING).encode()
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert max(map(len, written.split(b"\r\n"))) <= 75


def sent(calendar: str | None) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = OutboxMail(
        message_id="<booked.1@desk.test>", recipient="ani@contoh.test", recipient_name="Ani",
        subject="Jadwal", text_body="Jadwal – teks\n", html_body="<p>Jadwal – halaman</p>\n",
        language=Language.INDONESIAN, created_at=MORNING, calendar=calendar,
    )  # fmt: skip
    wire = compose(mail, "Meja <meja@desk.test>").as_bytes(policy=SMTP)
    return message_from_bytes(wire, _class=EmailMessage, policy=default)


@pytest.mark.parametrize("method", Method)
def test_a_mail_carries_it_as_alternative_and_as_file(settings: Settings, method: Method) -> None:
    message = sent(calendar_file(APPOINTMENT, method, settings, MORNING))
    assert message.get_content_type() == "multipart/mixed"
    said, file = message.iter_parts()
    assert said.get_content_type() == "multipart/alternative"
    text, page, calendar = said.iter_parts()
    kinds = [one.get_content_type() for one in (text, page, calendar)]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert calendar.get_param("method") == method
    assert calendar.get_content_charset() == "utf-8"
    assert not calendar.is_attachment()
    assert (file.get_filename(), file.get_content_type()) == ("verifikasi.ics", "application/ics")
    assert event_of(file.get_content().decode()).uid == event_of(calendar.get_content()).uid
    assert message["Content-Language"] == "id"
    assert text.get_content() == "Jadwal – teks\r\n"
    assert page.get_content() == "<p>Jadwal – halaman</p>\r\n"


def test_a_mail_without_a_meeting_stays_as_it_was() -> None:
    message = sent(None)
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
