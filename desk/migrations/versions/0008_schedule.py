"""Slots and their seats, the calendar's exceptions, opening hours, and who is on duty."""

from datetime import date, time

import sqlalchemy as sa
from alembic import op

from waiting_room import tables

revision = "0008"
down_revision = "0007"

MOMENT = tables.UtcDateTime(timezone=True)
SEASON = sa.Enum(
    "normal", "ramadan", name="season", native_enum=False, create_constraint=True, length=24
)
SCOPE = sa.Enum(
    "national", "province", "agency",
    name="scope", native_enum=False, create_constraint=True, length=24,
)  # fmt: skip
LUNCH = (time(12), time(13))
# Opens, closes, and the break: Monday to Thursday, then Friday (Perpres 21/2023).
HOURS = {
    "normal": [(time(7, 30), time(16), *LUNCH)] * 4
    + [(time(7, 30), time(16, 30), time(11, 30), time(13))],
    "ramadan": [(time(8), time(15), time(12), time(12, 30))] * 4
    + [(time(8), time(15, 30), *LUNCH)],
}
RAMADAN = ((date(2026, 2, 18), date(2026, 3, 19)), (date(2027, 2, 8), date(2027, 3, 9)))


def upgrade() -> None:
    _meeting()
    _slots()
    _exceptions()
    _roster()
    _seed(_hours(), _ramadan())


def _meeting() -> None:
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.add_column(
            sa.Column(
                "is_seated",
                sa.Boolean(),
                nullable=False,
                server_default=sa.text("false"),
            )
        )
        for name in ("moves", "sequence", "no_shows"):
            batch_op.add_column(
                sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))
            )
        for name in ("missed_at", "no_show_at", "cancelled_at", "movable_from_at"):
            batch_op.add_column(sa.Column(name, MOMENT, nullable=True))
        batch_op.create_index("ix_meeting_starts_at", ["starts_at"])


def _slots() -> None:
    op.create_table(
        "slot",
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("no_shows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("starts_at", name=op.f("pk_slot")),
    )
    op.create_index(op.f("ix_slot_day"), "slot", ["day"])
    free = sa.text("taken < capacity")
    op.create_index(
        "ix_slot_free", "slot", ["starts_at", "day"], sqlite_where=free, postgresql_where=free
    )
    op.create_table(
        "slot_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_slot_day")),
    )


def _exceptions() -> None:
    op.create_table(
        "day_exception",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope", SCOPE, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=22), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("unplaced", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"], ["account.id"], name=op.f("fk_day_exception_author_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_exception")),
        sa.UniqueConstraint("day", "scope", "place", name=op.f("uq_day_exception_day_scope_place")),
    )


def _hours() -> sa.Table:
    return op.create_table(
        "opening_hours",
        sa.Column("season", SEASON, nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("break_from", sa.Time(), nullable=False),
        sa.Column("break_until", sa.Time(), nullable=False),
        sa.PrimaryKeyConstraint("season", "weekday", name=op.f("pk_opening_hours")),
    )


def _ramadan() -> sa.Table:
    return op.create_table(
        "ramadan",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_ramadan")),
    )


def _roster() -> None:
    op.create_table(
        "roster_shift",
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verifier"], ["account.id"], name=op.f("fk_roster_shift_verifier_account")
        ),
        sa.PrimaryKeyConstraint("verifier", "weekday", name=op.f("pk_roster_shift")),
    )
    op.create_table(
        "roster_exception",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("verifier", sa.String(length=22), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verifier"], ["account.id"], name=op.f("fk_roster_exception_verifier_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_exception")),
        sa.UniqueConstraint("verifier", "day", name=op.f("uq_roster_exception_verifier_day")),
    )


def _seed(hours: sa.Table, ramadan: sa.Table) -> None:
    names = ("opens", "closes", "break_from", "break_until")
    rows = [
        {"season": season, "weekday": weekday, **dict(zip(names, times, strict=True))}
        for season, days in HOURS.items()
        for weekday, times in enumerate(days)
    ]
    op.bulk_insert(hours, rows)
    years = [{"year": one.year, "first_day": one, "last_day": last} for one, last in RAMADAN]
    op.bulk_insert(ramadan, years)


def downgrade() -> None:
    for table in (
        "roster_exception", "roster_shift", "ramadan", "opening_hours", "day_exception",
        "slot_day", "slot",
    ):  # fmt: skip
        op.drop_table(table)
    with op.batch_alter_table("meeting") as batch_op:
        batch_op.drop_index("ix_meeting_starts_at")
        for name in (
            "is_seated", "moves", "sequence", "no_shows", "missed_at", "no_show_at",
            "cancelled_at", "movable_from_at",
        ):  # fmt: skip
            batch_op.drop_column(name)
