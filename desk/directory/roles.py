"""The roles one can apply for: their names, how each is verified, and what its form asks."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.authority import Found, Parties
from desk.directory.tables import ProfileType, RoleForm
from desk.language import Language, spoken
from desk.problems import not_found
from desk.words import later

REQUIRED, OPTIONAL = "required", "optional"
_STRENGTHS = {None: 0, OPTIONAL: 1, REQUIRED: 2}

# Every field that a form can ask, in its order; the labels are the guide's, yet to be translated.
COMPANY_FIELDS = {
    "company_name": later("Nama Perusahaan"),
    "company_number": later("NIB"),
    "company_tax_number": later("NPWP Perusahaan"),
    "position": later("Jabatan"),
}
AGENCY_FIELDS = {
    "previous_username": later("Username pada Platform Sebelumnya"),
    "rank": later("Golongan"),
    "agency_type": later("Jenis Instansi"),
    "agency": later("Nama Instansi"),
    "unit": later("Satuan Kerja"),
    "term": later("Masa Berlaku Jabatan"),
    "unit_tax_number": later("NPWP Satuan Kerja"),
    "division": later("Divisi/Unit Kerja"),
    "unit_address": later("Alamat Satuan Kerja"),
    "letter_number": later("Nomor Surat Tugas"),
    "letter": later("Surat Keterangan Kerja/Surat Tugas"),
}
FIELDS = {
    ProfileType.NON_PENYEDIA: AGENCY_FIELDS,
    ProfileType.PENYEDIA: COMPANY_FIELDS | AGENCY_FIELDS,
}
# A field that cannot be filled in without another one.
BASES = {
    "agency": "agency_type",
    "unit": "agency",
    "unit_tax_number": "unit",
    "unit_address": "unit",
    "division": "unit",
}

_IN_ORDER = select(RoleForm).order_by(RoleForm.profile_type, RoleForm.position, RoleForm.code)


def name_of(form: RoleForm) -> str:
    """The role's name in the language being spoken."""
    return form.name_id if spoken() is Language.INDONESIAN else form.name_en


class RoleNames:
    """What every role is called now, in each language: read once for all rows of a page."""

    def __init__(self, forms: Iterable[RoleForm] = ()) -> None:
        """The names that these have."""
        self._of = {
            form.code: {Language.INDONESIAN: form.name_id, Language.ENGLISH: form.name_en}
            for form in forms
        }

    def of(self, code: str) -> str:
        """The name in the language being spoken; the code itself of a role that there is not."""
        return self._of[code][spoken()] if code in self._of else code


async def role_names(session: AsyncSession) -> RoleNames:
    """The names of the roles in the directory."""
    return RoleNames(await all_role_forms(session))


def baseless(fields: Mapping[str, str]) -> dict[str, str]:
    """Each field that is asked more strictly than the one it rests on, and that one."""
    return {
        name: basis
        for name, basis in BASES.items()
        if _STRENGTHS[fields.get(basis)] < _STRENGTHS[fields.get(name)]
    }


async def role_forms(session: AsyncSession, profile_type: ProfileType) -> Sequence[RoleForm]:
    """The roles of this side that are offered, in their order."""
    offered = _IN_ORDER.where(RoleForm.is_offered, RoleForm.profile_type == profile_type)
    return (await session.execute(offered)).scalars().all()


async def all_role_forms(session: AsyncSession) -> Sequence[RoleForm]:
    """Every role, those of Non Penyedia first."""
    return (await session.execute(_IN_ORDER)).scalars().all()


async def role_form(session: AsyncSession, code: str) -> RoleForm | None:
    """The role of this code, offered or not."""
    return await session.get(RoleForm, code)


async def find_role_form(session: AsyncSession, code: str) -> Found[RoleForm]:
    """A role for the authority; it concerns no party. Raises the Problem not_found."""
    form = await role_form(session, code)
    if form is None:
        raise not_found()
    return Found(form, Parties())
