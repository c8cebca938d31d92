const storageKey = "parley.searches";
const most = 8;

/** What was searched for from this browser, latest first. */
export function readRecent(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(stored) ? stored.filter((each) => typeof each === "string").slice(0, most) : [];
  } catch {
    return [];
  }
}

export function rememberSearch(text: string): void {
  const query = text.trim();
  if (query !== "") write([query, ...readRecent().filter((other) => other !== query)].slice(0, most));
}

export function forgetRecent(): void {
  write([]);
}

function write(queries: readonly string[]): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(queries));
  } catch {
    // Without storage nothing is remembered.
  }
}
