"""What every request passes: host, nonce, language, CSRF, and errors into answers."""

import logging
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from desk.answers import problem_answer
from desk.asks import read_body
from desk.assets import SMALLEST_WORTH_COMPRESSING
from desk.cookies import chosen_language, csrf_holds, session_token
from desk.dispatch import who_asks
from desk.guards import SOCKETS, counted, denials_kept, doors_close
from desk.keys import IDENTITY, NONCE, SETTINGS
from desk.language import DEFAULT, speaking
from desk.problems import PROBLEM_JSON, Problem, not_found, not_signed_in, of_line_error
from desk.receiving import MULTIPART, STREAMED, first_field
from desk.retrying import is_unavailable, unavailable
from desk.words import _
from waiting_room.errors import LineError

log = logging.getLogger(__name__)

SAFE = {"GET", "HEAD", "OPTIONS"}
# Forms of those who have no session yet.
FOR_VISITORS = ("/signin", "/signup", "/forgot", "/confirm/", "/password/")
OFFER = "Sec-WebSocket-Extensions"
COMPRESSED = {"text/html", "application/json", PROBLEM_JSON}


@web.middleware
async def right_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lead a browser that came by another name to the public address."""
    settings = request.app[SETTINGS]
    if request.host == settings.public_host:
        return await handler(request)
    if request.method in SAFE:
        raise web.HTTPPermanentRedirect(settings.public_url + request.raw_path)
    raise web.HTTPMisdirectedRequest


@web.middleware
async def sockets_uncompressed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take a browser's offer to compress its WebSocket away before the library accepts it.

    Compression costs 90 kB for each client and saves nothing on messages of a hundred bytes; the
    library has no setting for it.
    """
    if request.path != SOCKETS or OFFER not in request.headers:
        return await handler(request)
    headers = request.headers.copy()
    headers.popall(OFFER)
    return await handler(request.clone(headers=headers))


@web.middleware
async def compressed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever waits on a slow line waits for less. What is sent as a file compresses itself."""
    response = await handler(request)
    if isinstance(response, web.Response) and response.content_type in COMPRESSED:
        response.headers["Vary"] = "Accept-Encoding"
        if (response.content_length or 0) >= SMALLEST_WORTH_COMPRESSING:
            response.enable_compression()
    return response


@web.middleware
async def with_nonce(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One nonce for each page, for its import map."""
    request[NONCE] = secrets.token_urlsafe(16)
    return await handler(request)


@web.middleware
async def in_their_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Speak what was chosen in this browser; once it is known who asks, what they have chosen.

    What a browser says that it prefers does not count: the desk speaks Indonesian until asked.
    """
    with speaking(chosen_language(request) or DEFAULT):
        return await handler(request)


@web.middleware
async def errors_answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal becomes a sentence; a fault of ours is logged and says no more than that."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_answer(request, problem)
    except LineError as refused:
        identity = request.get(IDENTITY)
        return problem_answer(request, of_line_error(refused, identity and identity.role))
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        return problem_answer(request, _of_http_error(error))
    except Exception as error:
        return problem_answer(request, _of_fault(request, error))


@web.middleware
async def lost_are_known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Where there is no route nobody has asked who this is; the page's header wants to know."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        await who_asks(request)
        raise


def _of_fault(request: web.Request, error: Exception) -> Problem:
    if is_unavailable(error):
        log.warning("%s %s: the database is away: %r", request.method, request.path, error)
        return unavailable()
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _our_fault()


def _of_http_error(error: web.HTTPException) -> Problem:
    if isinstance(error, web.HTTPNotFound):
        return not_found()
    code = (error.reason or "error").lower().replace(" ", "_")
    return Problem(
        error.status,
        code,
        _("Permintaan tidak dapat diterima"),
        _("Permintaan ini tidak dapat diterima. Kembali ke beranda, lalu coba lagi."),
    )


def _our_fault() -> Problem:
    return Problem(
        500,
        "internal_error",
        _("Terjadi kesalahan"),
        _("Terjadi kesalahan di meja verifikasi. Tidak ada yang berubah. Coba lagi sebentar lagi."),
    )


@web.middleware
async def csrf_checked(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Unsafe requests come from our own pages and carry the token of the browser's cookie."""
    if request.method in SAFE or request.path.startswith(SOCKETS):
        return await handler(request)
    if not _from_our_own_pages(request):
        raise _csrf_problem()
    token = request.headers.get("X-CSRF-Token") or await _token_in_body(request)
    if csrf_holds(request, str(token)):
        return await handler(request)
    if session_token(request) is None and not request.path.startswith(FOR_VISITORS):
        # The cookie has gone with the session; to read the page again would not bring it back.
        raise not_signed_in()
    raise _csrf_problem()


async def _token_in_body(request: web.Request) -> object:
    if request.path in STREAMED and request.content_type == MULTIPART:
        return await first_field(request, "csrf_token")
    return (await read_body(request)).get("csrf_token", "")


def _from_our_own_pages(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.app[SETTINGS].public_url:
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def _csrf_problem() -> Problem:
    return Problem(
        403,
        "csrf",
        _("Formulir sudah kedaluwarsa"),
        _("Halaman ini sudah terlalu lama terbuka. Muat ulang halamannya, lalu coba lagi."),
    )


def _content_policy(request: web.Request) -> str:
    socket_origin = request.app[SETTINGS].public_url.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{request[NONCE]}'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            f"connect-src 'self' {socket_origin}",
            "frame-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


async def secure_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set on every answer just before it goes out; a page's own policy is left as it is."""
    headers = response.headers
    if NONCE in request:
        headers.setdefault("Content-Security-Policy", _content_policy(request))
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = (
        "camera=(self), microphone=(self), screen-wake-lock=(self), "
        "display-capture=(), geolocation=(), payment=(), usb=()"
    )
    headers.popall("Server", None)
    if urlsplit(request.app[SETTINGS].public_url).scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


MIDDLEWARES = (
    sockets_uncompressed,
    compressed,
    with_nonce,
    in_their_language,
    errors_answered,
    right_host,
    counted,
    denials_kept,
    csrf_checked,
    # After all that may wait: a socket must not be opened by one who passed before the door closed.
    doors_close,
    lost_are_known,
)
