"""No page, mail or refusal says a word that did not come out of the catalogue."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import select

from desk import templating, words
from desk.access.reasons import seeds
from desk.accounts.attempts import FOR_ONE_ACCOUNT
from desk.accounts.tables import Role
from desk.assets import Assets, folder_of
from desk.language import Language
from desk.notices.account_mails import AccountMail, account_mail
from desk.notices.kinds import Kind
from desk.notices.outbox import MailState
from desk.notices.samples import Sample
from desk.notices.tables import OutboxMail
from desk.notices.transport import Trouble
from desk.settings import Settings
from tests.post import somebody, write_mail
from tests.routes import filled, get_routes, places
from tests.scenes import enter, fetch, in_call, join, joined, on_duty
from tests.support import MORNING, RunningDesk, SetClock, Visitor, on_sqlite, start_desk
from tests.test_notices_page import told
from tests.untranslated import Reader, bare_words, data_of, pseudo_english

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word of the English catalogue carries a mark."""
    monkeypatch.setitem(words.CATALOGUES, Language.ENGLISH, pseudo_english())


async def chooses_english(visitor: Visitor) -> Visitor:
    if not visitor.csrf:
        await visitor.open("/signin")
    assert (await visitor.send("/language", language="en"))[0] == 303
    return visitor


async def bare_on(desk: RunningDesk, visitor: Visitor, path: str) -> list[str]:
    """The bare words of what is behind a path: of a page, or of a refusal in JSON."""
    data = await data_of(desk.database, desk.settings)
    status, content = await fetch(visitor, path)
    if not content.startswith(b"<!doctype html>"):
        return []
    found = bare_words(Reader(content.decode()).texts, data)
    if status >= 400:
        _status, refused = await visitor.read(path)
        found += bare_words((refused["title"], refused["detail"]), data)
    return [f"{path}: {' '.join(one.split())}" for one in found]


async def all_bare(desk: RunningDesk, visitor: Visitor, *paths: str) -> list[str]:
    await chooses_english(visitor)
    return [one for path in paths for one in await bare_on(desk, visitor, path)]


async def test_no_route_answers_with_a_bare_word(desk: RunningDesk) -> None:
    scene = await places(desk)
    staff = [await enter(desk, await desk.people.staff(role)) for role in Role]
    people = [scene.call.applicant, scene.call.verifier, scene.waits.visitor, *staff]
    paths = [filled(path, scene) for path in get_routes(desk.app)]
    for visitor in (desk.visitor(), *people):
        assert await all_bare(desk, visitor, *paths, "/not-there") == []


async def test_no_state_of_an_applicants_page_shows_a_bare_word(desk: RunningDesk) -> None:
    people = desk.people
    for booked_in in (timedelta(days=2), timedelta(minutes=5), timedelta(minutes=-5)):
        who = await people.applicant(booked_in=booked_in, timezone="Asia/Jayapura")
        visitor, page = await enter(desk, who.account), f"/meetings/{who.meeting.id}"
        assert await all_bare(desk, visitor, "/", "/organisation", page) == []
        refused = (await visitor.act(f"{page}/join"))[1]
        assert bare_words([refused.get("title", ""), refused.get("detail", "")]) == []
    for _call in range(5):  # after five there is an estimate
        approved = await in_call(desk)
        desk.clock.forward(minutes=8)
        await approved.approve()
    rejected = await in_call(desk)
    await rejected.reject()
    for scene in (approved, rejected):
        page = f"/meetings/{scene.who.meeting.id}"
        again = f"/access/{scene.who.access.id}/again"
        assert await all_bare(desk, scene.applicant, "/", "/organisation", page, again) == []
    waits = [await joined(desk) for _one in range(3)]
    returned = await in_call(desk)
    await returned.verifier.act(f"{returned.page}/end", {"outcome": "returned"})
    assert await all_bare(desk, returned.applicant, f"/waiting/{returned.ticket}", "/") == []
    assert await all_bare(desk, waits[2].visitor, waits[2].page, "/") == []


