// The first step of an application: the roles of the chosen profile, and no others.

import { need } from "./elements.js";

const profile = /** @type {HTMLSelectElement} */ (need("#profile_type"));
const role = /** @type {HTMLSelectElement} */ (need("#role"));

function offer() {
  for (const group of role.querySelectorAll("optgroup")) {
    const isMeant = group.dataset.profile === profile.value;
    group.hidden = group.disabled = !isMeant;
    if (!isMeant && group.contains(role.selectedOptions[0] ?? null)) role.value = "";
  }
}

profile.addEventListener("change", offer);
// A browser that brings a form back brings its choice back as well.
addEventListener("pageshow", offer);
offer();
