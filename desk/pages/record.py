"""What a verifier sees of a case, in a call as in a review of documents."""

from typing import Any

from desk.access.reasons import Reason
from desk.access.rows import access_row
from desk.access.tables import Access
from desk.accounts.names import masked
from desk.accounts.tables import Account
from desk.formats.checked import WARNINGS
from desk.schedule.tables import Meeting
from desk.words import _
from waiting_room.tables import Ticket


def access_record(
    access: Access, meeting: Meeting | None = None, ticket: Ticket | None = None
) -> dict[str, Any]:
    """What somebody applied for; its numbers masked."""
    return access_row(access, meeting, ticket) | {
        "rank": access.rank,
        "agency_type": access.agency_type,
        "letter_number": access.letter_number,
        "unit_tax_number_masked": masked(access.unit_tax_number),
        "company_number": access.company_number,
        "division": access.division,
        "previous_username": access.previous_username,
        "warnings": [_(WARNINGS[code]) for code in access.warnings],
    }


def applicant_record(applicant: Account) -> dict[str, Any]:
    """Who applied; their numbers masked."""
    return {
        "name": applicant.name,
        "email": applicant.email,
        "identity_masked": masked(applicant.identity_number),
        "employee_masked": masked(applicant.employee_number),
        "profile_verified_at": applicant.profile_verified_at,
    }


def reason_row(reason: Reason) -> dict[str, Any]:
    """A reason for a rejection, in words."""
    return {
        "code": reason.code,
        "group": _(reason.group),
        "label": _(reason.label),
        "sentence": _(reason.sentence),
        "text_required": reason.text_required,
    }
