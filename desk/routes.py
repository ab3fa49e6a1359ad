"""The whole URL table, on one screen: what is asked, who may, what it is about, who answers."""

from aiohttp import web

from desk.access.files import (
    find_access,
    find_bare_call,
    find_call,
    find_claim,
    find_document,
    find_meeting,
    find_ticket,
)
from desk.access.reasons import find_reason
from desk.access.uploads import find_upload
from desk.accounts.inviting import find_staff
from desk.application.drafts import find_draft
from desk.authority import Action
from desk.directory.agencies import find_agency, find_unit
from desk.directory.roles import find_role_form
from desk.dispatch import command, page
from desk.keys import ASSETS
from desk.notices.notices import find_notice
from desk.notices.outbox import find_mail
from desk.pages import (
    accesses,
    account,
    again,
    agency,
    applicant,
    application,
    application_form,
    application_review,
    call,
    claim,
    confirm,
    consent,
    directory,
    documents,
    forgot,
    health,
    invitations,
    language,
    mail_preview,
    mails,
    meeting,
    notices,
    openapi,
    own_password,
    profile,
    reasons,
    recording_acts,
    recording_legs,
    recording_view,
    recordings,
    review,
    reviews,
    role_forms,
    roster,
    schedule,
    schedule_forms,
    search,
    signup,
    snapshots,
    speed,
    staff,
    supervisor,
    times,
    units,
    unplaced,
    uploads,
    verdict,
    verifier,
    waiting,
)
from desk.recording.playback import find_recording
from desk.recording.snapshots import find_snapshot
from desk.recording.viewing import find_view
from desk.schedule.editing import find_absence, find_exception

ID = r"{id:[A-Za-z0-9_-]{22}}"
DRAFT = f"/access/drafts/{ID}"
CODE = r"{id:[A-Z_]{1,30}}"
SIDE = r"{side:applicant|verifier}"
TOKEN = r"{token:[A-Za-z0-9_-]{43}}"  # noqa: S105  a pattern


