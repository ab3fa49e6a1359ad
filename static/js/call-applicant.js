// The applicant's side of a call: calm, one thing to do, the verifier leads.

import { Call } from "./call.js";
import { showEnd } from "./call-over.js";
import { chime } from "./chime.js";
import { wireConsent } from "./consent.js";
import { Countdown } from "./countdown.js";
import { duration, secondsSince } from "./durations.js";
import { need } from "./elements.js";
import { wireLeave } from "./leave-call.js";
import { pageData } from "./page-data.js";
import { setText } from "./parts.js";
import { SaidOnce } from "./said-once.js";
import { snapshotNews } from "./snapshot-news.js";
import { Task } from "./task.js";
import { startTimer } from "./timer.js";
import { word } from "./words.js";

/**
 * @typedef {import("./seat.js").Place & {id: string, started_at: string, peer_name: string,
 *   grace_s: number, recording: import("./call.js").Wiring["recording"], snapshots: number, step: import("./task.js").Step, order: string[]}} Data
 */
/** @typedef {import("./call.js").Ended} Ended */

const FAREWELL_MS = 2_500;
const PATIENCE_S = 5;

/** @type {Data} */
const data = pageData();
const page = need(".applicant-call");
const unread = need("[data-unread]");
const countdown = need("[data-countdown]");
const field = /** @type {HTMLInputElement} */ (need("[data-chat-form] input[name=text]"));
const narrow = matchMedia("(max-width: 59.99rem)");

/** On a phone the messages take the place of the task. */
function toggleChat() {
  const open = !narrow.matches || !page.classList.contains("shows-chat");
  page.classList.toggle("shows-chat", open);
  need("[data-chat-open]").setAttribute("aria-expanded", String(open));
  if (!open) return;
  unread.hidden = true;
  field.focus();
}

function heard() {
  unread.hidden = !narrow.matches || page.classList.contains("shows-chat");
}

/** @param {Ended} ended */
function conclude(ended) {
  showEnd(ended);
  if (ended.reason !== "replaced") setTimeout(() => location.replace(ended.url), FAREWELL_MS);
}

const said = new SaidOnce();
/** @type {string | null} the verifier's lease that is counted from */
let since = null;
const grace = new Countdown((left_s) => {
  const name = left_s ? "grace" : "grace_over";
  setText(countdown, word(name, { left: duration(left_s) }));
  // At the beginning of a call the verifier is often a moment behind: no word of it then.
  countdown.hidden = !call.facts.met && left_s > data.grace_s - PATIENCE_S;
  if (!countdown.hidden) said.say(name, left_s);
});

/** @param {import("./call-status.js").Facts} facts */
function learned({ present, peerSeenAt }) {
  const before = since;
  since = present === false ? peerSeenAt : null;
  if (since === before) return;
  if (since) return grace.start(data.grace_s - secondsSince(since));
  grace.stop();
  said.forget();
  countdown.hidden = true;
}

need("[data-chat-open]").addEventListener("click", toggleChat);
need("[data-swap]").addEventListener("click", () => page.classList.toggle("shows-self"));
startTimer(need("[data-timer]"), data.started_at);
// The waiting room leads here in mid-chime; the last note is played where people are now.
if (document.referrer.includes("/waiting/")) chime();
const call = new Call({
  peerName: data.peer_name,
  place: data,
  grace_s: data.grace_s,
  recording: data.recording,
  ended: (ended) => hear(ended),
  heard,
  learned,
  refreshed: (answer) => {
    task.show(answer.step);
    photographed(answer.snapshots);
  },
});
const photographed = snapshotNews(data.snapshots);
const task = new Task(data.step, data.order);
call.socket.on("step", (step) => task.show(step));
call.socket.on("snapshots", ({ count }) => photographed(count));
wireConsent(() => call.refresh());
const hear = wireLeave(`/calls/${data.id}`, call, conclude);
