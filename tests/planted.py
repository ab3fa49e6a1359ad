"""Bugs to plant: each breaks one rule of the product, and names the test that must notice.

A bug is a change of the source, in the one place where the rule is kept, or of the database's
schema. `test_planted.py` plants each of them and runs its test, which has to fail. A rule that is
written anew makes its bug unplantable, and that fails too: the list cannot fall behind.
"""

import inspect
import textwrap
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from desk import idempotency, reaper
from desk.access import verdicts
from desk.house import DeskHouse
from signaling import direct, engine
from signaling.kept_rooms import KeptRooms
from signaling.line_news import LineNews
from signaling.presence import Presence
from signaling.watch import Watch
from tests import (
    test_changing_over,
    test_direct,
    test_idempotency,
    test_leases,
    test_line,
    test_line_news,
    test_lost_clients,
    test_presence,
    test_verdict,
    test_watch,
)
from waiting_room import leases, line, order, presence, shifts, standing

Finder = Callable[..., Awaitable[None]]


def forget_statements() -> None:
    """Have the statements that are built once built anew."""
    line._taking.cache_clear()
    shifts._entering.cache_clear()


@dataclass(frozen=True)
class Change:
    """In the source of a function, this instead of that, which stands there once; and more."""

    function: Callable[..., Any]
    that: str
    this: str
    more: tuple[tuple[str, str], ...] = ()

    def plant(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Until the end of the test; whoever has imported the function runs the changed one."""
        function = inspect.unwrap(self.function)
        source = textwrap.dedent(inspect.getsource(function))
        for that, this in ((self.that, self.this), *self.more):
            assert source.count(that) == 1, f"{that!r} in {self.function.__qualname__}"
            source = source.replace(that, this)
        changed = inspect.unwrap(_made_anew(function, source))
        monkeypatch.setattr(function, "__code__", changed.__code__)
        forget_statements()


def _made_anew(function: Callable[..., Any], source: str) -> Any:
    """The function of this source, where it sees what `function` does: `super()` its class."""
    seen = function.__code__.co_freevars
    around = f"def around({', '.join(seen)}):\n{textwrap.indent(source, '    ')}"
    made: dict[str, Any] = {}
    whole = f"{around}\n    return {function.__name__}"
    exec(compile(whole, "planted", "exec"), function.__globals__, made)
    return made["around"](*seen)


@dataclass(frozen=True)
class Bug:
    """Which test notices, and what is changed, or the SQL that does it.

    `told` are the test's parameters, and `on` the database on which it shows: SQLite's one writer
    hides what happens at once.
    """

    found_by: Finder
    changes: tuple[Change, ...] = ()
    sql: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    on: str = "sqlite"


COMMIT_HALFWAY = (
    "await session.flush()\n"
    "    connection = await session.connection()\n"
    "    await connection.exec_driver_sql('COMMIT')\n"
    "    await connection.exec_driver_sql('BEGIN IMMEDIATE')\n    "
)
STILL_WAITS = "Ticket.state == TicketState.WAITING"
STILL_OPEN = ".where(Call.id == call, Call.ended_at.is_(None), *conditions)"

# Found by the state machine of the line, alone.
BY_THE_MACHINE: dict[str, tuple[Change, ...]] = {
    "take: the head need not wait": (Change(line._taking, f"{STILL_WAITS}, ~", "~"),),
    "take: nobody asks the state": (
        Change(line._taking, f"{STILL_WAITS}, ~", "~",
               more=((", table.c.state == TicketState.WAITING)", ")"),)),
    ),
    "take: the order is turned round": (
        Change(line._taking, "order_by(*order)", "order_by(Ticket.order_at.desc())"),
    ),
    "take: the classes are forgotten": (
        Change(line._taking, "order_by(*order)", "order_by(*order[1:])"),
    ),
    "take: who is away is not passed over": (
        Change(line._taking, ', ~presence.passed_over(bindparam("long_ago")))', ")"),
    ),
    "take: from a break": (Change(shifts._entering, ", table.c.state.in_(may_take))", ")"),),
    "leave: in any state": (Change(line.leave, ", in_line)", ")"),),
    "leave: not when set aside": (Change(line.leave, ", TicketState.SET_ASIDE))", ",))"),),
    "end: a call that is over": (
        Change(line._end_call, STILL_OPEN, ".where(Call.id == call, *conditions)"),
    ),
    "end: anybody's call": (
        Change(line._end_call, STILL_OPEN, ".where(Call.id == call, Call.ended_at.is_(None))"),
    ),
    "end: no wrap-up": (
        Change(line._end_call, "await shifts.wrap_up(session, ended.verifier, now)", "pass"),
    ),
    "join: booked times are forgotten": (
        Change(order.key_on_joining, "OrderClass.BOOKED, booked_at", "OrderClass.BOOKED, now"),
    ),
    "join: a second ticket on a second tab": (
        Change(line.live_ticket, "Ticket.state.in_(LIVE)", STILL_WAITS),
    ),
    "hand back: to the end": (
        Change(order.key_on_return, "OrderClass.RETURNED", "OrderClass.LATE"),
    ),
    "presence: back from aside at the end": (
        Change(presence.mark_presence, "values(state=TicketState.WAITING, ",
               "values(state=TicketState.WAITING, order_at=now, "),
    ),
    "presence: nobody is away on joining": (
        Change(line.join, "await presence.away_from(session, ticket.id, now)", "pass"),
    ),
    "places: they count who is passed over": (
        Change(standing.line_order, ", passed_over(now - away_after))", ")"),
    ),
    "leases: never renewed": (
        Change(leases.renew, "values(verifier_seen_at=now)",
               "values(verifier_seen_at=Call.verifier_seen_at)"),
    ),
    "leases: nobody ever arrives": (
        Change(leases.renew, "applicant_arrived_at=now", "applicant_arrived_at=None"),
    ),
    "reap: every open call": (
        Change(leases._end_unheld, ".where(Call.ended_at.is_(None), or_(by_verifier, "
               "by_applicant))", ".where(Call.ended_at.is_(None))"),
    ),
    "reap: who has not arrived": (
        Change(leases._unheld, "and_(arrived, Call.applicant_seen_at < since)",
               "Call.applicant_seen_at < since"),
    ),
    "reap: whoever is away, at once": (
        Change(leases._away_too_long, ".where(Absence.since_at < since)", ""),
    ),
    "restart: who waits is forgotten": (
        Change(presence.start_anew, "on_conflict_do_update(index_elements=[\"ticket\"], "
               "set_={\"since_at\": now})", "on_conflict_do_nothing()"),
    ),
    "role removed: the call stays open": (
        Change(leases.give_up_call, "Call.verifier == verifier, Call", "Call.id == verifier, Call"),
    ),
}  # fmt: skip

# Found by a test of the line without the desk around it, which is handed the hall.
IN_THE_HALL: dict[str, Bug] = {
    "schema: a ticket in two open calls": Bug(
        sql="DROP INDEX uq_call_open_ticket",
        found_by=test_line.test_the_database_itself_refuses_a_second_open_call,
        told={"shared": "ticket"},
    ),
    "schema: a verifier in two open calls": Bug(
        sql="DROP INDEX uq_call_open_verifier",
        found_by=test_line.test_the_database_itself_refuses_a_second_open_call,
        told={"shared": "verifier"},
    ),
    "schema: two live tickets, joined at once": Bug(
        sql="DROP INDEX uq_ticket_live_applicant",
        found_by=test_line.test_many_joins_at_once_give_one_ticket,
        on="postgresql",
    ),
    "take: two at once want the same one": Bug(
        changes=(Change(line._taking, ".with_for_update(skip_locked=True, key_share=True)", ""),),
        found_by=test_line.test_all_click_at_once_and_each_gets_one_of_the_first,
        on="postgresql",
    ),
    "take: a verifier twice at once": Bug(
        changes=(Change(shifts._entering, ", table.c.state.in_(may_take))", ")"),),
        sql="DROP INDEX uq_call_open_verifier",
        found_by=test_line.test_all_click_at_once_and_each_gets_one_of_the_first,
    ),
}

# Found by a test of the real desk.
AT_THE_DESK: dict[str, Bug] = {
    "verdict: the mail in a transaction of its own": Bug(
        changes=(
            Change(verdicts._tell, "mail = verdict_mail(", COMMIT_HALFWAY + "mail = verdict_mail("),
        ),
        found_by=test_verdict.test_all_of_a_verdict_is_kept_or_nothing,
        told={"table": "outbox_mail", "verdict": test_verdict.REJECTED},
    ),
    "verdict: the log in a transaction of its own": Bug(
        changes=(Change(verdicts._record, "detail = {", COMMIT_HALFWAY + "detail = {"),),
        found_by=test_verdict.test_all_of_a_verdict_is_kept_or_nothing,
        told={"table": "audit_entry", "verdict": test_verdict.REJECTED},
    ),
    "verdict: of a call that has ended": Bug(
        changes=(Change(line._end_call, STILL_OPEN, ".where(Call.id == call, *conditions)"),),
        found_by=test_verdict.test_after_the_end_there_is_no_verdict,
        told={"outcome": "returned"},
    ),
    "idempotency: the key is not reserved": Bug(
        changes=(
            Change(
                idempotency.reserve,
                "    taken = insert_into",
                "    return None\n    taken = insert_into",
            ),
        ),
        found_by=test_idempotency.test_a_repeated_take_takes_nobody_else,
    ),
    "presence: the second tab's end is an absence": Bug(
        changes=(
            Change(Presence.tell, "gone, came = self._here - here", "gone, came = self._here"),
        ),
        found_by=test_presence.test_a_second_tab_is_the_same_place_and_its_end_is_no_absence,
    ),
    "reaper: not in the log": Bug(
        changes=(Change(reaper.Reaper.reap, "for call in lapsed.calls", "for call in []"),),
        found_by=test_leases.test_a_verifier_gone_gives_the_applicant_back_to_the_head,
    ),
    "line: it is read beside itself": Bug(
        changes=(Change(LineNews.tell, "async with self._one_by_one:", "if True:"),),
        found_by=test_line_news.test_a_reading_never_comes_after_one_that_began_later,
    ),
    "watch: it never asks about calls": Bug(
        changes=(Change(Watch.tell, "if seated else ()", "if False else ()"),),
        found_by=test_watch.test_a_call_ended_by_another_process_is_told_to_both_sides,
        told={"ends": test_watch.hand_back, "reason": "returned", "leads_back": True},
    ),
    "watch: it never asks about sessions": Bug(
        changes=(Change(Watch.tell, "in shown - good", "in ()"),),
        found_by=test_watch.test_who_waits_is_shown_out,
        told={"way": "the session was revoked"},
    ),
    "watch: another role is as good": Bug(
        changes=(
            Change(
                DeskHouse.still_good, "roles.get(one.session) == one.role", "one.session in roles"
            ),
        ),
        found_by=test_watch.test_who_waits_is_shown_out,
        told={"way": "the role's row was changed"},
    ),
}

NO_NEW_START = Change(
    reaper.Reaper.start_anew, "await presence.start_anew(session, self._clock.now())", "pass"
)

# Found by a test that starts desks itself.
AT_A_START: dict[str, Bug] = {
    "restart: who waits was gone before it": Bug(
        changes=(NO_NEW_START,),
        found_by=test_presence.test_after_a_restart_everybody_has_one_full_grace,
    ),
    "restart: whoever is in a call was gone before it": Bug(
        changes=(NO_NEW_START,),
        found_by=test_leases.test_a_restart_gives_both_sides_a_full_grace,
    ),
}

# Found by what keeps rooms beside the library's manager.
IN_THE_ROOMS: dict[str, Change] = {
    "leave: the room is remembered": Change(
        KeptRooms.basic_leave_room, "rooms.remove(room)", "pass"
    ),
    "enter: the room is not remembered": Change(
        KeptRooms.basic_enter_room, "rooms.append(room)", "pass"
    ),
    "end: in the rooms for ever": Change(
        KeptRooms.basic_disconnect, "super().basic_leave_room(sid, namespace, room)", "super()"
    ),
    "end: whose end was asked for is kept": Change(
        KeptRooms.basic_disconnect, "(self.pending_connect, self.pending_disconnect)", "()"
    ),
}

HALF_WAY_FOR_EVER = Change(
    engine.Ear._before_the_upgrade,
    "asyncio.timeout(self.server.slowest_upgrade_s)",
    "asyncio.timeout(None)",
)

# Found by a test of the sockets without the desk around them.
ON_THE_SOCKETS: dict[str, Bug] = {
    "outbox: what is held comes last": Bug(
        changes=(
            Change(direct.Outbox.hold, "self._held += frames", "self._held = frames + self._held"),
        ),
        found_by=test_direct.test_each_hears_its_news_in_the_order_of_the_telling,
    ),
    "outbox: a packet overtakes what is held": Bug(
        changes=(
            Change(
                direct.Outbox.put_nowait,
                "self.hold(framed(sent.encode()))",
                "self._transport.write(framed(sent.encode()))",
            ),
        ),
        found_by=test_direct.test_an_acknowledgement_overtakes_no_news,
    ),
    "outbox: without end": Bug(
        changes=(Change(direct.Outbox.release, "> MOST_UNREAD_BYTES", "> 1 << 40"),),
        found_by=test_lost_clients.test_one_who_never_reads_is_dropped_and_the_others_miss_nothing,
    ),
    "outbox: it does not hang up": Bug(
        changes=(Change(direct.Outbox.hang_up, "self._ear.hang_up()", "pass"),),
        found_by=test_lost_clients.test_whoever_is_dropped_leaves_nothing_behind,
        told={"bad": test_lost_clients.silent},
    ),
    "ear: nobody is cut off": Bug(
        changes=(Change(direct.DirectEar._close_or_cut_off, "self._transport.abort()", "pass"),),
        found_by=test_lost_clients.test_a_stopped_process_is_dropped_when_its_ping_is_due,
    ),
    "ear: what waited for a poll is lost": Bug(
        changes=(Change(direct.DirectEar._take_over, "while not waited.empty()", "while False"),),
        found_by=test_changing_over.test_one_who_changes_over_hears_on_the_socket_what_waited,
    ),
    "ear: a session has two WebSockets": Bug(
        changes=(Change(direct.DirectEar._change_over, "upgrading = True", "upgrading = False"),),
        found_by=test_changing_over.test_a_session_changes_over_once_at_a_time,
    ),
    "ear: half-way for ever": Bug(
        changes=(HALF_WAY_FOR_EVER,),
        found_by=test_changing_over.test_one_who_does_not_change_over_polls_on,
        told={"said": None},
    ),
    "ear: half-way for ever, by the library's way": Bug(
        changes=(HALF_WAY_FOR_EVER,),
        found_by=test_changing_over.test_one_who_does_not_change_over_polls_on,
        told={"said": None, "is_direct": False},
    ),
    "ear: it changes over for ever": Bug(
        changes=(Change(engine.Ear._end, "upgrading = False", "upgrading = True"),),
        found_by=test_changing_over.test_one_who_does_not_change_over_polls_on,
        told={"said": "nothing", "is_direct": False},
    ),
    "ear: a session has two WebSockets, by the library's way": Bug(
        changes=(Change(engine.Ear._begin, "if self._socket.upgrading:", "if False:"),),
        found_by=test_changing_over.test_a_session_changes_over_once_at_a_time,
        told={"is_direct": False},
    ),
    "ping: it is not sent": Bug(
        changes=(
            Change(
                direct._ping, "socket.queue.put_nowait(packet.Packet(packet.PING))", "pass"
            ),
        ),
        found_by=test_lost_clients.test_a_stopped_process_is_dropped_when_its_ping_is_due,
    ),
    "tell: those who poll are forgotten": Bug(
        changes=(Change(direct.DirectManager._hold, "for part in encoded:", "for part in []:"),),
        found_by=test_direct.test_each_hears_its_news_in_the_order_of_the_telling,
    ),
    "tell: nobody is skipped": Bug(
        changes=(Change(direct.DirectManager._hearers, "if sid not in skipped", "if True"),),
        found_by=test_direct.test_each_hears_its_news_in_the_order_of_the_telling,
    ),
    "tell: cancelled, it stops": Bug(
        changes=(
            Change(direct._in_slices, "finally:\n        for outbox in rest:",
                   "finally:\n        for outbox in []:"),
        ),
        found_by=test_direct.test_a_telling_that_is_cancelled_reaches_everybody,
    ),
    "tell: bytes as a text": Bug(
        changes=(Change(direct.framed, "(BINARY, message)", "(TEXT, message)"),),
        found_by=test_direct.test_binary_news_reaches_those_on_sockets_and_those_who_poll,
    ),
}  # fmt: skip
