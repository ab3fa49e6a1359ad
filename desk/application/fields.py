"""The fields of an application, in the order of the form: their words, and how they are entered.

Which of them a role asks for, and which must be filled in, is data (`role_form.fields`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from desk.directory.roles import AGENCY_FIELDS, COMPANY_FIELDS
from desk.directory.tables import LONGEST_NAME
from desk.words import _

LABELS = COMPANY_FIELDS | AGENCY_FIELDS

Kind = Literal["text", "long", "digits", "choice", "agency", "unit", "term", "file"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field in words; `inputs` are the names under which its parts are sent."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    longest: int = LONGEST_NAME

    @property
    def inputs(self) -> tuple[str, ...]:
        """A term has two dates, a file is uploaded for itself, the rest are sent as they are."""
        return {"term": ("term_from", "term_until"), "file": ()}.get(self.kind, (self.name,))


def every_field() -> list[Field]:
    """All that any role may ask for."""
    tax_hint = _("15 atau 16 angka. Titik dan garis boleh ditulis.")
    first = _("Hanya diisi jika Anda yang pertama mendaftar dari satuan kerja ini.")
    before = _("Nama pengguna Anda di SPSE sebelum akun terpusat.")
    listed = _("Ketik sebagian nama, lalu pilih dari daftar.")
    return [
        _field("previous_username", "text", before, longest=80),
        _field("company_name", "text"),
        _field("company_number", "digits", _("13 angka, dari OSS."), longest=24),
        _field("company_tax_number", "digits", tax_hint, longest=40),
        _field("position", "text", longest=120),
        _field("rank", "choice"),
        _field("agency_type", "choice"),
        _field("agency", "agency", listed),
        _field("unit", "unit", listed),
        _field("unit_address", "long", first, longest=500),
        _field("unit_tax_number", "digits", tax_hint, longest=40),
        _field("division", "text", longest=120),
        _field("term", "term"),
        _field("letter_number", "text", _("Seperti tertulis pada surat."), longest=80),
        _field("letter", "file"),
    ]


def _field(name: str, kind: Kind, hint: str = "", longest: int = LONGEST_NAME) -> Field:
    return Field(name, kind, _(LABELS[name]), hint, longest)


def fields_asked(asked: Mapping[str, str]) -> list[Field]:
    """The fields that a role asks for, by `asked`: field name to "required" or "optional"."""
    return [field for field in every_field() if field.name in asked]
