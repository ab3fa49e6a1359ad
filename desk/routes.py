"""The whole URL table, on one screen: what is asked, who may, what it is about, who answers."""

from aiohttp import web

from desk.access.files import (
    find_access,
    find_bare_call,
    find_call,
    find_document,
    find_meeting,
    find_ticket,
)
from desk.authority import Action
from desk.dispatch import command, page
from desk.keys import ASSETS
from desk.notices.outbox import find_mail
from desk.pages import (
    account,
    again,
    applicant,
    call,
    documents,
    health,
    language,
    mails,
    meeting,
    review,
    speed,
    supervisor,
    verdict,
    verifier,
    waiting,
)

ID = r"{id:[A-Za-z0-9_-]{22}}"


def add_routes(app: web.Application) -> None:
    """Give the application its pages and commands."""
    do = Action
    app.add_routes(
        [
            web.get("/signin", account.sign_in_page),
            web.post("/signin", account.sign_in),
            web.post("/signout", account.sign_out),
            web.post("/language", language.choose_language),
            web.get("/healthz", health.alive),
            web.get("/readyz", health.ready),
            web.get("/static/{digest}/{name:.+}", app[ASSETS].serve),
            web.get("/speed", speed.download),
            web.post("/speed", speed.upload),
            web.get("/", page(applicant.home, do.SEE_HOME)),
            web.get("/organisation", page(applicant.organisation, do.SEE_ORGANISATION)),
            web.get(f"/meetings/{ID}", page(meeting.meeting, do.SEE_MEETING, find_meeting)),
            web.post(f"/meetings/{ID}/join", command(meeting.join, do.JOIN_LINE, find_meeting)),
            web.get(f"/waiting/{ID}", page(waiting.waiting, do.SEE_WAITING, find_ticket)),
            web.post(f"/waiting/{ID}/leave", command(waiting.leave, do.LEAVE_LINE, find_ticket)),
            web.get(f"/access/{ID}/again", page(again.review, do.APPLY_AGAIN, find_access)),
            web.post(f"/access/{ID}/again", command(again.send, do.APPLY_AGAIN, find_access)),
            web.get("/desk", page(verifier.desk, do.SEE_DESK)),
            web.post("/desk/status", command(verifier.choose_state, do.CHOOSE_STATE)),
            web.post("/desk/take", command(verifier.take, do.TAKE_NEXT)),
            web.get(f"/calls/{ID}", page(call.call, do.SEE_CALL, find_call)),
            web.get(f"/calls/{ID}/way", page(call.way, do.SEE_CALL, find_bare_call)),
            web.post(f"/calls/{ID}/end", command(call.end, do.END_CALL, find_call)),
            web.post(f"/calls/{ID}/wait", command(call.wait, do.END_CALL, find_call)),
            web.post(f"/calls/{ID}/leave", command(call.leave, do.LEAVE_CALL, find_call)),
            web.post(
                f"/calls/{ID}/checklist", command(review.mark_step, do.REVIEW_CALL, find_call)
            ),
            web.post(
                f"/calls/{ID}/challenge", command(review.new_challenge, do.REVIEW_CALL, find_call)
            ),
            web.post(f"/calls/{ID}/notes", command(review.keep_notes, do.REVIEW_CALL, find_call)),
            web.post(f"/calls/{ID}/reveal", command(review.reveal, do.REVIEW_CALL, find_call)),
            web.get(f"/calls/{ID}/mail-preview", page(verdict.preview, do.DECIDE, find_call)),
            web.post(f"/calls/{ID}/verdict", command(verdict.give, do.DECIDE, find_call)),
            web.get(
                f"/documents/{ID}/pages/{{number:[0-9]{{1,2}}}}",
                page(documents.page, do.SEE_DOCUMENT, find_document),
            ),
            web.get("/supervisor", page(supervisor.board, do.SEE_BOARD)),
            web.get("/mails", page(mails.mails, do.SEE_MAILS)),
            web.post(f"/mails/{ID}/retry", command(mails.retry, do.RETRY_MAIL, find_mail)),
        ]
    )
