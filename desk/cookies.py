"""The cookies: the session's; a visitor's, for CSRF tokens alone; the language's."""

import secrets

from aiohttp import web

from desk.csrf import is_token_for, token_for
from desk.keys import SETTINGS
from desk.language import Language
from desk.settings import Settings

SESSION = "desk_session"
A_YEAR_S = 365 * 24 * 3600


def cookie_name(settings: Settings, kind: str) -> str:
    """What a cookie of ours is called."""
    # The prefix binds a cookie to this host and to TLS; browsers refuse it over plain HTTP.
    return f"__Host-{kind}" if settings.is_secure else kind


def _name(request: web.Request, kind: str) -> str:
    return cookie_name(request.app[SETTINGS], kind)


def _token(request: web.Request, kind: str) -> str | None:
    token = request.cookies.get(_name(request, kind))
    # Ours are plain ASCII; anything else may not even be text.
    return token if token and token.isascii() else None


def session_token(request: web.Request) -> str | None:
    """The session's token, if the browser brings one."""
    return _token(request, SESSION)


def _set(
    request: web.Request, response: web.StreamResponse, kind: str, value: str, age: int
) -> None:
    response.set_cookie(
        _name(request, kind),
        value,
        max_age=age,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.app[SETTINGS].is_secure,
    )


def set_session_token(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Hand the browser its session."""
    _set(request, response, SESSION, token, request.app[SETTINGS].session_hours * 3600)


def drop_session_token(request: web.Request, response: web.StreamResponse) -> None:
    """Take the session's cookie back."""
    response.del_cookie(_name(request, SESSION), path="/", secure=request.app[SETTINGS].is_secure)


def csrf_token(request: web.Request) -> str:
    """A token that belongs to the browser's cookie; empty for a browser without any."""
    cookie = _bound_to(request)
    return token_for(request.app[SETTINGS].secret_key, cookie) if cookie else ""


def csrf_holds(request: web.Request, token: str) -> bool:
    """Whether the token belongs to the browser's cookie."""
    cookie = _bound_to(request)
    return bool(cookie) and is_token_for(request.app[SETTINGS].secret_key, cookie, token)


def _bound_to(request: web.Request) -> str:
    return session_token(request) or _token(request, "desk_visitor") or ""


def new_visitor(request: web.Request) -> tuple[str, str]:
    """A visitor's token for a browser without a cookie, and its CSRF token."""
    token = secrets.token_urlsafe(24)
    return token, token_for(request.app[SETTINGS].secret_key, token)


def set_visitor_token(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Hand the browser its visitor's token, until it is closed or signs in."""
    _set(request, response, "desk_visitor", token, 24 * 3600)


def chosen_language(request: web.Request) -> Language | None:
    """What was chosen in this browser, by whoever sat at it."""
    word = _token(request, "desk_language")
    return Language(word) if word in set(Language) else None


def set_language(request: web.Request, response: web.StreamResponse, language: Language) -> None:
    """Let the browser remember the language for a year."""
    _set(request, response, "desk_language", language.value, A_YEAR_S)
