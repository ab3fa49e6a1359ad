"""A real coturn on free ports of one address, by UDP, TCP and TLS."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest

from tests.place import HERE, Place
from tests.support import free_port

HOST, NAME = HERE.address, "localhost"
SECRET = "a secret that desk and relay share"
# What the shipped configuration denies must be allowed where everything is on one machine.
ON_LOOPBACK = ("allow-loopback-peers", "cli-password=unused")

with_coturn = pytest.mark.skipif(which("turnserver") is None, reason="coturn is not installed")


@dataclass(frozen=True)
class Relay:
    """A running coturn."""

    port: int
    tls_port: int
    authority: Path
    server: subprocess.Popen[bytes]
    host: str = HOST

    @property
    def url(self) -> str:
        """By UDP and TCP."""
        return f"turn:{self.host}:{self.port}"

    def url_by(self, transport: str) -> str:
        """By one of these two alone."""
        return f"{self.url}?transport={transport}"

    @property
    def tls_url(self) -> str:
        """By TLS, with a certificate that only `authority` vouches for.

        By name: with an address in its place, Firefox leaves a relay out without a word.
        """
        return f"turns:{NAME}:{self.tls_port}"


@contextmanager
def relay(
    folder: Path, *more: str, configuration: Path | None = None, place: Place = HERE
) -> Iterator[Relay]:
    """A relay with these options too, on top of a configuration or of what tests need."""
    folder.mkdir(exist_ok=True)
    authority = certify(folder)
    port, tls_port = free_port(), free_port()
    base = configuration.read_text() if configuration else "\n".join(ON_LOOPBACK)
    own = (
        f"listening-ip={place.address}", f"relay-ip={place.address}", f"listening-port={port}",
        f"tls-listening-port={tls_port}", "min-port=21000", "max-port=29999",
        "use-auth-secret", f"static-auth-secret={SECRET}", "realm=desk.test", "fingerprint",
        "no-multicast-peers", f"cert={folder / 'relay.pem'}", f"pkey={folder / 'relay.key'}",
        f"userdb={folder / 'users'}", f"pidfile={folder / 'pid'}", "log-file=stdout", *more,
    )  # fmt: skip
    path = folder / "turnserver.conf"
    path.write_text("\n".join((base, *own, "")))
    log = (folder / "coturn.log").open("wb")
    command = place.within("turnserver", "-c", str(path), "--simple-log")
    server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    try:
        place.wait_until_open(port, server)
        yield Relay(port, tls_port, authority, server, place.address)
    finally:
        server.kill()
        server.wait()
        log.close()


def certify(folder: Path) -> Path:
    """The certificate of the authority that the relays of this folder have theirs from.

    Firefox takes no certificate that vouches for itself, whatever trust it is given.
    """
    authority, key = folder / "authority.pem", folder / "authority.key"
    if authority.exists():
        return authority
    named = f"subjectAltName=DNS:{NAME},IP:{HOST}"
    _sign(authority, key, "-subj", "/CN=relay.test authority")
    _sign(
        folder / "relay.pem", folder / "relay.key", "-CA", str(authority), "-CAkey", str(key),
        "-subj", "/CN=relay.test", "-addext", named, "-addext", "basicConstraints=CA:FALSE",
    )  # fmt: skip
    return authority


def _sign(made: Path, key: Path, *more: str) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-keyout", str(key), "-out", str(made), *more],
        check=True, capture_output=True,
    )  # fmt: skip
