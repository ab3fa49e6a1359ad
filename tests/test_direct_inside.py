"""The inside of python-engineio and python-socketio that our sockets rest on.

`signaling/direct.py`, `engine.py`, `closed_server.py` and `kept_rooms.py` take the place of parts
of it. Whoever takes another version reads what has changed, and then renews the digest here.
"""

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from engineio.async_drivers import aiohttp as driver
from engineio.async_server import AsyncServer as EngineServer
from engineio.async_socket import AsyncSocket
from engineio.base_socket import BaseSocket
from engineio.packet import Packet
from socketio.async_manager import AsyncManager
from socketio.async_pubsub_manager import AsyncPubSubManager
from socketio.async_server import AsyncServer
from socketio.base_manager import BaseManager
from socketio.packet import Packet as SocketPacket

from signaling.direct import DirectManager, Outbox, framed

VERSIONS = {"python-engineio": "4.15.1", "python-socketio": "5.18.1"}

# What is read of each, and what it looked like when it was read.
READ: dict[str, tuple[Any, str]] = {
    # The queue and who takes from it; `upgrading`, `upgraded`, `closing`, `closed`, `last_ping`.
    "AsyncSocket": (AsyncSocket, "af72dafc541d46e6"),
    "BaseSocket": (BaseSocket, "d787ee3666d08b7a"),
    # `_sock`, `handler`, and the environ with the request in it.
    "WebSocket": (driver.WebSocket, "96fbcb0d1f45694a"),
    "translate_request": (driver.translate_request, "20aa782740060790"),
    # `sockets`, `_async`, and what becomes of a session that was refused or has ended.
    "handle_request": (EngineServer.handle_request, "1a8c878e35166cfe"),
    "handle_connect": (EngineServer._handle_connect, "5bd7edc1d1ae115a"),
    "service_task": (EngineServer._service_task, "b6358bda51d0b34b"),
    "send_packet": (EngineServer.send_packet, "c54317440865030d"),
    "start_background_task": (EngineServer.start_background_task, "c873562535a68297"),
    "Packet": (Packet, "a0d70ee4777b3af6"),
    # What `emit` and the rooms do in the library.
    "AsyncManager": (AsyncManager, "93e3af0127f9a042"),
    "BaseManager": (BaseManager, "b393b4c05dbd88e2"),
    "handle_emit": (AsyncPubSubManager._handle_emit, "4284671be955f644"),
    # What is heard, and what is told of a connection's beginning and end.
    "handle_eio_connect": (AsyncServer._handle_eio_connect, "76704886d944a7e6"),
    "handle_eio_message": (AsyncServer._handle_eio_message, "bef50fc0e1635921"),
    "handle_eio_disconnect": (AsyncServer._handle_eio_disconnect, "9344593148b66fd9"),
    "handle_connect to a namespace": (AsyncServer._handle_connect, "c97c480cf777de36"),
    "handle_event": (AsyncServer._handle_event, "65178105ef8b593d"),
    "engineio_server_class": (AsyncServer._engineio_server_class, "199c42bf149247e0"),
    "SocketPacket": (SocketPacket.encode, "513c45be75181da2"),
}


def digest(part: Any) -> str:
    """Of its source."""
    return hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", VERSIONS)
def test_the_versions_are_those_that_were_read(name: str) -> None:
    assert version(name) == VERSIONS[name]


@pytest.mark.parametrize("name", READ)
def test_the_inside_is_as_it_was_read(name: str) -> None:
    part, seen = READ[name]
    assert digest(part) == seen


def test_a_change_of_the_inside_is_seen() -> None:
    def before() -> int:
        return 1

    def after() -> int:
        return 2

    assert digest(before) != digest(after)


def test_an_outbox_has_what_is_asked_of_a_queue() -> None:
    """By the library's socket once it is upgraded, and by ours; polls alone ask for more."""
    source = inspect.getsource(AsyncSocket)
    asked = {rest.split("(")[0] for rest in source.split("self.queue.")[1:]}
    assert asked == {"get", "get_nowait", "join", "put", "put_nowait", "task_done"}
    polls = inspect.getsource(AsyncSocket.poll)
    for name in asked:
        assert hasattr(Outbox, name) or f"self.queue.{name}(" in polls


def test_the_manager_speaks_for_the_library_to_other_processes_too() -> None:
    class Several(AsyncPubSubManager, DirectManager):  # type: ignore[misc]
        pass

    order = [one.__name__ for one in Several.__mro__]
    assert order.index("AsyncPubSubManager") < order.index("DirectManager")
    assert order.index("DirectManager") < order.index("AsyncManager")


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_frame_has_its_size_as_the_protocol_writes_it(size: int) -> None:
    """RFC 6455, section 5.2: seven bits, or 126 and two bytes, or 127 and eight."""
    head = {0: b"\x81\x00", 125: b"\x81\x7d", 126: b"\x81\x7e\x00\x7e", 65_535: b"\x81\x7e\xff\xff",
            65_536: b"\x81\x7f" + (65_536).to_bytes(8, "big")}[size]  # fmt: skip
    assert framed("x" * size) == head + b"x" * size
    assert framed(b"\0" * size)[:1] == b"\x82"
