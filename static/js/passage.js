// From the waiting room, or the desk, into the call without leaving the document. The connection of
// the sockets, the camera and the loaded modules stay as they are; a navigation would give up all
// three, and both sides would see each other a third of a second later.

import { Arrival } from "./arrival.js";
import { need } from "./elements.js";
import { startAhead } from "./head-start.js";
import { language } from "./words.js";

const leaving = new AbortController();

/** Aborted when this page gives way to the call's: whatever listens or counts for it ends then. */
export const untilPassage = leaving.signal;

/** @type {() => void} */
let arrive;
/** @type {Promise<void>} resolved once the call's page runs */
const arrived = new Promise((resolve) => {
  arrive = resolve;
});

/**
 * A socket of this page: deaf from the passage on, and closed once that of the call has joined it on
 * the connection, which would end with its last socket.
 * @param {import("socket.io-client").Socket} socket
 */
export function closeAfterPassage(socket) {
  untilPassage.addEventListener("abort", () => socket.off());
  arrived.then(() => socket.disconnect());
}

/**
 * Show the page behind the address in the place of this one, and run its script. Where anything
 * but that page comes back, the browser goes there by itself and finds out why.
 * @param {string} url of a call
 * @param {"push" | "replace"} how whether this page stays in the browser's history
 */
export async function passOn(url, how) {
  try {
    leaving.abort();
    history[`${how}State`](null, "", url);
    // Back to what lies before: another page of the same document, loaded anew.
    addEventListener("popstate", () => location.reload());
    const arrival = new Arrival();
    startAhead(url, (stream) => arrival.show(stream));
    await arrival.seen;
    const page = await pageBehind(url);
    const entry = /** @type {HTMLScriptElement} */ (need("script[type=module][src]", page)).src;
    const obsolete = await exchangeStyles(page);
    document.title = page.title;
    arrival.giveWay(document.adoptNode(page.body));
    for (const style of obsolete) style.remove();
    await import(entry);
    arrive();
  } catch (error) {
    reportError(error);
    location.replace(url);
  }
}

/**
 * @param {string} url
 * @returns {Promise<Document>} parsed, with no script of it run
 */
function pageBehind(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.onload = () => {
      const isIt = request.status === 200 && new URL(request.responseURL).pathname === url;
      const page = isIt ? request.responseXML : null;
      // Another language may have been chosen since; the scripts that run speak the one of before.
      if (page?.documentElement.lang === language) resolve(page);
      else reject(new Error(`${url} answered ${request.status}`));
    };
    request.onerror = () => reject(new Error(`${url} did not answer`));
    request.send();
  });
}

/**
 * Bring the new page's styles beside those of the old one, before anything of it is shown.
 * @param {Document} page
 * @returns {Promise<HTMLLinkElement[]>} the styles that only the old page needed
 */
async function exchangeStyles(page) {
  const [here, wanted] = [stylesOf(document), stylesOf(page)];
  const isIn = (/** @type {HTMLLinkElement[]} */ styles, /** @type {HTMLLinkElement} */ style) =>
    styles.some(({ href }) => href === style.href);
  await Promise.all(wanted.filter((style) => !isIn(here, style)).map(bring));
  return here.filter((style) => !isIn(wanted, style));
}

/** @param {ParentNode} page */
function stylesOf(page) {
  // One with a medium is fetched ahead, and styles nothing yet.
  const styles = page.querySelectorAll("link[rel=stylesheet]:not([media])");
  return /** @type {HTMLLinkElement[]} */ ([...styles]);
}

/** @param {HTMLLinkElement} style */
function bring(style) {
  return new Promise((resolve, reject) => {
    style.onload = resolve;
    style.onerror = () => reject(new Error(`${style.href} did not come`));
    document.head.append(document.adoptNode(style));
  });
}
