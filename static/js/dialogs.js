// What native dialogs leave to the page.

/** Buttons that close without acting, and radios on which Enter does not send what cannot be undone. */
export function wireDialogs() {
  for (const button of document.querySelectorAll("dialog [data-cancel]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
  for (const radio of document.querySelectorAll("dialog input[type=radio]")) {
    radio.addEventListener("keydown", (event) => {
      if (/** @type {KeyboardEvent} */ (event).key === "Enter") event.preventDefault();
    });
  }
}
