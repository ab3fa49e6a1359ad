// Keys of the staff's screens. Single letters can be switched off (WCAG 2.1.4).

const SETTING = "letter-shortcuts";
const CONTROLS = "a, button, input, select, textarea, summary, dialog, [contenteditable]";

/** Whether single letters act, on this browser. */
export function lettersAct() {
  return localStorage.getItem(SETTING) !== "off";
}

/**
 * The person's switch for them.
 * @param {HTMLInputElement} box
 */
export function bindLetterSwitch(box) {
  box.checked = lettersAct();
  box.addEventListener("change", () => localStorage.setItem(SETTING, box.checked ? "on" : "off"));
}

/**
 * Whether a key was pressed on nothing in particular: it may be a shortcut.
 * @param {KeyboardEvent} event
 */
export function isLoose(event) {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing)
    return false;
  if (document.querySelector("dialog[open]")) return false;
  return !(event.target instanceof Element && event.target.closest(CONTROLS));
}
