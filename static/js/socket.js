// A Socket.IO namespace of the desk. Sockets tell; whatever matters is asked over HTTP.

import { io } from "socket.io-client";

const DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
const JITTER = 0.5;
const RELOADED = "reloaded-for-a-token";

/**
 * @param {"/waiting" | "/call" | "/load"} namespace
 * @param {Record<string, unknown>} [auth] handed to the server on every connect
 */
export function openSocket(namespace, auth = {}) {
  const csrf = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  const socket = io(namespace, {
    transports: ["websocket", "polling"],
    auth: { ...auth, csrf },
    reconnectionDelay: DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    randomizationFactor: JITTER,
  });
  socket.on("restarting", (/** @type {{within_s: [number, number]}} */ { within_s }) =>
    comeBackWithin(socket.io, within_s),
  );
  socket.on("connect", () => sessionStorage.removeItem(RELOADED));
  socket.on("connect_error", ({ message }) => message === "csrf" && reloadOnce());
  return socket;
}

/** The page's token is that of another session: a fresh page has a fresh one. Never in a circle. */
function reloadOnce() {
  if (sessionStorage.getItem(RELOADED)) return;
  sessionStorage.setItem(RELOADED, "yes");
  location.reload();
}

/**
 * The desk restarts: each page draws a moment of its own for its first try, so that they do not
 * all knock at once. After it the usual growing delays hold again.
 * @param {import("socket.io-client").Manager} manager
 * @param {[low: number, high: number]} range seconds
 */
function comeBackWithin(manager, [low, high]) {
  const delay_ms = 1000 * (low + Math.random() * (high - low));
  manager.reconnectionDelay(delay_ms);
  manager.reconnectionDelayMax(Math.max(delay_ms, LONGEST_DELAY_MS));
  manager.randomizationFactor(0);
  manager.once("reconnect_attempt", () => {
    manager.reconnectionDelay(DELAY_MS);
    manager.reconnectionDelayMax(LONGEST_DELAY_MS);
    manager.randomizationFactor(JITTER);
  });
}
