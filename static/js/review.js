// A review of documents: the papers, the list and the decision, without the person.

import { Checklist } from "./checklist.js";
import { wireDialogs } from "./dialogs.js";
import { DocumentViewer } from "./documents.js";
import { need } from "./elements.js";
import { wireNotes } from "./notes.js";
import { pageData } from "./page-data.js";
import { wireReveals } from "./reveal.js";
import { Verdict } from "./verdict.js";

/**
 * @typedef {{id: string, documents: import("./documents.js").Document[],
 *   checklist: import("./checklist.js").Step[]}} Data
 */

/** @type {Data} */
const data = pageData();
const path = `/reviews/${data.id}`;
const notes = wireNotes(path);

/** @param {() => Promise<{url: string}>} deed */
async function leaveBy(deed) {
  await notes.keep();
  const { url } = await deed();
  location.replace(url);
}

const verdict = new Verdict(path, { leaveBy, isAlone: () => false });
new Checklist(path, data, (steps) => verdict.follow(steps));
new DocumentViewer(data.documents);
wireDialogs();
wireReveals(path);

const giveBack = /** @type {HTMLFormElement} */ (need("[data-return]"));
giveBack.addEventListener("submit", async (event) => {
  event.preventDefault();
  await notes.keep();
  giveBack.submit();
});
addEventListener("pagehide", () => notes.flush());
