"""The server itself: `desk serve`."""

import gc

from aiohttp import web

from desk.app import build_app
from desk.clock import SystemClock
from desk.database import Database
from desk.demo.load import PASSWORD, load_demonstration
from desk.opening import with_database
from desk.recording.beside import beside
from desk.settings import Settings, SettingsError

# New objects that may hold others: more than some readings of a long line leave.
COLLECTED_AFTER = 50_000


def serve(settings: Settings, *, is_demo: bool) -> int:
    """Migrate, load the demonstration if it is one, and serve until a signal; the exit status."""
    if is_demo and not settings.is_loopback:
        raise SettingsError("DESK_HOST: a demonstration listens on a loopback address only")

    async def prepare(database: Database) -> int:
        if is_demo:
            await load_demonstration(database, settings, SystemClock().now())
        return 0

    with_database(settings, prepare)
    print(f"Meja Verifikasi: {settings.public_url}", flush=True)
    if is_demo:
        print(_demo_accounts(), flush=True)
    _listen(settings, is_demo=is_demo)
    return 0


async def keep_for_good(_app: web.Application) -> None:
    """Leave what is there by now out of every later collection of garbage, and collect seldom.

    It stays to the end; looked through each time, it would hold the loop, and everybody on it, for
    a tenth of a second. So would the sockets of a long line: each reading of the line makes
    thousands of objects, and after 700 the collector would begin to look.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 10, 10)


def _listen(settings: Settings, *, is_demo: bool) -> None:
    app = build_app(settings)
    if is_demo and settings.recording != "off":
        app.cleanup_ctx.append(beside)
    app.on_startup.append(keep_for_good)
    try:
        web.run_app(
            app,
            host=settings.host,
            port=settings.port,
            print=None,
            access_log=None,
            # Requests being answered are finished; nothing else is open by then.
            shutdown_timeout=30.0,
        )
    except OSError as error:
        raise SettingsError(f"DESK_HOST, DESK_PORT: {error.strerror}") from None


def _demo_accounts() -> str:
    return "\n".join(
        (
            "  applicants   pemohon1@demo.test ... pemohon20@demo.test",
            "  verifiers    verifikator1@demo.test ... verifikator5@demo.test",
            "  supervisor   pengawas@demo.test",
            "  administrator admin@demo.test",
            f"  password     {PASSWORD}",
            "Use two browsers (or a private window) to be applicant and verifier. Ctrl-C stops.",
        )
    )
