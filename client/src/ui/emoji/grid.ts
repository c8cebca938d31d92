/** Where the arrows lead in sections of rows with so many columns; `at` counts through all sections. */
export function step(sizes: readonly number[], columns: number, at: number, key: string): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return -1;
  if (at < 0) return 0;
  switch (key) {
    case "ArrowRight":
      return Math.min(total - 1, at + 1);
    case "ArrowLeft":
      return Math.max(0, at - 1);
    case "ArrowDown":
    case "ArrowUp":
      return vertical(sizes, columns, at, key === "ArrowDown" ? 1 : -1);
    default:
      return at;
  }
}

/** Each row of each section by its first index and length, then the same column one row on. */
function vertical(sizes: readonly number[], columns: number, at: number, by: 1 | -1): number {
  const rows: { readonly start: number; readonly length: number }[] = [];
  let start = 0;
  for (const size of sizes) {
    for (let used = 0; used < size; used += columns) {
      rows.push({ start: start + used, length: Math.min(columns, size - used) });
    }
    start += size;
  }
  const index = rows.findIndex((row) => at < row.start + row.length);
  const row = rows[index];
  const next = rows[index + by];
  if (!row || !next) return at;
  return next.start + Math.min(at - row.start, next.length - 1);
}
