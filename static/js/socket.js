// A Socket.IO namespace of the desk. Sockets tell; whatever matters is asked over HTTP.

import { io } from "socket.io-client";

/**
 * @param {"/waiting" | "/call" | "/load"} namespace
 * @param {Record<string, unknown>} [auth] handed to the server on every connect
 */
export function openSocket(namespace, auth = {}) {
  const csrf = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  return io(namespace, {
    transports: ["websocket", "polling"],
    auth: { ...auth, csrf },
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
  });
}
