// What the steps of a connection check come to: one word, and what to do about it.

/** @typedef {import("./connection-check.js").Steps} Steps */
/** @typedef {"good" | "fair" | "weak" | "none"} Level */
/** @typedef {{level: Level, advice: string}} Verdict `advice` is the name of its words */

const WEAK_KBPS = 150;
const FAIR_KBPS = 600;
const WEAK_MS = 800;
const FAIR_MS = 400;

/**
 * The worst finding decides.
 * @param {Steps} steps all of them done
 * @returns {Verdict}
 */
export function verdictOf(steps) {
  if (steps.server.state === "bad") return { level: "none", advice: "server" };
  if (steps.socket.state === "bad") return { level: "none", advice: "socket" };
  const relays = [steps.relay_udp, steps.relay_tcp, steps.relay_tls].filter(
    ({ state }) => state !== "unused",
  );
  const allBad = relays.length > 0 && relays.every(({ state }) => state === "bad");
  if (allBad) return { level: "weak", advice: "path" };
  return verdictOfFigures(steps) ?? verdictOfDetours(steps) ?? { level: "good", advice: "good" };
}

/**
 * @param {Steps} steps
 * @returns {Verdict | null} null where the figures say nothing against a call
 */
function verdictOfFigures({ rate, delay }) {
  const kbps = Math.min(rate.down_kbps ?? 0, rate.up_kbps ?? 0);
  const ms = delay.ms ?? 0;
  if (kbps < WEAK_KBPS) return { level: "weak", advice: "slow" };
  if (ms > WEAK_MS) return { level: "weak", advice: "late" };
  if (kbps < FAIR_KBPS) return { level: "fair", advice: "near" };
  if (ms > FAIR_MS) return { level: "fair", advice: "late" };
  return null;
}

/**
 * @param {Steps} steps
 * @returns {Verdict | null}
 */
function verdictOfDetours({ socket, udp, relay_udp }) {
  const udpClosed = udp.state === "bad" || relay_udp.state === "bad";
  if (socket.state === "slower" || udpClosed) return { level: "fair", advice: "detour" };
  return null;
}
