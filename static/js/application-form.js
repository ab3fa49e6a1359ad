// The form of an application: it saves itself while somebody types, and keeps what could not be
// saved in this browser until it can.

import "./upload.js";
import { act, Refused } from "./api.js";
import { bindCombobox } from "./combobox.js";
import { need } from "./elements.js";
import { language, word } from "./words.js";

const PAUSE_MS = 800;

const form = /** @type {HTMLFormElement} */ (need("form[data-draft]"));
const state = need("[data-draft-state] span");
const key = `draft-${form.dataset.draft}`;
const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  timeZone: form.dataset.zone,
  timeZoneName: "short",
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;
/** One save after the other: the last one that is sent is the last one that is kept. */
let saving = Promise.resolve();

/** @returns {Record<string, string>} */
function answers() {
  const entries = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function keepHere() {
  localStorage.setItem(key, JSON.stringify(answers()));
}

async function save() {
  const sent = JSON.stringify(answers());
  state.textContent = word("saving");
  try {
    const { saved_at } = await act(`${form.action}/save`, JSON.parse(sent));
    if (localStorage.getItem(key) === sent) localStorage.removeItem(key);
    state.textContent = word("saved", { time: clock.format(new Date(saved_at)) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    state.textContent = word(error.status === 401 ? "signed_out" : "unsaved");
  }
}

function saveSoon() {
  keepHere();
  clearTimeout(soon);
  soon = setTimeout(() => {
    saving = saving.then(save);
  }, PAUSE_MS);
}

/**
 * Whether somebody typed into a field before this script was there.
 * @param {Element} field
 */
function isTouched(field) {
  const isText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  return isText && field.value !== field.defaultValue;
}

/** What an earlier page could not save any more. */
function bringBack() {
  const kept = localStorage.getItem(key);
  if (!kept) return;
  for (const [name, value] of Object.entries(JSON.parse(kept))) {
    const input = form.elements.namedItem(name);
    if (input && "value" in input) input.value = value;
  }
  saveSoon();
}

const kind = /** @type {HTMLSelectElement | null} */ (document.querySelector("#agency_type"));
const agency = /** @type {HTMLElement | null} */ (boxOf("agency"));
const unit = /** @type {HTMLElement | null} */ (boxOf("unit"));

/** @param {string} name */
function boxOf(name) {
  return document.querySelector(`#${name}`)?.closest("[data-combobox]") ?? null;
}

// Where is searched follows from what was chosen before.
kind?.addEventListener("change", () => {
  if (agency) agency.dataset.source = `/agencies?kind=${kind.value}`;
});
agency?.addEventListener("chosen", (event) => {
  const chosen = /** @type {CustomEvent} */ (event).detail;
  if (unit) unit.dataset.source = chosen ? `/agencies/${chosen.id}/units` : "";
});
for (const box of [agency, unit]) if (box) bindCombobox(box);

form.addEventListener("input", (event) => {
  const field = /** @type {HTMLElement} */ (event.target);
  // A file is sent for itself, and says itself what is wrong with it.
  if (field.matches("[type=file]")) return;
  // What was wrong is another thing now; whether it is right, the desk says.
  field.classList.remove("is-wrong");
  field.removeAttribute("aria-invalid");
  document.getElementById(`${field.id}-error`)?.remove();
  saveSoon();
});
form.addEventListener("submit", () => {
  clearTimeout(soon);
  localStorage.removeItem(key);
});
bringBack();
if ([...form.elements].some(isTouched)) saveSoon();
/** @type {HTMLElement | null} */ (document.querySelector("[data-summary]"))?.focus();

const dialog = /** @type {HTMLDialogElement} */ (need("#discard-dialog"));
const discard = /** @type {HTMLFormElement} */ (need("form[data-confirm]"));
discard.addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.showModal();
});
need("[data-confirm-yes]", dialog).addEventListener("click", () => {
  localStorage.removeItem(key);
  discard.submit();
});
