// The verifier's side of a call: the person, the paper and the list on one screen.

import { Refused } from "./api.js";
import { ApplicantAway } from "./applicant-away.js";
import { Call } from "./call.js";
import { showEnd } from "./call-over.js";
import { Checklist } from "./checklist.js";
import { wireCompare } from "./compare.js";
import { wireDialogs } from "./dialogs.js";
import { DocumentViewer } from "./documents.js";
import { isTyping, need } from "./elements.js";
import { wireEnd } from "./end-call.js";
import { wireNotes } from "./notes.js";
import { pageData } from "./page-data.js";
import { RecordingControl } from "./recording-control.js";
import { wireReveals } from "./reveal.js";
import { Snapshots } from "./snapshots.js";
import { startTimer } from "./timer.js";
import { Verdict } from "./verdict.js";

/**
 * @typedef {import("./seat.js").Place & {id: string, started_at: string, peer_name: string,
 *   grace_s: number, recording: import("./call.js").Wiring["recording"], arrival_s: number, has_arrived: boolean,
 *   handling_target_s: number, documents: import("./documents.js").Document[],
 *   checklist: import("./checklist.js").Step[],
 *   challenge: import("./checklist.js").Challenge, snapshots: import("./snapshots.js").Snapshot[],
 *   snapshot_kinds: Record<string, string>}} Data
 */

/** Endings that no deed of a verifier brings about. */
const EXPLAINED = ["verifier_gone", "applicant_gone", "left", "replaced"];

/** @type {Data} */
const data = pageData();
const path = `/calls/${data.id}`;
const notes = wireNotes(path);

const hooks = { leaveBy, isAlone: () => !call.facts.present };
let leaving = false;
/** @type {import("./call.js").Ended | null} the end of the call, told while this page was leaving */
let kept = null;
const away = new ApplicantAway({
  path,
  startedAt: data.started_at,
  grace_s: data.grace_s,
  arrival_s: data.arrival_s,
  ending: wireEnd(path, hooks),
  late: () => call.learn({ late: true }),
});
new DocumentViewer(data.documents);
const snapshots = data.recording
  ? new Snapshots(path, data, {
      step: () => checklist.current()?.step,
      changed: wireCompare(),
    })
  : null;
const control = data.recording ? new RecordingControl(path) : null;
const call = new Call({
  peerName: data.peer_name,
  grace_s: data.grace_s,
  place: data,
  met: data.has_arrived,
  recording: data.recording,
  recorded: (news) => {
    control?.follow(news);
    snapshots?.follow(news);
  },
  ended,
  learned: (facts) => away.follow(facts),
});

/**
 * End the call by a deed of this page. Its answer leads on, not the socket's news of the same.
 * @param {() => Promise<{url: string}>} deed
 */
async function leaveBy(deed) {
  await notes.keep();
  leaving = true;
  try {
    const { url } = await deed();
    call.leave();
    location.replace(url);
  } catch (error) {
    leaving = false;
    if (!(error instanceof Refused)) throw error;
    if (error.code === "not_your_call") {
      call.leave();
      showEnd({ reason: "too_late", url: "/desk" }, error.message);
    } else if (kept) location.replace(kept.url);
    else throw error;
  }
}

/** @param {import("./call.js").Ended} end */
function ended(end) {
  if (EXPLAINED.includes(end.reason)) showEnd(end);
  else if (leaving) kept = end;
  else location.replace(end.url);
}

const verdict = new Verdict(path, hooks);
const checklist = new Checklist(path, data, (steps) => verdict.follow(steps));
wireDialogs();
wireReveals(path);

const meter = /** @type {HTMLProgressElement} */ (need("[data-target]"));
startTimer(need("[data-timer]"), data.started_at, (seconds) => {
  meter.value = Math.min(seconds, data.handling_target_s);
  meter.classList.toggle("is-over", seconds > data.handling_target_s);
});

const shortcuts = /** @type {HTMLDialogElement} */ (need("#keys-dialog"));
need("[data-keys]").addEventListener("click", () => shortcuts.showModal());
document.addEventListener("keydown", (event) => {
  if (event.repeat || isTyping(event)) return;
  if (event.key === "?") shortcuts.showModal();
  if (event.key.toLowerCase() !== "p") return;
  event.preventDefault();
  need("[data-chat-form] input[name=text]").focus();
});
addEventListener("pagehide", () => notes.flush());
