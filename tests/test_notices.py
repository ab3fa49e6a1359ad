"""Every kind of notice: written with its act, mailed by a real server, read by a real parser."""

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from itertools import product
from typing import Any

import pytest
from icalendar import Calendar, Event

from desk.access.store import DocumentStore
from desk.access.tables import Access
from desk.accounts.tables import Account
from desk.assets import Assets, folder_of
from desk.database import Database
from desk.directory.roles import RoleNames
from desk.housekeeping import Housekeeping
from desk.language import Language
from desk.notices.delivery import Delivery
from desk.notices.kinds import CALENDARS, KIND_WORDS, Facts, Kind
from desk.notices.notices import ARE_KEPT, count_unread, mark_read, tell
from desk.notices.samples import Sample, sample_mail
from desk.settings import Settings
from desk.templating import Templates
from tests.post import notices_of, outbox
from tests.scenes import count, in_call
from tests.sink import Sink
from tests.support import Applicant, People, RunningDesk, SetClock
from tests.untranslated import PLACEHOLDER

STARTS = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # a Friday, 10.00 WITA
BEFORE = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
WHEN = "Jumat, 27 November 2026 pukul 10.00 WITA (09.00 WIB)"
AT = "Friday, 27 November 2026 at 10:00 WITA (09:00 WIB)"

# The subject of each, and words that its mail must say, in both languages.
SAID = {
    Kind.RECEIVED: (
        ("Permohonan Anda sudah diterima", WHEN, "ditelaah verifikator"),
        ("Your application has been received", AT, "reviews your documents"),
    ),
    Kind.BOOKED: (
        ("Jadwal Verifikasi Akses INAPROC: Jumat, 27 November 2026 pukul 10.00 WITA", WHEN),
        ("INAPROC access verification: Friday, 27 November 2026 at 10:00 WITA", AT),
    ),
    Kind.MOVED: (
        ("Jadwal verifikasi Anda diubah", WHEN, "Kamis, 26 November 2026 pukul 10.00 WITA"),
        ("Your appointment was changed", AT, "Thursday, 26 November 2026 at 10:00 WITA"),
    ),
    Kind.DAY_BEFORE: (
        ("Pengingat: verifikasi akses Anda besok", WHEN),
        ("Reminder: the verification of your access is tomorrow", AT),
    ),
    Kind.HOUR_BEFORE: (
        ("Pengingat: verifikasi akses Anda pukul 10.00 WITA", WHEN, "Gabung Rapat"),
        ("Reminder: the verification of your access is at 10:00 WITA", AT, "Join meeting"),
    ),
    Kind.MISSED: (
        ("Anda tidak hadir pada jadwal verifikasi", WHEN, "jadwal lain"),
        ("You missed your appointment", AT, "another time"),
    ),
    Kind.CANCELLED: (
        ("Jadwal verifikasi Anda dibatalkan", WHEN),
        ("Your appointment was cancelled", AT),
    ),
    Kind.EXPIRING: (
        ("Akses Anda berakhir pada 31 Desember 2026", "31 Desember 2026"),
        ("Your access ends on 31 December 2026", "31 December 2026"),
    ),
    Kind.EXPIRED: (
        ("Akses Anda kedaluwarsa", "31 Desember 2026"),
        ("Your access has expired", "31 December 2026"),
    ),
}


@pytest.fixture
def templates(settings: Settings) -> Templates:
    return Templates(settings, Assets(folder_of("static")))


@pytest.fixture
async def who(database: Database, clock: SetClock) -> Applicant:
    """An applicant in Makassar with a meeting on Friday."""
    return await People(database, clock).applicant(
        name="Siti <Aminah>", booked_in=STARTS - clock.now(), timezone="Asia/Makassar"
    )


async def telling(
    database: Database,
    templates: Templates,
    settings: Settings,
    kind: Kind,
    who: Applicant,
    now: datetime,
    **more: Any,
) -> None:
    """Tell one applicant in a transaction of its own."""
    async with database.writing() as session:
        await tell(
            session, templates, settings, kind, who.access, now=now, meeting=who.meeting, **more
        )


def parts_of(mail: EmailMessage) -> dict[str, str]:
    """What a mail says in each of its forms."""
    return {part.get_content_type(): part.get_content() for part in mail.walk()
            if part.get_content_maintype() == "text"}  # fmt: skip


def event_of(mail: EmailMessage) -> tuple[str, Event]:
    """The method of a mail's calendar, and its event."""
    calendar = Calendar.from_ical(parts_of(mail)["text/calendar"])
    (event,) = calendar.events
    return str(calendar["METHOD"]), event


@pytest.mark.parametrize("language", Language)
async def test_every_kind_reaches_its_reader_in_their_language(
    database: Database, templates: Templates, settings: Settings, delivery: Delivery,
    sink: Sink, who: Applicant, clock: SetClock, language: Language,
) -> None:  # fmt: skip
    async with database.writing() as session:
        (await session.get_one(Account, who.account.id)).language = language
    clock.forward(days=2)  # Thursday: the day before
    for kind in SAID:
        before = {
            Kind.MOVED: {"before_at": BEFORE}, Kind.RECEIVED: {"due_at": STARTS},
        }.get(kind, {})  # fmt: skip
        clock.forward(seconds=1)
        await telling(database, templates, settings, kind, who, clock.now(), **before)
    assert await delivery.deliver_due() == len(SAID)
    for mail, (kind, said) in zip(sink.arrived, SAID.items(), strict=True):
        subject, *words = said[list(Language).index(language)]
        # A long one begins on its second line, and Python does not unfold that.
        assert mail["Subject"].strip() == subject
        assert mail["Content-Language"] == language
        parts = parts_of(mail)
        for form in ("text/plain", "text/html"):
            for one in (*words, who.access.unit, settings.public_url):
                assert one in parts[form], (kind, form, one)
        assert "Siti <Aminah>" in parts["text/plain"]
        assert "Siti &lt;Aminah&gt;" in parts["text/html"]
        assert ("text/calendar" in parts) == (kind in CALENDARS)
    told = await notices_of(database, who.account)
    assert [one.kind for one in told] == list(SAID)


