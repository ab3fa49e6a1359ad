"""What a network holds up and brings later: it is in the file, at its own time where it can be."""

from media.facts import SegmentFacts
from tests.media_legs import TICK_S, Decoded, RunningRecorder, decoded, send, small
from tests.media_sender import play


async def all_of_it(running: RunningRecorder) -> tuple[SegmentFacts, Decoded]:
    """Of three seconds every frame is in the file, in its order, and none is counted as lost."""
    facts = await running.facts()
    found = decoded(running.content())
    assert (len(found.pictures_s), len(found.sounds_s)) == (90, 150)
    assert found.pictures_s == sorted(found.pictures_s)
    assert found.sounds_s == sorted(found.sounds_s)
    assert [(one.frames, one.lost) for one in facts.tracks] == [(150, 0), (90, 0)]
    return facts, found


async def test_what_a_network_held_up_is_in_the_file(running_recorder: RunningRecorder) -> None:
    sender = await running_recorder.sender()
    send(running_recorder, sender, range(50))
    with sender.held_up() as held:
        send(running_recorder, sender, range(50, 120))
    sender.bring(held)
    send(running_recorder, sender, range(120, 150))
    facts, found = await all_of_it(running_recorder)
    # Each has its own time, though a report was held up as well.
    assert max(abs(at_s - place / 50) for place, at_s in enumerate(found.sounds_s)) < 0.002
    assert facts.notes == {}
    await sender.close()


async def test_sound_that_was_held_up_beside_the_picture_comes_late_but_comes(
    running_recorder: RunningRecorder,
) -> None:
    sender = await running_recorder.sender()
    held = list[bytes]()
    send(running_recorder, sender, range(50))
    for tick in range(50, 120):
        with sender.held_up() as sounds_held:
            sender.send_sound(small().sounds[tick % 50], tick * TICK_S)
        held += sounds_held
        while sender.frames_sent < (tick + 1) * 30 // 50:
            sender.send_next_frame(small(), sender.frames_sent)
        running_recorder.forward(TICK_S)
    sender.bring(held)
    send(running_recorder, sender, range(120, 150))
    facts, _found = await all_of_it(running_recorder)
    assert facts.notes.keys() == {"late"}
    await sender.close()


async def test_a_sound_that_comes_long_after_its_successors_is_lost(
    running_recorder: RunningRecorder,
) -> None:
    sender = await running_recorder.sender(has_video=False)
    send(running_recorder, sender, range(49))
    with sender.held_up() as held:
        play(sender, small(), 49, wall_s=running_recorder.now.s)
    send(running_recorder, sender, range(50, 150))
    sender.bring(held)
    send(running_recorder, sender, range(150, 160))
    facts = await running_recorder.facts()
    found = decoded(running_recorder.content())
    assert len(found.sounds_s) == 159
    assert found.sounds_s == sorted(found.sounds_s)
    (sound,) = facts.tracks
    assert (sound.frames, sound.lost, sound.repaired) == (159, 1, 0)
    assert facts.notes == {"too_late": 1}
    await sender.close()
