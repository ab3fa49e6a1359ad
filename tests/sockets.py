"""A real Socket.IO client for tests: it records what it hears, and asks with acknowledgements."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import socketio

from tests.scenes import InCall
from tests.support import Visitor

PATIENCE_S = 15.0  # a bound for hanging tests, never a measure


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that the server does by itself."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0)


class Refused(Exception):
    """The server refused the connection; the text says why."""


class Socket:
    """One namespace, connected with a browser's cookies and the Origin of the desk."""

    def __init__(self, visitor: Visitor, namespace: str) -> None:
        self._visitor = visitor
        self._namespace = namespace
        self._refusal = ""
        self._closed = asyncio.Event()
        self._news = asyncio.Condition()
        self._unread: list[tuple[str, Any]] = []
        self.heard: list[tuple[str, Any]] = []
        self.client = socketio.AsyncClient(reconnection=False, http_session=visitor.http)
        self.client.on("*", self._hear, namespace=namespace)
        self.client.on("connect_error", self._refused, namespace=namespace)
        self.client.on("disconnect", self._close, namespace=namespace)

    async def connect(self, auth: dict[str, Any], headers: dict[str, str]) -> "Socket":
        """Connect, or raise Refused with the server's word."""
        try:
            await self.client.connect(
                self._visitor.base,
                headers={"Origin": self._visitor.base, **headers},
                auth={"csrf": self._visitor.csrf, **auth},
                transports=["websocket"],
                namespaces=[self._namespace],
                wait_timeout=PATIENCE_S,
            )
        except socketio.exceptions.ConnectionError as error:
            raise Refused(self._refusal or str(error)) from None
        return self

    async def _hear(self, event: str, data: Any = None) -> None:
        async with self._news:
            self.heard.append((event, data))
            self._unread.append((event, data))
            self._news.notify_all()

    async def _close(self, _reason: str) -> None:
        self._closed.set()

    async def _refused(self, data: Any) -> None:
        self._refusal = data["message"] if isinstance(data, dict) else str(data)

    async def hears(self, event: str, **fields: Any) -> Any:
        """The next message of this name with these fields; what came before it is passed over."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                while self._unread:
                    name, data = self._unread.pop(0)
                    if name == event and all(data.get(key) == fields[key] for key in fields):
                        return data
                await self._news.wait()

    async def says(self, event: str, *data: Any) -> Any:
        """Emit, and wait for the acknowledgement."""
        return await self.client.call(
            event, data, namespace=self._namespace, timeout=int(PATIENCE_S)
        )

    async def is_shown_out(self) -> None:
        """Wait until the server has closed this connection."""
        async with asyncio.timeout(PATIENCE_S):
            await self._closed.wait()

    def named(self, event: str) -> list[Any]:
        """Everything of this name that was heard."""
        return [data for name, data in self.heard if name == event]


@asynccontextmanager
async def listening(
    visitor: Visitor,
    namespace: str,
    headers: dict[str, str] | None = None,
    **auth: Any,
) -> AsyncIterator[Socket]:
    """A connected socket; raises Refused where the server does not let it in."""
    socket = Socket(visitor, namespace)
    await socket.connect(auth, headers or {})
    try:
        yield socket
    finally:
        await socket.client.disconnect()


@asynccontextmanager
async def both(scene: InCall) -> AsyncIterator[tuple[Socket, Socket]]:
    """Both sides, connected and told of each other: the applicant's socket, the verifier's."""
    async with (
        listening(scene.applicant, "/call", call=scene.call, page="pa") as applicant,
        listening(scene.verifier, "/call", call=scene.call, page="pv") as verifier,
    ):
        await applicant.hears("peer", present=True)
        await verifier.hears("peer", present=True)
        yield applicant, verifier


async def refusal(
    visitor: Visitor,
    namespace: str,
    headers: dict[str, str] | None = None,
    transport: str = "websocket",
    **auth: Any,
) -> str:
    """Why the server does not let this visitor in; an AssertionError where it does."""
    if transport == "polling":
        status, text = await polled(visitor, namespace, headers, **auth)
        assert status != 200 or text.startswith(f"44{namespace},"), text
        return str(json.loads(text.partition(",")[2])["message"]) if status == 200 else text
    try:
        async with listening(visitor, namespace, headers, **auth):
            raise AssertionError(f"{namespace} let them in")
    except Refused as refused:
        return str(refused)


async def polled(
    visitor: Visitor, namespace: str, headers: dict[str, str] | None = None, **auth: Any
) -> tuple[int, str]:
    """Connect by long polling, by hand: the status, and the first packets or the refusal."""
    own = {"Origin": visitor.base, **(headers or {})}
    status, url = await _opened(visitor, own)
    if status != 200:
        return status, url
    async with visitor.http.post(url, data=_connect(visitor, namespace, auth), headers=own) as sent:
        assert sent.status == 200
    async with visitor.http.get(url, headers=own) as answer:
        return answer.status, await answer.text()


async def polled_and_gone(
    visitor: Visitor, asked: asyncio.Event, gone: asyncio.Event, namespace: str, **auth: Any
) -> None:
    """Connect by long polling, and close the transport while the server still thinks about it.

    It does so from `asked` on, and goes on after `gone`.
    """
    own = {"Origin": visitor.base}
    _status, url = await _opened(visitor, own)

    async def post(packet: str) -> None:
        async with visitor.http.post(url, data=packet, headers=own):
            pass

    connecting = asyncio.create_task(post(_connect(visitor, namespace, auth)))
    await asked.wait()
    await post("1")
    gone.set()
    await connecting


async def opened(visitor: Visitor) -> str:
    """The address of a fresh long-polling session."""
    status, url = await _opened(visitor, {"Origin": visitor.base})
    assert status == 200
    return url


async def posted(visitor: Visitor, url: str, body: bytes) -> int:
    """What a POST to a long-polling session is answered."""
    async with visitor.http.post(url, data=body, headers={"Origin": visitor.base}) as answer:
        return answer.status


async def _opened(visitor: Visitor, headers: dict[str, str]) -> tuple[int, str]:
    """Open a transport: 200 and the address of its session, or the refusal."""
    url = f"{visitor.base}/socket.io/?EIO=4&transport=polling"
    async with visitor.http.get(url, headers=headers) as answer:
        text = await answer.text()
        if answer.status != 200:
            return answer.status, text
        return 200, url + "&sid=" + json.loads(text[1:])["sid"]


def _connect(visitor: Visitor, namespace: str, auth: dict[str, Any]) -> str:
    return f"40{namespace}," + json.dumps({"csrf": visitor.csrf, **auth})


class Frames:
    """Every frame that a bare WebSocket was sent."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._news = asyncio.Condition()

    async def add(self, text: str) -> None:
        """Record one."""
        async with self._news:
            self.texts.append(text)
            self._news.notify_all()

    async def until(self, words: str) -> None:
        """Wait for a frame that contains these words."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: any(words in text for text in self.texts))


@asynccontextmanager
async def every_frame(visitor: Visitor, namespace: str) -> AsyncIterator[Frames]:
    """A bare WebSocket that speaks Engine.IO by hand and records every frame it is sent."""
    frames = Frames()
    url = f"{visitor.base}/socket.io/?EIO=4&transport=websocket"
    async with visitor.http.ws_connect(url, headers={"Origin": visitor.base}) as ws:

        async def read() -> None:
            async for message in ws:
                await frames.add(str(message.data))
                if message.data == "2":  # a ping
                    await ws.send_str("3")

        reading = asyncio.create_task(read())
        await frames.until('"sid"')
        await ws.send_str(f'40{namespace},{{"csrf":"{visitor.csrf}"}}')
        try:
            yield frames
        finally:
            await ws.close()
            await reading
