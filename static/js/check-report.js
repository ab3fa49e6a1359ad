// The check as a text that somebody can hand to a helpdesk.

import { resultOf } from "./check-view.js";
import { STEPS } from "./connection-check.js";
import { serverTime } from "./durations.js";
import { language, word } from "./words.js";

/**
 * @typedef {object} Findings
 * @property {string} camera what was found, in words
 * @property {string} microphone
 * @property {string} speaker
 * @property {string} connection
 * @property {import("./connection-check.js").Steps} steps
 */

/** @param {Findings} findings */
export function reportOf({ camera, microphone, speaker, connection, steps }) {
  const lines = [
    word("report_title"),
    said("report_time", timeWithZone()),
    said("report_page", location.origin + location.pathname),
    said("report_browser", navigator.userAgent),
    said("report_camera", camera),
    said("report_microphone", microphone),
    said("report_speaker", speaker),
    said("report_connection", connection),
    ...STEPS.map((name) => `- ${word(`step_${name}`)}: ${resultOf(name, steps[name])}`),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * @param {string} label
 * @param {string} value
 */
function said(label, value) {
  return `${word(label)}: ${value}`;
}

/** By this device's own zone, which the report names. */
function timeWithZone() {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: "full",
    timeStyle: "long",
  });
  return format.format(serverTime());
}
