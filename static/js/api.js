// Asking the desk: JSON in, JSON out, the session's CSRF token, one key for each act.

import { word } from "./words.js";

const LONGEST_READ_MS = 15_000;

/** What the desk refused: its stable word and the sentence for people. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} detail
   * @param {Record<string, unknown>} [problem]
   */
  constructor(status, code, detail, problem = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.problem = problem;
  }
}

/**
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<any>} the answer's JSON, or null for 204
 * @throws {Refused}
 */
async function ask(path, options) {
  let response;
  let answer;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    answer = isJson && response.status !== 204 ? await response.json() : null;
  } catch {
    // Nothing came, or only half of it.
    throw new Refused(0, "offline", word("offline"));
  }
  if (response.status === 204) return null;
  if (response.ok && answer) return answer;
  throw new Refused(
    response.status,
    answer?.code ?? "unexpected",
    answer?.detail ?? word("unexpected"),
    answer ?? {},
  );
}

/**
 * Read the state behind a page.
 * @param {string} path
 */
export function read(path) {
  // A connection that is half open would otherwise hold the page until the browser gives up.
  const signal = AbortSignal.timeout(LONGEST_READ_MS);
  return ask(path, { headers: { Accept: "application/json" }, cache: "no-store", signal });
}

/**
 * Act once. A repeated try of the same act hands in the same key.
 * @param {string} path
 * @param {object} [body]
 * @param {string} [key]
 */
export function act(path, body = {}, key = crypto.randomUUID()) {
  const headers = { ...headersOf(key), "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/**
 * Act once with a form that has a file in it.
 * @param {string} path
 * @param {FormData} form
 * @param {string} key
 */
export function actWithFile(path, form, key) {
  return ask(path, { method: "POST", headers: headersOf(key), body: form });
}

/** @param {string} key */
function headersOf(key) {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  return { Accept: "application/json", "X-CSRF-Token": token, "Idempotency-Key": key };
}
