// The page of a unit: the one that it is merged into is found while somebody types.

import { bindCombobox } from "./combobox.js";
import { need } from "./elements.js";

bindCombobox(need("[data-combobox]"));
