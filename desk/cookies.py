"""The two cookies: the session's, and a visitor's, which only carries the sign-in's CSRF token."""

import hmac
import secrets

from aiohttp import web

from desk.keyring import derive, keyed_hash
from desk.keys import SETTINGS


def _name(request: web.Request, kind: str) -> str:
    # The prefix binds a cookie to this host and to TLS; browsers refuse it over plain HTTP.
    return f"__Host-{kind}" if request.app[SETTINGS].is_secure else kind


def _token(request: web.Request, kind: str) -> str | None:
    token = request.cookies.get(_name(request, kind))
    # Ours are plain ASCII; anything else may not even be text.
    return token if token and token.isascii() else None


def session_token(request: web.Request) -> str | None:
    """The session's token, if the browser brings one."""
    return _token(request, "desk_session")


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
    _set(request, response, "desk_session", token, request.app[SETTINGS].session_hours * 3600)


def drop_session_token(request: web.Request, response: web.StreamResponse) -> None:
    """Take the session's cookie back."""
    response.del_cookie(
        _name(request, "desk_session"), path="/", secure=request.app[SETTINGS].is_secure
    )


def csrf_token(request: web.Request) -> str:
    """The token that belongs to the browser's cookie; empty for a browser without any."""
    bound_to = session_token(request) or _token(request, "desk_visitor")
    if not bound_to:
        return ""
    key = derive(request.app[SETTINGS].secret_key, "csrf")
    return keyed_hash(key, bound_to.encode())


def csrf_holds(request: web.Request, token: str) -> bool:
    """Whether the token is the one that belongs to the browser's cookie."""
    expected = csrf_token(request)
    # A stranger's token may hold what UTF-8 cannot say; then it is wrong, and no more than that.
    return bool(expected) and hmac.compare_digest(token.encode(errors="replace"), expected.encode())


def new_visitor(request: web.Request) -> tuple[str, str]:
    """A visitor's token for a browser without a cookie, and its CSRF token."""
    token = secrets.token_urlsafe(24)
    key = derive(request.app[SETTINGS].secret_key, "csrf")
    return token, keyed_hash(key, token.encode())


def set_visitor_token(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Hand the browser its visitor's token, until it is closed or signs in."""
    _set(request, response, "desk_visitor", token, 24 * 3600)
