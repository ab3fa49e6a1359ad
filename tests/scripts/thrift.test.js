// Sound alone below 150 kbit/s for 5 s; the picture again above 300 kbit/s for 15 s.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Thrift } from "../../static/js/thrift.js";

const HEALTHY = { loss_percent: 0, rtt_ms: 80 };

/** Feed the same for so many seconds, one each; the last mode. */
function feed(thrift, from_s, seconds, upstream) {
  let mode = thrift.mode;
  for (let n = 0; n <= seconds; n += 1) mode = thrift.feed(from_s + n, upstream);
  return mode;
}

function alone() {
  const thrift = new Thrift();
  assert.equal(feed(thrift, 0, 5, { available_kbps: 100, ...HEALTHY }), "sound");
  return thrift;
}

test("below 150 kbit/s for five seconds sound goes alone, and not before", () => {
  const thrift = new Thrift();
  assert.equal(feed(thrift, 0, 4, { available_kbps: 149, ...HEALTHY }), "picture");
  assert.equal(thrift.feed(5, { available_kbps: 149, ...HEALTHY }), "sound");
  assert.ok(thrift.soundOnly);
});

test("a moment above it begins the five seconds anew", () => {
  const thrift = new Thrift();
  feed(thrift, 0, 4, { available_kbps: 100, ...HEALTHY });
  thrift.feed(5, { available_kbps: 151, ...HEALTHY });
  assert.equal(feed(thrift, 6, 4, { available_kbps: 100, ...HEALTHY }), "picture");
});

test("above 300 kbit/s for fifteen seconds the picture is back, and not before", () => {
  const thrift = alone();
  // Loss keeps the small picture from being tried meanwhile.
  const enough = { available_kbps: 301, loss_percent: 4, rtt_ms: 80 };
  assert.equal(feed(thrift, 6, 14, enough), "sound");
  assert.equal(thrift.feed(21, enough), "picture");
});

test("where the estimate cannot rise, a small picture is tried after fifteen healthy seconds", () => {
  const thrift = alone();
  const low = { available_kbps: 120, ...HEALTHY };
  assert.equal(feed(thrift, 6, 15, low), "try");
  assert.ok(thrift.soundOnly, "a try is no promise");
  assert.equal(feed(thrift, 22, 15, { available_kbps: 400, ...HEALTHY }), "picture");
});

test("a try that fails doubles the wait before the next, up to two minutes", () => {
  const thrift = alone();
  let now_s = 6;
  for (const wait_s of [15, 30, 60, 120, 120]) {
    const low = { available_kbps: 120, ...HEALTHY };
    assert.equal(feed(thrift, now_s, wait_s - 1, low), "sound", `${wait_s} s`);
    assert.equal(thrift.feed(now_s + wait_s, low), "try", `${wait_s} s`);
    assert.equal(feed(thrift, now_s + wait_s + 1, 5, { ...low, available_kbps: 90 }), "sound");
    now_s += wait_s + 7;
  }
});

test("a try that neither fails nor succeeds ends after half a minute", () => {
  const thrift = alone();
  const between = { available_kbps: 200, ...HEALTHY };
  assert.equal(feed(thrift, 6, 15, between), "try");
  assert.equal(feed(thrift, 22, 28, between), "try");
  assert.equal(thrift.feed(51, between), "sound");
});

test("on an unhealthy network no picture is tried", () => {
  const thrift = alone();
  assert.equal(feed(thrift, 6, 60, { available_kbps: 120, loss_percent: 5, rtt_ms: 80 }), "sound");
  assert.equal(
    feed(thrift, 67, 60, { available_kbps: 120, loss_percent: 0, rtt_ms: 900 }),
    "sound",
  );
});

test("a browser without an estimate goes by the loss that the other side reports", () => {
  const thrift = new Thrift();
  const blind = { available_kbps: null, rtt_ms: 80 };
  assert.equal(feed(thrift, 0, 5, { ...blind, loss_percent: 20 }), "sound");
  assert.equal(feed(thrift, 6, 15, { ...blind, loss_percent: 0 }), "try");
  assert.equal(feed(thrift, 22, 15, { ...blind, loss_percent: 0 }), "picture");
});
