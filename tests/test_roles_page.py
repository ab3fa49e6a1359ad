"""The roles one can apply for, and how an administrator changes their forms."""

from typing import Any

from desk.accounts.tables import Role
from desk.directory.roles import (
    FIELDS,
    RoleNames,
    all_role_forms,
    baseless,
    name_of,
    role_form,
    role_forms,
)
from desk.directory.tables import ProfileType, RoleForm, Way
from desk.language import Language, speaking
from tests.post import outbox
from tests.scenes import count, enter, in_call, is_problem, nothing_changes
from tests.support import RunningDesk, Visitor

CODES = ["PA", "KPA", "PPK", "PP", "POKJA", "BENDAHARA", "AUDITOR", "VERIFIKATOR"]
COMPANY_CODES = ["PENYEDIA_ADMIN", "PENYEDIA_ANGGOTA"]

WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"name_id": "  "}, "name_id"),
    ({"name_en": "x" * 81}, "name_en"),
    ({"way": "post"}, "way"),
    ({"position": "0"}, "position"),
    ({"position": "first"}, "position"),
    ({"field_agency": ""}, "field_unit"),
    ({"field_agency_type": "optional"}, "field_agency"),
    ({"field_unit": "optional"}, "field_unit_tax_number"),
)


async def forms(desk: RunningDesk) -> dict[str, RoleForm]:
    async with desk.database.reading() as session:
        return {one.code: one for one in await all_role_forms(session)}


async def administrator(desk: RunningDesk) -> Visitor:
    return await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))


def as_sent(form: RoleForm, **changes: Any) -> dict[str, Any]:
    """What the page of a role sends, with these changes."""
    fields = {f"field_{name}": form.fields.get(name, "") for name in FIELDS[form.profile_type]}
    own = {name: getattr(form, name) for name in ("name_id", "name_en", "way", "position")}
    return {**fields, **own, "is_offered": "yes", **changes}


async def test_every_role_of_the_guide_is_there_with_its_form(desk: RunningDesk) -> None:
    async with desk.database.reading() as session:
        buyers = await role_forms(session, ProfileType.NON_PENYEDIA)
        companies = await role_forms(session, ProfileType.PENYEDIA)
    assert [one.code for one in buyers] == CODES
    assert [one.code for one in companies] == COMPANY_CODES
    for form in (*buyers, *companies):
        assert form.fields.keys() <= FIELDS[form.profile_type].keys()
        assert set(form.fields.values()) <= {"required", "optional"}
        assert form.fields["letter"] == "required"
        assert baseless(form.fields) == {}
        assert RoleNames([form]).of(form.code) == form.name_id == name_of(form)
        with speaking(Language.ENGLISH):
            assert RoleNames([form]).of(form.code) == form.name_en == name_of(form)
    by_code = {one.code: one for one in buyers}
    ppk, auditor = by_code["PPK"], by_code["AUDITOR"]
    assert ppk.fields.keys() == FIELDS[ProfileType.NON_PENYEDIA].keys()
    assert {name for name, how in ppk.fields.items() if how == "optional"} == {
        "letter_number",
        "previous_username",
        "division",
    }
    assert ppk.fields.keys() - auditor.fields.keys() == {
        "letter_number",
        "previous_username",
        "rank",
        "unit_tax_number",
    }
    assert (ppk.way, auditor.way) == (Way.CALL, Way.DOCUMENTS)


async def test_a_role_is_changed_as_its_page_says(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    pokja = (await forms(desk))["POKJA"]
    status, page = await visitor.open("/roles/POKJA")
    assert status == 200
    assert page.count('type="radio"') == 3 * len(FIELDS[ProfileType.NON_PENYEDIA])
    sent = as_sent(
        pokja, name_id="Kelompok Kerja", way="documents", position="9",
        field_rank="", field_division="required",
    )  # fmt: skip
    del sent["is_offered"]
    status, location = await visitor.send("/roles/POKJA", **sent)
    assert (status, location) == (303, "/roles")
    new = (await forms(desk))["POKJA"]
    assert (new.name_id, new.way, new.position) == ("Kelompok Kerja", Way.DOCUMENTS, 9)
    assert new.fields["division"] == "required"
    assert "rank" not in new.fields
    async with desk.database.reading() as session:
        offered = await role_forms(session, ProfileType.NON_PENYEDIA)
        assert "POKJA" not in {one.code for one in offered}
        assert await role_form(session, "POKJA")
        assert await role_form(session, "RAJA") is None
    page = (await visitor.open("/roles"))[1]
    assert page.index("Verifikator") < page.index("Kelompok Kerja") < page.index("Tidak ditawarkan")
    assert await count(desk.database, "audit_entry", "act = 'role_form_changed'") == 1


async def test_what_was_sent_says_the_name_that_the_role_has_now(desk: RunningDesk) -> None:
    assert RoleNames().of("RAJA") == "RAJA"
    call, now = await in_call(desk), "Pejabat Komitmen"
    visitor = await administrator(desk)
    sent = as_sent((await forms(desk))["PPK"], name_id=now, name_en="Commitment officer")
    assert (await visitor.send("/roles/PPK", **sent))[0] == 303
    assert (await call.verifier.read(call.page))[1]["access"]["role_name"] == now
    for path in ("/", "/access", "/organisation"):
        shown = (await call.applicant.read(path))[1]["accesses"]
        assert [row["role_name"] for row in shown] == [now], path
    await call.reject()
    (mail,) = await outbox(desk.database)
    assert now in mail.text_body
    notices = (await call.applicant.read("/notices"))[1]["notices"]
    assert [row["role_name"] for row in notices] == [now]


async def test_a_form_nobody_could_fill_in_is_refused(desk: RunningDesk) -> None:
    visitor, ppk = await administrator(desk), (await forms(desk))["PPK"]
    for changes, wrong in WRONG:
        sent = as_sent(ppk, **changes)
        async with nothing_changes(desk):
            status, page = await visitor.send("/roles/PPK", **sent)
            problem = is_problem(await visitor.act("/roles/PPK", sent), 422, "invalid_input")
        assert status == 422
        assert wrong in problem["fields"]
        assert f'href="#{wrong}"' in page
        assert f'id="{wrong}-error"' in page


async def test_all_that_is_wrong_is_said_at_once(desk: RunningDesk) -> None:
    visitor, ppk = await administrator(desk), (await forms(desk))["PPK"]
    sent = as_sent(ppk, name_id="", field_agency="", field_unit_address="optional")
    problem = is_problem(await visitor.act("/roles/PPK", sent), 422, "invalid_input")
    assert problem["fields"].keys() == {"name_id", "field_unit"}


async def test_what_is_no_answer_is_not_asked(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    admin = (await forms(desk))["PENYEDIA_ADMIN"]
    sent = as_sent(admin, field_position=["required"], field_rank="maybe", field_moon="required")
    assert (await visitor.act("/roles/PENYEDIA_ADMIN", sent))[0] == 200
    asked = (await forms(desk))["PENYEDIA_ADMIN"].fields
    assert asked.keys() == {"company_name", "company_number", "company_tax_number", "letter"}


async def test_the_page_speaks_english_and_shows_english_names(desk: RunningDesk) -> None:
    visitor = await administrator(desk)
    await visitor.open("/roles")
    await visitor.send("/language", language="en")
    page = (await visitor.open("/roles"))[1]
    assert "Treasurer" in page
    assert "Document review" in page
    assert (await visitor.open("/roles/NOBODY"))[0] == 404
