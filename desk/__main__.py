"""The operator's command line: serve, migrate, user, audit verify."""

import argparse
import ipaddress
import logging
import sys

from aiohttp import web

from desk.accounts.commands import add_user_commands
from desk.app import build_app
from desk.audit_chain import anchor_path, chain_key, verify
from desk.clock import SystemClock
from desk.database import Database
from desk.demo.load import PASSWORD, load_demonstration
from desk.opening import with_database
from desk.settings import Settings, SettingsError, read_settings, with_secret_key


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="desk", description=__doc__)
    parser.set_defaults(only_reads=False)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="migrate the database and serve the desk")
    serve.add_argument("--demo", action="store_true", help="with demonstration data; loopback only")
    serve.set_defaults(run=_serve)
    commands.add_parser("migrate", help="bring the database to the newest revision").set_defaults(
        run=_migrate
    )
    add_user_commands(commands.add_parser("user", help="accounts").add_subparsers(required=True))
    audit = commands.add_parser("audit", help="the audit log").add_subparsers(required=True)
    check = audit.add_parser("verify", help="check every entry; the first bad one is named")
    check.set_defaults(run=_audit_verify, only_reads=True)
    return parser


def main() -> None:
    """Run one command; the exit status is 0 only if it did what it says."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    arguments = _parser().parse_args()
    try:
        settings = with_secret_key(read_settings(), may_make=not arguments.only_reads)
        sys.exit(arguments.run(settings, arguments))
    except SettingsError as error:
        sys.exit(str(error))


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.demo and not _is_loopback(settings.host):
        raise SettingsError("DESK_HOST: a demonstration listens on a loopback address only")

    async def prepare(database: Database) -> int:
        if arguments.demo:
            await load_demonstration(database, settings, SystemClock().now())
        return 0

    with_database(settings, prepare)
    print(f"Meja Verifikasi: {settings.public_url}", flush=True)
    if arguments.demo:
        print(_demo_accounts(), flush=True)
    _listen(settings)
    return 0


def _listen(settings: Settings) -> None:
    app = build_app(settings)
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


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def _migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    async def nothing_more(_database: Database) -> int:
        return 0

    return with_database(settings, nothing_more)


def _audit_verify(settings: Settings, _arguments: argparse.Namespace) -> int:
    async def check(database: Database) -> int:
        async with database.reading() as session:
            report = await verify(session, chain_key(settings), anchor_path(settings))
        if report.first_bad is not None:
            print(f"entry {report.first_bad}: {report.problem}")
            return 1
        print(f"{report.sealed} entries verified, {report.unsealed} not sealed yet")
        return 0

    return with_database(settings, check, only_reads=True)


if __name__ == "__main__":
    main()