def add_routes(app: web.Application) -> None:
    """Give the application its pages and commands."""
    do = Action
    app.add_routes(
        [
            web.get("/signin", account.sign_in_page),
            web.post("/signin", account.sign_in),
            web.post("/signout", account.sign_out),
            web.get("/signup", signup.sign_up_page),
            web.post("/signup", signup.send),
            web.get("/signup/sent", signup.sent_page),
            web.get(f"/confirm/{TOKEN}", confirm.confirm_page),
            web.post(f"/confirm/{TOKEN}", confirm.confirm),
            web.post(f"/confirm/{TOKEN}/again", confirm.another),
            web.get("/forgot", forgot.forgot_page),
            web.post("/forgot", forgot.ask),
            web.get("/forgot/sent", forgot.sent_page),
            web.get(f"/password/{TOKEN}", forgot.choice_page),
            web.post(f"/password/{TOKEN}", forgot.choose),
            web.get("/account/password", page(own_password.change_page, do.CHANGE_PASSWORD)),
            web.post("/account/password", own_password.change),
            web.post("/language", language.choose_language),
            web.get("/healthz", health.alive),
            web.get("/readyz", health.ready),
            web.get("/openapi.json", openapi.openapi),
            web.get("/static/{digest}/{name:.+}", app[ASSETS].serve),
            web.get("/speed", speed.download),
            web.post("/speed", speed.upload),
            web.get("/", page(applicant.home, do.SEE_HOME)),
            web.get("/organisation", page(applicant.organisation, do.SEE_ORGANISATION)),
            web.get("/profile", page(profile.profile, do.SEE_PROFILE)),
            web.post("/profile", command(profile.keep, do.CHANGE_PROFILE)),
            web.get(f"/meetings/{ID}", page(meeting.meeting, do.SEE_MEETING, find_meeting)),
            web.get(
                f"/meetings/{ID}/calendar", page(meeting.calendar, do.SEE_MEETING, find_meeting)
            ),
            web.post(f"/meetings/{ID}/join", command(meeting.join, do.JOIN_LINE, find_meeting)),
            web.get(f"/meetings/{ID}/consent", page(consent.screen, do.SEE_CONSENT, find_meeting)),
            web.post(
                f"/meetings/{ID}/consent", command(consent.answer, do.ANSWER_CONSENT, find_meeting)
            ),
            web.get(f"/meetings/{ID}/times", page(times.times, do.MOVE_MEETING, find_meeting)),
            web.post(f"/meetings/{ID}/times", command(times.move, do.MOVE_MEETING, find_meeting)),
            web.get(f"/waiting/{ID}", page(waiting.waiting, do.SEE_WAITING, find_ticket)),
            web.post(f"/waiting/{ID}/leave", command(waiting.leave, do.LEAVE_LINE, find_ticket)),
            web.get("/access", page(accesses.accesses, do.SEE_ACCESSES)),
            web.get("/access/new", page(application.choose, do.APPLY)),
            web.post("/access/new", command(application.begin, do.APPLY)),
            web.get(DRAFT, page(application_form.form, do.SEE_DRAFT, find_draft)),
            web.post(DRAFT, command(application_form.submit, do.WRITE_DRAFT, find_draft)),
            web.post(f"{DRAFT}/save", command(application_form.save, do.WRITE_DRAFT, find_draft)),
            web.get(f"{DRAFT}/review", page(application_review.review, do.SEE_DRAFT, find_draft)),
            web.post(f"{DRAFT}/send", command(application_review.send, do.WRITE_DRAFT, find_draft)),
            web.post(
                f"{DRAFT}/discard", command(application_form.discard, do.WRITE_DRAFT, find_draft)
            ),
            web.get(f"/access/{ID}", page(accesses.access, do.SEE_ACCESS, find_access)),
            web.post(
                f"/access/{ID}/consent/withdraw",
                command(consent.withdraw, do.WITHDRAW_CONSENT, find_access),
            ),
            web.get(f"/access/{ID}/again", page(again.ask_first, do.APPLY_AGAIN, find_access)),
            web.post(f"/access/{ID}/again", command(again.begin, do.APPLY_AGAIN, find_access)),
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
            web.post(f"/calls/{ID}/recording/leg", recording_legs.open_leg),
            web.post(f"/calls/{ID}/recording/chunks", recording_legs.open_chunks),
            web.post(
                f"/calls/{ID}/recording/chunks/{{segment:[0-9]{{1,4}}}}/{{number:[0-9]{{1,6}}}}",
                recording_legs.take_chunk,
            ),
            web.post(
                f"/calls/{ID}/recording/pause",
                command(recording_legs.pause, do.HOLD_RECORDING, find_call),
            ),
            web.post(
                f"/calls/{ID}/recording/resume",
                command(recording_legs.resume, do.HOLD_RECORDING, find_call),
            ),
            web.post(
                f"/calls/{ID}/recording/stop",
                command(recording_legs.stop, do.HOLD_RECORDING, find_call),
            ),
            web.post(f"/calls/{ID}/snapshots", snapshots.take),
            web.get(f"/snapshots/{ID}", page(snapshots.picture, do.SEE_SNAPSHOT, find_snapshot)),
            web.post(
                f"/snapshots/{ID}/remove",
                command(snapshots.remove, do.TAKE_SNAPSHOT, find_snapshot),
            ),
            web.get(f"/calls/{ID}/mail-preview", page(verdict.preview, do.DECIDE, find_call)),
            web.post(f"/calls/{ID}/verdict", command(verdict.give, do.DECIDE, find_call)),
            web.get("/reviews", page(reviews.reviews, do.SEE_REVIEWS)),
            web.post("/reviews/take", command(reviews.take, do.TAKE_REVIEW)),
            web.get(f"/reviews/{ID}", page(claim.claim, do.REVIEW_DOCUMENTS, find_claim)),
            web.post(
                f"/reviews/{ID}/checklist",
                command(claim.mark_step, do.REVIEW_DOCUMENTS, find_claim),
            ),
            web.post(
                f"/reviews/{ID}/notes", command(claim.keep_notes, do.REVIEW_DOCUMENTS, find_claim)
            ),
            web.post(
                f"/reviews/{ID}/reveal", command(claim.reveal, do.REVIEW_DOCUMENTS, find_claim)
            ),
            web.post(
                f"/reviews/{ID}/return", command(claim.give_back, do.REVIEW_DOCUMENTS, find_claim)
            ),
            web.get(f"/reviews/{ID}/mail-preview", page(claim.preview, do.DECIDE, find_claim)),
            web.post(f"/reviews/{ID}/verdict", command(claim.give, do.DECIDE, find_claim)),
            web.get(
                f"/documents/{ID}/pages/{{number:[0-9]{{1,2}}}}",
                page(documents.page, do.SEE_DOCUMENT, find_document),
            ),
            web.post("/uploads", uploads.send),
            web.get(
                f"/uploads/{ID}/pages/{{number:[0-9]{{1,2}}}}",
                page(uploads.page, do.SEE_UPLOAD, find_upload),
            ),
            web.post(
                f"/uploads/{ID}/remove", command(uploads.remove, do.REMOVE_UPLOAD, find_upload)
            ),
            web.get("/schedule", page(schedule.schedule, do.SEE_SCHEDULE)),
            web.post("/schedule/hours", command(schedule_forms.set_hours, do.CHANGE_SCHEDULE)),
            web.post("/schedule/ramadan", command(schedule_forms.set_ramadan, do.CHANGE_SCHEDULE)),
            web.post("/schedule/exceptions", command(schedule_forms.add_day, do.CHANGE_SCHEDULE)),
            web.post(
                f"/schedule/exceptions/{ID}/remove",
                command(schedule_forms.remove_day, do.CHANGE_SCHEDULE, find_exception),
            ),
            web.get("/schedule/roster", page(roster.roster, do.SEE_SCHEDULE)),
            web.post("/schedule/roster", command(roster.set_shifts, do.CHANGE_SCHEDULE)),
            web.post("/schedule/absences", command(roster.add_absence, do.CHANGE_SCHEDULE)),
            web.post(
                f"/schedule/absences/{ID}/remove",
                command(roster.remove_absence, do.CHANGE_SCHEDULE, find_absence),
            ),
            web.get("/schedule/unplaced", page(unplaced.unplaced, do.BOOK_FOR_OTHERS)),
            web.get(
                f"/schedule/meetings/{ID}", page(times.times, do.BOOK_FOR_OTHERS, find_meeting)
            ),
            web.post(
                f"/schedule/meetings/{ID}", command(times.move, do.BOOK_FOR_OTHERS, find_meeting)
            ),
            web.get("/supervisor", page(supervisor.board, do.SEE_BOARD)),
            web.get("/recordings", page(recordings.recordings, do.SEE_RECORDINGS)),
            web.get(
                f"/recordings/{ID}", page(recordings.recording, do.SEE_RECORDING, find_recording)
            ),
            web.post(
                f"/recordings/{ID}/views",
                command(recordings.open_view, do.OPEN_VIEW, find_recording),
            ),
            web.post(
                f"/recordings/{ID}/hold",
                command(recording_acts.hold, do.KEEP_OR_DESTROY, find_recording),
            ),
            web.post(
                f"/recordings/{ID}/release",
                command(recording_acts.release, do.KEEP_OR_DESTROY, find_recording),
            ),
            web.post(
                f"/recordings/{ID}/destroy",
                command(recording_acts.destroy_now, do.KEEP_OR_DESTROY, find_recording),
            ),
            web.get(f"/views/{ID}", page(recording_view.watch, do.WATCH, find_view)),
            web.get(f"/views/{ID}/{SIDE}", page(recording_view.media, do.WATCH, find_view)),
            web.get(f"/views/{ID}/{SIDE}/strip", page(recording_view.strip, do.WATCH, find_view)),
            web.get(
                f"/views/{ID}/snapshots/{{number:[0-9]{{1,2}}}}",
                page(recording_view.snapshot, do.WATCH, find_view),
            ),
            web.post(f"/views/{ID}/seen", command(recording_view.seen, do.WATCH, find_view)),
            web.post(f"/views/{ID}/left", command(recording_view.left, do.WATCH, find_view)),
            web.get("/notices", page(notices.notices, do.SEE_NOTICES)),
            web.post("/notices/read", command(notices.read_all, do.READ_NOTICES)),
            web.post(f"/notices/{ID}/read", command(notices.read, do.READ_NOTICE, find_notice)),
            web.get("/staff", page(staff.staff, do.SEE_STAFF)),
            web.post("/staff", invitations.invite),
            web.get(f"/staff/{ID}", page(staff.person, do.SEE_STAFF, find_staff)),
            web.post(f"/staff/{ID}/role", command(staff.give_role, do.CHANGE_STAFF, find_staff)),
            web.post(f"/staff/{ID}/disable", command(staff.disable, do.CHANGE_STAFF, find_staff)),
            web.post(f"/staff/{ID}/enable", command(staff.enable, do.CHANGE_STAFF, find_staff)),
            web.post(
                f"/staff/{ID}/invite", command(invitations.again, do.CHANGE_STAFF, find_staff)
            ),
            web.get("/mails", page(mails.mails, do.SEE_MAILS)),
            web.get("/mails/preview", page(mail_preview.previews, do.PREVIEW_MAILS)),
            web.get("/mails/preview/page", page(mail_preview.preview_page, do.PREVIEW_MAILS)),
            web.post(f"/mails/{ID}/retry", command(mails.retry, do.RETRY_MAIL, find_mail)),
            web.get("/agencies", page(search.agencies, do.SEARCH_DIRECTORY)),
            web.get(f"/agencies/{ID}/units", page(search.units, do.SEARCH_DIRECTORY)),
            web.get("/directory", page(directory.directory, do.EDIT_DIRECTORY)),
            web.post("/directory", command(directory.add, do.EDIT_DIRECTORY)),
            web.post(f"/directory/{ID}", command(agency.change, do.EDIT_DIRECTORY, find_agency)),
            web.post(
                f"/directory/{ID}/retire",
                command(agency.retire, do.EDIT_DIRECTORY, find_agency),
            ),
            web.post(
                f"/directory/{ID}/restore",
                command(agency.restore, do.EDIT_DIRECTORY, find_agency),
            ),
            web.get(f"/directory/{ID}/units", page(agency.agency, do.EDIT_DIRECTORY, find_agency)),
            web.get(f"/units/{ID}", page(units.unit, do.EDIT_DIRECTORY, find_unit)),
            web.post(f"/units/{ID}", command(units.change, do.EDIT_DIRECTORY, find_unit)),
            web.post(f"/units/{ID}/merge", command(units.merge, do.EDIT_DIRECTORY, find_unit)),
            web.get("/roles", page(role_forms.roles, do.EDIT_ROLE_FORMS)),
            web.get(f"/roles/{CODE}", page(role_forms.role, do.EDIT_ROLE_FORMS, find_role_form)),
            web.post(
                f"/roles/{CODE}", command(role_forms.change, do.EDIT_ROLE_FORMS, find_role_form)
            ),
            web.get("/reasons", page(reasons.reasons, do.EDIT_REASONS)),
            web.post("/reasons", command(reasons.add, do.EDIT_REASONS)),
            web.get("/reasons/new", page(reasons.new, do.EDIT_REASONS)),
            web.get(f"/reasons/{CODE}", page(reasons.reason, do.EDIT_REASONS, find_reason)),
            web.post(f"/reasons/{CODE}", command(reasons.change, do.EDIT_REASONS, find_reason)),
        ]
    )
