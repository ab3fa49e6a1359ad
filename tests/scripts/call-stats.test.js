// Figures out of getStats, as Chromium and as Firefox report.

import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "../../static/js/call-stats.js";

const PAIR = {
  id: "pair",
  type: "candidate-pair",
  timestamp: 10_000,
  bytesReceived: 100_000,
  bytesSent: 50_000,
  currentRoundTripTime: 0.062,
  availableOutgoingBitrate: 900_000,
  localCandidateId: "own",
  remoteCandidateId: "theirs",
};
const AUDIO = { id: "in", type: "inbound-rtp", packetsLost: 5, packetsReceived: 100 };
const OWN = { id: "own", type: "local-candidate", candidateType: "host", protocol: "udp" };
const THEIRS = { id: "theirs", type: "remote-candidate", candidateType: "host", protocol: "udp" };
const TRANSPORT = { id: "transport", type: "transport", selectedCandidatePairId: "pair" };

const report = (...stats) => new Map(stats.map((one) => [one.id, one]));
const chromium = (pair, ...more) => report(TRANSPORT, pair, OWN, THEIRS, ...more);

test("figures are those between two readings", () => {
  const first = measure(chromium(PAIR, AUDIO), null);
  const later = { ...PAIR, timestamp: 12_000, bytesReceived: 350_000, bytesSent: 75_000 };
  const { figures } = measure(
    chromium(later, { ...AUDIO, packetsLost: 10, packetsReceived: 195 }),
    first.reading,
  );
  assert.deepEqual(figures, {
    loss_percent: 5,
    loss_out_percent: 0,
    rtt_ms: 62,
    in_kbps: 1000,
    out_kbps: 100,
    available_kbps: 900,
    path: "direct_udp",
  });
});

test("the worse direction counts, as the other side reports it", () => {
  const remote = { id: "remote", type: "remote-inbound-rtp", fractionLost: 0.25 };
  const first = measure(chromium(PAIR, AUDIO), null);
  const { figures } = measure(
    chromium({ ...PAIR, timestamp: 11_000 }, AUDIO, remote),
    first.reading,
  );
  assert.equal(figures.loss_percent, 25);
  assert.equal(figures.loss_out_percent, 25);
});

test("a packet that came late after all makes no negative loss", () => {
  const first = measure(chromium(PAIR, AUDIO), null);
  const { figures } = measure(chromium(PAIR, { ...AUDIO, packetsLost: 3 }), first.reading);
  assert.equal(figures.loss_percent, 0);
});

test("Firefox marks the pair, tells no estimate, and its delay stands elsewhere", () => {
  const { availableOutgoingBitrate: _, currentRoundTripTime: __, ...pair } = PAIR;
  const remote = { id: "remote", type: "remote-inbound-rtp", roundTripTime: 0.09 };
  const { figures } = measure(report({ ...pair, selected: true }, OWN, THEIRS, remote), null);
  assert.equal(figures.rtt_ms, 90);
  assert.equal(figures.available_kbps, null);
  assert.equal(figures.path, "direct_udp");
});

test("the path says how a relay is reached", () => {
  const relayed = (relayProtocol, protocol = "udp") => ({
    ...OWN,
    candidateType: "relay",
    protocol,
    relayProtocol,
  });
  const paths = [
    [relayed("udp"), THEIRS, "relay_udp"],
    [relayed("tcp"), THEIRS, "relay_tcp"],
    [relayed("tls"), THEIRS, "relay_tls"],
    [OWN, { ...THEIRS, candidateType: "relay" }, "relay_udp"],
    [{ ...OWN, protocol: "tcp" }, { ...THEIRS, candidateType: "relay" }, "relay_tcp"],
    [{ ...OWN, protocol: "tcp" }, THEIRS, "direct_tcp"],
    [{ ...OWN, candidateType: "srflx" }, THEIRS, "direct_udp"],
  ];
  for (const [own, theirs, path] of paths) {
    assert.equal(measure(report(TRANSPORT, PAIR, own, theirs), null).figures.path, path);
  }
});

test("without a pair there is no path, and nothing is invented", () => {
  const { figures } = measure(report(AUDIO), null);
  assert.deepEqual(
    [figures.path, figures.rtt_ms, figures.available_kbps, figures.in_kbps],
    [null, null, null, 0],
  );
});
