"""The wheel, installed into an empty environment, serves the demonstration from another folder."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

ROOT = Path(__file__).resolve().parent.parent
START_S = 60
LINKED = re.compile(r"""(?:<link[^>]+href|<script[^>]+src|<use[^>]+href)="([^"#]+)""")
IMPORTED = re.compile(r"""\bfrom\s*["'](\.[^"']+)["']""")
IN_IMPORT_MAP = re.compile(r'"(/static/[^"]+)"')


# One worker builds the wheel, for all tests of it.
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that holds the wheel and what the lock names."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
    )
    venv.create(folder / "env")
    pip: list[str | Path] = [
        sys.executable, "-m", "pip", "--python", folder / "env", "install", "--quiet",
        "--no-compile",
    ]  # fmt: skip
    subprocess.run(
        [*pip, "--require-hashes", "--requirement", ROOT / "requirements.lock"], check=True
    )
    subprocess.run([*pip, "--no-deps", *folder.glob("*.whl")], check=True)
    return folder / "env/bin"


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port(installed: Path, tmp_path: Path) -> Iterator[int]:
    """The port of a running demonstration, which is stopped as with Ctrl-C."""
    number = free_port()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DESK_", "PYTHON"))
    }
    server = subprocess.Popen(
        [installed / "desk", "serve", "--demo"],
        cwd=tmp_path,
        env={**inherited, "DESK_PORT": str(number), "DESK_DATA_DIR": str(tmp_path / "data")},
    )
    try:
        wait_for_port(server, number)
        yield number
        server.send_signal(signal.SIGINT)
        assert server.wait(START_S) == 0
    finally:
        server.kill()
        server.wait()


def wait_for_port(server: subprocess.Popen[bytes], number: int) -> None:
    """Return when the port answers; fail when the server ends or takes too long."""
    for _attempt in range(START_S * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) == 0:
                return
        try:
            pytest.fail(f"desk serve ended with {server.wait(0.1)} before it served")
        except subprocess.TimeoutExpired:
            continue
    pytest.fail(f"desk serve does not listen after {START_S} s")


def fetch(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Return status and text of one page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_every_style_and_script_of_the_sign_in_page_is_served(port: int) -> None:
    status, page = fetch(port, "/signin")
    assert status == 200
    assert "Masuk" in page
    pending = {*LINKED.findall(page), *IN_IMPORT_MAP.findall(page)}
    served: dict[str, int] = {}
    while pending:
        path = pending.pop()
        assert path.startswith("/"), f"{path} is fetched from another host"
        status, text = fetch(port, path)
        assert (status, bool(text)) == (200, True), path
        served[path] = len(text)
        if path.endswith(".js"):
            pending |= {urljoin(path, name) for name in IMPORTED.findall(text)} - served.keys()
    kinds = {Path(path).suffix for path in served}
    assert {".css", ".js", ".svg"} <= kinds
    assert any("bootstrap" in path for path in served)


def test_the_wheel_speaks_english_too(port: int) -> None:
    status, page = fetch(port, "/signin", Cookie="desk_language=en")
    assert status == 200
    assert "Sign in" in page


def test_the_wheel_keeps_nothing_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [installed / "python", "-c", "import desk, waiting_room; print(desk, waiting_room)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(ROOT) not in answer.stdout
    assert shutil.which("desk", path=str(installed))
