// The connection, tried in named steps: what a call needs, one after the other.

import { Manager } from "socket.io-client";
import { probeRelay, probeUdp } from "./relay-probe.js";
import { measureDelay, measureDownload, measureUpload } from "./speed.js";

/** @typedef {"server" | "socket" | "udp" | "relay_udp" | "relay_tcp" | "relay_tls" | "rate" | "delay"} StepName */
/** @typedef {"waiting" | "running" | "ok" | "bad" | "unknown" | "unused" | "slower"} State */
/**
 * @typedef {object} Step
 * @property {State} state `unused`: this desk has none; `slower`: it works, by a detour
 * @property {number} [ms]
 * @property {number} [down_kbps]
 * @property {number} [up_kbps]
 */
/** @typedef {Record<StepName, Step>} Steps */

/** @type {StepName[]} */
export const STEPS = [
  "server",
  "socket",
  "udp",
  "relay_udp",
  "relay_tcp",
  "relay_tls",
  "rate",
  "delay",
];
const LONGEST_SOCKET_MS = 8_000;

export class ConnectionCheck {
  /**
   * @param {string[]} relays TURN addresses with their transport
   * @param {(steps: Steps) => void} changed
   */
  constructor(relays, changed) {
    this.relays = relays;
    this.changed = changed;
    this.steps = /** @type {Steps} */ (
      Object.fromEntries(STEPS.map((name) => [name, { state: "waiting" }]))
    );
  }

  /** @returns {Promise<Steps>} */
  async run() {
    await this.step("delay", async () => {
      const ms = await measureDelay();
      this.set("server", { state: "ok" });
      return { state: "ok", ms };
    });
    if (this.steps.delay.state === "bad") this.set("server", { state: "bad" });
    // At once: each of them only waits.
    await Promise.all([
      this.step("socket", openSocket),
      this.step("udp", () => this.any(stunOf(this.of("udp")), probeUdp)),
      this.step("relay_udp", () => this.any(this.of("udp"), probeRelay)),
      this.step("relay_tcp", () => this.any(this.of("tcp"), probeRelay)),
      this.step("relay_tls", () => this.any(this.of("tls"), probeRelay)),
    ]);
    await this.step("rate", async () => {
      const down_kbps = await measureDownload();
      return { state: "ok", down_kbps, up_kbps: await measureUpload(csrfToken()) };
    });
    return this.steps;
  }

  /**
   * @param {"udp" | "tcp" | "tls"} transport
   * @returns {string[]} the desk's relays that are reached by it
   */
  of(transport) {
    if (transport === "tls") return this.relays.filter((url) => url.startsWith("turns:"));
    return this.relays.filter((url) => url.startsWith("turn:") && url.endsWith(`=${transport}`));
  }

  /**
   * One that is reached is enough.
   * @param {string[]} urls
   * @param {(url: string) => Promise<import("./relay-probe.js").Reached>} probe
   * @returns {Promise<Step>}
   */
  async any(urls, probe) {
    if (urls.length === 0) return { state: "unused" };
    const reached = await Promise.all(urls.map(probe));
    const best = /** @type {const} */ (["ok", "unknown", "bad"]).find((one) =>
      reached.includes(one),
    );
    return { state: best ?? "bad" };
  }

  /**
   * @param {StepName} name
   * @param {() => Promise<Step>} work
   */
  async step(name, work) {
    this.set(name, { state: "running" });
    try {
      this.set(name, await work());
    } catch (error) {
      // What the network does to a request is the finding, not a fault of this page.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
      this.set(name, { state: "bad" });
    }
  }

  /**
   * @param {StepName} name
   * @param {Step} step
   */
  set(name, step) {
    this.steps[name] = step;
    this.changed(this.steps);
  }
}

/** @param {string[]} relays a TURN server answers STUN on the same port */
function stunOf(relays) {
  return relays.map((url) => url.replace(/^turn:/, "stun:").replace(/\?.*$/, ""));
}

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/** Only the transport is opened: nobody sits down anywhere. @returns {Promise<Step>} */
async function openSocket() {
  if (await opens(["websocket"])) return { state: "ok" };
  return { state: (await opens(["polling"])) ? "slower" : "bad" };
}

/**
 * @param {string[]} transports
 * @returns {Promise<boolean>}
 */
function opens(transports) {
  const manager = new Manager({
    transports,
    autoConnect: false,
    reconnection: false,
    timeout: LONGEST_SOCKET_MS,
  });
  return new Promise((resolve) => {
    manager.open((error) => {
      manager.engine.close();
      resolve(!error);
    });
  });
}
