// The worst finding of a connection check decides, and says what to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictOf } from "../../static/js/connection-verdict.js";

const OK = { state: "ok" };
const BAD = { state: "bad" };
const UNUSED = { state: "unused" };
const GOOD = {
  server: OK,
  socket: OK,
  udp: OK,
  relay_udp: OK,
  relay_tcp: OK,
  relay_tls: OK,
  rate: { state: "ok", down_kbps: 5_000, up_kbps: 1_000 },
  delay: { state: "ok", ms: 60 },
};
const cases = [
  [{}, "good", "good"],
  [{ udp: UNUSED, relay_udp: UNUSED, relay_tcp: UNUSED, relay_tls: UNUSED }, "good", "good"],
  [{ server: BAD, socket: BAD }, "none", "server"],
  [{ socket: BAD }, "none", "socket"],
  [{ udp: BAD, relay_udp: BAD, relay_tcp: BAD, relay_tls: BAD }, "weak", "path"],
  [{ relay_udp: BAD, relay_tcp: BAD, relay_tls: UNUSED }, "weak", "path"],
  [{ udp: BAD, relay_udp: BAD }, "fair", "detour"],
  [{ socket: { state: "slower" } }, "fair", "detour"],
  [{ relay_tls: BAD }, "good", "good"],
  [{ relay_udp: { state: "unknown" }, relay_tcp: BAD, relay_tls: BAD }, "good", "good"],
  [{ rate: { state: "ok", down_kbps: 5_000, up_kbps: 149 } }, "weak", "slow"],
  [{ rate: { state: "ok", down_kbps: 599, up_kbps: 5_000 } }, "fair", "near"],
  [{ rate: BAD }, "weak", "slow"],
  [{ delay: { state: "ok", ms: 801 } }, "weak", "late"],
  [{ delay: { state: "ok", ms: 401 } }, "fair", "late"],
];

for (const [findings, level, advice] of cases) {
  test(`${JSON.stringify(findings)} is ${level}: ${advice}`, () => {
    assert.deepEqual(verdictOf({ ...GOOD, ...findings }), { level, advice });
  });
}
