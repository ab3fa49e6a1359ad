"""A leg from end to end: ready-made frames over DTLS-SRTP into a file that is decoded in full."""

import asyncio
import hmac
import struct
import time
from base64 import b64encode
from pathlib import Path

import pytest
from aiortc import RTCIceServer

from media.offers import BadOffer
from media.receiver import Intake
from media.recorder import Full
from tests.media_legs import TICK_S, RunningRecorder, decoded, send, small
from tests.media_pictures import frames, sounds
from tests.media_sender import MediaSender
from tests.relay import SECRET, relay, with_coturn


async def test_every_frame_that_is_sent_is_in_the_file(running_recorder: RunningRecorder) -> None:
    sender = await running_recorder.sender()
    send(running_recorder, sender, range(100))
    facts = await running_recorder.facts()
    found = decoded(running_recorder.content())
    assert (len(found.pictures_s), len(found.sounds_s)) == (60, 100)
    assert found.sizes == [(160, 120)]
    assert found.pictures_s == sorted(found.pictures_s)
    assert abs(found.pictures_s[-1] - 59 / 30) < 0.05
    assert [(one.codec, one.frames, one.lost) for one in facts.tracks] == [
        ("audio/opus", 100, 0),
        ("video/VP8", 60, 0),
    ]
    assert facts.sha256 is not None
    assert facts.started_at is not None
    assert facts.ended_at is not None
    assert 1.9 < (facts.ended_at - facts.started_at).total_seconds() < 2.1
    assert (facts.sizes, facts.notes) == ([(160, 120)], {})
    assert [one.news for one in running_recorder.told] == ["started", "closed"]
    await sender.close()


async def test_what_comes_before_the_first_turn_has_the_time_of_that_turn(
    running_recorder: RunningRecorder,
) -> None:
    """Else a report among it would tell a clock that is infinitely late."""
    sender = await running_recorder.sender()
    (opened,) = running_recorder.recorder._open.values()
    (taken,) = opened.leg._intakes.values()
    intake = Intake(taken._dtls)
    sound = sender.sound
    packet = struct.pack("!BBHII", 0x80, sound.kind, 1, 0, sound.ssrc) + b"sound"
    intake._arrived(
        lambda _data, _address: None, sound.sender.transport._tx_srtp.protect(packet), 0
    )
    assert intake.heard_s == float("-inf")
    intake.drain(1_000.0)
    assert intake.heard_s == 1_000.0
    await sender.close()


async def test_lost_packets_are_asked_for_and_repaired(running_recorder: RunningRecorder) -> None:
    sent = 0

    def loses() -> bool:
        nonlocal sent
        sent += 1
        return sent % 5 == 0

    sender = await running_recorder.sender(loses=loses)
    for tick in range(100):
        if tick == 90:
            # The last packet of all is missed by nobody.
            sender.loses = lambda: False
        send(running_recorder, sender, range(tick, tick + 1))
        # What is asked for has to come by.
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        while running_recorder.picture().is_waiting:
            running_recorder.forward(0.1)
            await asyncio.sleep(0)
            sender.repeat()
    facts = await running_recorder.facts()
    found = decoded(running_recorder.content())
    assert len(found.pictures_s) == 60
    assert facts.tracks[1].repaired > 3
    assert facts.tracks[1].lost == 0
    # The network lost as many sounds, and nobody else did.
    assert len(found.sounds_s) == 100 - facts.tracks[0].lost
    await sender.close()


async def test_what_a_hostile_sender_sends_is_told_and_the_file_stays_readable(
    running_recorder: RunningRecorder,
) -> None:
    sender = await running_recorder.sender()
    picture = sender.picture
    assert picture is not None
    send(running_recorder, sender, range(50))
    # No datagram of ours at all, from somebody who need not be the sender.
    for datagram in (b"", b"\x80", b"\x80" * 30, b"\xff" * 100, b"\x00\x01" * 20, b"\x16" * 40):
        sender.datagram(datagram)
    # Well sealed, but its padding is longer than nothing and shorter than one.
    sound = sender.sound
    sender.raw(struct.pack("!BBHII", 0xA0, sound.kind, sound.sequence, 0, sound.ssrc) + b"\x00")
    sound.sequence += 1
    # A type that nobody has agreed on, and a second source beside the first.
    sender.raw(struct.pack("!BBHII", 0x80, 35, 1, 0, 7) + b"x" * 50)
    sender.raw(struct.pack("!BBHII", 0x80, picture.kind, 1, 0, 8) + b"x" * 50)
    send(running_recorder, sender, range(50, 100))
    facts = await running_recorder.facts()
    found = decoded(running_recorder.content())
    assert (len(found.pictures_s), len(found.sounds_s)) == (60, 100)
    assert facts.notes.keys() >= {"not_rtp", "refused", "wrong_type", "other_ssrc"}
    await sender.close()


