// Light and dark, remembered between visits.

const THEME = "theme";

function setTheme(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

/** Sets the theme asked for, or the remembered one. */
export function startTheme(asked) {
  let stored = null;
  try {
    stored = localStorage.getItem(THEME);
  } catch {
    // Storage is off.
  }
  setTheme(asked ?? stored);
}

export function switchTheme() {
  const shown = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = shown === "dark" ? "light" : "dark";
  setTheme(theme);
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}
