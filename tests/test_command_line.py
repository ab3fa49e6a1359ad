"""The operator's commands: those that serve and record as processes, the others in this one."""

import asyncio
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from desk.__main__ import main
from desk.recording_process import until_told_to_end
from desk.settings import Settings
from tests import postgres
from tests.support import free_port, migrated, on_postgresql

WITHIN_S = 30
STOPS_WITHIN_S = 8
PASSWORD = "a long enough password"

Answer = subprocess.CompletedProcess[str]
Run = Callable[..., Answer]


def _environment(data: Path, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
    return {**inherited, "DESK_DATA_DIR": str(data), **more}


@pytest.fixture
def desk_process(tmp_path: Path) -> Run:
    def run(*arguments: str, typed: str = "", **variables: str) -> Answer:
        return subprocess.run(
            [sys.executable, "-m", "desk", *arguments],
            cwd=tmp_path, input=typed, capture_output=True, text=True, timeout=WITHIN_S,
            check=False, env=_environment(tmp_path / "data", **variables),
        )  # fmt: skip

    return run


@pytest.fixture
def desk_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """In a thread of this process: each process of its own would load everything anew."""

    def run(*arguments: str, typed: str = "", **variables: str) -> Answer:
        out, errors = StringIO(), StringIO()
        with monkeypatch.context() as here, redirect_stdout(out), redirect_stderr(errors):
            here.chdir(tmp_path)
            here.setattr(os, "environ", _environment(tmp_path / "data", **variables))
            here.setattr(sys, "argv", ["desk", *arguments])
            here.setattr(sys, "stdin", StringIO(typed))
            with ThreadPoolExecutor(1) as alone:
                status = alone.submit(_status).result(WITHIN_S)
        return Answer(arguments, status, out.getvalue(), errors.getvalue())

    return run


def _status() -> int:
    """What the command ends with; what it ends with in words is said as the interpreter does."""
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return int(end.code or 0)
    return 0


@pytest.fixture
async def on_a_database(desk_command: Run, tmp_path: Path) -> Run:
    """The same on a migrated database: making one takes a command most of a second."""
    await migrated(Settings(data_dir=tmp_path / "data"))
    return desk_command


def _one_line(answer: Answer) -> str:
    """What a command that failed said: one line, no traceback."""
    assert answer.returncode == 1
    assert answer.stdout == ""
    (line,) = answer.stderr.splitlines()
    return line


@contextmanager
def _serving(data: Path, *arguments: str) -> Iterator[tuple[int, list[str]]]:
    """A desk that answers, its port and what it said; it must end by itself after Ctrl-C."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "desk", "serve", *arguments],
        cwd=data.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=_environment(data, DESK_PORT=str(port)),
    )  # fmt: skip
    said: list[str] = []
    try:
        _wait_for(server, port)
        yield port, said
        server.send_signal(signal.SIGINT)
        out, errors = server.communicate(timeout=STOPS_WITHIN_S)
        said.extend(out.splitlines())
        assert (server.returncode, errors) == (0, "")
    finally:
        server.kill()
        server.communicate()


def _wait_for(server: subprocess.Popen[str], port: int) -> None:
    for _ in range(WITHIN_S * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            pytest.fail(f"desk serve ended with {server.wait(0.1)}")
        except subprocess.TimeoutExpired:
            continue
    pytest.fail("desk serve does not listen")


def _get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_every_command_explains_itself(desk_command: Run, desk_process: Run) -> None:
    for command in ([], ["serve"], ["migrate"], ["user", "add"], ["audit", "verify"]):
        answer = (desk_command if command else desk_process)(*command, "--help")
        assert (answer.returncode, answer.stderr) == (0, ""), command
        assert "usage: desk" in answer.stdout


def test_migrating_twice_is_as_good_as_once(desk_command: Run) -> None:
    for _ in range(2):
        answer = desk_command("migrate")
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_an_account_is_added_with_a_password_from_stdin(on_a_database: Run, tmp_path: Path) -> None:
    arguments = ("user", "add", "Vera@Contoh.test", "Vera Contoh", "verifier", "--desk-number", "7")
    answer = on_a_database(*arguments, typed=PASSWORD + "\n")
    assert (answer.returncode, answer.stderr) == (0, "")
    with sqlite3.connect(tmp_path / "data" / "desk.db") as file:
        accounts = "SELECT email, name, role, desk_number, password_hash FROM account"
        ((*shown, password_hash),) = file.execute(accounts)
        ((act, detail),) = file.execute("SELECT act, detail FROM audit_entry")
    file.close()
    assert shown == ["vera@contoh.test", "Vera Contoh", "verifier", 7]
    assert password_hash.startswith("$argon2id$")
    assert (act, detail) == ("account_added", '{"role": "verifier"}')
    assert "already" in _one_line(on_a_database(*arguments, typed=PASSWORD + "\n"))


def test_what_somebody_may_do_is_changed(on_a_database: Run, tmp_path: Path) -> None:
    add = ("user", "add", "vera@contoh.test", "Vera", "verifier")
    assert on_a_database(*add, typed=PASSWORD + "\n").returncode == 0
    for change, said in (
        (("role", "Vera@contoh.test", "supervisor"), ""),
        (("role", "vera@contoh.test", "supervisor"), "nothing changed: it was so already\n"),
        (("disable", "vera@contoh.test"), ""),
        (("enable", "vera@contoh.test"), ""),
    ):
        answer = on_a_database("user", *change)
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, said, "")
    with sqlite3.connect(tmp_path / "data" / "desk.db") as file:
        ((role, disabled_at),) = file.execute("SELECT role, disabled_at FROM account")
        acts = [act for (act,) in file.execute("SELECT act FROM audit_entry ORDER BY id")]
    file.close()
    assert (role, disabled_at) == ("supervisor", None)
    assert acts == ["account_added", "role_changed", "account_disabled", "account_enabled"]
    assert "no account" in _one_line(on_a_database("user", "disable", "eve@contoh.test"))


def test_an_account_that_cannot_be_is_refused_in_one_line(
    on_a_database: Run, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for email, name, password in (
        ("vera", "Vera", PASSWORD),
        ("vera@contoh.test", " ", PASSWORD),
        ("vera@contoh.test", "Vera\r\nBcc: eve@contoh.test", PASSWORD),
        ("vera@contoh.test", "Vera", "short"),
        ("vera@contoh.test", "Vera", ""),
    ):
        with subtests.test(email=email, name=name, password=password):
            arguments = ("user", "add", email, name, "verifier")
            assert _one_line(on_a_database(*arguments, typed=password + "\n"))
    with sqlite3.connect(tmp_path / "data" / "desk.db") as file:
        assert file.execute("SELECT count(*) FROM account").fetchone() == (0,)
    file.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESK_PORT", "http"),
        ("DESK_TIMEZONE", "Mars/Olympus"),
        ("DESK_DATABASE_URL", "sqlite+aiosqlite:////proc/nowhere/desk.db"),
        ("DESK_DATABASE_URL", "postgresql+asyncpg://desk@127.0.0.1:1/desk"),
        ("DESK_DATABASE_URL", "postgresql+asyncpg://a/desk?host=b,c&port=5432"),
        ("DESK_DATABASE_URL", "postgresql+asyncpg://127.0.0.1:1/desk?ssl=bogus"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line(
    name: str, value: str, desk_command: Run
) -> None:
    assert _one_line(desk_command("serve", **{name: value})).startswith(f"{name}: ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "desk.test"])
def test_a_demonstration_is_for_this_machine_alone(
    host: str, desk_command: Run, tmp_path: Path
) -> None:
    assert _one_line(desk_command("serve", "--demo", DESK_HOST=host)).startswith("DESK_HOST: ")
    assert not (tmp_path / "data" / "desk.db").exists()


def test_the_log_is_verified_and_a_changed_row_is_named(on_a_database: Run, tmp_path: Path) -> None:
    for number in range(3):
        arguments = (f"petugas{number}@contoh.test", "Petugas", "verifier")
        assert on_a_database("user", "add", *arguments, typed=PASSWORD + "\n").returncode == 0
    answer = on_a_database("audit", "verify")
    assert (answer.returncode, answer.stdout) == (0, "0 entries verified, 3 not sealed yet\n")
    with _serving(tmp_path / "data"):
        pass
    answer = on_a_database("audit", "verify")
    assert (answer.returncode, answer.stdout) == (0, "3 entries verified, 0 not sealed yet\n")
    with sqlite3.connect(tmp_path / "data" / "desk.db") as file:
        file.execute("DROP TRIGGER audit_entry_no_update")
        file.execute("UPDATE audit_entry SET actor = 'eve' WHERE id = 2")
    file.close()
    answer = on_a_database("audit", "verify")
    assert (answer.returncode, answer.stderr) == (1, "")
    assert answer.stdout == "entry 2: the entry or its seal was changed\n"


def test_a_demonstration_says_where_it_is_answers_and_stops(tmp_path: Path) -> None:
    for _ in range(2):
        with _serving(tmp_path / "data", "--demo") as (port, said):
            assert (_get(port, "/healthz"), _get(port, "/signin")) == (200, 200)
        assert said[0] == f"Meja Verifikasi: http://127.0.0.1:{port}"
        assert any("pemohon1@demo.test" in line for line in said)
        assert any("verifikasi-demo" in line for line in said)


def test_a_port_that_is_taken_is_said_in_one_line(desk_process: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = desk_process("serve", DESK_PORT=str(taken.getsockname()[1]))
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line.startswith("DESK_HOST, DESK_PORT: ")


def test_verifying_makes_nothing_and_finds_nothing_where_there_is_nothing(
    desk_command: Run, tmp_path: Path
) -> None:
    assert _one_line(desk_command("audit", "verify")).startswith("DESK_DATA_DIR: ")
    assert not (tmp_path / "data").exists()
    with_key = {"DESK_SECRET_KEY": "a secret key for this test alone, long enough"}
    refusal = desk_command("audit", "verify", **with_key)
    assert _one_line(refusal).startswith("DESK_DATABASE_URL: ")
    assert not (tmp_path / "data").exists()


@on_postgresql
def test_the_operator_works_on_postgresql_as_well(settings: Settings, desk_command: Run) -> None:
    on_server = {"DESK_DATABASE_URL": settings.database_url}
    for _ in range(2):
        assert desk_command("migrate", **on_server).returncode == 0
    arguments = ("user", "add", "vera@contoh.test", "Vera Contoh", "verifier")
    assert desk_command(*arguments, typed=PASSWORD + "\n", **on_server).returncode == 0
    again = desk_command(*arguments, typed=PASSWORD + "\n", **on_server)
    assert "already" in _one_line(again)
    answer = desk_command("audit", "verify", **on_server)
    assert (answer.returncode, answer.stdout) == (0, "0 entries verified, 1 not sealed yet\n")
    answer = desk_command("recordings", "verify", **on_server)
    assert (answer.returncode, answer.stdout) == (
        0,
        "0 recordings, 0 files, 0 snapshots, 0 wrong\n",
    )


async def test_a_recorder_beside_a_desk_ends_with_it(
    desk_process: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The desk's end of the pipe is let go of: no signal, no word.
    answer = desk_process("record", "--beside", DESK_SECRET_KEY="k" * 43)
    assert (answer.returncode, answer.stderr) == (0, "")
    # What can be read for ever is not read for ever, while there are farewells to be said.
    end, desks = os.pipe()
    with os.fdopen(end) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        os.close(desks)
        await until_told_to_end(beside=True)
        assert not asyncio.get_running_loop().remove_reader(end)


@on_postgresql
def test_a_server_without_our_database_is_said_in_one_line(
    settings: Settings, desk_command: Run
) -> None:
    on_server = {
        "DESK_SECRET_KEY": settings.secret_key,
        "DESK_DATABASE_URL": settings.database_url.replace("/test_", "/no_such_"),
    }
    for command in (("audit", "verify"), ("migrate",), ("serve",)):
        said = _one_line(desk_command(*command, **on_server))
        assert said.startswith('DESK_DATABASE_URL: database "no_such_')
    on_server["DESK_DATABASE_URL"] = postgres.cluster().url("postgres")  # a database of others
    said = _one_line(desk_command("audit", "verify", **on_server))
    assert said.startswith('DESK_DATABASE_URL: relation "audit_seal"')
