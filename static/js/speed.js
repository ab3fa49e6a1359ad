// How fast and how prompt the way to the desk is.

const SAMPLE_BYTES = 100_000;
const PINGS = 5;
const LONGEST_MS = 6_000;

/** @returns {Promise<number>} milliseconds there and back, the median of a few requests */
export async function measureDelay() {
  /** @type {number[]} */
  const taken_ms = [];
  for (let ping = 0; ping < PINGS; ping += 1) {
    const from = performance.now();
    const answer = await fetch("/healthz", { cache: "no-store", signal: within() });
    if (!answer.ok) throw new TypeError(`the desk answered ${answer.status}`);
    taken_ms.push(performance.now() - from);
  }
  // The first one opens the connection, which a call has open already.
  return taken_ms.slice(1).sort((a, b) => a - b)[Math.floor((PINGS - 1) / 2)];
}

/** @returns {Promise<number>} kbit/s, of what came in the time there was */
export async function measureDownload() {
  const answer = await fetch("/speed", { cache: "no-store" });
  const reader = answer.ok ? answer.body?.getReader() : null;
  if (!reader) throw new TypeError(`the desk answered ${answer.status}`);
  let received = 0;
  const from = performance.now();
  while (performance.now() - from < LONGEST_MS) {
    const { done, value } = await reader.read();
    if (done) break;
    received += value.byteLength;
  }
  const passed_ms = performance.now() - from;
  await reader.cancel();
  return kbps(received, passed_ms);
}

/**
 * @param {string} csrf
 * @returns {Promise<number>} kbit/s
 */
export async function measureUpload(csrf) {
  const body = crypto.getRandomValues(new Uint8Array(SAMPLE_BYTES / 2));
  const from = performance.now();
  for (let sent = 0; sent < SAMPLE_BYTES; sent += body.byteLength) {
    const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream" };
    const answer = await fetch("/speed", { method: "POST", headers, body });
    if (!answer.ok) throw new TypeError(`the desk answered ${answer.status}`);
    const passed_ms = performance.now() - from;
    if (passed_ms > LONGEST_MS) return kbps(sent + body.byteLength, passed_ms);
  }
  return kbps(SAMPLE_BYTES, performance.now() - from);
}

/**
 * @param {number} bytes
 * @param {number} passed_ms
 */
function kbps(bytes, passed_ms) {
  return (bytes * 8) / Math.max(passed_ms, 1);
}

function within() {
  return AbortSignal.timeout(LONGEST_MS);
}
