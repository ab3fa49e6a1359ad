// Elements a page cannot do without, found once and typed.

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function need(selector, within = document) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return /** @type {T} */ (found);
}

/**
 * A copy of the one element that a `<template>` holds.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (need(`template#${id}`));
  return /** @type {HTMLElement} */ (need("*", content).cloneNode(true));
}

/**
 * Whether a key was meant for a field or a dialog rather than for the page.
 * @param {KeyboardEvent} event
 */
export function isTyping(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}
