// The relays that a call may use, with credentials that the desk renews over HTTP before they end.

import { Refused } from "./api.js";
import { serverTime } from "./durations.js";

/**
 * @typedef {object} Ice
 * @property {RTCIceServer[]} ice_servers
 * @property {boolean} relay_only whether media goes through them alone
 * @property {string | null} ice_expires_at ISO 8601; null where there are none
 */

const EARLIER_MS = 5 * 60_000;
const TRY_AGAIN_MS = 15_000;

export class Relays {
  /**
   * @param {Ice} ice
   * @param {() => Promise<Ice>} ask the desk for fresh ones
   */
  constructor(ice, ask) {
    this.ice = ice;
    this.ask = ask;
    /** @type {() => void} */
    this.onRenewed = () => {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.renewing = undefined;
    this.plan();
  }

  /** @returns {RTCConfiguration} */
  configuration() {
    const { ice_servers: iceServers, relay_only } = this.ice;
    // Picture and sound go one way: one half of the candidates, each of which is a message.
    const bundlePolicy = "max-bundle";
    return { iceServers, bundlePolicy, iceTransportPolicy: relay_only ? "relay" : "all" };
  }

  close() {
    clearTimeout(this.renewing);
  }

  plan() {
    const { ice_expires_at: end } = this.ice;
    if (!end) return;
    const left_ms = Date.parse(end) - serverTime().getTime();
    this.renewing = setTimeout(() => this.renew(), Math.max(left_ms - EARLIER_MS, TRY_AGAIN_MS));
  }

  async renew() {
    try {
      const { ice_servers, relay_only, ice_expires_at } = await this.ask();
      // A call that is over has none: its page is being led on.
      if (!ice_servers) return;
      this.ice = { ice_servers, relay_only, ice_expires_at };
      this.onRenewed();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    this.plan();
  }
}
