// A path is said to be lost when nothing comes any more, and to be back when something does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { watchPath } from "../../static/js/path-watch.js";

const LOOK_MS = 500;

/** What a connection has received, look by look, and what the watch made of it. */
async function watched(t, looks) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const said = [];
  const left = [...looks];
  const pc = {
    connectionState: "connected",
    getStats: async () => new Map(left.shift().map((report) => [report.id, report])),
  };
  watchPath(pc, (stalled) => said.push([looks.length - left.length, stalled]));
  for (const _ of looks) {
    t.mock.timers.tick(LOOK_MS);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
  pc.connectionState = "closed";
  t.mock.timers.tick(LOOK_MS);
  return said;
}

const sound = (packetsReceived) => ({ id: "sound", type: "inbound-rtp", packetsReceived });
const path = (id, responsesReceived) => ({ id, type: "candidate-pair", responsesReceived });
const inUse = (selectedCandidatePairId) => ({
  id: "transport",
  type: "transport",
  selectedCandidatePairId,
});
const LOST = [[5, true]];

test("sound that goes on is a path that goes on", async (t) => {
  const looks = [1, 2, 3, 4, 5, 6].map((packets) => [sound(packets)]);
  assert.deepEqual(await watched(t, looks), []);
});

test("silence of two seconds is a lost path, and the next packet brings it back", async (t) => {
  const looks = [5, 5, 5, 5, 5, 5, 6].map((packets) => [sound(packets)]);
  assert.deepEqual(await watched(t, looks), [...LOST, [7, false]]);
});

test("checks of the path in use are a sign of life, too", async (t) => {
  const looks = [1, 1, 1, 2, 2, 2, 2].map((checks) => [inUse("a"), path("a", checks)]);
  assert.deepEqual(await watched(t, looks), []);
});

test("checks of another path are none", async (t) => {
  const looks = [1, 2, 3, 4, 5].map((checks) => [
    sound(1),
    inUse("a"),
    path("a", 1),
    path("b", checks),
  ]);
  assert.deepEqual(await watched(t, looks), LOST);
});

test("nor is it one to try another path", async (t) => {
  const looks = ["a", "b", "a", "b", "a"].map((id) => [
    sound(1),
    inUse(id),
    path("a", 1),
    path("b", 9),
  ]);
  assert.deepEqual(await watched(t, looks), LOST);
});
