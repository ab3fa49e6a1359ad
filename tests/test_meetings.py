"""Booked times: when the waiting room is open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desk.schedule.meetings import open_span
from desk.schedule.tables import Meeting
from desk.settings import Settings
from waiting_room.tables import new_id

ZONES = st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
MOMENTS = st.integers(0, 15 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
SETTINGS = Settings(data_dir=Path("unused"), secret_key="x" * 32)


def _meeting(starts_at: datetime) -> Meeting:
    return Meeting(id=new_id(), access=new_id(), starts_at=starts_at, created_at=starts_at)


def test_open_from_half_an_hour_before_to_the_end_of_the_day() -> None:
    zone = ZoneInfo("Asia/Jayapura")
    starts_at = datetime(2026, 11, 24, 10, 0, tzinfo=zone).astimezone(UTC)
    span = open_span(_meeting(starts_at), zone, SETTINGS)
    assert span.opens_at == datetime(2026, 11, 24, 9, 30, tzinfo=zone)
    assert span.closes_at == datetime(2026, 11, 25, 0, 0, tzinfo=zone)
    moment = timedelta(microseconds=1)
    assert span.holds(span.opens_at)
    assert not span.holds(span.opens_at - moment)
    assert span.holds(span.closes_at - moment)
    assert not span.holds(span.closes_at)


@given(starts_at=MOMENTS, zone=ZONES)
def test_a_meeting_can_always_be_joined_at_its_own_time(starts_at: datetime, zone: str) -> None:
    span = open_span(_meeting(starts_at), ZoneInfo(zone), SETTINGS)
    assert span.holds(starts_at)
    assert span.opens_at.astimezone(UTC) == starts_at - timedelta(minutes=30)


def test_the_setting_says_how_long_before() -> None:
    settings = SETTINGS.model_copy(update={"join_before_minutes": 5})
    starts_at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    span = open_span(_meeting(starts_at), ZoneInfo("Asia/Jakarta"), settings)
    assert span.opens_at == starts_at - timedelta(minutes=5)
