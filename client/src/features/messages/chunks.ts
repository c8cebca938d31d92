/**
 * A long history is drawn in chunks, of which only those near the reader are in the page; the others are two empty
 * boxes of the same height, one above and one below.
 *
 *      above   │ (height of chunks 0–5)     what was measured while they were in the page
 *      mounted │ chunks 6, 7, 8, 9          what is seen, and a margin around it
 *      below   │ (height of chunks 10–12)
 *
 * Everything is counted from the newest line upwards, as the scroller does: what happens above moves nothing.
 */

export interface Chunk<T> {
  /** Stays with the chunk for life, so that its lines are drawn once. */
  readonly id: number;
  readonly items: readonly T[];
}

export const chunkSize = 25;

/**
 * Cuts `items` into chunks, keeping every chunk of `before` whose items stand together as they did. Pages put in front
 * become new chunks in front; what comes at the end fills the last chunk, then begins another.
 */
export function cut<T>(before: readonly Chunk<T>[], items: readonly T[], newId: () => number): readonly Chunk<T>[] {
  let start = 0;
  let head = 0;
  for (let chunk = before[head]; chunk && holds(items, start, chunk.items); chunk = before[++head]) {
    start += chunk.items.length;
  }
  let end = items.length;
  let tail = before.length;
  for (let chunk = before[tail - 1]; tail > head && chunk; chunk = before[tail - 1]) {
    if (end - chunk.items.length < start || !holds(items, end - chunk.items.length, chunk.items)) break;
    end -= chunk.items.length;
    tail--;
  }
  // A last chunk with room left takes part in the change, so that it is filled.
  const last = before[head - 1];
  if (head === tail && end === items.length && start < end && last && last.items.length < chunkSize) {
    head--;
    start -= last.items.length;
  }
  const ids = before.slice(head, tail).map((chunk) => chunk.id);
  // In front of everything, the first chunk is the incomplete one: it lies furthest from the reader.
  const first = head === 0 && tail < before.length ? (end - start) % chunkSize : 0;
  const changed: Chunk<T>[] = [];
  for (let from = start; from < end; ) {
    const to = Math.min(end, from + (from === start && first > 0 ? first : chunkSize));
    changed.push({ id: ids[changed.length] ?? newId(), items: items.slice(from, to) });
    from = to;
  }
  return [...before.slice(0, head), ...changed, ...before.slice(tail)];
}

function holds<T>(items: readonly T[], at: number, part: readonly T[]): boolean {
  return at + part.length <= items.length && part.every((item, index) => items[at + index] === item);
}

/** What to mount: the chunks from `from` up to but not including `to`, and the heights of what lies above and below. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly above: number;
  readonly below: number;
}

/** `bottom` and `top` are distances from the newest line to the edges of what should be mounted. */
export function spanOf<T>(
  chunks: readonly Chunk<T>[],
  heightOf: (chunk: Chunk<T>) => number,
  bottom: number,
  top: number,
): Span {
  let to = chunks.length;
  let below = 0;
  for (let chunk = chunks[to - 1]; to > 1 && chunk; chunk = chunks[to - 1]) {
    const height = heightOf(chunk);
    if (below + height > bottom) break;
    below += height;
    to--;
  }
  let from = to;
  let reached = below;
  for (let chunk = chunks[from - 1]; chunk && (from === to || reached < top); chunk = chunks[from - 1]) {
    reached += heightOf(chunk);
    from--;
  }
  let above = 0;
  for (const chunk of chunks.slice(0, from)) above += heightOf(chunk);
  return { from, to, above, below };
}

export function sameSpan(a: Span, b: Span): boolean {
  return a.from === b.from && a.to === b.to && a.above === b.above && a.below === b.below;
}
