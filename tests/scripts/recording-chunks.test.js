// A browser's own recording: where its time begins, and that it never takes the call's place.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** What the desk was sent, and every recorder that was made. */
let sent = [];
let made = [];

globalThis.document = { documentElement: { lang: "id", dataset: {} }, querySelector: () => null };
globalThis.location = { pathname: "/calls/1" };
globalThis.MediaStream = class {
  constructor(tracks) {
    this.tracks = tracks;
  }
};
globalThis.MediaRecorder = class {
  state = "inactive";

  constructor({ tracks }) {
    this.kinds = tracks.map(({ kind }) => kind);
    made.push(this);
  }

  start() {
    this.state = "recording";
  }

  stop() {
    this.state = "inactive";
    this.fill();
  }

  /** A second is over. */
  fill() {
    this.ondataavailable?.({ data: { size: 1 } });
  }
};
/** A network that brings every question to the desk, and chunks never. */
globalThis.fetch = (url, { signal }) => {
  sent.push({ path: url.slice(location.pathname.length), signal });
  const headers = new Headers({ "Content-Type": "application/json" });
  const json = async () => ({ segment: made.length });
  if (!signal) return Promise.resolve({ ok: true, status: 200, headers, json });
  return new Promise((_, reject) => {
    signal.onabort = () => reject(signal.reason);
  });
};

await import("../../static/js/recording-chunks.js");
const { Recording } = await import("../../static/js/call-recording.js");

/** Until all that goes on by itself has come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const paths = () => sent.map(({ path }) => path);

/** One side of a call from which no way leads to the recorder. */
async function recording(kinds) {
  const own = { track: (kind) => (kinds.includes(kind) ? { kind } : null) };
  const call = { own, remote: {}, socket: { on: () => {} }, wiring: { place: { side: "v" } } };
  const one = new Recording(call, { state: "ready", kilobits: 500 });
  one.fruitless = 2;
  one.settled();
  await settled();
  return one;
}

beforeEach(() => {
  sent = [];
  made = [];
});

test("it says when it began: half of the way there and back after the desk", async (t) => {
  let now_ms = 5_000;
  t.mock.method(performance, "now", () => {
    now_ms += 200;
    return now_ms;
  });
  await recording(["audio", "video"]);
  made[0].fill();
  assert.deepEqual(paths(), ["/recording/chunks", "/recording/chunks/1/0?after_ms=100"]);
});

test("with sound alone in the call nothing more is sent of a picture", async () => {
  const one = await recording(["audio", "video"]);
  made[0].fill();
  made[0].fill();
  const [, chunk] = sent;
  one.setSoundAlone(true);
  await settled();
  assert.ok(chunk.signal.aborted);
  assert.equal(made[0].state, "inactive");
  assert.deepEqual(paths().slice(2), ["/recording/chunks"]);
  one.setSoundAlone(false);
  await settled();
  assert.deepEqual(
    made.map(({ kinds }) => kinds),
    [["audio", "video"], ["audio"], ["audio", "video"]],
  );
  assert.equal(made[1].state, "inactive");
});

test("where there is no sound nothing is recorded meanwhile", async () => {
  const one = await recording(["video"]);
  one.setSoundAlone(true);
  await settled();
  assert.deepEqual([made.length, made[0].state], [1, "inactive"]);
  one.setSoundAlone(false);
  await settled();
  assert.deepEqual([made.length, made[1].state], [2, "recording"]);
});
