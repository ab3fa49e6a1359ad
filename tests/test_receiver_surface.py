"""The inside of aiortc, aioice, pylibsrtp and asyncio that `media/receiver.py` rests on.

Whoever takes another version reads that file again, and then changes what is written here.
"""

import asyncio
import inspect
from importlib.metadata import version

import aiortc.rtcpeerconnection
import pytest
from aioice.ice import Connection, StunProtocol
from aiortc import RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from pylibsrtp._binding import lib

from media.receiver import Receiver
from tests.media_legs import RunningRecorder

VERSIONS = {"aiortc": "1.16.0", "aioice": "0.13.0"}


@pytest.mark.parametrize("name", VERSIONS)
def test_the_versions_are_those_that_were_read(name: str) -> None:
    assert version(name) == VERSIONS[name]


def test_what_aiortc_asks_of_a_receiver_is_what_ours_has() -> None:
    """Every attribute of a receiver that aiortc's connection, transport and transceiver name."""
    asked = set()
    for part in (RTCPeerConnection, RTCRtpTransceiver, RTCDtlsTransport):
        source = inspect.getsource(part)
        for mark in ("receiver.", "__receiver."):
            asked |= {_name(rest) for rest in source.split(mark)[1:]}
    names = {"track", "_track", "transport", "setTransport", "_set_rtcp_ssrc", "_enabled",
             "receive", "stop"}  # fmt: skip
    assert names <= asked
    ours = Receiver("video", None)
    assert [name for name in names if not hasattr(ours, name)] == []
    called = (
        asked - names - {"_handle_rtp_packet", "_handle_disconnect", "_handle_data", "getStats"}
    )
    assert {name for name in called if name and not hasattr(ours, name)} <= {
        "add", "discard", "__class__"
    }  # fmt: skip


def _name(rest: str) -> str:
    return rest[
        : len(rest) - len(rest.lstrip("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    ]


def test_the_methods_that_are_called_take_what_they_are_given() -> None:
    signatures = {
        StunProtocol.datagram_received: ["self", "data", "addr"],
        Connection.data_received: ["self", "data", "component"],
        RTCDtlsTransport._register_rtp_receiver: ["self", "receiver", "parameters"],
        RTCDtlsTransport._unregister_rtp_receiver: ["self", "receiver"],
        asyncio.SelectorEventLoop._remove_reader: ["self", "fd"],  # type: ignore[attr-defined]
    }
    for method, names in signatures.items():
        assert list(inspect.signature(method).parameters) == names
    assert callable(lib.srtp_unprotect)


async def test_a_connected_leg_has_what_an_intake_takes(running_recorder: RunningRecorder) -> None:
    assert vars(aiortc.rtcpeerconnection)["RTCRtpReceiver"] is Receiver
    sender = await running_recorder.sender()
    (opened,) = running_recorder.recorder._open.values()
    (intake,) = opened.leg._intakes.values()
    assert type(intake._dtls) is RTCDtlsTransport
    assert type(intake._ice) is Connection
    assert intake._ice._nominated[1].protocol in intake._ice._protocols
    assert isinstance(intake._ice._queue, asyncio.Queue)
    assert intake._reading is not None
    for session in (intake._dtls._rx_srtp, intake._dtls._tx_srtp):
        assert lib.srtp_unprotect and session._srtp[0]
    assert [type(one) for one in opened.leg._receivers] == [Receiver, Receiver]
    await sender.close()
