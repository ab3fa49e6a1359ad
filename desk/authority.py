"""Who may do what: the one question that every route and every socket event asks.

An action is open to roles, and where it concerns an object, to those who stand in the right
relation to it. What is not in the table is not allowed.
"""

from enum import StrEnum
from typing import Generic, Literal, NamedTuple, TypeVar

from desk.accounts.sessions import Identity
from desk.accounts.tables import Role
from desk.problems import Problem, forbidden, not_found, not_signed_in

Thing = TypeVar("Thing")


class Action(StrEnum):
    """Everything that can be asked of the desk."""

    CHOOSE_LANGUAGE = "choose_language"
    CHANGE_PASSWORD = "change_password"  # noqa: S105  the name of an action
    SEE_HOME = "see_home"
    MEASURE_SPEED = "measure_speed"
    SEE_MEETING = "see_meeting"
    MOVE_MEETING = "move_meeting"
    SEE_CONSENT = "see_consent"
    ANSWER_CONSENT = "answer_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    BOOK_FOR_OTHERS = "book_for_others"
    SEE_SCHEDULE = "see_schedule"
    CHANGE_SCHEDULE = "change_schedule"
    JOIN_LINE = "join_line"
    SEE_WAITING = "see_waiting"
    LEAVE_LINE = "leave_line"
    SEE_ORGANISATION = "see_organisation"
    SEE_PROFILE = "see_profile"
    CHANGE_PROFILE = "change_profile"
    APPLY = "apply"
    SEE_DRAFT = "see_draft"
    WRITE_DRAFT = "write_draft"
    SEE_ACCESSES = "see_accesses"
    SEE_ACCESS = "see_access"
    APPLY_AGAIN = "apply_again"
    SEE_DESK = "see_desk"
    CHOOSE_STATE = "choose_state"
    TAKE_NEXT = "take_next"
    SEE_REVIEWS = "see_reviews"
    TAKE_REVIEW = "take_review"
    REVIEW_DOCUMENTS = "review_documents"
    SEE_CALL = "see_call"
    REVIEW_CALL = "review_call"
    DECIDE = "decide"
    END_CALL = "end_call"
    LEAVE_CALL = "leave_call"
    SEND_RECORDING = "send_recording"
    HOLD_RECORDING = "hold_recording"
    TAKE_SNAPSHOT = "take_snapshot"
    SEE_SNAPSHOT = "see_snapshot"
    SEE_DOCUMENT = "see_document"
    UPLOAD = "upload"
    SEE_UPLOAD = "see_upload"
    REMOVE_UPLOAD = "remove_upload"
    SEE_BOARD = "see_board"
    SEE_NOTICES = "see_notices"
    READ_NOTICE = "read_notice"
    READ_NOTICES = "read_notices"
    SEE_MAILS = "see_mails"
    PREVIEW_MAILS = "preview_mails"
    RETRY_MAIL = "retry_mail"
    SEARCH_DIRECTORY = "search_directory"
    EDIT_DIRECTORY = "edit_directory"
    EDIT_ROLE_FORMS = "edit_role_forms"
    EDIT_REASONS = "edit_reasons"
    SEE_STAFF = "see_staff"
    CHANGE_STAFF = "change_staff"
    SEE_RECORDINGS = "see_recordings"
    SEE_RECORDING = "see_recording"
    OPEN_VIEW = "open_view"
    WATCH = "watch"
    KEEP_OR_DESTROY = "keep_or_destroy"
    HEAR_WAITING = "hear_waiting"
    SPEAK_IN_CALL = "speak_in_call"
    HEAR_LOAD = "hear_load"


class Relation(StrEnum):
    """How one may stand to an object."""

    APPLICANT = "applicant"
    VERIFIER = "verifier"
    VIEWER = "viewer"


class Parties(NamedTuple):
    """Whom an object concerns: the account ids of its applicant, its verifier, and of who looks at
    it for a reason given.
    """

    applicant: str | None = None
    verifier: str | None = None
    viewer: str | None = None


class Found(NamedTuple, Generic[Thing]):
    """The object a path names, and whom it concerns."""

    thing: Thing
    parties: Parties