async def test_the_calendars_of_a_meetings_mails_are_one_event(
    database: Database, templates: Templates, settings: Settings, delivery: Delivery,
    sink: Sink, who: Applicant, clock: SetClock,
) -> None:  # fmt: skip
    kinds = [Kind.BOOKED, Kind.MOVED, Kind.CANCELLED]
    for sequence, kind in enumerate(kinds):
        clock.forward(seconds=1)
        who.meeting.sequence = sequence
        await telling(database, templates, settings, kind, who, clock.now())
    await delivery.deliver_due()
    read = [event_of(mail) for mail in sink.arrived]
    assert [method for method, _event in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({event.uid for _method, event in read}) == 1
    assert [event.sequence for _method, event in read] == [0, 1, 2]
    assert {event.start for _method, event in read} == {STARTS}
    for _method, event in read:
        assert event.attendees == [f"mailto:{who.account.email}"]
        assert f"{settings.public_url}/meetings/{who.meeting.id}" in str(event.description)


async def test_a_reminder_of_the_same_day_does_not_say_tomorrow(
    database: Database, templates: Templates, settings: Settings, who: Applicant
) -> None:
    now = STARTS - timedelta(hours=5)
    await telling(database, templates, settings, Kind.DAY_BEFORE, who, now)
    (mail,) = await outbox(database)
    assert mail.subject == "Pengingat: verifikasi akses Anda hari ini"


async def test_an_act_that_fails_tells_nobody(
    database: Database, templates: Templates, settings: Settings, who: Applicant, clock: SetClock
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as session:
            await tell(session, templates, settings, Kind.BOOKED, who.access, now=clock.now(),
                       meeting=who.meeting)  # fmt: skip
            await session.flush()
            _ = 1 / 0
    assert await outbox(database) == []
    assert await notices_of(database, who.account) == []


async def test_a_notice_is_read_once_and_by_its_own_reader_alone(
    database: Database, templates: Templates, settings: Settings, who: Applicant, clock: SetClock
) -> None:
    for kind in (Kind.BOOKED, Kind.MOVED, Kind.MISSED):
        await telling(database, templates, settings, kind, who, clock.now())
    notice = (await notices_of(database, who.account))[0].id
    at = clock.now()
    async with database.writing() as session:
        assert await mark_read(session, "somebody else", at, notice) == 0
        assert await count_unread(session, who.account.id) == 3
        assert await mark_read(session, who.account.id, at, notice) == 1
        assert await mark_read(session, who.account.id, at + timedelta(hours=1), notice) == 0
        assert await mark_read(session, who.account.id, at) == 2
        assert await count_unread(session, who.account.id) == 0
    assert {one.read_at for one in await notices_of(database, who.account)} == {at}


async def test_a_verdict_is_a_notice_beside_its_mail(desk: RunningDesk) -> None:
    approved, rejected = await in_call(desk), None
    await approved.approve()
    rejected = await in_call(desk)
    await rejected.reject()
    paths = {"approved": "/", "rejected": f"/access/{rejected.who.access.id}/again"}
    for scene, decision in ((approved, "approved"), (rejected, "rejected")):
        (notice,) = await notices_of(desk.database, scene.who.account)
        assert (notice.kind, notice.facts["decision"]) == (Kind.VERDICT, decision)
        assert notice.path == paths[decision]
    assert await count(desk.database, "outbox_mail", "kind = 'verdict'") == 2
    assert await count(desk.database, "outbox_mail", "calendar IS NOT NULL") == 0


async def test_notices_are_forgotten_after_a_year(
    database: Database, templates: Templates, settings: Settings, who: Applicant, clock: SetClock
) -> None:
    await telling(database, templates, settings, Kind.BOOKED, who, clock.now())
    store = DocumentStore(settings.data_dir, settings.secret_key)
    housekeeping = Housekeeping(settings, clock, database, store)
    clock.forward(seconds=ARE_KEPT.total_seconds())
    await housekeeping.tidy()
    assert await count(database, "notice") == 1
    clock.forward(seconds=1)
    await housekeeping.tidy()
    assert await count(database, "notice") == 0


def test_facts_are_kept_and_read_back_as_they_were() -> None:
    access = Access(id="a", role="PPK", unit="Dinas", timezone="Asia/Jakarta",
                    valid_until=date(2026, 12, 31))  # fmt: skip
    facts = Facts.of(access, before_at=STARTS)
    assert Facts.model_validate(facts.model_dump(mode="json")) == facts


def test_every_kind_has_its_words_and_its_preview() -> None:
    assert set(KIND_WORDS) == set(Kind)
    assert {*Sample, Kind.VERDICT} - set(Kind) == {Sample.APPROVED, Sample.REJECTED}
    assert set(Kind) - {Kind.VERDICT} <= {*Sample}


def test_every_preview_is_whole(
    templates: Templates, settings: Settings, clock: SetClock, subtests: pytest.Subtests
) -> None:
    for sample, language in product(Sample, Language):
        with subtests.test(sample=sample, language=language):
            mail = sample_mail(templates, settings, RoleNames(), sample, language, clock.now())
            assert mail.language is language
            for text in (mail.subject, mail.text_body):
                assert not PLACEHOLDER.search(text)
                assert "&lt;" not in text
            assert "None" not in mail.html_body
            assert mail.text_body.count("\n\n\n") == 0, mail.text_body
