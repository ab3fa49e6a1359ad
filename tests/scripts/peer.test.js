// Who lost the path, and hears nothing of the other side's search, doubts what carries the words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Peer } from "../../static/js/peer.js";

const PAGE = "their page";

class Connection {
  connectionState = "new";
  signalingState = "stable";
  getSenders = () => [];
  getTransceivers = () => [];
  getStats = async () => new Map();
  setRemoteDescription = async () => {};
  setLocalDescription = async () => {};
  close = () => this.become("closed");

  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}
globalThis.RTCPeerConnection = Connection;
globalThis.MediaStream = class {
  getTracks = () => [];
};

/** The applicant's side of a call whose path was there and is lost. */
function withoutPath(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const unheard = t.mock.fn();
  const relays = { configuration: () => ({}) };
  const peer = new Peer({
    polite: true,
    relays,
    send: () => {},
    show: () => {},
    changed: () => {},
    unheard,
  });
  peer.meet(PAGE);
  peer.pc.become("connected");
  peer.pc.become("disconnected");
  return { peer, calls: () => unheard.mock.callCount() };
}

test("no word within a while is no good sign", (t) => {
  const { calls } = withoutPath(t);
  t.mock.timers.tick(1_000);
  assert.equal(calls(), 0);
  t.mock.timers.tick(10_000);
  assert.equal(calls(), 1);
});

test("an offer of the other side is a word", (t) => {
  const { peer, calls } = withoutPath(t);
  peer.hear({ page: PAGE, description: { type: "offer", sdp: "" } });
  t.mock.timers.tick(10_000);
  assert.equal(calls(), 0);
});

test("a path that is found again needs none", (t) => {
  const { peer, calls } = withoutPath(t);
  peer.pc.become("connected");
  t.mock.timers.tick(10_000);
  assert.equal(calls(), 0);
});

test("a call that is over asks for none", (t) => {
  const { peer, calls } = withoutPath(t);
  peer.close();
  t.mock.timers.tick(10_000);
  assert.equal(calls(), 0);
});