async def test_no_state_of_the_staffs_pages_shows_a_bare_word(desk: RunningDesk) -> None:
    board = await enter(desk, await desk.people.staff(Role.SUPERVISOR))
    _account, verifier = await on_duty(desk)
    assert await all_bare(desk, verifier, "/desk") == []
    assert await all_bare(desk, board, "/supervisor", "/mails") == []
    for trouble in Trouble:
        for failed_at in (None, desk.clock.now()):
            await write_mail(
                desk.database, desk.clock, to="no address", attempts=1, trouble=trouble.value,
                failed_at=failed_at, next_attempt_at=desk.clock.now() + timedelta(hours=1),
            )  # fmt: skip
    await joined(desk)
    late = await desk.people.applicant(booked_in=timedelta(minutes=-20))
    await join(desk, late)
    returned = await in_call(desk)
    await returned.verifier.act(f"{returned.page}/end", {"outcome": "returned"})
    desk.clock.forward(minutes=6)
    for state in ({"state": "on_break", "reason": "prayer"}, {"state": "off"}, {"state": "ready"}):
        assert (await verifier.act("/desk/status", state))[0] == 200
        assert await all_bare(desk, verifier, "/desk") == []
    assert await all_bare(desk, board, "/supervisor", "/mails") == []
    status, _call = await verifier.act("/desk/take")
    assert status == 200
    assert await all_bare(desk, verifier, "/desk") == []
    assert await all_bare(desk, board, "/supervisor") == []


async def test_no_form_of_the_directory_refuses_with_a_bare_word(desk: RunningDesk) -> None:
    scene = await places(desk)
    visitor = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    await chooses_english(visitor)
    data = await data_of(desk.database, desk.settings)
    wrong = {"name": "", "address": "1" * 501, "tax_number": "1", "field_unit": "required"}
    paths = ("/directory", "/directory/{id}", "/units/{id}", "/units/{id}/merge", "/roles/{id}")
    for path in paths:
        status, page = await visitor.send(filled(path, scene), **wrong)
        assert status == 422
        assert bare_words(Reader(page).texts, data) == []
    assert (await visitor.act(f"/directory/{scene.agency}/retire"))[0] == 200
    assert await all_bare(desk, visitor, f"/directory/{scene.agency}/units", "/directory") == []
    assert (await visitor.act(f"/units/{scene.units[0]}/merge", {"into": "Dinas Percobaan"}))[
        0
    ] == 200
    assert await all_bare(desk, visitor, f"/units/{scene.units[1]}", "/directory?q=nothing") == []


async def test_no_refused_sign_in_shows_a_bare_word(desk: RunningDesk) -> None:
    visitor, data = desk.visitor(), await data_of(desk.database, desk.settings)
    await chooses_english(visitor)
    for _attempt in range(FOR_ONE_ACCOUNT.amount + 1):
        status, page = await visitor.send("/signin", email="a@b.test", password="wrong")
        assert bare_words(Reader(page).texts, data) == []
    assert status == 429


async def test_no_form_about_an_account_comes_back_with_a_bare_word(desk: RunningDesk) -> None:
    visitor = await chooses_english(desk.visitor())
    admin = await chooses_english(await enter(desk, await desk.people.staff(Role.ADMINISTRATOR)))
    weak = ("short", "password1234", "a@b.test " * 20, "pemohon1 password")
    forms: list[tuple[Visitor, str, dict[str, str]]] = [
        (visitor, "/forgot", {"email": "a"}),
        (admin, "/staff", {"email": "a", "role": "verifier"}),
        *((visitor, "/signup", {"email": "pemohon1@b.test", "password": one}) for one in weak),
        *((admin, "/account/password", {"old": "wrong", "password": one}) for one in weak),
    ]
    data = await data_of(desk.database, desk.settings)
    for who, path, fields in forms:
        status, page = await who.send(path, **fields)
        assert status == 422
        assert bare_words(Reader(page).texts, data) == []


async def test_no_mail_about_an_account_says_a_bare_word(settings: Settings) -> None:
    templates = templating.Templates(settings, Assets(folder_of("static")))
    to = somebody()
    to.language = Language.ENGLISH
    for kind in AccountMail:
        mail = account_mail(templates, settings, kind, to, MORNING, "A" * 43)
        data = [settings.organisation, to.name]
        assert bare_words([mail.subject, mail.text_body], data) == []
        assert bare_words(Reader(mail.html_body).texts, data) == []


