"""Calls that are recorded: agreed to by the labels, and looked at once they are over."""

import re
import sqlite3
from contextlib import closing

from playwright.async_api import expect

from desk.recording.chunks import BROWSER
from desk.recording.keys import unwrap
from media.files import SIDES, side_file
from media.sealed import SealedReader
from tests.browser.conftest import Desk, Person
from tests.browser.test_path import takes_next
from tests.media_legs import Decoded, decoded

# By a leg to the recorder that brought something, and not by what a browser says of itself.
LEGS = "SELECT side FROM recording_segment WHERE recording = ? AND recorder != ? AND sha256 != ''"
FINISHED = "SELECT id, wrapped_key FROM recording WHERE call = ? AND state = 'finished'"


# To a recorder nothing may leave this page but through a relay, and there is none.
WITHOUT_UDP = """
const Watched = RTCPeerConnection;
window.RTCPeerConnection = class extends Watched {
  addTransceiver(what, options) {
    if (options?.direction === "sendonly") {
      this.setConfiguration({ ...this.getConfiguration(), iceTransportPolicy: "relay" });
    }
    return super.addTransceiver(what, options);
  }
};
"""


async def agrees(applicant: Person) -> None:
    """From the question in the waiting room to consent."""
    await applicant.page.get_by_role("link", name="Baca dan jawab").click()
    consent = applicant.page.get_by_role("dialog", name="Persetujuan Perekaman")
    await consent.get_by_label("Saya telah membaca dan menyetujui perekaman sesi ini.").check()
    await consent.get_by_role("button", name="Setuju dan Lanjutkan").click()
    await expect(consent).to_be_hidden()


async def know_of_it(*people: Person) -> None:
    """Everybody is told that frames are being written."""
    for person in people:
        await expect(person.page.get_by_text("Sesi ini sedang direkam")).to_be_visible()


async def both_are_written(person: Person, desk: Desk, number: int) -> None:
    """Each side's segment of this number comes to the disk; the first of them is told of."""
    awaited = {f"{side}-{number:03}.mkv.sealed" for side in SIDES}
    for _try in range(200):
        found = {path.name for path in desk.folder.glob("recordings/*/*.sealed")}
        if awaited <= found:
            return
        await person.page.wait_for_timeout(100)
    raise AssertionError(f"{awaited - found} did not come")


async def records_by_itself(applicant: Person, verifier: Person, chunk: int) -> None:
    """The applicant, who has no way to a recorder, is taken; the desk gets this chunk of theirs."""
    wanted = re.compile(rf"/chunks/\d+/{chunk}\?")
    async with applicant.page.expect_response(wanted) as answered:
        await takes_next(verifier, applicant)
        await know_of_it(applicant, verifier)
    assert (await answered.value).status == 200


async def ends(verifier: Person) -> None:
    """The call, and the applicant waits again."""
    await verifier.page.get_by_role("button", name="Akhiri panggilan").click()
    dialog = verifier.page.get_by_role("dialog")
    await dialog.get_by_label("Kembalikan ke antrean").check()
    await dialog.get_by_role("button", name="Akhiri").click()
    await verifier.page.wait_for_url(re.compile("/desk$"))


def call_of(person: Person) -> str:
    """The call whose page this is."""
    found = re.search("/calls/([^/?#]+)", person.page.url)
    assert found, person.page.url
    return found[1]


async def recording_of(
    person: Person, desk: Desk, call: str, *by_themselves: str
) -> dict[str, Decoded]:
    """Each side of a call that is over, decoded, once it is put together; nothing is wrong.

    All came by a leg but the sides whose browser has recorded `by_themselves`.
    """
    for _try in range(200):
        with closing(sqlite3.connect(desk.folder / "desk.db")) as database:
            if row := database.execute(FINISHED, (call,)).fetchone():
                legs = database.execute(LEGS, (row[0], BROWSER)).fetchall()
                break
        await person.page.wait_for_timeout(100)
    assert row, "the recording was not put together"
    assert {side for (side,) in legs} == set(SIDES) - set(by_themselves)
    assert " 0 wrong" in desk.run("recordings", "verify")
    key = unwrap((desk.folder / "secret-key").read_text().strip(), row[1])
    return {side: _decoded(desk, side_file(row[0], side), key) for side in SIDES}


def _decoded(desk: Desk, name: str, key: bytes) -> Decoded:
    with closing(SealedReader(desk.folder / "recordings" / name, key, name)) as file:
        return decoded(file.read(0, file.plain_bytes))
