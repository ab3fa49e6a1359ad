"""Mails as pages: the frame that shows one, and the administrator's look at all of them."""

import base64
import hashlib
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field
from yarl import URL

from desk.answers import PRIVATE
from desk.asks import Ask, View, parse
from desk.directory.roles import role_names
from desk.keys import TEMPLATES
from desk.language import Language, spoken
from desk.notices.kinds import KIND_WORDS
from desk.notices.outbox import Mail
from desk.notices.samples import OF_VERDICTS, Sample, sample_mail
from desk.templating import Templates
from desk.words import _


def framed(templates: Templates, mail: Mail) -> web.Response:
    """The mail's HTML as a document of its own, to be shown in a frame of our pages."""
    headers = PRIVATE | {"Content-Security-Policy": _policy(templates)}
    return web.Response(text=mail.html_body, content_type="text/html", headers=headers)


def _policy(templates: Templates) -> str:
    """A mail is somebody else's page: its own style, and nothing may run, load or lead anywhere."""
    style = templates.render("mail/mail.css", {})
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'self'; sandbox"


class Wanted(BaseModel):
    """Which mail, in which language; without a word, the first one in the page's own."""

    mail: Sample = Sample.BOOKED
    language: Language = Field(default_factory=spoken)


async def _made(ask: Ask[None]) -> tuple[Wanted, Mail]:
    wanted, app = parse(Wanted, dict(ask.request.query)), ask.request.app
    names = await role_names(ask.session)
    mail = sample_mail(app[TEMPLATES], ask.settings, names, wanted.mail, wanted.language, ask.now)
    return wanted, mail


async def previews(ask: Ask[None]) -> View:
    """GET /mails/preview: one of the mails with made-up facts, as text and as a page."""
    wanted, mail = await _made(ask)
    frame = URL("/mails/preview/page").with_query(mail=wanted.mail, language=wanted.language)
    data: dict[str, Any] = {
        "mail": wanted.mail,
        "mail_language": wanted.language,
        "mails": {one.value: _(OF_VERDICTS.get(one) or KIND_WORDS[one]) for one in Sample},
        "subject": mail.subject,
        "text": mail.text_body,
        "calendar": mail.calendar,
        "frame": str(frame),
    }
    return View("mail_preview.html", data)


async def preview_page(ask: Ask[None]) -> web.StreamResponse:
    """GET /mails/preview/page: the HTML of one of them."""
    _wanted, mail = await _made(ask)
    return framed(ask.request.app[TEMPLATES], mail)
