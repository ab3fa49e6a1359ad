"""Answers on the wire: pages, JSON, redirects and problems."""

import json
from datetime import date, datetime
from typing import Any

from aiohttp import web
from yarl import URL

from desk.asks import Done, View, wants_json
from desk.browsers import recognise
from desk.cookies import csrf_token, new_visitor, set_visitor_token
from desk.keys import CLOCK, IDENTITY, NONCE, SETTINGS, TEMPLATES, UNREAD
from desk.problems import PROBLEM_JSON, Problem
from desk.reshown import Reshown
from desk.words import _

PRIVATE = {"Cache-Control": "no-store"}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def dump(body: Any) -> str:
    """JSON with moments in ISO 8601."""
    return json.dumps(body, default=_as_json, ensure_ascii=False)


def page(
    request: web.Request, template: str, context: dict[str, Any], status: int = 200
) -> web.Response:
    """A rendered template with what every page has; its forms act for a visitor too."""
    token, visitor = csrf_token(request), ""
    if not token:
        visitor, token = new_visitor(request)
    common = {
        "now": request.app[CLOCK].now(),
        "identity": request.get(IDENTITY),
        "unread": request.get(UNREAD, 0),
        "csrf_token": token,
        "nonce": request[NONCE],
        "settings": request.app[SETTINGS],
        "browser": recognise(request.headers.get("User-Agent", "")),
        "here": request.path_qs if request.method == "GET" else "/",
    }
    text = request.app[TEMPLATES].render(template, common | context)
    response = web.Response(text=text, status=status, content_type="text/html", headers=PRIVATE)
    if visitor:
        set_visitor_token(request, response, visitor)
    return response


def view_answer(request: web.Request, view: View) -> web.Response:
    """The page, or its data for a script."""
    if wants_json(request):
        return web.json_response(view.data, dumps=dump, headers=PRIVATE)
    response = page(request, view.template, view.data | view.page_only)
    response.headers.update(view.headers)
    return response


def done_answer(request: web.Request, done: Done) -> web.Response:
    """What a command did: its body for a script, the next page for a form."""
    if wants_json(request):
        return web.json_response(done.body, dumps=dump, headers=PRIVATE)
    return web.Response(status=303, headers={"Location": done.location, **PRIVATE})


def led_on(request: web.Request, url: str, state: dict[str, Any]) -> web.Response:
    """What was asked for has gone on: a browser is led there, a script is told where."""
    if wants_json(request):
        return web.json_response(state | {"url": url}, dumps=dump, headers=PRIVATE)
    return web.Response(status=303, headers={"Location": url, **PRIVATE})


def problem_answer(request: web.Request, problem: Problem) -> web.Response:
    """The refusal: problem details for a script, a page with the next step for people."""
    response = _refusal(request, problem)
    if "retry_after_s" in problem.more:
        response.headers["Retry-After"] = str(problem.more["retry_after_s"])
    return response


def _refusal(request: web.Request, problem: Problem) -> web.Response:
    if wants_json(request):
        return web.Response(
            text=dump(problem.as_dict()),
            status=problem.status,
            content_type=PROBLEM_JSON,
            headers=PRIVATE,
        )
    if isinstance(problem, Reshown):
        shown = problem.view.data | problem.view.page_only
        return page(request, problem.view.template, shown, problem.status)
    if problem.code == "not_signed_in":
        back = request.path_qs if request.method == "GET" else "/"
        location = URL("/signin").with_query(next=back)
        return web.Response(status=303, headers={"Location": str(location), **PRIVATE})
    action = {"url": problem.more.get("url", "/"), "label": _("Ke beranda")}
    if "url" in problem.more:
        action["label"] = _("Lanjutkan")
    context = {
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail,
        "action": action,
    }
    return page(request, "problem.html", context, problem.status)