async def test_another_source_size_and_clock_leave_one_file(
    running_recorder: RunningRecorder,
) -> None:
    sender = await running_recorder.sender()
    picture = sender.picture
    assert picture is not None
    # Numbers and time stamps wrap.
    picture.sequence, picture.first_timestamp = 0xFFF0, 0xFFFFFFFF - 45_000
    sender.sound.sequence, sender.sound.first_timestamp = 0xFFF0, 0xFFFFFFFF - 24_000
    send(running_recorder, sender, range(50))
    # The sender's clock is set, and its stamps go on elsewhere.
    sender.wall_ahead_s = 3600.0
    sender.sound.first_timestamp += 1 << 30
    send(running_recorder, sender, range(50, 100))
    running_recorder.forward(1.0)
    picture.ssrc += 1
    picture.sequence = 3
    for number, frame in enumerate(frames(320, 240, 100_000, seconds=1)):
        sender.send_frame(frame, 3.0 + number / 30)
        running_recorder.forward(1 / 30)
    facts = await running_recorder.facts()
    found = decoded(running_recorder.content())
    assert len(found.sounds_s) == 100
    assert len(found.pictures_s) == 90
    assert found.sizes == [(160, 120), (320, 240)]
    assert found.pictures_s == sorted(found.pictures_s)
    assert facts.sizes == [(160, 120), (320, 240)]
    assert facts.notes["ssrc_changed"] == facts.notes["resolution_changed"] == 1
    assert facts.notes["clock_jumped"] >= 1
    await sender.close()


async def test_one_track_stops_and_the_other_goes_on(running_recorder: RunningRecorder) -> None:
    sender = await running_recorder.sender()
    send(running_recorder, sender, range(50))
    for tick in range(50, 250):
        if tick % 25 == 0:
            # Silence that is not sent (DTX): a packet now and then, its number the next one.
            sender.send_sound(small().sounds[0], tick * TICK_S)
        running_recorder.forward(TICK_S)
    facts = await running_recorder.facts()
    found = decoded(running_recorder.content())
    assert (len(found.pictures_s), len(found.sounds_s)) == (30, 58)
    assert abs(found.sounds_s[-1] - 4.5) < 0.05
    assert facts.notes == {"silences": 7}
    assert facts.tracks[0].gaps_ms == []
    await sender.close()


async def test_sound_alone_is_recorded(running_recorder: RunningRecorder) -> None:
    sender = await running_recorder.sender(has_video=False)
    for number, sound in enumerate(sounds(1)):
        sender.send_sound(sound, number * TICK_S)
        running_recorder.forward(TICK_S)
    facts = await running_recorder.facts()
    assert len(decoded(running_recorder.content()).sounds_s) == 50
    assert [one.codec for one in facts.tracks] == ["audio/opus"]
    await sender.close()


async def test_silence_is_told_and_so_is_its_end(running_recorder: RunningRecorder) -> None:
    sender = await running_recorder.sender()
    send(running_recorder, sender, range(100))
    running_recorder.forward(3.5)
    running_recorder.forward(1.0)
    send(running_recorder, sender, range(250, 320))
    facts = await running_recorder.facts()
    assert [one.news for one in running_recorder.told] == ["started", "silent", "heard", "closed"]
    assert decoded(running_recorder.content()).sounds_s
    assert facts.notes.get("failed") is None
    await sender.close()


async def test_a_second_leg_of_a_side_ends_the_first_one(running_recorder: RunningRecorder) -> None:
    first = await running_recorder.sender(segment=1)
    send(running_recorder, first, range(60))
    second = await running_recorder.sender(segment=2)
    closed = await running_recorder.until("closed")
    assert closed.segment == 1
    assert closed.facts is not None
    assert closed.facts.notes == {"replaced": 1}
    send(running_recorder, second, range(60))
    await running_recorder.facts()
    for segment in (1, 2):
        assert len(decoded(running_recorder.content(segment=segment)).sounds_s) == 60
    await first.close()
    await second.close()


async def test_a_sender_that_hangs_up_ends_its_segment(running_recorder: RunningRecorder) -> None:
    sender = await running_recorder.sender()
    send(running_recorder, sender, range(60))
    await sender.close()
    # Its farewell comes by the loop; then the next turn ends the leg.
    async with asyncio.timeout(20):
        while running_recorder.recorder.load:
            running_recorder.forward(1.0)
            await asyncio.sleep(0)
    closed = await running_recorder.until("closed")
    assert closed.facts is not None
    assert closed.facts.tracks[0].frames == 60
    assert len(decoded(running_recorder.content()).pictures_s) == 36


