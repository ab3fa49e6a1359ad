// The waiting room: follows one's place until a verifier is ready.

import { Refused, read } from "./api.js";
import { chime, unlockSound } from "./chime.js";
import { wireConsent } from "./consent.js";
import { closeAfterPassage, passOn } from "./passage.js";
import { follow, isOlder } from "./place.js";
import { closePreview, openPreview } from "./preview.js";
import { openSocket } from "./socket.js";
import { wireCheck } from "./waiting-check.js";
import { showBack, showConnection, showElsewhere, showPlace, showReady } from "./waiting-view.js";
import { keepAwake } from "./wake-lock.js";

/** @typedef {import("./place.js").Place} Place */

const SILENCE_MS = 10_000;
const CHIME_MS = 900;
const NOT_MINE = [401, 403, 404];
const IN_LINE = ["waiting", "set_aside"];

const data = /** @type {HTMLElement} */ (document.getElementById("place"));
/** @type {Place} */
let place = JSON.parse(data.textContent ?? "");
/** The other tabs of this waiting room. */
const tabs = new BroadcastChannel("waiting-room");
// A tab that people see goes into the call itself, however late it hears of it.
tabs.onmessage = () => document.hidden || tabs.postMessage("here");
let asking = false;
let called = false;
let leaving = false;
let restarting = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;

/** @param {Place} next */
function take(next) {
  if (isOlder(next.version, place.version)) return;
  showPlace(next, place.position);
  place = next;
}

/** Ask the desk, whatever the socket said: the answer is the truth. */
async function ask() {
  listenOn();
  if (asking) return;
  asking = true;
  try {
    const answer = await read(location.pathname);
    if (IN_LINE.includes(answer.state)) take(answer);
    else if (answer.state === "in_call") enter(answer.url);
    else leave(answer.url);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // Signed out, or no longer mine: the page itself says so. Anything else is asked again soon.
    if (NOT_MINE.includes(error.status)) leave(location.href);
  } finally {
    asking = false;
  }
}

/** Something was heard, or asked; after a while without anything, ask. */
function listenOn() {
  clearTimeout(silence);
  // News may still come while the call's page is fetched; this room's socket is not to outlive it.
  if (!leaving) silence = setTimeout(askAnew, SILENCE_MS);
}

function askAnew() {
  // A socket that the server refused or closed does not come back by itself.
  if (!socket.active) socket.connect();
  ask();
}

/**
 * Into the call, at once. In a hidden tab the sound is all that calls somebody back, and it ends
 * with the page: there it may ring out first, unless the tab that people see goes meanwhile.
 * @param {string} url
 */
function enter(url) {
  if (called) return;
  called = true;
  if (document.hidden) {
    showReady();
    chime();
    const going = setTimeout(leave, CHIME_MS, url);
    tabs.onmessage = () => {
      clearTimeout(going);
      showElsewhere();
    };
    tabs.postMessage("who");
    return;
  }
  tabs.postMessage("entering");
  stopWaiting();
  passOn(url, "replace").then(chime);
}

function stopWaiting() {
  leaving = true;
  clearTimeout(silence);
}

function lost() {
  if (leaving) return;
  showConnection(restarting ? "restarting" : "lost");
  // Refused or closed by the server, not by the net: it will say why.
  if (!socket.active) ask();
}

/** @param {string} url */
function leave(url) {
  if (leaving) return;
  stopWaiting();
  socket.disconnect();
  closePreview();
  if (url === location.href) location.reload();
  else location.replace(url);
}

const socket = openSocket("/waiting");
socket.on("connect", () => {
  restarting = false;
  showConnection("connected");
});
socket.on("disconnect", lost);
socket.on("connect_error", lost);
socket.on("restarting", () => {
  restarting = true;
  showConnection("restarting");
});
socket.on("place", (/** @type {Place} */ news) => {
  listenOn();
  take(news);
  if (news.back_from) showBack(news.back_from);
});
socket.on("line", (/** @type {import("./place.js").Line} */ news) => {
  listenOn();
  const next = follow(place, news);
  if (next) take(next);
  else ask();
});
closeAfterPassage(socket);
socket.on("called", (/** @type {{url: string}} */ news) => enter(news.url));

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("leave-dialog"));
document.querySelector("[data-leave]")?.addEventListener("click", (click) => {
  click.preventDefault();
  dialog.showModal();
});
// The form leads on; the line's news that this place is free must not lead elsewhere meanwhile.
dialog.querySelector("form[action]")?.addEventListener("submit", () => {
  leaving = true;
});
wireConsent();
wireCheck(JSON.parse(data.textContent ?? "").relays);
document.querySelector("[data-chime]")?.addEventListener("click", chime);
document.addEventListener("pointerdown", unlockSound, { once: true });
document.addEventListener("keydown", unlockSound, { once: true });
addEventListener("pagehide", closePreview);
// A telephone that was locked: what it shows may be old, and its socket dead without knowing it.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !leaving) askAnew();
});
// Back from the browser's own memory of pages: what it shows is old.
addEventListener("pageshow", (shown) => shown.persisted && location.reload());

listenOn();
keepAwake();
openPreview();
