"""The one function that is asked after every fault test: does everything hold that was promised?

The names are those of trust.md, section 3.1. I7 is about recordings, which do not exist yet, and I9
and I10 about bookings and uploads: they are left out.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from desk.access.tables import Verdict
from desk.audit import Did
from desk.audit_chain import anchor_path, chain_key, verify
from desk.database import Database
from desk.settings import Settings
from tests.faults.history import History, Kind, Request
from tests.faults.records import Records, read_records
from tests.faults.replay import Found, Replay
from tests.faults.sightings import LAG, Sightings
from waiting_room.tables import Call, CallOutcome, ShiftState, TicketState

VERDICT_MAIL = "verdict"
# `now` is read before the row is locked: another's end may be written a little later than it.
CLOCK_SLACK = timedelta(seconds=1)


async def check_invariants(database: Database, history: History, settings: Settings) -> list[str]:
    """Every violation of I1 to I6 and I8, each after the name of its invariant."""
    async with database.reading() as session:
        records = await read_records(session)
        report = await verify(session, chain_key(settings), anchor_path(settings))
    found = list(Replay(records, Sightings(history), settings.away_after).violations())
    for check in CHECKS:
        found.extend(check(records, history, settings))
    if report.first_bad is not None:
        found.append(Found("I8", f"entry {report.first_bad}: {report.problem}"))
    return [f"{one.invariant}: {one.what}" for one in sorted(found)]


Check = Callable[[Records, History, Settings], Iterator[Found]]


def _one_call_at_a_time(
    records: Records, _history: History, _settings: Settings
) -> Iterator[Found]:
    for column in ("ticket", "verifier"):
        calls: dict[str, list[Call]] = {}
        for call in records.calls_by_start:
            calls.setdefault(getattr(call, column), []).append(call)
        for whose, theirs in calls.items():
            for one, following in pairwise(theirs):
                if one.ended_at is None or one.ended_at > following.started_at + CLOCK_SLACK:
                    yield Found("I2", f"{column} {whose}: {following.id} began during {one.id}")


def _one_verdict_for_each(
    records: Records, _history: History, _settings: Settings
) -> Iterator[Found]:
    for column in ("call", "claim", "access"):
        for whose, number in Counter(getattr(one, column) for one in records.verdicts).items():
            if whose and number > 1:
                yield Found("I3", f"{column} {whose} has {number} verdicts")
    given = {verdict.call for verdict in records.verdicts}
    for call in records.calls.values():
        if call.outcome in {CallOutcome.APPROVED, CallOutcome.REJECTED} and call.id not in given:
            yield Found("I3", f"call {call.id} was {call.outcome} without a verdict")


def _verdicts_are_whole(
    records: Records, _history: History, _settings: Settings
) -> Iterator[Found]:
    told = Counter((one.act, one.subject) for one in records.entries)
    for verdict in records.verdicts:
        made_in = records.calls if verdict.call else records.claims
        decided = (
            str(made_in[verdict.call or verdict.claim or ""].outcome),
            str(records.accesses[verdict.access].state),
        )
        if decided != (verdict.decision, verdict.decision):
            yield Found(
                "I3", f"verdict {verdict.id} is {verdict.decision}; made in and access {decided}"
            )
        if told[verdict.decision, verdict.access] != 1:
            yield Found("I3", f"verdict {verdict.id} is not told exactly once by the log")


def _acknowledged(history: History, act: str) -> list[Request]:
    return [one for one in history.requests() if one.act == act and one.status == 200]


def _verdicts_are_kept(records: Records, history: History, _settings: Settings) -> Iterator[Found]:
    kept = {verdict.call: verdict for verdict in records.verdicts}
    for request in _acknowledged(history, "verdict"):
        call = request.path.split("/")[2]
        if call not in kept or not _says(kept[call], request):
            yield Found("I3", f"the acknowledged verdict on call {call} is gone or was changed")


def _says(verdict: Verdict, request: Request) -> bool:
    return (verdict.decision, verdict.verifier) == (
        request.answer["decision"],
        request.client,
    ) and (verdict.reason == request.sent.get("reason"))


def _places_are_kept(records: Records, history: History, _settings: Settings) -> Iterator[Found]:
    for request in _acknowledged(history, "join"):
        ticket = records.tickets.get(request.answer["ticket"])
        if ticket is None or ticket.applicant != request.client:
            yield Found("I4", f"the acknowledged ticket {request.answer['ticket']} is gone")
    for request in _acknowledged(history, "take"):
        taken = records.calls.get(request.answer["call"])
        if taken is None or taken.verifier != request.client:
            yield Found("I4", f"the acknowledged call {request.answer['call']} is gone")


def _ends_are_kept(records: Records, history: History, _settings: Settings) -> Iterator[Found]:
    for request in history.requests():
        if request.status != 200 or request.act not in {"end", "leave", "leave_call"}:
            continue
        subject = request.path.split("/")[2]
        call, ticket = records.calls.get(subject), records.tickets.get(subject)
        kept = call.outcome if call else ticket.state if ticket else None
        if kept != request.sent.get("outcome", "left"):
            yield Found("I1", f"{request.act} of {subject} was acknowledged; it is {kept}")


def _nobody_is_stuck(records: Records, history: History, settings: Settings) -> Iterator[Found]:
    now = max((event.at for event in history.of(Kind.SETTLED)), default=None)
    open_calls = [call for call in records.calls.values() if call.ended_at is None]
    for call in open_calls:
        if now and _is_unheld(call, now, settings.call_grace):
            yield Found("I5", f"call {call.id} is held by nobody and was not ended")
    in_call = {call.ticket for call in open_calls}
    for ticket in records.tickets.values():
        if (ticket.state is TicketState.IN_CALL) != (ticket.id in in_call):
            yield Found("I5", f"ticket {ticket.id} is {ticket.state}; its open call says otherwise")
    serving = {call.verifier for call in open_calls}
    for shift in records.shifts.values():
        if (shift.state is ShiftState.IN_CALL) != (shift.verifier in serving):
            yield Found("I5", f"verifier {shift.verifier} is {shift.state}, unlike the open calls")


def _one_full_grace(records: Records, history: History, settings: Settings) -> Iterator[Found]:
    """A server that was down saw nobody go: after a start nothing is concluded for a while."""
    patience = {Did.LEASE_LAPSED: settings.call_grace, Did.SET_ASIDE: settings.hold}
    starts = [event.at for event in history.of(Kind.STARTING)]
    for entry in records.entries:
        if span := patience.get(Did(entry.act)):
            since = max((at for at in starts if at <= entry.at), default=entry.at)
            if entry.at < since + span:
                yield Found("I5", f"entry {entry.id}: {entry.act} before one full grace was over")


def _is_unheld(call: Call, now: datetime, grace: timedelta) -> bool:
    seen = [call.verifier_seen_at]
    if call.applicant_arrived_at:
        seen.append(call.applicant_seen_at)
    return min(seen) < now - grace - LAG


def _mails_are_sent(records: Records, history: History, _settings: Settings) -> Iterator[Found]:
    accepted: dict[str, set[str]] = {}
    for event in history.of(Kind.MAILED):
        accepted.setdefault(event.about["to"], set()).add(event.about["message_id"])
    written: dict[str, list[str]] = {}
    known: dict[str, set[str]] = {}
    for mail in records.mails:
        known.setdefault(mail.recipient, set()).add(mail.message_id)
        if mail.kind == VERDICT_MAIL:
            written.setdefault(mail.recipient, []).append(mail.message_id)
        if mail.sent_at and mail.message_id not in accepted.get(mail.recipient, set()):
            yield Found("I6", f"mail {mail.message_id} counts as sent; nobody accepted it")
    decided = Counter(
        records.emails[records.accesses[verdict.access].applicant] for verdict in records.verdicts
    )
    for email in decided.keys() | written.keys() | accepted.keys():
        if len(written.get(email, [])) != decided[email]:
            yield Found("I6", f"{decided[email]} verdicts for {email}, mails {written.get(email)}")
        if foreign := accepted.get(email, set()) - known.get(email, set()):
            yield Found("I6", f"{email} was sent {sorted(foreign)}, which the outbox does not know")


CHECKS: tuple[Check, ...] = (
    _one_call_at_a_time,
    _one_verdict_for_each,
    _verdicts_are_whole,
    _verdicts_are_kept,
    _places_are_kept,
    _ends_are_kept,
    _nobody_is_stuck,
    _one_full_grace,
    _mails_are_sent,
)
