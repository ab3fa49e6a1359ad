// Whenever another path is in use, the sender of the picture makes a whole one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { refreshOnNewPath } from "../../static/js/key-frame.js";

/** A place for the given kind, and the options that the parameters of its sender were set with. */
function place(kind, refusal) {
  const asked = [];
  const sender = {
    transport: { iceTransport: {} },
    getParameters: () => "parameters",
    setParameters: async (...given) => {
      asked.push(given);
      if (refusal) throw refusal;
    },
  };
  return { asked, sender, receiver: { track: { kind } } };
}

const pathOf = ({ sender }) => sender.transport.iceTransport;

test("a new path brings a key frame, and nothing is asked of sound", async () => {
  const places = [place("audio"), place("video")];
  const [sound, picture] = places;
  refreshOnNewPath({ getTransceivers: () => places });
  await pathOf(picture).onselectedcandidatepairchange();
  assert.deepEqual(picture.asked, [["parameters", { encodingOptions: [{ keyFrame: true }] }]]);
  assert.deepEqual(pathOf(sound), {});
});

test("a browser that does not tell of paths is left alone", () => {
  const picture = place("video");
  picture.sender.transport = null;
  refreshOnNewPath({ getTransceivers: () => [picture] });
  assert.deepEqual(picture.asked, []);
});

test("a connection that closes meanwhile is no fault", async () => {
  const picture = place("video", new DOMException("closed", "InvalidStateError"));
  refreshOnNewPath({ getTransceivers: () => [picture] });
  await pathOf(picture).onselectedcandidatepairchange();
  assert.equal(picture.asked.length, 1);
});
