"""The operator's command line: serve, record, migrate, user, audit, recordings, relay."""

import argparse
import logging
import sys
from pathlib import Path

from desk.accounts.commands import add_user_commands
from desk.audit_chain import anchor_path, chain_key, verify
from desk.database import Database
from desk.opening import with_database
from desk.recording.verifying import verify_recordings
from desk.relay_check import check as check_relay
from desk.settings import Settings, SettingsError, read_settings, with_secret_key


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="desk", description=__doc__)
    parser.set_defaults(only_reads=False, is_alone=False)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="migrate the database and serve the desk")
    serve.add_argument("--demo", action="store_true", help="with demonstration data; loopback only")
    serve.set_defaults(run=_serve)
    record = commands.add_parser("record", help="record the calls of the desk on this machine")
    record.add_argument("--beside", action="store_true", help="end when standard input does")
    record.set_defaults(run=_record, only_reads=True)
    commands.add_parser("migrate", help="bring the database to the newest revision").set_defaults(
        run=_migrate
    )
    add_user_commands(commands.add_parser("user", help="accounts").add_subparsers(required=True))
    audit = commands.add_parser("audit", help="the audit log").add_subparsers(required=True)
    check = audit.add_parser("verify", help="check every entry; the first bad one is named")
    check.set_defaults(run=_audit_verify, only_reads=True)
    recordings = commands.add_parser("recordings", help="recordings of calls")
    check = recordings.add_subparsers(required=True).add_parser(
        "verify", help="check every file against its manifest; all that is wrong is named"
    )
    check.set_defaults(run=_recordings_verify, only_reads=True)
    relay = commands.add_parser("relay", help="the relay (coturn)").add_subparsers(required=True)
    check = relay.add_parser("check", help="what a coturn configuration leaves open")
    check.add_argument("configuration", type=Path)
    check.set_defaults(run=_relay_check, is_alone=True)
    return parser


def main() -> None:
    """Run one command; the exit status is 0 only if it did what it says."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    arguments = _parser().parse_args()
    try:
        if arguments.is_alone:
            sys.exit(arguments.run(arguments))
        settings = with_secret_key(read_settings(), may_make=not arguments.only_reads)
        sys.exit(arguments.run(settings, arguments))
    except SettingsError as error:
        sys.exit(str(error))


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    # The whole desk takes most of a second to load: the other commands do without.
    from desk.serving import serve  # noqa: PLC0415

    return serve(settings, is_demo=arguments.demo)


def _record(settings: Settings, arguments: argparse.Namespace) -> int:
    # Only this command decodes media protocols.
    from desk.recording_process import record  # noqa: PLC0415

    return record(settings, beside=arguments.beside)


def _migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    async def nothing_more(_database: Database) -> int:
        return 0

    return with_database(settings, nothing_more)


def _relay_check(arguments: argparse.Namespace) -> int:
    try:
        return check_relay(arguments.configuration)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{arguments.configuration}: {error}") from None


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


def _recordings_verify(settings: Settings, _arguments: argparse.Namespace) -> int:
    async def check(database: Database) -> int:
        report = await verify_recordings(database, settings)
        for wrong in report.wrong:
            print(wrong)
        looked_at = (
            f"{report.recordings} recordings, {report.files} files, {report.snapshots} snapshots"
        )
        print(f"{looked_at}, {len(report.wrong)} wrong")
        return 1 if report.wrong else 0

    return with_database(settings, check, only_reads=True)


if __name__ == "__main__":
    main()
