"""A real SMTP server that keeps what it is sent, and misbehaves as it is told to."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# An answer to DATA: the mail is taken, and the connection cut before anything is said.
CUT = "cut"


@dataclass
class Sink:
    """What arrived, as mail programs read it, and what is to go wrong.

    `refusals` maps an address to the answer it gets. `answer` is what DATA is answered; where it
    refuses, nothing is kept. While `is_open` is not set, no answer to DATA is given.
    """

    port: int
    arrived: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"
    login: tuple[str, str] | None = None
    connections: int = 0
    logins: int = 0
    arrival: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.is_open.set()

    def to(self, address: str) -> list[EmailMessage]:
        """What arrived for one address."""
        return [mail for mail in self.arrived if address in str(mail["To"])]

    async def handle_RCPT(  # noqa: N802  aiosmtpd's own name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd's own name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answer not in (CUT, "250 OK"):
            return self.answer
        content = envelope.original_content or b""
        self.raw.append(content)
        self.arrived.append(message_from_bytes(content, _class=EmailMessage, policy=default))
        self.arrival.set()
        await self.is_open.wait()
        if self.answer == CUT and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Whether somebody may come in."""
        self.logins += 1
        given = data if isinstance(data, LoginPassword) else LoginPassword(b"", b"")
        right = (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=right, handled=False)


@asynccontextmanager
async def listening(
    sink: Sink, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[Sink]:
    """Let the sink listen on its port: `tls` from the first byte, `starttls` before any mail."""
    loop = asyncio.get_running_loop()

    def meet() -> SMTP:
        sink.connections += 1
        return SMTP(
            sink,
            hostname="sink.test",
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=sink.authenticate,
            auth_require_tls=False,
        )

    server = await loop.create_server(meet, "127.0.0.1", sink.port, ssl=tls)
    async with server:
        yield sink


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that vouches for itself, and a server's context with it."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=sink.test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return made, context
