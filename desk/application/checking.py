"""What somebody entered, held against the rules: values to keep, what is wrong, what to look at.

Nothing is thrown away here: answers stay in the draft as they were typed.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from desk.application.fields import Field, fields_asked
from desk.directory.agencies import agency_named, unit_named
from desk.directory.tables import Agency, AgencyKind
from desk.formats import checked as formats
from desk.formats.companies import check_nib
from desk.formats.grades import check_grade
from desk.formats.taxes import check_tax_number
from desk.formats.terms import Term, check_term
from desk.words import _


class Wrong(Exception):
    """A field cannot be taken as it is; the text says why, to whoever filled it in."""


@dataclass
class Checked:
    """Values by field, a sentence for each input that is wrong, and codes of warnings.

    A warning stops nobody: the verifier sees it.
    """

    session: AsyncSession
    answers: Mapping[str, str]
    today: date
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """What was typed, without the blanks around it."""
        return " ".join(self.answers.get(name, "").split())

    def keep(self, look: Callable[[], formats.Checked[Any]]) -> Any:
        """The value of a check, with its warnings kept. Raises Wrong."""
        try:
            found = look()
        except formats.Malformed as malformed:
            raise Wrong(malformed.sentence) from None
        self.warnings += found.warnings
        return found.value


async def check(
    session: AsyncSession,
    asked: Mapping[str, str],
    answers: Mapping[str, str],
    files: int,
    today: date,
) -> Checked:
    """Hold the answers against what the role asks for; `files` were uploaded."""
    checked = Checked(session, answers, today)
    for one in fields_asked(asked):
        await _check_field(checked, one, asked[one.name] == "required", files)
    return checked


async def _check_field(checked: Checked, one: Field, is_required: bool, files: int) -> None:
    empty = [name for name in one.inputs if not checked.text(name)]
    if one.kind == "file":
        if is_required and not files:
            checked.problems[one.name] = _("Unggah {label}.").format(label=one.label)
        return
    if empty and one.name not in ASKED_LATER:
        if is_required or len(empty) < len(one.inputs):
            checked.problems |= {name: _missing(name, one) for name in empty}
        return
    if too_long := [name for name in one.inputs if len(checked.text(name)) > one.longest]:
        sentence = _("Paling banyak {n} huruf.").format(n=one.longest)
        checked.problems |= dict.fromkeys(too_long, sentence)
        return
    try:
        checked.values[one.name] = await RULES.get(one.name, _as_typed)(checked, one)
    except Wrong as wrong:
        checked.problems[one.inputs[-1]] = str(wrong)


def _missing(name: str, one: Field) -> str:
    dates = {
        "term_from": _("Isi tanggal mulai jabatan."),
        "term_until": _("Isi tanggal akhir jabatan."),
    }
    return dates.get(name) or _("Isi {label}.").format(label=one.label)


async def _as_typed(checked: Checked, one: Field) -> str:
    return checked.text(one.name)


async def _agency_type(checked: Checked, one: Field) -> AgencyKind:
    try:
        return AgencyKind(checked.text(one.name))
    except ValueError:
        raise Wrong(_("Pilih Jenis Instansi dari daftar.")) from None


async def _agency(checked: Checked, one: Field) -> Agency:
    kind = checked.values.get("agency_type")
    found = kind and await agency_named(checked.session, kind, checked.text(one.name))
    if not found:
        raise Wrong(_("Pilih Nama Instansi dari daftar."))
    return found


async def _unit_address(checked: Checked, one: Field) -> str:
    """Asked of the first of a unit; of two at once, both fill it in and one is kept."""
    address, unit = checked.text(one.name), checked.text("unit")
    agency = checked.values.get("agency")
    known = agency and unit and await unit_named(checked.session, agency.id, unit)
    if known and known.address:
        return ""
    if agency and unit and not address:
        raise Wrong(_("Isi alamat: belum ada yang mendaftar dari satuan kerja ini."))
    return address


async def _term(checked: Checked, one: Field) -> Term:
    try:
        start, end = (date.fromisoformat(checked.text(name)) for name in one.inputs)
    except ValueError:
        raise Wrong(_("Tulis tanggal sebagai hari, bulan, dan tahun.")) from None
    term: Term = checked.keep(lambda: check_term(start, end, checked.today))
    return term


def _by(rule: Callable[[str], formats.Checked[Any]]) -> "Rule":
    async def check_text(checked: Checked, one: Field) -> Any:
        return checked.keep(lambda: rule(checked.text(one.name)))

    return check_text


Rule = Callable[[Checked, Field], Awaitable[Any]]

# Whether an address is needed is known only when the unit is.
ASKED_LATER = {"unit_address"}
RULES: dict[str, Rule] = {
    "rank": _by(check_grade),
    "agency_type": _agency_type,
    "agency": _agency,
    "unit_address": _unit_address,
    "unit_tax_number": _by(check_tax_number),
    "company_tax_number": _by(check_tax_number),
    "company_number": _by(check_nib),
    "term": _term,
}
