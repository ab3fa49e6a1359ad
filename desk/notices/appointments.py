"""What a calendar says of a meeting, in the words of whoever keeps the calendar."""

from datetime import datetime

from desk.accounts.tables import Account
from desk.notices.calendar_file import Appointment
from desk.settings import Settings
from desk.words import _


def appointment_of(
    settings: Settings, meeting: str, starts_at: datetime, sequence: int, whose: str, to: Account
) -> Appointment:
    """The appointment of a meeting; `whose` names the access that is verified in it."""
    link = f"{settings.public_url}/meetings/{meeting}"
    prepare = _("Siapkan KTP asli dan Surat Tugas asli, dan periksa kamera sebelumnya.")
    return Appointment(
        meeting=meeting,
        starts_at=starts_at,
        sequence=sequence,
        summary=_("Verifikasi akses INAPROC melalui panggilan video"),
        description=f"{whose}\n{prepare}\n{link}",
        attendee=to.email,
        attendee_name=to.name,
    )
