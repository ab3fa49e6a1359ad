"""From a side's segments to what is played: nothing lost, on one time, to be sought in."""

import base64
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache
from io import BytesIO
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from media import ebml
from media.clusters import LONGEST_MS
from media.files import segment_file
from media.finishing import Part, finish
from media.looking import look_at_segment, look_at_side
from media.matroska import clusters, head
from media.sealed import SealedReader, SealedWriter
from media.stream import segment_children
from media.webm import NothingRecorded, remux
from tests.segments import KEY, RECORDING, SIZE, coded, write_segment
from tests.support import MORNING

CLUSTER_OF_UNKNOWN_SIZE = bytes.fromhex("1f43b675 01ffffffffffffff")


def plain(folder: Path, file: str) -> bytes:
    with SealedReader(folder / file, KEY, file) as reader:
        assert reader.is_whole
        return reader.read(0, reader.plain_bytes)


def packets(content: bytes) -> dict[str, list[tuple[int, bytes]]]:
    """What a player gets of each track: milliseconds and content."""
    found: dict[str, list[tuple[int, bytes]]] = {"video": [], "audio": []}
    with av.open(BytesIO(content), "r", format="matroska") as container:
        for packet in container.demux():
            if packet.pts is not None:
                found[packet.stream.type].append((packet.pts, bytes(packet)))
    return found


def part(folder: Path, side: str, number: int, seconds: int, at_ms: int, **how: bool) -> Part:
    file = segment_file(RECORDING, side, number)
    (folder / RECORDING).mkdir(exist_ok=True)
    write_segment(folder / file, file, seconds, KEY, **how)
    return Part(side, file, at_ms)


def finished(folder: Path, parts: Sequence[Part]) -> dict[str, Any]:
    return dict(finish(folder, RECORDING, KEY, parts)["sides"])


def test_segments_become_one_file_in_which_every_frame_has_its_time(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "applicant", 2, 2, 5_000, is_cut=True),
        part(tmp_path, "applicant", 1, 2, 300),
    ]
    facts = finished(tmp_path, parts)
    got = packets(plain(tmp_path, facts["applicant"]["file"]))
    of = {1: "video", 2: "audio"}
    # The last second of the cut segment was not whole.
    expected = [(300, frame) for frame in coded(2)]
    expected += [(5_000, frame) for frame in coded(2) if frame.at_ms < 1000]
    for offset_ms, frame in expected:
        assert (offset_ms + frame.at_ms, frame.content) in got[of[frame.track]]
    sound = [at_ms for at_ms, _content in got["audio"]]
    assert len(got["video"]) == 30
    assert sound[0] == 0
    assert max(after - before for before, after in pairwise(sound)) < 40
    assert facts["applicant"]["duration_ms"] == 6_000
    assert facts["applicant"]["holds"] == [parts[1].file, parts[0].file]
    assert facts.keys() == {"applicant"}


def test_a_player_finds_every_second_by_the_cues(tmp_path: Path) -> None:
    facts = finished(tmp_path, [part(tmp_path, "verifier", 1, 4, 0)])
    assert facts["verifier"]["cues"] == 4
    content = plain(tmp_path, facts["verifier"]["file"])
    with av.open(BytesIO(content), "r", format="matroska") as container:
        assert container.duration == 4_000_000
        for second in (3, 1, 2):
            container.seek(second * 1_000_000 + 400_000)
            frame = next(container.decode(video=0))
            assert frame.time == second


def test_sound_alone_is_played_too_and_nothing_at_all_is_left_out(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "verifier", 1, 1, 0, with_video=False),
        part(tmp_path, "applicant", 1, 0, 0),
    ]
    facts = finished(tmp_path, parts)
    assert facts.keys() == {"verifier"}
    got = packets(plain(tmp_path, facts["verifier"]["file"]))
    assert (len(got["audio"]), got["video"]) == (50, [])


def test_the_strip_has_the_loudness_and_small_pictures(tmp_path: Path) -> None:
    facts = finished(tmp_path, [part(tmp_path, "applicant", 1, 3, 0)])
    strip = json.loads(plain(tmp_path, facts["applicant"]["strip"]))
    levels = base64.b64decode(strip["levels"])
    assert len(levels) in {30, 31}
    assert levels[2] < levels[10] < levels[25]
    assert [picture["at_ms"] for picture in strip["pictures"]] == [0, 1000, 2000]


def test_it_may_be_done_again_and_leaves_nothing_half(tmp_path: Path) -> None:
    first = part(tmp_path, "applicant", 1, 1, 0)
    (tmp_path / RECORDING / "applicant.webm.sealed.new").write_bytes(b"killed in the middle of it")
    assert finished(tmp_path, [first]) == finished(tmp_path, [first])
    assert not list(tmp_path.rglob("*.new"))


def test_what_cannot_be_read_is_named_and_the_rest_is_played(tmp_path: Path) -> None:
    parts = [part(tmp_path, "applicant", number, 1, 1000 * number) for number in (1, 2)]
    cut = part(tmp_path, "applicant", 3, 2, 3000, is_cut=True)
    missing = Part("verifier", segment_file(RECORDING, "verifier", 1), 0)
    content = bytearray((tmp_path / parts[0].file).read_bytes())
    content[-100] ^= 1
    (tmp_path / parts[0].file).write_bytes(content)
    facts = finish(tmp_path, RECORDING, KEY, [*parts, cut, missing])
    states = [found["state"] for found in facts["found"].values()]
    assert states == ["changed", "whole", "cut", "missing"]
    assert facts["found"][parts[0].file]["frame"] == 1
    assert facts["sides"].keys() == {"applicant"}
    got = packets(plain(tmp_path, facts["sides"]["applicant"]["file"]))
    assert [at_ms for at_ms, _content in got["video"]][:1] == [2000]
    assert len(got["video"]) == 20


