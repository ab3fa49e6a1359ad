// Sending a form with a file: the one thing for which fetch has no progress.

import { Refused } from "./api.js";
import { word } from "./words.js";

/**
 * @param {string} path
 * @param {FormData} body
 * @param {(sent: number, total: number) => void} onProgress in bytes; equal once all is on its way
 * @param {AbortSignal} signal
 * @returns {Promise<any>} the answer's JSON
 * @throws {Refused} or, once the signal has aborted, its reason
 */
export function sendFile(path, body, onProgress, signal) {
  const request = new XMLHttpRequest();
  request.open("POST", path);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  request.setRequestHeader("X-CSRF-Token", token);
  request.upload.addEventListener("progress", (now) => onProgress(now.loaded, now.total));
  signal.addEventListener("abort", () => request.abort());
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 200 && answer) return resolve(answer);
      const detail = answer?.detail ?? word("unexpected");
      reject(new Refused(request.status, answer?.code ?? "unexpected", detail, answer ?? {}));
    });
    request.addEventListener("error", () => reject(new Refused(0, "offline", word("offline"))));
    request.addEventListener("abort", () => reject(signal.reason));
    request.send(body);
  });
}
