// The form of a day that is otherwise: whom it holds for is found while somebody types.

import { bindCombobox } from "./combobox.js";
import { need } from "./elements.js";

/** @type {Record<string, string>} */
const SOURCES = { province: "/agencies?kind=province", agency: "/agencies" };

const scope = /** @type {HTMLSelectElement} */ (need("#scope"));
const place = need("[data-combobox]");

function follow() {
  const source = SOURCES[scope.value];
  place.hidden = !source;
  place.dataset.source = source ?? "";
}

scope.addEventListener("change", follow);
follow();
bindCombobox(place);