class Rule(NamedTuple):
    """Roles that may, and the relations of which one is needed where there is an object.

    Roles `anywhere` need none.
    """

    roles: frozenset[Role]
    relations: tuple[Relation, ...] = ()
    anywhere: frozenset[Role] = frozenset()


EVERYBODY = Rule(frozenset(Role))


def _only(*roles: Role, of: tuple[Relation, ...] = (), anywhere: tuple[Role, ...] = ()) -> Rule:
    return Rule(frozenset((*roles, *anywhere)), of, frozenset(anywhere))


OWN = (Relation.APPLICANT,)
SERVING = (Relation.VERIFIER,)
BOARD = (Role.SUPERVISOR, Role.ADMINISTRATOR)

RULES: dict[Action, Rule] = {
    Action.CHOOSE_LANGUAGE: EVERYBODY,
    Action.CHANGE_PASSWORD: EVERYBODY,
    Action.SEE_HOME: EVERYBODY,
    Action.MEASURE_SPEED: EVERYBODY,
    Action.SEE_MEETING: _only(Role.APPLICANT, of=OWN),
    Action.MOVE_MEETING: _only(Role.APPLICANT, of=OWN),
    Action.SEE_CONSENT: _only(Role.APPLICANT, of=OWN),
    Action.ANSWER_CONSENT: _only(Role.APPLICANT, of=OWN),
    Action.WITHDRAW_CONSENT: _only(Role.APPLICANT, of=OWN),
    Action.BOOK_FOR_OTHERS: _only(*BOARD),
    Action.SEE_SCHEDULE: _only(Role.ADMINISTRATOR),
    Action.CHANGE_SCHEDULE: _only(Role.ADMINISTRATOR),
    Action.JOIN_LINE: _only(Role.APPLICANT, of=OWN),
    Action.SEE_WAITING: _only(Role.APPLICANT, of=OWN),
    Action.LEAVE_LINE: _only(Role.APPLICANT, of=OWN),
    Action.SEE_ORGANISATION: _only(Role.APPLICANT),
    Action.SEE_PROFILE: _only(Role.APPLICANT),
    Action.CHANGE_PROFILE: _only(Role.APPLICANT),
    Action.APPLY: _only(Role.APPLICANT),
    Action.SEE_DRAFT: _only(Role.APPLICANT, of=OWN),
    Action.WRITE_DRAFT: _only(Role.APPLICANT, of=OWN),
    Action.SEE_ACCESSES: _only(Role.APPLICANT),
    Action.SEE_ACCESS: _only(Role.APPLICANT, of=OWN),
    Action.APPLY_AGAIN: _only(Role.APPLICANT, of=OWN),
    Action.SEE_DESK: _only(Role.VERIFIER),
    Action.CHOOSE_STATE: _only(Role.VERIFIER),
    Action.TAKE_NEXT: _only(Role.VERIFIER),
    Action.SEE_REVIEWS: _only(Role.VERIFIER),
    Action.TAKE_REVIEW: _only(Role.VERIFIER),
    Action.REVIEW_DOCUMENTS: _only(Role.VERIFIER, of=SERVING),
    Action.SEE_CALL: _only(Role.APPLICANT, Role.VERIFIER, of=OWN + SERVING),
    Action.REVIEW_CALL: _only(Role.VERIFIER, of=SERVING),
    Action.DECIDE: _only(Role.VERIFIER, of=SERVING),
    Action.END_CALL: _only(Role.VERIFIER, of=SERVING),
    Action.LEAVE_CALL: _only(Role.APPLICANT, of=OWN),
    Action.SEND_RECORDING: _only(Role.APPLICANT, Role.VERIFIER, of=OWN + SERVING),
    Action.HOLD_RECORDING: _only(Role.VERIFIER, of=SERVING),
    Action.TAKE_SNAPSHOT: _only(Role.VERIFIER, of=SERVING),
    Action.SEE_SNAPSHOT: _only(Role.VERIFIER, of=SERVING),
    Action.SEE_DOCUMENT: _only(Role.VERIFIER, of=SERVING),
    Action.UPLOAD: _only(Role.APPLICANT),
    Action.SEE_UPLOAD: _only(Role.APPLICANT, of=OWN),
    Action.REMOVE_UPLOAD: _only(Role.APPLICANT, of=OWN),
    Action.SEE_BOARD: _only(*BOARD),
    Action.SEE_NOTICES: EVERYBODY,
    Action.READ_NOTICE: _only(Role.APPLICANT, of=OWN),
    Action.READ_NOTICES: EVERYBODY,
    Action.SEE_MAILS: _only(*BOARD),
    Action.PREVIEW_MAILS: _only(Role.ADMINISTRATOR),
    Action.RETRY_MAIL: _only(*BOARD),
    Action.SEARCH_DIRECTORY: _only(Role.APPLICANT, Role.ADMINISTRATOR),
    Action.EDIT_DIRECTORY: _only(Role.ADMINISTRATOR),
    Action.EDIT_ROLE_FORMS: _only(Role.ADMINISTRATOR),
    Action.EDIT_REASONS: _only(Role.ADMINISTRATOR),
    Action.SEE_STAFF: _only(Role.ADMINISTRATOR),
    Action.CHANGE_STAFF: _only(Role.ADMINISTRATOR),
    Action.SEE_RECORDINGS: _only(Role.VERIFIER, *BOARD),
    Action.SEE_RECORDING: _only(Role.VERIFIER, of=SERVING, anywhere=BOARD),
    Action.OPEN_VIEW: _only(Role.VERIFIER, of=SERVING, anywhere=BOARD),
    Action.WATCH: _only(Role.VERIFIER, *BOARD, of=(Relation.VIEWER,)),
    Action.KEEP_OR_DESTROY: _only(Role.ADMINISTRATOR),
    Action.HEAR_WAITING: _only(Role.APPLICANT),
    Action.SPEAK_IN_CALL: _only(Role.APPLICANT, Role.VERIFIER, of=OWN + SERVING),
    Action.HEAR_LOAD: _only(Role.VERIFIER, *BOARD),
}


