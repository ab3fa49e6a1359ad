// Runs before the first paint: the theme follows the system.

const dark = matchMedia("(prefers-color-scheme: dark)");
const apply = () =>
  document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
apply();
dark.addEventListener("change", apply);
