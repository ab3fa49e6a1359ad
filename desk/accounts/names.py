"""How people are named to each other."""

from desk.accounts.tables import Role
from desk.words import _


def role_in_words(role: Role) -> str:
    """What somebody is at the desk."""
    return {
        Role.APPLICANT: _("Pemohon"),
        Role.VERIFIER: _("Verifikator"),
        Role.SUPERVISOR: _("Pengawas"),
        Role.ADMINISTRATOR: _("Administrator"),
    }[role]


def shown_to_applicants(desk_number: int | None) -> str:
    """ "Verifikator 07": applicants see a verifier's number, never the name."""
    return _("Verifikator {number:02}").format(number=desk_number or 0)


def masked(number: str | None) -> str:
    """A number with all but its first and last four characters hidden."""
    if not number:
        return ""
    return f"{number[:4]}{'•' * max(0, len(number) - 8)}{number[-4:]}"
