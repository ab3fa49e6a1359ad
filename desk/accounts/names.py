"""How people are named to each other."""

from desk.accounts.tables import Role
from desk.formats.grades import Service
from desk.words import _

# Of a masked number, at each end.
SEEN = 4


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


def employee_label(service: Service | None) -> str:
    """How the number of somebody in this service is called."""
    labels = {
        Service.PPPK: _("NI PPPK"),
        Service.POLRI: _("NRP Polri"),
        Service.TNI: _("NRP TNI"),
    }
    return labels.get(service, _("NIP")) if service else _("NIP")


def masked(number: str | None) -> str:
    """A number with all but its first and last four characters hidden; fewer of a short one."""
    if not number:
        return ""
    seen = SEEN if len(number) >= 3 * SEEN else max(1, len(number) // 4)
    return f"{number[:seen]}{'•' * (len(number) - 2 * seen)}{number[-seen:]}"
