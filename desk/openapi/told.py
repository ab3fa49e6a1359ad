"""What the route table cannot say of a handler: the body and the query that it takes, its answer.

Every handler of a POST has its row in BODIES, and `tests/test_openapi.py` looks that it has. A body
is a model or, where a form is read field by field, the names of its fields, which are all text.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from desk.application.fields import every_field
from desk.assets import Assets
from desk.pages import (
    account,
    again,
    agency,
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
    times,
    units,
    uploads,
    verdict,
    verifier,
    waiting,
)
from desk.schedule.tables import Season

Handler = Callable[..., Any]
Fields = type[BaseModel] | tuple[str, ...]

JSON, HTML, BYTES, PICTURE = (
    "application/json", "text/html", "application/octet-stream", "image/webp",
)  # fmt: skip
NOTHING: tuple[str, ...] = ()
WEEK = tuple(f"{name}_{day}" for name in ("begins", "ends") for day in schedule.WORKDAYS)
HOURS = tuple(
    f"{season.value}_{day}_{name}"
    for season in Season
    for day in schedule.WORKDAYS
    for name in schedule.COLUMNS
)
ANSWERS = tuple(name for one in every_field() for name in one.inputs)

BODIES: Mapping[Handler, Fields] = {
    account.sign_in: account.SignInForm,
    account.sign_out: NOTHING,
    signup.send: signup.SignUpForm,
    confirm.confirm: NOTHING,
    confirm.another: NOTHING,
    forgot.ask: forgot.ForgotForm,
    forgot.choose: forgot.ChoiceForm,
    own_password.change: own_password.ChangeForm,
    language.choose_language: language.LanguageChoice,
    profile.keep: profile.EmployeeForm,
    meeting.join: NOTHING,
    times.move: times.Choice,
    waiting.leave: NOTHING,
    application.begin: application.Choice,
    application_form.submit: ANSWERS,
    application_form.save: ANSWERS,
    application_form.discard: NOTHING,
    application_review.send: application_review.Confirmation,
    again.begin: again.Choice,
    verifier.choose_state: verifier.StateChoice,
    verifier.take: NOTHING,
    call.end: call.EndChoice,
    call.wait: NOTHING,
    call.leave: NOTHING,
    review.mark_step: review.Marking,
    review.new_challenge: NOTHING,
    review.keep_notes: review.Notes,
    review.reveal: review.Reveal,
    verdict.give: verdict.VerdictForm,
    consent.answer: consent.Reply,
    consent.withdraw: NOTHING,
    recording_legs.open_leg: recording_legs.Offer,
    recording_legs.open_chunks: NOTHING,
    recording_legs.take_chunk: NOTHING,
    recording_legs.pause: recording_legs.Reason,
    recording_legs.resume: NOTHING,
    recording_legs.stop: recording_legs.Reason,
    snapshots.take: snapshots.Kind,
    snapshots.remove: NOTHING,
    recordings.open_view: ("reason",),
    recording_acts.hold: ("hold_reason",),
    recording_acts.release: ("release_reason",),
    recording_acts.destroy_now: ("confirmed",),
    recording_view.seen: NOTHING,
    recording_view.left: NOTHING,
    reviews.take: NOTHING,
    claim.mark_step: review.Marking,
    claim.keep_notes: review.Notes,
    claim.reveal: review.Reveal,
    claim.give_back: NOTHING,
    claim.give: verdict.VerdictForm,
    uploads.remove: NOTHING,
    schedule_forms.set_hours: HOURS,
    schedule_forms.set_ramadan: ("first_day", "last_day"),
    schedule_forms.add_day: ("day", "scope", "place", "is_open", "reason"),
    schedule_forms.remove_day: NOTHING,
    roster.set_shifts: ("verifier", *WEEK),
    roster.add_absence: ("verifier", "day", "begins", "ends"),
    roster.remove_absence: NOTHING,
    notices.read_all: NOTHING,
    notices.read: NOTHING,
    invitations.invite: invitations.InvitationForm,
    invitations.again: NOTHING,
    staff.give_role: staff.RoleChoice,
    staff.disable: staff.Confirmation,
    staff.enable: NOTHING,
    mails.retry: NOTHING,
    directory.add: directory.NewAgencyForm,
    agency.change: directory.AgencyForm,
    agency.retire: NOTHING,
    agency.restore: NOTHING,
    units.change: units.UnitForm,
    units.merge: units.MergeForm,
    role_forms.change: role_forms.RoleFormForm,
    reasons.add: reasons.NewReasonForm,
    reasons.change: reasons.ReasonForm,
    uploads.send: uploads.Title,
    speed.upload: NOTHING,
}
# Bodies that are neither JSON nor an ordinary form: a form with a `file`, and any bytes.
WITH_FILE: Mapping[Handler, str] = {
    uploads.send: "multipart/form-data",
    snapshots.take: "multipart/form-data",
    speed.upload: BYTES,
    recording_legs.take_chunk: BYTES,
}

QUERIES: Mapping[Handler, Fields] = {
    account.sign_in_page: ("next", "done"),
    times.times: ("day",),
    application_form.form: ("check",),
    search.agencies: search.AgencySearch,
    search.units: search.Search,
    directory.directory: directory.DirectorySearch,
    agency.agency: search.Search,
    mails.mails: mails.Wanted,
    recordings.recordings: ("q",),
    mail_preview.previews: mail_preview.Wanted,
    mail_preview.preview_page: mail_preview.Wanted,
    verdict.preview: verdict.VerdictForm,
    claim.preview: verdict.VerdictForm,
    uploads.send: uploads.Next,
    uploads.remove: uploads.Next,
    recording_legs.take_chunk: recording_legs.Begun,
}

# A page answers JSON or HTML, as it is asked for; these answer only so, whoever asks.
MEDIA: Mapping[Handler, str] = {
    account.sign_in_page: HTML,
    signup.sign_up_page: HTML,
    signup.sent_page: HTML,
    confirm.confirm_page: HTML,
    forgot.forgot_page: HTML,
    forgot.sent_page: HTML,
    forgot.choice_page: HTML,
    mail_preview.preview_page: HTML,
    health.alive: JSON,
    health.ready: JSON,
    openapi.openapi: JSON,
    search.agencies: JSON,
    search.units: JSON,
    call.way: JSON,
    recording_legs.open_leg: JSON,
    recording_legs.open_chunks: JSON,
    recording_legs.take_chunk: JSON,
    recording_view.media: "video/webm",
    recording_view.snapshot: "image/*",
    snapshots.picture: "image/*",
    meeting.calendar: "text/calendar",
    documents.page: PICTURE,
    uploads.page: PICTURE,
    speed.download: BYTES,
    Assets.serve: "*/*",
}
# Answered with another page to go to, and nothing else.
LEADING_ON = {account.sign_in, account.sign_out}
# Answered with 204 where there is nothing to be had.
MAYBE_EMPTY = {verifier.take}

# Handlers without `page` or `command` around them that ask nobody who they are.
FOR_STRANGERS: set[Handler] = {
    account.sign_in_page,
    account.sign_in,
    account.sign_out,
    signup.sign_up_page,
    signup.sent_page,
    signup.send,
    confirm.confirm_page,
    confirm.confirm,
    confirm.another,
    forgot.forgot_page,
    forgot.sent_page,
    forgot.ask,
    forgot.choice_page,
    forgot.choose,
    language.choose_language,
    health.alive,
    health.ready,
    openapi.openapi,
    Assets.serve,
}
