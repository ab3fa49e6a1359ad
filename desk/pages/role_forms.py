"""The administrator's pages of roles: each one's names, way of verification, and form."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from desk.asks import Ask, Done, View
from desk.directory import changing
from desk.directory.names import tidy
from desk.directory.roles import FIELDS, OPTIONAL, REQUIRED, all_role_forms, baseless, name_of
from desk.directory.tables import ProfileType, RoleForm, Way
from desk.refilling import Refilled, check
from desk.words import _

# How a field is called in the form that says whether it is asked.
ASKED = "field_"

RoleName = Annotated[str, AfterValidator(tidy), Field(min_length=1, max_length=80)]


class RoleFormForm(BaseModel):
    """What can be changed of a role, but for its fields."""

    name_id: RoleName
    name_en: RoleName
    way: Way
    is_offered: bool = False
    position: int = Field(ge=1, le=999)


def _ways() -> dict[str, str]:
    return {Way.CALL.value: _("Panggilan video"), Way.DOCUMENTS.value: _("Telaah dokumen")}


def _types() -> dict[str, str]:
    return {
        ProfileType.NON_PENYEDIA.value: _("Non Penyedia"),
        ProfileType.PENYEDIA.value: _("Penyedia"),
    }


async def roles(ask: Ask[None]) -> View:
    """GET /roles."""
    forms = await all_role_forms(ask.session)
    return View(
        "roles.html", {"roles": [_row(one) for one in forms]}, {"ways": _ways(), "types": _types()}
    )


def _row(form: RoleForm) -> dict[str, Any]:
    return {
        "code": form.code,
        "name": name_of(form),
        "profile_type": form.profile_type.value,
        "way": form.way.value,
        "fields": form.fields,
        "is_offered": form.is_offered,
        "position": form.position,
        "url": f"/roles/{form.code}",
    }


async def role(ask: Ask[RoleForm]) -> View:
    """GET /roles/{code}."""
    form = ask.thing
    typed = {f"{ASKED}{name}": asked for name, asked in form.fields.items()}
    for name in RoleFormForm.model_fields:
        typed[name] = getattr(form, name)
    return _page(ask, {}, typed)


def _page(ask: Ask[RoleForm], errors: dict[str, str], typed: Mapping[str, Any]) -> View:
    form = ask.thing
    fields = [
        {
            "name": f"{ASKED}{name}",
            "label": _(label),
            "asked": typed.get(f"{ASKED}{name}", ""),
        }
        for name, label in FIELDS[form.profile_type].items()
    ]
    answers = {
        REQUIRED: _("Wajib"),
        OPTIONAL: _("Tidak wajib"),
        "": _("Tidak ditanyakan"),
    }
    shown = {"fields": fields, "answers": answers, "ways": _ways(), "types": _types()}
    return View("role.html", {"role": _row(form)}, {"errors": errors, "typed": typed, **shown})


async def change(ask: Ask[RoleForm]) -> Done:
    """POST /roles/{code}: each `field_<name>` is "required", "optional", or not asked."""
    sentences = {
        "name_id": _("Tulis nama role dalam bahasa Indonesia, paling panjang 80 karakter."),
        "name_en": _("Tulis nama role dalam bahasa Inggris, paling panjang 80 karakter."),
        "way": _("Pilih cara verifikasi."),
        "position": _("Tulis urutan sebagai angka dari 1 sampai 999."),
    }
    form, errors = check(RoleFormForm, ask.sent, sentences)
    fields = _asked(ask.thing.profile_type, ask.sent)
    errors |= _wrong(ask.thing.profile_type, fields)
    if form is None or errors:
        blank = dict.fromkeys(RoleFormForm.model_fields, "")
        raise Refilled(errors, _page(ask, errors, blank | dict(ask.sent)))
    values = form.model_dump() | {"fields": fields}
    await changing.change_role_form(ask.session, ask.thing, values, ask.identity.id, ask.now)
    return Done({"role": ask.thing.code, "url": "/roles"}, "/roles")


def _asked(profile_type: ProfileType, sent: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are asked, in the form's order."""
    said = {name: sent.get(f"{ASKED}{name}") for name in FIELDS[profile_type]}
    return {name: str(how) for name, how in said.items() if how in (REQUIRED, OPTIONAL)}


def _wrong(profile_type: ProfileType, fields: Mapping[str, str]) -> dict[str, str]:
    labels = FIELDS[profile_type]
    sentence = _("{field} membutuhkan {basis}. Buat {basis} sama wajibnya.")
    return {
        f"{ASKED}{name}": sentence.format(field=_(labels[name]), basis=_(labels[basis]))
        for name, basis in baseless(fields).items()
    }