async def test_a_leg_that_never_comes_about_ends_and_leaves_no_file(
    running_recorder: RunningRecorder,
) -> None:
    sender = MediaSender()

    async def answered_late(offer: str) -> str:
        return await running_recorder.open(offer)

    await sender.connection.setLocalDescription(await sender.connection.createOffer())
    await answered_late(sender.connection.localDescription.sdp)
    running_recorder.forward(41.0)
    closed = await running_recorder.until("closed")
    assert closed.facts is not None
    assert closed.facts.sha256 is None
    assert list(running_recorder.folder.rglob("*.sealed")) == []
    await sender.close()


async def test_a_disk_that_takes_no_more_ends_the_segment_and_no_other(
    running_recorder: RunningRecorder,
) -> None:
    sender = await running_recorder.sender()
    (running_recorder.folder / "one").write_text("in the way")
    send(running_recorder, sender, range(100))
    closed = await running_recorder.until("closed")
    assert closed.facts is not None
    assert closed.facts.notes["disk_failed"] >= 1
    assert closed.facts.sha256 is None
    await sender.close()


async def test_offers_that_cannot_be_used_are_refused_by_a_word(
    running_recorder: RunningRecorder,
) -> None:
    sender = MediaSender()
    await sender.connection.setLocalDescription(await sender.connection.createOffer())
    offer = sender.connection.localDescription.sdp
    no_vp8 = "\n".join(line for line in offer.splitlines() if "VP8" not in line)
    refused = {
        "": "bad_offer",
        "no offer": "bad_offer",
        "v=0\r\nm=video x": "bad_offer",
        offer + "a=x:y\r\n" * 5_000: "bad_offer",
        offer.replace("a=sendonly", "a=recvonly"): "bad_offer",
        offer.replace("a=fingerprint", "a=nothing"): "bad_offer",
        offer.replace("m=audio", "m=video"): "bad_offer",
        offer.replace("a=rtcp-mux", "a=nothing"): "bad_offer",
        no_vp8: "not_vp8",
        offer.replace("a=candidate", "a=nothing"): "no_candidates",
    }
    for bad, word in refused.items():
        with pytest.raises(BadOffer) as caught:
            await running_recorder.open(bad)
        assert caught.value.word == word, bad[:200]
    assert running_recorder.recorder.load == 0
    await sender.close()


async def test_beyond_its_limit_a_recorder_takes_no_call(running_recorder: RunningRecorder) -> None:
    senders = [MediaSender() for _ in range(4)]
    for place, sender in enumerate(senders):
        await sender.connection.setLocalDescription(await sender.connection.createOffer())
        offer = sender.connection.localDescription.sdp
        if place < 2:
            await running_recorder.open(offer, recording=str(place))
        elif place == 2:
            with pytest.raises(Full):
                await running_recorder.open(offer, recording="another")
        else:
            # The other side of a call that is taken is always taken.
            await running_recorder.open(offer, side="verifier", recording="1")
    assert running_recorder.recorder.load == 2
    for sender in senders:
        await sender.close()


@with_coturn
async def test_a_recorder_behind_a_relay_records_and_ends_without_it(
    running_recorder: RunningRecorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relay(tmp_path / "relay") as coturn:
        name, password = credential("recorder")
        running_recorder.relays.append(RTCIceServer(coturn.url_by("udp"), name, password))
        sender = MediaSender()

        async def answered(offer: str) -> str:
            # No way but through the relay.
            with monkeypatch.context() as patched:
                patched.setattr("aioice.ice.get_host_addresses", lambda **_kinds: [])
                return await running_recorder.open(offer)

        await sender.connect(answered)
        await running_recorder.connected(sender)
        send(running_recorder, sender, range(50))
        async with asyncio.timeout(20):
            while running_recorder.picture().frames < 30:
                running_recorder.forward(0.0)
                await asyncio.sleep(0)
        # Nobody answers the farewell to it, which would be said for half a minute.
        coturn.server.kill()
        monkeypatch.setattr("media.leg.CLOSES_WITHIN_S", 0.2)
        async with asyncio.timeout(5):
            facts = await running_recorder.facts()
        assert len(decoded(running_recorder.content()).pictures_s) == 30
        assert facts.tracks[0].frames == 50
        await sender.close()


def credential(name: str) -> tuple[str, str]:
    """What a relay's shared secret gives somebody for a while."""
    user = f"{int(time.time()) + 600}:{name}"
    return user, b64encode(hmac.digest(SECRET.encode(), user.encode(), "sha1")).decode()
