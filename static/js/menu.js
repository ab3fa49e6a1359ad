// A <details> as a menu of buttons: Esc and a click elsewhere close it, the focus goes back.

/**
 * @param {HTMLDetailsElement} menu
 * @returns {() => void} opens it and moves into it
 */
export function bindMenu(menu) {
  const summary = menu.querySelector("summary");
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary?.focus();
  });
  addEventListener("click", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (next instanceof Node && !menu.contains(next)) menu.open = false;
  });
  return () => {
    menu.open = true;
    menu.querySelector("button")?.focus();
  };
}
