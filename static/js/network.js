// A device that moves from one network to another.

/** Browsers tell of one change several times over: offline, online, and what each connection is. */
const SETTLE_MS = 50;

/**
 * @param {() => void} changed called when the network went, came, or was exchanged
 */
export function onNetworkChange(changed) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;
  const settle = () => {
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  };
  addEventListener("online", settle);
  addEventListener("offline", settle);
  // Only some browsers tell of an exchange (Wi-Fi for mobile data) during which they stay online.
  const { connection } = /** @type {{connection?: EventTarget}} */ (navigator);
  connection?.addEventListener("change", settle);
}
