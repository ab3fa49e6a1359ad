"""The language of a page and of a mail: chosen once, remembered by the browser and the account."""

import asyncio
import re

import pytest
from yarl import URL

from desk.accounts.tables import Account
from desk.language import Language
from desk.notices.message import compose
from desk.settings import Settings
from tests.post import outbox
from tests.scenes import (
    InCall,
    count,
    enter,
    fetch,
    in_call,
    is_problem,
    nothing_changes,
    on_duty,
    value,
)
from tests.sockets import both
from tests.support import PASSWORD, RunningDesk, SetClock, Visitor, start_desk

SPOKEN = re.compile(r'<html lang="(\w+)"')
A_YEAR_S = 365 * 24 * 3600


async def spoken(visitor: Visitor, path: str) -> str:
    """The language of the page behind a path."""
    found = SPOKEN.search((await fetch(visitor, path))[1].decode())
    assert found
    return found[1]


async def choose(visitor: Visitor, language: str, **fields: str) -> tuple[int, str]:
    return await visitor.send("/language", language=language, **fields)


async def sign_in(visitor: Visitor, account: Account) -> None:
    status, _location = await visitor.send("/signin", email=account.email, password=PASSWORD)
    assert status == 303


async def kept(desk: RunningDesk, account: Account) -> str | None:
    """What the account remembers."""
    query = "SELECT language FROM account WHERE id = :id"
    found = await value(desk.database, query, id=account.id)
    return str(found) if found else None


async def test_the_language_goes_with_a_person_from_the_sign_in_to_the_mail(
    desk: RunningDesk,
) -> None:
    who = await desk.people.applicant()
    visitor = desk.visitor()
    page = (await visitor.open("/signin"))[1]
    assert '<html lang="id"' in page
    assert "Masuk" in page
    assert await choose(visitor, "en", next="/signin?next=/organisation") == (
        303, "/signin?next=/organisation",
    )  # fmt: skip
    page = (await visitor.open("/signin?next=/organisation"))[1]
    assert '<html lang="en"' in page
    assert "Sign in" in page
    assert await visitor.send(
        "/signin", email=who.account.email, password=PASSWORD, next="/organisation"
    ) == (303, "/organisation")
    assert "Agency/company information settings" in (await visitor.open("/organisation"))[1]

    elsewhere = await desk.signed_in(who.account)
    meeting = (await elsewhere.open(f"/meetings/{who.meeting.id}"))[1]
    assert "Tuesday, 24 November 2026" in meeting
    assert "08:10" in meeting
    assert "Join meeting" in meeting

    _status, joined = await elsewhere.act(f"/meetings/{who.meeting.id}/join")
    account, verifier = await on_duty(desk)
    _status, taken = await verifier.act("/desk/take")
    scene = InCall(taken["call"], who, joined["ticket"], elsewhere, verifier, account)
    assert "Layani pemohon berikutnya" in (await verifier.open("/desk"))[1]
    await scene.reject("DOC_EXPIRED")
    (mail,) = await outbox(desk.database)
    assert mail.subject == "Your access is rejected: what to do next"
    assert "Dear Pemohon 1," in mail.text_body
    assert "no longer valid" in mail.text_body
    assert "Tuesday, 24 November 2026, 08:00 WIB. Verifier 02." in mail.text_body
    assert '<html lang="en">' in mail.html_body
    assert compose(mail, "Desk <desk@contoh.test>")["Content-Language"] == "en"
    assert "no longer valid" in (await elsewhere.open("/organisation"))[1]


