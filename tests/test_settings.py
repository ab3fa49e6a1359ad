"""Settings: what cannot be used stops the start with one line that names its variable."""

import os
import stat
from pathlib import Path

import pytest

from desk.settings import SettingsError, read_settings, with_secret_key

BAD = {
    "DESK_PORT": ["", "0", "65536", "http", "80.5"],
    "DESK_PUBLIC_URL": ["desk.test", "ftp://desk.test", "https://", "https://desk.test/below",
                        "https://desk.test:port", "https://desk.test:99999", "https://desk.test?x=1",
                        "https://a:b@desk.test"],
    "DESK_DATABASE_URL": ["mysql://x/y", "desk.db", "sqlite:///desk.db",
                          "sqlite+aiosqlite:///", "sqlite+aiosqlite:///:memory:",
                          "sqlite+aiosqlite://host/desk.db", "postgresql://desk.test/desk",
                          "postgresql+asyncpg://desk.test", "postgresql+asyncpg://desk.test/",
                          "postgresql+asyncpg://desk.test:port/desk", "postgresql+psycopg://x/y",
                          "postgresql+asyncpg://desk.test/desk?sslmode=require"],
    "DESK_SECRET_KEY": ["short", "x" * 31],
    "DESK_SMTP_URL": ["mail.test", "http://mail.test", "smtp://", "smtp://mail.test:port"],
    "DESK_TURN_URL": ["relay.test", "stun:relay.test", "turn:", "turn:relay.test:port",
                      "turn://relay.test", "turns:relay.test?transport=udp",
                      "turn:a.test;turn:b.test", "turns:192.0.2.1", "turns:192.0.2.1:443",
                      "turns:[2001:db8::1]:443?transport=tcp"],
    "DESK_TURN_SECRET": ["a secret without a relay"],
    "DESK_RELAY_ONLY": ["perhaps", "1"],
    "DESK_MAIL_FROM": ["nobody", "Desk <>", "a@b, c@d", "Desk <desk@>"],
    "DESK_TIMEZONE": ["Asia", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "WIB"],
    "DESK_LATE_AFTER_MINUTES": ["-1", "0", "soon"],
    "DESK_JOIN_BEFORE_MINUTES": ["0"],
    "DESK_SLOT_MINUTES": ["9", "12", "16"],
    "DESK_SERVICE_LEVEL_PERCENT": ["0", "101"],
    "DESK_SERVICE_LEVEL_S": ["0"],
    "DESK_HANDLING_TARGET_MINUTES": ["0"],
    "DESK_WRAP_UP_S": ["-5"],
    "DESK_SESSION_HOURS": ["0"],
    "DESK_UPLOAD_MEGABYTES": ["0", "21"],
    "DESK_UPLOAD_FILES": ["0"],
    "DESK_RECORDING": ["yes", "Optional"],
    "DESK_RECORDER_LIMIT": ["0"],
    "DESK_RECORDING_KILOBITS": ["99", "10001"],
    "DESK_RECORDING_RESERVE_MEGABYTES": ["-1"],
    "DESK_RECORDING_NETWORKS": ["10.0.0.1/8", "desk.test", "10.0.0.0/8;10.1.0.0/16"],
    "DESK_DATA_DIR": ["/" + "long/" * 20],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DESK_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in BAD.items() for value in values if value],
)
def test_a_bad_setting_is_named_in_one_line(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    said = str(refusal.value)
    assert said.startswith(f"{name}: ")
    assert "\n" not in said
    assert len(said) < 160


def test_the_secret_is_never_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("DESK_SECRET_KEY", "hunter2"),
        ("DESK_DATABASE_URL", "postgresql+asyncpg://desk:hunter2@db.test"),
    ):
        monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError, match=name) as refusal:
            read_settings()
        assert "hunter2" not in str(refusal.value)
        monkeypatch.delenv(name)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BAD:
        monkeypatch.setenv(name, "")
    assert read_settings() == read_settings(_env_file=None)
    assert read_settings().port == 8080


def test_the_public_address_follows_host_and_port() -> None:
    assert read_settings().public_url == "http://127.0.0.1:8080"
    assert read_settings(host="::1", port=9000).public_url == "http://[::1]:9000"
    given = read_settings(public_url="https://desk.test/")
    assert (given.public_url, given.public_host) == ("https://desk.test", "desk.test")
    assert given.is_secure


def test_the_database_lies_in_the_data_directory(tmp_path: Path) -> None:
    url = read_settings(data_dir=tmp_path).database_url
    assert url == f"sqlite+aiosqlite:///{tmp_path}/desk.db"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://desk:pass%40word@db.test:5433/desk?ssl=verify-full",
        "postgresql+asyncpg:///desk?host=/run/postgresql",
        "sqlite+aiosqlite:////srv/desk/desk.db",
    ],
)
def test_good_databases_are_taken(url: str) -> None:
    assert read_settings(database_url=url).database_url == url


def test_good_mail_servers_are_taken() -> None:
    for url in ("smtp://mail.test:2525", "smtps://me:pass%40word@mail.test", "smtp://m?starttls=1"):
        assert read_settings(smtp_url=url).smtp_url == url


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path / "new")
    first, second = with_secret_key(settings), with_secret_key(settings)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    path = tmp_path / "new" / "secret-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert with_secret_key(read_settings(data_dir=tmp_path / "other")) != first


def test_a_given_key_is_not_written_down(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path, secret_key="k" * 32)
    assert with_secret_key(settings) is settings
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "short\n"])
def test_a_key_file_that_was_cut_short_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret-key").write_text(content)
    with pytest.raises(SettingsError, match=r"^DESK_SECRET_KEY: "):
        with_secret_key(read_settings(data_dir=tmp_path))


def test_a_data_directory_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SettingsError, match=r"^DESK_DATA_DIR: "):
            with_secret_key(read_settings(data_dir=folder))


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Verifikasi.Example/", "https://verifikasi.example"),
        ("https://verifikasi.example:443", "https://verifikasi.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_the_public_address_is_written_as_browsers_write_it(
    given: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_PUBLIC_URL", given)
    assert read_settings().public_url == origin
    assert read_settings().public_host == origin.partition("//")[2]


def test_a_relay_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TURN_URL", "turn:[2001:db8::1], turns:1.relay.test:443?transport=tcp")
    with pytest.raises(SettingsError, match=r"^DESK_TURN_SECRET: "):
        read_settings()
    monkeypatch.setenv("DESK_TURN_SECRET", "shared")
    monkeypatch.setenv("DESK_RELAY_ONLY", "yes")
    settings = read_settings()
    assert settings.relay_only
    assert settings.turn_urls == ["turn:[2001:db8::1]", "turns:1.relay.test:443?transport=tcp"]
    # A recorder may send to it.
    assert [str(one) for one in settings.networks] == ["2001:db8::1/128"]
