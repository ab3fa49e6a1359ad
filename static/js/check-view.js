// How the check of devices and connection is shown: a line each, with a sign, a word, and what to do.

import { STEPS } from "./connection-check.js";
import { copyOf, need } from "./elements.js";
import { setText } from "./parts.js";
import { word } from "./words.js";

/** @typedef {import("./connection-check.js").Step} Step */
/** @typedef {import("./connection-check.js").StepName} StepName */
/** @typedef {"waiting" | "ok" | "warn" | "bad"} Sign */

/** @type {Record<import("./connection-check.js").State, Sign>} */
const SIGNS = {
  waiting: "waiting",
  running: "waiting",
  unused: "waiting",
  unknown: "waiting",
  ok: "ok",
  slower: "warn",
  bad: "bad",
};

/**
 * @param {ParentNode} root
 * @param {"video" | "audio" | "connection"} name
 * @param {Sign} sign
 * @param {string} words
 * @param {string} [more] what to do, or which device it is
 */
export function showLine(root, name, sign, words, more = "") {
  const line = need(`[data-check-line="${name}"]`, root);
  line.dataset.state = sign;
  setText(need("[data-words]", line), words);
  setText(need("[data-more]", line), more);
}

/**
 * @param {ParentNode} root
 * @param {Record<StepName, Step>} steps
 */
export function showSteps(root, steps) {
  const list = need("[data-check-steps]", root);
  while (list.childElementCount < STEPS.length) list.append(copyOf("check-step"));
  for (const [index, name] of STEPS.entries()) {
    const row = /** @type {HTMLElement} */ (list.children[index]);
    row.dataset.state = SIGNS[steps[name].state];
    row.dataset.step = name;
    setText(need("[data-name]", row), word(`step_${name}`));
    setText(need("[data-result]", row), resultOf(name, steps[name]));
  }
}

/**
 * @param {StepName} name
 * @param {Step} step
 */
export function resultOf(name, { state, ms, down_kbps, up_kbps }) {
  if (state === "ok" && name === "delay") {
    return word("result_delay", { ms: Math.round(ms ?? 0) });
  }
  if (state === "ok" && name === "rate") {
    const [down, up] = [down_kbps, up_kbps].map((kbps) => speed(kbps ?? 0));
    return word("result_rate", { down, up });
  }
  return word(`result_${state}`);
}

/** @param {number} kbps */
function speed(kbps) {
  if (kbps < 1000) return word("speed_kbps", { n: Math.round(kbps) });
  return word("speed_mbps", { n: Math.round(kbps / 100) / 10 });
}