async def test_a_mail_is_in_its_readers_language_whoever_writes_it(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await choose(scene.verifier, "en")
    path = f"{scene.page}/mail-preview?decision=rejected&reason=OTHER&explanation=a"
    assert await spoken(scene.verifier, path) == "id"
    assert (await scene.verifier.read(path))[1] == {
        "to": scene.who.account.email,
        "subject": "Akses Anda ditolak: tindak lanjut yang diperlukan",
        "language": "id",
    }
    await choose(scene.applicant, "en")
    assert await spoken(scene.verifier, path) == "en"
    assert (await scene.verifier.read(path))[1]["subject"].startswith("Your access is rejected")
    await choose(scene.applicant, "id")
    await scene.approve()
    (mail,) = await outbox(desk.database)
    assert mail.subject == "Akses Anda telah disetujui"
    assert mail.language is Language.INDONESIAN


async def test_the_browser_remembers_for_a_year(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    await visitor.open("/signin")
    form = {"csrf_token": visitor.csrf, "language": "en"}
    async with visitor.http.post(
        f"{visitor.base}/language", data=form, allow_redirects=False
    ) as answer:
        cookie = answer.cookies["desk_language"]
    assert cookie.value == "en"
    assert int(cookie["max-age"]) == A_YEAR_S
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert cookie["httponly"]
    assert await spoken(visitor, "/signin") == "en"


async def test_behind_tls_the_cookie_is_bound_to_the_host(
    settings: Settings, clock: SetClock
) -> None:
    secure = settings.model_copy(update={"public_url": "https://desk.test"})
    runner, desk = await start_desk(secure, clock)
    own = {"Host": "desk.test"}
    http = desk.visitor().http
    url = f"http://{settings.host}:{settings.port}"
    async with http.get(f"{url}/signin", headers=own) as answer:
        visitor = answer.cookies["__Host-desk_visitor"].value
        token = re.search(r'name="csrf-token" content="([^"]*)"', await answer.text())
    assert token
    headers = own | {"Cookie": f"__Host-desk_visitor={visitor}"}
    form = {"csrf_token": token[1], "language": "en"}
    async with http.post(
        f"{url}/language", data=form, headers=headers, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        assert answer.cookies["__Host-desk_language"]["secure"]
    await http.close()
    await runner.cleanup()


async def test_an_account_remembers_what_was_chosen_before_it_signed_in(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    visitor = desk.visitor()
    await visitor.open("/signin")
    await sign_in(visitor, account)
    assert await kept(desk, account) is None
    other = desk.visitor()
    await other.open("/signin")
    await choose(other, "en")
    await sign_in(other, account)
    assert await kept(desk, account) == "en"
    # The first browser has chosen nothing, and follows the account.
    assert await spoken(visitor, "/") == "en"


async def test_what_an_account_has_chosen_outweighs_the_browser(desk: RunningDesk) -> None:
    account = (await desk.people.applicant()).account
    await choose(await enter(desk, account), "id")
    visitor = desk.visitor()
    await visitor.open("/signin")
    await choose(visitor, "en")
    await sign_in(visitor, account)
    assert await kept(desk, account) == "id"
    assert await spoken(visitor, "/") == "id"
    await visitor.open("/")
    await visitor.send("/signout")
    assert await spoken(visitor, "/signin") == "en"


NO_LANGUAGES = ["", "de", "EN", "en-GB", "en\u00e9", "id; x=y"]


async def test_the_desk_speaks_indonesian_until_asked(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    for cookie in NO_LANGUAGES:
        with subtests.test(cookie=cookie):
            visitor = desk.visitor()
            visitor.http.cookie_jar.update_cookies({"desk_language": cookie}, URL(visitor.base))
            headers = {"Accept": "text/html", "Accept-Language": "en"}
            async with visitor.http.get(f"{visitor.base}/signin", headers=headers) as answer:
                assert '<html lang="id"' in await answer.text()


LED_TO = [
    ("/organisation?a=b", "/organisation?a=b"),
    ("//evil.test/", "/"),
    ("/\\evil.test/", "/"),
    ("/\t/evil.test/", "/"),
    ("https://evil.test/", "/"),
    ("/" + "x" * 600, "/"),
]


async def test_the_switch_leads_back_to_our_own_paths(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    for asked, led_to in LED_TO:
        with subtests.test(asked=asked, led_to=led_to):
            visitor = desk.visitor()
            await visitor.open("/signin")
            assert await choose(visitor, "en", next=asked) == (303, led_to)


async def test_every_page_names_itself_as_the_way_back(desk: RunningDesk) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    for path in ("/", "/organisation", "/not-there?a=1&b=2"):
        page = (await visitor.open(path))[1]
        assert f'name="next" value="{path.replace("&", "&amp;")}"' in page
    # What answers a form cannot be read again.
    stranger = desk.visitor()
    await stranger.open("/signin?next=/organisation")
    page = (await stranger.send("/signin", email="a@b.test", next="/organisation"))[1]
    assert 'name="next" value="/signin?next=/organisation"' in page
    refused = (await visitor.send("/meetings/" + "x" * 22 + "/join"))[1]
    assert 'name="next" value="/"' in refused


async def test_a_stranger_can_switch_on_any_page(desk: RunningDesk) -> None:
    visitor = desk.visitor()
    status, page = await visitor.open("/not-there")
    assert (status, "Halaman tidak ditemukan" in page) == (404, True)
    assert await choose(visitor, "en", next="/not-there") == (303, "/not-there")
    assert "Page not found" in (await visitor.open("/not-there"))[1]


async def test_a_script_is_answered_in_json(desk: RunningDesk) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    answer = await visitor.act("/language", {"language": "en", "next": "/organisation"})
    assert answer == (200, {"language": "en", "url": "/organisation"})


NOT_SPOKEN_HERE = ["", "de", "EN", "id-ID"]


async def test_a_language_that_nobody_speaks_here_is_refused(
    desk: RunningDesk, subtests: pytest.Subtests
) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    for language in NOT_SPOKEN_HERE:
        with subtests.test(language=language):
            async with nothing_changes(desk):
                is_problem(
                    await visitor.act("/language", {"language": language}), 422, "invalid_input"
                )
                is_problem(await visitor.act("/language"), 422, "invalid_input")
            assert await spoken(visitor, "/") == "id"


async def test_refusals_are_in_the_language_of_the_request(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await choose(scene.verifier, "en")
    status, problem = await scene.verifier.act(f"{scene.page}/verdict", {"decision": "approved"})
    assert (status, problem["code"]) == (409, "checklist_incomplete")
    assert problem["title"] == "The checklist is not complete"
    assert problem["detail"] == "Approve opens after 6 more required steps."
    shown = (await scene.verifier.send(f"{scene.page}/verdict", decision="approved"))[1]
    assert '<html lang="en"' in shown
    assert problem["detail"] in shown
    is_problem(await scene.applicant.act(f"{scene.page}/verdict"), 403, "forbidden")


async def test_each_is_answered_in_their_own_language_however_many_ask(desk: RunningDesk) -> None:
    (_one, indonesian), (_other, english) = [await on_duty(desk) for _one in range(2)]
    await choose(english, "en")
    visitors = [indonesian, english] * 10
    pages = await asyncio.gather(*(fetch(visitor, "/desk") for visitor in visitors))
    for (_status, content), visitor in zip(pages, visitors, strict=True):
        page = content.decode()
        assert ("Siap melayani" in page, "Available" in page) == (
            visitor is indonesian, visitor is english,
        )  # fmt: skip


async def test_applicants_hear_of_their_verifier_in_their_own_language(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    await choose(scene.verifier, "en")
    number = f"{scene.verifier_account.desk_number:02}"
    async with both(scene) as (applicant, verifier):
        await verifier.says("chat", {"text": "Halo"})
        assert (await applicant.hears("chat"))["name"] == f"Verifikator {number}"
    await choose(scene.applicant, "en")
    async with both(scene) as (applicant, verifier):
        await verifier.says("chat", {"text": "Halo"})
        assert (await applicant.hears("chat"))["name"] == f"Verifier {number}"


async def test_a_challenge_is_read_out_in_the_verifiers_language(desk: RunningDesk) -> None:
    scene = await in_call(desk)
    assert (await challenge(scene))[-1] == "lalu sebutkan angka"
    await choose(scene.verifier, "en")
    assert (await challenge(scene))[-1] == "then say the number"
    drawn = (await scene.verifier.act(f"{scene.page}/challenge"))[1]["challenge"]
    assert drawn["parts"][-1] == {"text": "then say the number", "strong": False}
    await choose(scene.verifier, "id")
    assert (await challenge(scene))[-1] == "lalu sebutkan angka"


async def challenge(scene: InCall) -> list[str]:
    status, body = await scene.verifier.read(scene.page)
    assert status == 200
    return [part["text"] for part in body["challenge"]["parts"]]


async def test_choosing_is_no_act_of_the_log(desk: RunningDesk) -> None:
    visitor = await enter(desk, (await desk.people.applicant()).account)
    await choose(visitor, "en")
    assert await count(desk.database, "audit_entry") == 0
