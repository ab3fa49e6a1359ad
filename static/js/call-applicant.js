// The applicant's side of a call: calm, one thing to do, the verifier leads.

import { Call } from "./call.js";
import { chime } from "./chime.js";
import { need } from "./elements.js";
import { pageData } from "./page-data.js";
import { startTimer } from "./timer.js";
import { word } from "./words.js";

/** @typedef {{id: string, started_at: string, peer_name: string, ice_servers: RTCIceServer[]}} Data */
/** @typedef {import("./call.js").Ended} Ended */

const FAREWELL_MS = 2_500;

/** @type {Data} */
const data = pageData();
const page = need(".applicant-call");
const unread = need("[data-unread]");
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
function ended({ reason, url }) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#ended-dialog"));
  need("[data-ended-title]", dialog).textContent = word(`ended_${reason}`);
  need("[data-ended-text]", dialog).textContent = word(`ended_${reason}_text`);
  const here = need("[data-use-here]", dialog);
  here.hidden = reason !== "replaced";
  here.addEventListener("click", () => location.reload());
  // There is nothing behind this dialog to go back to.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  for (const open of document.querySelectorAll("dialog[open]")) {
    /** @type {HTMLDialogElement} */ (open).close();
  }
  dialog.showModal();
  if (reason !== "replaced") setTimeout(() => location.replace(url), FAREWELL_MS);
}

need("[data-chat-open]").addEventListener("click", toggleChat);
need("[data-swap]").addEventListener("click", () => page.classList.toggle("shows-self"));
startTimer(need("[data-timer]"), data.started_at);
// The waiting room leads here in mid-chime; the last note is played where people are now.
if (document.referrer.includes("/waiting/")) chime();
new Call({
  id: data.id,
  side: "applicant",
  peerName: data.peer_name,
  iceServers: data.ice_servers,
  ended,
  heard,
});
