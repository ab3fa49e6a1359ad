"""The administrator's pages of reasons for a rejection: their words and rules, one more of them."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from desk.access.reasons import (
    POOR_CONNECTION,
    SHORTEST_FREE_TEXT,
    add_reason,
    all_reasons,
    change_reason,
    label_of,
    neutral_sentence,
    sentence_of,
    topics,
)
from desk.access.tables import Reason, Topic
from desk.asks import Ask, Done, View
from desk.directory.names import tidy
from desk.refilling import Refilled, check
from desk.words import _

PAGE = "/reasons"

Label = Annotated[str, AfterValidator(tidy), Field(min_length=1, max_length=120)]
Sentence = Annotated[str, AfterValidator(tidy), Field(max_length=400)]


class ReasonForm(BaseModel):
    """What can be changed of a reason."""

    topic: Topic
    label_id: Label
    label_en: Label
    sentence_id: Sentence = ""
    sentence_en: Sentence = ""
    is_text_required: bool = False
    is_internal: bool = False
    is_offered: bool = False
    position: int = Field(ge=1, le=999)


class NewReasonForm(ReasonForm):
    """A reason with its code, which stays as it is."""

    code: str = Field(pattern=r"^[A-Z][A-Z_]{1,29}$")


Form = TypeVar("Form", bound=ReasonForm)


async def reasons(ask: Ask[None]) -> View:
    """GET /reasons: those that are offered no longer too."""
    rows = [_row(one) for one in await all_reasons(ask.session)]
    return View("reasons.html", {"reasons": rows}, {"topics": topics()})


def _row(reason: Reason) -> dict[str, Any]:
    own = {name: getattr(reason, name) for name in NewReasonForm.model_fields}
    words = {"label": label_of(reason), "sentence": sentence_of(reason)}
    return own | words | {"url": f"{PAGE}/{reason.code}"}


async def new(ask: Ask[None]) -> View:
    """GET /reasons/new."""
    after = max((one.position for one in await all_reasons(ask.session)), default=0) + 1
    return _page(None, {}, {"topic": "", "position": after, "is_offered": True})


async def reason(ask: Ask[Reason]) -> View:
    """GET /reasons/{code}."""
    return _page(ask.thing, {}, _row(ask.thing))


def _page(shown: Reason | None, errors: dict[str, str], typed: Mapping[str, Any]) -> View:
    blank = dict.fromkeys(NewReasonForm.model_fields, "")
    data = {"reason": _row(shown) if shown else None}
    words = {"topics": topics(), "neutral": neutral_sentence(), "shortest": SHORTEST_FREE_TEXT}
    return View("reason.html", data, {"errors": errors, "typed": blank | dict(typed), **words})


async def add(ask: Ask[None]) -> Done:
    """POST /reasons."""
    form, errors = _checked(NewReasonForm, ask.sent)
    if form and form.code == POOR_CONNECTION:
        errors["code"] = _("Koneksi buruk bukan alasan penolakan. Kembalikan ke antrean.")
    if form and not errors:
        values = form.model_dump(exclude={"code"})
        if await add_reason(ask.session, form.code, values, ask.identity.id, ask.now):
            return Done({"reason": form.code, "url": PAGE}, PAGE)
        errors["code"] = _("Kode ini sudah dipakai oleh alasan lain.")
    raise Refilled(errors, _page(None, errors, ask.sent))


async def change(ask: Ask[Reason]) -> Done:
    """POST /reasons/{code}."""
    form, errors = _checked(ReasonForm, ask.sent)
    if form and not errors:
        values = form.model_dump()
        if await change_reason(ask.session, ask.thing, values, ask.identity.id, ask.now):
            return Done({"reason": ask.thing.code, "url": PAGE}, PAGE)
        errors["is_offered"] = _("Sedikitnya satu alasan harus tetap ditawarkan.")
    raise Refilled(errors, _page(ask.thing, errors, ask.sent))


def _checked(model: type[Form], sent: Mapping[str, Any]) -> tuple[Form | None, dict[str, str]]:
    sentences = {
        "code": _("Tulis kode dengan huruf kapital dan garis bawah, misalnya DOC_EXPIRED."),
        "topic": _("Pilih kelompok."),
        "label_id": _("Tulis nama alasan dalam bahasa Indonesia, paling panjang 120 karakter."),
        "label_en": _("Tulis nama alasan dalam bahasa Inggris, paling panjang 120 karakter."),
        "sentence_id": _("Tulis kalimat bahasa Indonesia untuk pemohon, paling panjang 400 huruf."),
        "sentence_en": _("Tulis kalimat bahasa Inggris untuk pemohon, paling panjang 400 huruf."),
        "position": _("Tulis urutan sebagai angka dari 1 sampai 999."),
    }
    form, errors = check(model, sent, sentences)
    if form and not (form.is_text_required or form.is_internal):
        unsaid = (name for name in ("sentence_id", "sentence_en") if not getattr(form, name))
        errors |= {name: sentences[name] for name in unsaid}
    return form, errors
