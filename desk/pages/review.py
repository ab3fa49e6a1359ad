"""The verifier's sheet in a call: steps marked, challenges drawn, notes kept, numbers revealed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.access.checklist import Step as ChecklistStep
from desk.access.checklist import challenge_in_words, draw_challenge, missing_steps, steps_of
from desk.access.files import CallFile
from desk.access.tables import CheckMark, ClaimMark, Review
from desk.access.verdicts import marks_of
from desk.accounts.tables import Account
from desk.asks import Ask, Done
from desk.audit import Did
from desk.problems import invalid_input
from desk.words import _
from signaling.messages import Step
from waiting_room import line

LONGEST_NOTES = 4_000


async def review_of(session: AsyncSession, call: str) -> Review:
    """The verifier's sheet of a call."""
    return (await session.execute(select(Review).where(Review.call == call))).scalar_one()


async def checklist_of(session: AsyncSession, file: CallFile) -> list[dict[str, Any]]:
    """The steps of the role with their marks; times are seconds into the call."""
    marks = await marks_of(session, file.call.id)
    return step_rows(steps_of(file.access.role), marks, file.call.started_at)


def step_rows(
    steps: Iterable[ChecklistStep],
    marks: Mapping[str, CheckMark] | Mapping[str, ClaimMark],
    since: datetime,
) -> list[dict[str, Any]]:
    """Steps with their marks; times are seconds since then."""
    return [
        {
            "step": step.key,
            "label": _(step.label),
            "script": _(step.script),
            "required": step.required,
            "passed": marks[step.key].passed if step.key in marks else None,
            "marked_at_s": (marks[step.key].marked_at - since).total_seconds()
            if step.key in marks
            else None,
        }
        for step in steps
    ]


def step_now(checklist: Sequence[Mapping[str, Any]]) -> Step:
    """What the applicant may know of the checklist: how far it is, and not how it goes."""
    unmarked = [n for n, step in enumerate(checklist) if step["passed"] is None]
    if not unmarked:
        return Step(None, len(checklist), len(checklist))
    first = unmarked[0]
    return Step(checklist[first]["step"], first + 1, len(checklist))


class Marking(BaseModel):
    """A step, passed or failed; null, or nothing, takes the mark away."""

    step: str
    passed: Annotated[bool | None, BeforeValidator(lambda sent: None if sent == "" else sent)]


async def mark_step(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/checklist."""
    file, marking = ask.thing, ask.body(Marking)
    await line.hold_open(ask.session, file.call.id)
    if marking.step not in {step.key for step in steps_of(file.access.role)}:
        raise invalid_input({"step": "unknown"})
    own = (CheckMark.call == file.call.id, CheckMark.step == marking.step)
    await ask.session.execute(delete(CheckMark).where(*own))
    if marking.passed is not None:
        ask.session.add(
            CheckMark(
                call=file.call.id, step=marking.step, passed=marking.passed, marked_at=ask.now
            )
        )
    await _record(ask, Did.STEP_MARKED, step=marking.step, passed=marking.passed)
    await ask.session.flush()
    checklist = await checklist_of(ask.session, file)
    passed = {step["step"]: bool(step["passed"]) for step in checklist}
    body = {"checklist": checklist, "missing": missing_steps(file.access.role, passed)}
    step = step_now(checklist)
    return Done(body, _page_of(file), lambda told: told.step_begun(file.call.id, step))


async def new_challenge(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/challenge: another gesture and other digits; the log keeps how often."""
    file, challenge = ask.thing, draw_challenge()
    await line.hold_open(ask.session, file.call.id)
    await ask.session.execute(
        update(Review).where(Review.call == file.call.id).values(challenge=challenge)
    )
    await _record(ask, Did.CHALLENGE_DRAWN)
    return Done({"challenge": challenge_in_words(challenge)}, _page_of(file))


class Notes(BaseModel):
    """The verifier's own notes, for the desk alone."""

    notes: str = Field(max_length=LONGEST_NOTES)


async def keep_notes(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/notes."""
    file, notes = ask.thing, ask.body(Notes).notes
    await line.hold_open(ask.session, file.call.id)
    await ask.session.execute(update(Review).where(Review.call == file.call.id).values(notes=notes))
    return Done({}, _page_of(file))


class Reveal(BaseModel):
    """Which masked number to show."""

    field: str


async def reveal(ask: Ask[CallFile]) -> Done:
    """POST /calls/{id}/reveal: the whole number; that it was seen is logged."""
    file, field = ask.thing, ask.body(Reveal).field
    await line.hold_open(ask.session, file.call.id)
    value = number_of(file.applicant, field)
    await _record(ask, Did.NUMBER_REVEALED, field=field)
    return Done({"value": value}, _page_of(file), is_kept=False)


def number_of(applicant: Account, field: str) -> str:
    """A number of the applicant's as a whole. Raises the Problem invalid_input."""
    numbers = {"identity": applicant.identity_number, "employee": applicant.employee_number}
    if field not in numbers:
        raise invalid_input({"field": "unknown"})
    return numbers[field] or ""


async def _record(ask: Ask[CallFile], act: Did, **detail: Any) -> None:
    await audit.record(ask.session, ask.identity.id, act, ask.thing.call.id, ask.now, **detail)


def _page_of(file: CallFile) -> str:
    return f"/calls/{file.call.id}"
