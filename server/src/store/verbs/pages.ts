import type { Page } from "../administration.ts";

/** Text anywhere in a column, whatever it is made of. */
export const toPattern = (q: string): string => `%${q.toLowerCase().replace(/[!%_]/g, "!$&")}%`;

/** The rows that were asked for, of which one more than fit on the page were found if there are more. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  toItem: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), cursor: rows.length > limit && last ? cursorOf(last) : null };
}
