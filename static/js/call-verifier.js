// The verifier's side of a call: the person, the paper and the list on one screen.

import { Call } from "./call.js";
import { Checklist } from "./checklist.js";
import { wireDialogs } from "./dialogs.js";
import { DocumentViewer } from "./documents.js";
import { isTyping, need } from "./elements.js";
import { wireEnd } from "./end-call.js";
import { wireNotes } from "./notes.js";
import { pageData } from "./page-data.js";
import { wireReveals } from "./reveal.js";
import { startTimer } from "./timer.js";
import { Verdict } from "./verdict.js";
import { word } from "./words.js";

/**
 * @typedef {{id: string, started_at: string, peer_name: string, ice_servers: RTCIceServer[],
 *   handling_target_s: number, documents: import("./documents.js").Document[],
 *   checklist: import("./checklist.js").Step[],
 *   challenge: import("./checklist.js").Challenge}} Data
 */

/** @type {Data} */
const data = pageData();
const path = `/calls/${data.id}`;
const notes = wireNotes(path);

const call = new Call({
  id: data.id,
  side: "verifier",
  peerName: data.peer_name,
  iceServers: data.ice_servers,
  ended,
});
const hooks = { leaveBy, isAlone: () => !call.facts.present };
let leaving = false;

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
    throw error;
  }
}

/** @param {import("./call.js").Ended} end */
function ended({ reason, url }) {
  if (reason !== "replaced") {
    if (!leaving) location.replace(url);
    return;
  }
  const dialog = /** @type {HTMLDialogElement} */ (need("#ended-dialog"));
  need("[data-ended-title]", dialog).textContent = word("ended_replaced");
  need("[data-ended-text]", dialog).textContent = word("ended_replaced_text");
  need("[data-use-here]", dialog).addEventListener("click", () => location.reload());
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
}

const verdict = new Verdict(path, hooks);
new Checklist(path, data, (steps) => verdict.follow(steps));
new DocumentViewer(data.documents);
wireDialogs();
wireReveals(path);
wireEnd(path, hooks);

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
