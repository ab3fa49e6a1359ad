// Parts of a page: found or told missing, written only where they changed.

import { written } from "./words.js";

/**
 * The element of that selector, which the template promised.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function part(selector, root = document) {
  const found = root.querySelector(selector);
  if (found instanceof HTMLElement) return found;
  throw new Error(`the page has no ${selector}`);
}

/**
 * Writes only a change, so that a screen reader's place in the page is left alone.
 * @param {Element} element
 * @param {string | number} text
 */
export function setText(element, text) {
  const words = written(text);
  if (element.textContent !== words) element.textContent = words;
}

/**
 * @param {ParentNode} root
 * @param {Record<string, string | number>} texts by the name of their `data-cell`
 */
export function fillCells(root, texts) {
  for (const [name, text] of Object.entries(texts))
    setText(part(`[data-cell="${name}"]`, root), text);
}

/**
 * A copy of what stands in a `<template>` of the page.
 * @param {string} id
 * @returns {DocumentFragment}
 */
export function copyOf(id) {
  const template = part(`#${id}`);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`#${id} is no template`);
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}

/**
 * Put a template's copy into the place, unless it is there already.
 * @param {HTMLElement} place
 * @param {string} id
 */
export function showCopy(place, id) {
  if (place.dataset.shows === id) return;
  place.replaceChildren(copyOf(id));
  place.dataset.shows = id;
}