def of_a_browser(seconds: int) -> bytes:
    """As browsers record: sound is the first track, and no cluster says how long it is."""
    target = Stream()
    with av.open(target, "w", format="webm", options={"live": "1"}) as container:
        sound = container.add_stream("libopus", 48_000)
        picture = container.add_stream("libvpx", 10)
        picture.width, picture.height = SIZE
        for frame in coded(seconds):
            packet = av.Packet(frame.content)
            packet.pts = packet.dts = frame.at_ms
            packet.stream = picture if frame.track == 1 else sound
            packet.time_base, packet.is_keyframe = Fraction(1, 1000), frame.is_key
            container.mux(packet)
    whole = bytes(target.written)
    elements = segment_children([whole])
    clusters = [content for name, content in elements if name == ebml.CLUSTER]
    before = whole[: whole.index(ebml.named(ebml.CLUSTER))]
    return before + b"".join(CLUSTER_OF_UNKNOWN_SIZE + content for content in clusters)


class Stream:
    """What can only be appended to."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, content: bytes) -> int:
        self.written += content
        return len(content)


def sealed(folder: Path, content: bytes, number: int = 1) -> Part:
    file = segment_file(RECORDING, "applicant", number)
    (folder / RECORDING).mkdir(exist_ok=True)
    (folder / file).unlink(missing_ok=True)
    writer = SealedWriter(folder / file, KEY, file)
    # In chunks that know nothing of elements.
    for at in range(0, len(content), 1000):
        writer.write(content[at : at + 1000])
    writer.close()
    return Part("applicant", file, 0)


def test_what_a_browser_has_recorded_itself_is_put_behind_what_came_before(tmp_path: Path) -> None:
    ours = part(tmp_path, "applicant", 1, 1, 0)
    theirs = replace(sealed(tmp_path, of_a_browser(2), 2), offset_ms=1_500)
    facts = finished(tmp_path, [ours, theirs])
    got = packets(plain(tmp_path, facts["applicant"]["file"]))
    for track, kind in ((1, "video"), (2, "audio")):
        sent = [frame for frame in coded(2) if frame.track == track]
        came = got[kind][-len(sent) :]
        assert [content for _at_ms, content in came] == [one.content for one in sent]
        # The library that stands in for a browser moves all by what a decoder of Opus skips.
        for one, (at_ms, _content) in zip(sent, came, strict=True):
            assert 0 <= at_ms - 1_500 - one.at_ms <= 7
    assert len(got["video"]) == 30
    assert facts["applicant"]["holds"] == [ours.file, theirs.file]


def held(folder: Path, *parts: Part) -> list[bool]:
    """Those first ones of these segments that a file holds which is made of them: all of each?"""
    (folder / "out").unlink(missing_ok=True)
    target = SealedWriter(folder / "out", KEY, "out")
    found = [look_at_segment(folder, part.file, KEY).contents for part in parts]
    with ExitStack() as stack:
        readers = [
            stack.enter_context(SealedReader(folder / part.file, KEY, part.file)) for part in parts
        ]
        with suppress(NothingRecorded):
            made = remux([(reader, 0) for reader in readers], target)
            assert 0 < made.duration_ms <= LONGEST_MS + 40_000
    target.close()
    known = list(takewhile(lambda one: one, found))
    count = look_at_side(folder, "out", KEY, [one.tracks for one in known if one])[1]
    return [one.is_all for one in known[:count] if one]


def test_what_loses_anything_on_its_way_into_a_file_is_not_held_by_it(tmp_path: Path) -> None:
    before, *seconds = head(MORNING, SIZE, has_audio=True), *clusters(coded(2))
    whole = sealed(tmp_path, b"".join([before, *seconds]), 2)
    assert held(tmp_path, whole) == [True]
    # The second of them runs backwards, and is not played.
    assert held(tmp_path, sealed(tmp_path, b"".join([before, *reversed(seconds)]))) == []
    picture = ebml.element(ebml.CLUSTER, ebml.element(ebml.BLOCK_GROUP, b"another kind of frame"))
    assert held(tmp_path, sealed(tmp_path, b"".join([before, *seconds, picture])), whole) == []
    for more in (b"no element at all", seconds[0][:-1], ebml.element(0xEC, bytes(4000))):
        content = b"".join([before, *seconds, more])
        assert held(tmp_path, sealed(tmp_path, content), whole) == [False, True], more


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_a_stranger_writes_is_read_as_far_as_it_makes_sense(data: st.DataObject) -> None:
    content = bytearray(BROWSERS())
    places = st.integers(0, len(content) - 1) | st.integers(0, 600)
    for _change in range(data.draw(st.integers(1, 6))):
        at = data.draw(places)
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    with tempfile.TemporaryDirectory() as folder:
        assert held(Path(folder), sealed(Path(folder), bytes(content))) in ([], [False], [True])
        # 16 bytes for each frame of silence, 50 a second, and the frames with longer heads.
        most_bytes = 4 * len(content) + 20 * 50 * (LONGEST_MS // 1000 + 40)
        assert len(plain(Path(folder), "out")) < most_bytes


BROWSERS = cache(lambda: of_a_browser(1))
