"""The command line's part about people: add one, change what they may do."""

import argparse
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from desk.accounts import changing
from desk.accounts.adding import AccountRefused, add_account
from desk.accounts.changing import NoSuchAccount
from desk.accounts.tables import Role
from desk.clock import SystemClock
from desk.database import Database
from desk.opening import with_database
from desk.retrying import persistently
from desk.settings import Settings

Change = Callable[[AsyncSession, str, datetime], Awaitable[bool]]


def add_user_commands(user: Any) -> None:
    """`user add`, `role`, `disable` and `enable`, in argparse's subparsers of `user`."""
    add = user.add_parser(
        "add", help="add an account; the password is asked for, or read from stdin"
    )
    add.add_argument("email")
    add.add_argument("name")
    add.add_argument("role", choices=[role.value for role in Role])
    add.add_argument("--desk-number", type=int, help="what applicants see of a verifier")
    add.set_defaults(run=_add)
    role = user.add_parser("role", help="give somebody another role; every session of theirs ends")
    role.add_argument("email")
    role.add_argument("role", choices=[role.value for role in Role])
    role.set_defaults(run=_give_role)
    for name, change, help_text in (
        ("disable", changing.disable, "let somebody in no longer; every session of theirs ends"),
        ("enable", changing.enable, "let somebody in again"),
    ):
        one = user.add_parser(name, help=help_text)
        one.add_argument("email")
        one.set_defaults(run=partial(_change, change=change))


def _add(settings: Settings, arguments: argparse.Namespace) -> int:
    is_terminal = sys.stdin.isatty()
    password = getpass.getpass() if is_terminal else sys.stdin.readline().rstrip("\n")

    async def add(database: Database) -> int:
        try:
            await add_account(
                database,
                arguments.email,
                arguments.name,
                Role(arguments.role),
                password,
                arguments.desk_number,
                SystemClock().now(),
            )
        except AccountRefused as refused:
            print(refused, file=sys.stderr)
            return 1
        return 0

    return with_database(settings, add)


def _give_role(settings: Settings, arguments: argparse.Namespace) -> int:
    change = partial(changing.change_role, role=Role(arguments.role))
    return _change(settings, arguments, change)


def _change(settings: Settings, arguments: argparse.Namespace, change: Change) -> int:
    async def work(database: Database) -> int:
        async def once() -> bool:
            async with database.writing() as session:
                return await change(session, arguments.email, SystemClock().now())

        try:
            changed = await persistently(once)
        except NoSuchAccount:
            print(f"there is no account with the address {arguments.email}", file=sys.stderr)
            return 1
        if not changed:
            print("nothing changed: it was so already")
        return 0

    return with_database(settings, work)
