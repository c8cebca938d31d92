import { createSignal } from "solid-js";

export type Theme = "system" | "light" | "dark" | "contrast";

const storageKey = "parley.theme";
const moreContrast = matchMedia("(prefers-contrast: more)");
const dark = matchMedia("(prefers-color-scheme: dark)");

const [theme, setTheme] = createSignal<Theme>(stored());

export { theme };

/** Importing this module has set the theme before anything is drawn. */
show();
moreContrast.addEventListener("change", show);
dark.addEventListener("change", show);
window.addEventListener("storage", (event) => {
  if (event.key !== storageKey) return;
  setTheme(stored());
  show();
});

export function chooseTheme(choice: Theme): void {
  setTheme(choice);
  show();
  try {
    localStorage.setItem(storageKey, choice);
  } catch {
    // Without storage the choice holds for this page.
  }
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(storageKey);
    return value === "light" || value === "dark" || value === "contrast" ? value : "system";
  } catch {
    return "system";
  }
}

function show(): void {
  const root = document.documentElement;
  const shown = theme() === "system" && moreContrast.matches ? "contrast" : theme();
  if (shown === "system") delete root.dataset.theme;
  else root.dataset.theme = shown;
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", getComputedStyle(root).backgroundColor);
}
