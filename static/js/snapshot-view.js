// A view in which there is nothing to play: its snapshots alone, as long as the page is open.

import { need } from "./elements.js";
import { pageData } from "./page-data.js";
import { keepView } from "./recording-view.js";
import { word } from "./words.js";

/** @type {{path: string}} */
const data = pageData();

keepView(data.path, () => {
  const problem = need("[data-problem]");
  need("[data-sentence]", problem).textContent = word("view_lost");
  problem.hidden = false;
});
