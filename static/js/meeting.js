// The meeting's page turns open, and closed, when its time comes; nobody has to load it again.

import { DeviceCheck } from "./device-check.js";
import { secondsSince } from "./durations.js";
import { need } from "./elements.js";
import { spokenMinutes } from "./spoken.js";
import { word } from "./words.js";
import { tellOtherZone } from "./zone-note.js";

const LOOK_MS = 1000;
const SOON_S = 6 * 3600;

const data = /** @type {HTMLElement} */ (document.getElementById("meeting"));
/**
 * @type {{starts_at: string, opens_at: string, closes_at: string, utc_offset_minutes: number,
 *   relays: string[]}}
 */
const meeting = JSON.parse(data.textContent ?? "");

/**
 * @param {string} name
 * @param {boolean} shown
 */
function show(name, shown) {
  const element = /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
  if (element.hidden === shown) element.hidden = !shown;
}

function look() {
  const open = secondsSince(meeting.opens_at) >= 0;
  const left_s = -secondsSince(meeting.starts_at);
  show("before", !open);
  show("after", open);
  show("join", open);
  show("upcoming", left_s > 0 && left_s < SOON_S);
  show("begun", left_s <= 0);
  const left = /** @type {HTMLElement} */ (document.querySelector("[data-left]"));
  const sentence = inMinutes(left_s);
  if (left.textContent !== sentence) left.textContent = sentence;
  if (secondsSince(meeting.closes_at) >= 0) {
    clearInterval(looking);
    location.reload();
  }
}

/** @param {number} seconds */
function inMinutes(seconds) {
  return word("left", { left: spokenMinutes(Math.max(1, Math.ceil(seconds / 60))) });
}

const looking = setInterval(look, LOOK_MS);
look();

tellOtherZone(meeting.starts_at, meeting.utc_offset_minutes);

const check = new DeviceCheck(need("[data-check]"), meeting.relays);
check.offer();
// The waiting room opens the camera itself; some phones have it for one page at a time.
addEventListener("pagehide", () => check.end());
addEventListener("pageshow", (shown) => shown.persisted && check.offer());