def may(identity: Identity | None, action: Action, parties: Parties | None = None) -> bool:
    """Whether this person may do this, to this object where it concerns one."""
    rule = RULES[action]
    if identity is None or identity.role not in rule.roles:
        return False
    if not rule.relations or identity.role in rule.anywhere:
        return True
    return parties is not None and any(
        _stands(identity, relation, parties) for relation in rule.relations
    )


def _stands(identity: Identity, relation: Relation, parties: Parties) -> bool:
    # One may be a party in another role than today's: an applicant who has become a verifier.
    in_that_role = relation is Relation.VIEWER or relation.value == identity.role.value
    return in_that_role and getattr(parties, relation) == identity.id


class Denial(NamedTuple):
    """Who was refused what, and whether for the role or for the object."""

    actor: str
    action: Action
    because: Literal["role", "object"]


class Denied(Problem):
    """The refusal of somebody who is known; the log keeps it."""

    def __init__(self, problem: Problem, denial: Denial) -> None:
        """Answered as `problem`."""
        super().__init__(problem.status, problem.code, problem.title, problem.detail)
        self.denial = denial


def denial(
    identity: Identity | None, action: Action, parties: Parties | None = None
) -> Denial | None:
    """What the log keeps of a refusal: nothing of strangers, and of objects only if they exist."""
    if identity is None or may(identity, action, parties):
        return None
    if identity.role not in RULES[action].roles:
        return Denial(identity.id, action, "role")
    return Denial(identity.id, action, "object") if parties else None


def demand_role(identity: Identity | None, action: Action) -> Identity:
    """Who asks, if their role may do this to some object at all. Raises a Problem: 401 or 403."""
    if identity is None:
        raise not_signed_in()
    if identity.role not in RULES[action].roles:
        raise Denied(forbidden(), Denial(identity.id, action, "role"))
    return identity


def demand(identity: Identity, action: Action, parties: Parties) -> None:
    """Go on only if they may do this to this object. A foreign object is as good as none: 404."""
    if refused := denial(identity, action, parties):
        raise Denied(not_found(), refused)
