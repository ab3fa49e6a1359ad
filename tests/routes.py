"""The route table as tests see it, and an object for every id in it."""

from dataclasses import dataclass

from aiohttp import web

from desk.access.tables import Document
from desk.accounts.tables import Purpose
from desk.demo.letter import letter_facts, surat_tugas
from desk.demo.people import APPLICANTS
from desk.keys import ASSETS
from tests import things
from tests.post import notices_of, write_mail
from tests.scenes import InCall, Waits, enter, join, joined, on_duty, take
from tests.support import Applicant, RunningDesk, Visitor

# Not a page: tests/test_*_socket.py ask who may connect.
SOCKETS = "/socket.io/"
PURPOSES = (Purpose.CONFIRM, Purpose.PASSWORD)


def routes_of(app: web.Application) -> list[tuple[str, str]]:
    """Every method and path of the application, but for HEAD, which goes with GET."""
    return sorted(
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.method != "HEAD" and route.resource.canonical != SOCKETS
    )


def get_routes(app: web.Application) -> list[str]:
    """The paths that can be read."""
    return [path for method, path in routes_of(app) if method == "GET"]


def post_routes(app: web.Application) -> list[str]:
    """The paths that can be written to, by whatever unsafe method."""
    return [path for method, path in routes_of(app) if method != "GET"]


@dataclass
class Places:
    """One of everything: an open call with a document, somebody who waits, a rejected access.

    `ids` has the id for the paths that begin so, `links` the token.
    """

    call: InCall
    document: Document
    waits: Waits
    rejected: Applicant
    digest: str
    agency: str
    units: list[str]
    ids: dict[str, str]
    links: dict[str, str]


async def places(desk: RunningDesk) -> Places:
    """A desk on which every route of the table has something to speak of."""
    account, verifier = await on_duty(desk)
    applicant = await desk.people.applicant()
    first = await take(await join(desk, applicant), account, verifier)
    await first.reject()
    # The same applicant owns the rejected access and sits in the open call.
    second = await desk.people.applicant()
    await _give(desk, second, applicant)
    letter = surat_tugas(letter_facts(APPLICANTS[0], desk.clock.now().date()))
    document = await desk.people.document(second.access, letter, desk.settings)
    waits = Waits(second, await enter(desk, applicant.account), "")
    _status, body = await waits.visitor.act(f"/meetings/{second.meeting.id}/join")
    waits.ticket = body["ticket"]
    call = await take(waits, account, verifier)
    status, _body = await verifier.read(call.page)  # draws the document's pages
    assert status == 200
    # Stays unsent, however often it is tried in the background.
    mail = await write_mail(desk.database, desk.clock, to="no address")
    (notice,) = await notices_of(desk.database, applicant.account)  # of the rejection
    agency, units = await things.agency_with_units(desk)
    exception, absence = await things.days_off(desk, account)
    ids = {
        "/schedule/meetings/": call.who.meeting.id,
        "/schedule/exceptions/": exception,
        "/schedule/absences/": absence,
        "/meetings/": call.who.meeting.id,
        "/waiting/": call.ticket,
        "/access/drafts/": await things.draft(desk, applicant.account),
        "/access/": applicant.access.id,
        "/calls/": call.call,
        "/documents/": document.id,
        "/reviews/": await _claimed(desk, applicant, verifier),
        "/mails/": mail.id,
        "/notices/": notice.id,
        "/agencies/": agency,
        "/directory/": agency,
        "/units/": units[0],
        "/roles/": "PPK",
        "/reasons/": "DOC_EXPIRED",
        "/staff/": (await things.unconfirmed(desk, await desk.people.staff())).id,
        "/uploads/": await things.uploaded(desk, applicant.account, document),
    }
    ids["/snapshots/"] = await things.snapshot(desk, call)
    await things.snapshot(desk, first)
    ids["/recordings/"], ids["/views/"] = await things.recording(desk, first)
    links = {f"/{purpose.value}/": await things.link(desk, purpose) for purpose in PURPOSES}
    digest = desk.app[ASSETS].digest
    waiting = await joined(desk)
    return Places(call, document, waiting, applicant, digest, agency, units, ids, links)


async def _claimed(desk: RunningDesk, applicant: Applicant, verifier: Visitor) -> str:
    """A claim of the serving verifier's, with another application beside it."""
    await things.submitted(desk, hours_ago=2, by=applicant.account)
    await things.submitted(desk)
    status, body = await verifier.act("/reviews/take")
    assert status == 200, body
    return str(body["claim"])


async def _give(desk: RunningDesk, what: Applicant, to: Applicant) -> None:
    what.access.applicant = to.account.id
    what.account = to.account
    async with desk.database.writing() as session:
        await session.merge(what.access)


def filled(path: str, scene: Places) -> str:
    """A route's path with the ids of the scene."""
    for start, identifier in scene.ids.items():
        if path.startswith(start):
            path = path.replace("{id}", identifier)
    for start, token in scene.links.items():
        if path.startswith(start):
            path = path.replace("{token}", token)
    path = path.replace("/mail-preview", "/mail-preview?decision=approved")
    path = path.replace("{number}", "1").replace("{name}", "css/desk.css")
    path = path.replace("{side}", "applicant").replace("{segment}", "1")
    return path.replace("{digest}", scene.digest)