async def test_no_mail_says_a_bare_word(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await chooses_english(scene.applicant)
    data = await data_of(desk.database, desk.settings)
    verdicts = [f"decision=rejected&reason={one['code']}" for one in seeds()]
    for verdict in ("decision=approved", *verdicts):
        path = f"{scene.page}/mail-preview?{verdict}"
        page = (await fetch(scene.verifier, path))[1].decode()
        assert bare_words(Reader(page).texts, data) == []
        subject = (await scene.verifier.read(path))[1]["subject"]
        assert bare_words([subject]) == []
    await scene.reject()
    approved = await in_call(desk)
    await chooses_english(approved.applicant)
    await approved.approve()
    data = [one for one in await data_of(desk.database, desk.settings) if "⟦" not in one]
    for mail in await mails(desk):
        assert bare_words([mail.subject, mail.text_body], data) == []
        assert bare_words(Reader(mail.html_body).texts, data) == []


async def test_no_notice_and_no_preview_of_a_mail_says_a_bare_word(desk: RunningDesk) -> None:
    who = await desk.people.applicant(booked_in=timedelta(days=2), timezone="Asia/Makassar")
    visitor = await chooses_english(await enter(desk, who.account))
    await told(desk, who, *(kind for kind in Kind if kind is not Kind.VERDICT))
    assert await all_bare(desk, visitor, "/notices") == []
    data = [one for one in await data_of(desk.database, desk.settings) if "⟦" not in one]
    for mail in await mails(desk, len(Kind) - 1):
        assert bare_words([mail.subject, mail.text_body], data) == []
        for event in Calendar.from_ical(mail.calendar).events if mail.calendar else ():
            assert bare_words([str(event.summary), str(event.description)], data) == []
    await visitor.act("/notices/read")
    assert await all_bare(desk, visitor, "/notices") == []
    administrator = await enter(desk, await desk.people.staff(Role.ADMINISTRATOR))
    await write_mail(desk.database, desk.clock, sent_at=desk.clock.now())
    pages = [f"/mails?state={state}" for state in MailState]
    for sample in Sample:
        pages += [f"/mails/preview?mail={sample}", f"/mails/preview/page?mail={sample}"]
    assert await all_bare(desk, administrator, *pages) == []


async def mails(desk: RunningDesk, count: int = 2) -> list[OutboxMail]:
    async with desk.database.reading() as session:
        found = list((await session.execute(select(OutboxMail))).scalars())
    assert len(found) == count
    return found


async def test_what_a_verifiers_script_is_told_holds_no_bare_word(desk: RunningDesk) -> None:
    scene = await in_call(desk, role="AUDITOR")
    await chooses_english(scene.verifier)
    await joined(desk)
    data = await data_of(desk.database, desk.settings)
    _status, drawn = await scene.verifier.act(f"{scene.page}/challenge")
    mark = {"step": "face", "passed": True}
    _status, marked = await scene.verifier.act(f"{scene.page}/checklist", mark)
    _status, line = await scene.verifier.read("/desk")
    for row in line["waiting"]:
        assert bare_words([row["role_name"], row["booked_text"], row["desk_text"]], data) == []
    assert bare_words([part["text"] for part in drawn["challenge"]["parts"]]) == []
    for step in marked["checklist"]:
        assert bare_words([step["label"], step["script"]]) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('<h1 class="h-page">{{ _("Masuk") }}</h1>', '<h1 class="h-page">Masuk</h1>'),
        ('<h1 class="h-page">{{ _("Masuk") }}</h1>', '<h1 class="h-page">{{ "Masuk" }}</h1>'),
        ("aria-label=\"{{ _('Tampilkan sandi') }}\"", 'aria-label="Tampilkan sandi"'),
        ('"show": _("Tampilkan")', '"show": "Tampilkan"'),
    ],
)
async def test_a_bare_word_in_a_template_is_found(
    settings: Settings,
    clock: SetClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    right: str,
    wrong: str,
) -> None:
    copy = shutil.copytree(folder_of("templates"), tmp_path / "templates")
    page = copy / "signin.html"
    assert right in page.read_text()
    page.write_text(page.read_text().replace(right, wrong))
    monkeypatch.setattr(templating, "folder_of", lambda _name: copy)
    runner, desk = await start_desk(settings, clock)
    found = await all_bare(desk, desk.visitor(), "/signin")
    await desk.visitors[0].close()
    await runner.cleanup()
    assert found
    assert all(one.startswith("/signin: ") for one in found)


async def test_a_sentence_that_is_not_in_the_catalogue_is_found(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = words.read_catalogue(Language.ENGLISH)
    catalogue.delete("Sebelum masuk")
    monkeypatch.setitem(words.CATALOGUES, Language.ENGLISH, words.compiled(catalogue))
    page = (await fetch(await chooses_english(desk.visitor()), "/signin"))[1].decode()
    assert "Sebelum masuk" in bare_words(Reader(page).texts)
