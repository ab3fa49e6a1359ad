"""How the fields of an application are shown: in the form as typed, in the review as understood."""

from collections.abc import Mapping
from typing import Any

from desk.application.checking import Checked
from desk.application.fields import Field, fields_asked
from desk.directory.agencies import kind_name
from desk.directory.tables import Agency, AgencyKind
from desk.formats.grades import GRADES, Service
from desk.formats.taxes import TaxNumber
from desk.formats.terms import Term
from desk.times import day_name
from desk.words import _

SHORT = ("rank", "agency_type", "agency", "previous_username", "company_number", "position")
Options = list[tuple[str, list[tuple[str, str]]]]


def field_row(
    one: Field,
    answers: Mapping[str, str],
    problems: Mapping[str, str],
    asked: Mapping[str, str],
) -> dict[str, Any]:
    """A field for the form."""
    return {
        "name": one.name,
        "kind": one.kind,
        "label": one.label,
        "hint": one.hint,
        "longest": one.longest,
        "required": asked[one.name] == "required",
        "is_short": one.name in SHORT,
        "options": _options(one),
        "problem": problems.get(one.name),
        "inputs": [
            {"name": name, "value": answers.get(name, ""), "problem": problems.get(name)}
            for name in one.inputs
        ],
    }


def _options(one: Field) -> Options:
    if one.name == "agency_type":
        return [("", [(kind.value, kind_name(kind)) for kind in AgencyKind])]
    if one.name == "rank":
        services = _service_names()
        return [
            (services[service], [(grade, grade) for grade in GRADES[service]])
            for service in Service
        ]
    return []


def _service_names() -> dict[Service, str]:
    return {
        Service.PNS: _("PNS"),
        Service.PPPK: _("PPPK"),
        Service.TNI: _("TNI"),
        Service.POLRI: _("Polri"),
        Service.NONE: _("Bukan ASN, TNI, atau Polri"),
    }


def summary(asked: Mapping[str, str], checked: Checked) -> list[tuple[str, str]]:
    """Every field and what will be sent of it."""
    return [
        (one.label, _in_words(checked.values.get(one.name)))
        for one in fields_asked(asked)
        if one.kind != "file"
    ]


def _in_words(value: Any) -> str:
    match value:
        case None:
            return ""
        case Agency():
            return value.name
        case AgencyKind():
            return kind_name(value)
        case Term(start, end):
            return _("{start} s.d. {end}").format(start=day_name(start), end=day_name(end))
        case TaxNumber(npwp, branch):
            return f"{npwp} {branch}" if branch else npwp
    return str(value)
