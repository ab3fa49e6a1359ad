"""What a verifier sees of a case, in a call as in a review of documents."""

from typing import Any

from desk.access.reasons import label_of, sentence_of, topics
from desk.access.rows import access_row
from desk.access.tables import Access, Reason
from desk.accounts.employees import number_warnings
from desk.accounts.names import employee_label, masked
from desk.accounts.tables import Account
from desk.asks import Ask
from desk.directory.roles import RoleNames
from desk.formats.checked import WARNINGS
from desk.schedule.tables import Meeting
from desk.words import _
from waiting_room.tables import Ticket


def access_record(
    access: Access,
    names: RoleNames,
    meeting: Meeting | None = None,
    ticket: Ticket | None = None,
) -> dict[str, Any]:
    """What somebody applied for; its numbers masked."""
    return access_row(access, names, meeting, ticket) | {
        "rank": access.rank,
        "agency_type": access.agency_type,
        "letter_number": access.letter_number,
        "unit_tax_number_masked": masked(access.unit_tax_number),
        "company_number": access.company_number,
        "division": access.division,
        "previous_username": access.previous_username,
        "warnings": [_(WARNINGS[code]) for code in access.warnings],
    }


def applicant_record(ask: Ask[Any], applicant: Account) -> dict[str, Any]:
    """Who applied; their numbers masked, and what is odd about them."""
    today = ask.now.astimezone(ask.settings.zone).date()
    return {
        "name": applicant.name,
        "email": applicant.email,
        "identity_masked": masked(applicant.identity_number),
        "employee_masked": masked(applicant.employee_number),
        "employee_label": employee_label(applicant.service),
        "profile_verified_at": applicant.profile_verified_at,
        "warnings": [_(WARNINGS[code]) for code in number_warnings(applicant, today)],
    }


def reason_row(reason: Reason) -> dict[str, Any]:
    """A reason for a rejection, in words."""
    return {
        "code": reason.code,
        "group": topics()[reason.topic],
        "label": label_of(reason),
        "sentence": sentence_of(reason),
        "text_required": reason.is_text_required,
    }
