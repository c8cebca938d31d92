import { type Accessor, createMemo, createSignal, onCleanup } from "solid-js";
import { type Chunk, cut, type Span, sameSpan, spanOf } from "./chunks.ts";

/** The part of a long list that is in the page, chunk by chunk. See chunks.ts for the picture. */
export interface Mounted<T> {
  /** The ids of the chunks to draw, and the empty space to leave above and below them. */
  readonly chunkIds: Accessor<readonly number[]>;
  readonly span: Accessor<Span>;
  chunk(id: number): Placed<T> | undefined;
  /** Calls back with every item whose chunk reaches below `edge`, from the top, until that answers true. */
  find(edge: number, isIt: (item: T) => boolean): T | undefined;
  /** An empty element before the first line of a chunk, by which its height is measured. */
  markRef(id: number, mark: HTMLElement): void;
  /** Reads the heights of what is in the page, which ends at `end`. Whether one differs from what it was taken to be. */
  measure(end: Element | null | undefined): boolean;
  /** After `measure`: more or less may have to be in the page. */
  measured(): void;
  /** How far above the newest line the chunk of an item begins; null when the list does not hold it. */
  distanceOf(item: T): number | null;
}

export interface Placed<T> {
  readonly items: readonly T[];
  /** The lines next to the chunk. */
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** What can be seen: the distance of its lower edge from the newest line, and its height. */
export interface View {
  readonly bottom: number;
  readonly height: number;
}

/** What lines take that have not been in the page yet. */
export const guessedLineHeight = 44;
const leastMargin = 800;

export function createMounted<T>(items: Accessor<readonly T[]>, view: Accessor<View>): Mounted<T> {
  let lastId = 0;
  const heights = new Map<number, number>();
  const marks = new Map<number, HTMLElement>();
  const [measurements, setMeasurements] = createSignal(0);
  const heightOf = (chunk: Chunk<T>) => heights.get(chunk.id) ?? chunk.items.length * guessedLineHeight;

  const chunks = createMemo<readonly Chunk<T>[]>((before) => cut(before, items(), () => ++lastId), []);
  const span = createMemo(
    () => {
      measurements();
      const { bottom, height } = view();
      const margin = Math.max(leastMargin, height);
      return spanOf(chunks(), heightOf, bottom - margin, bottom + height + margin);
    },
    undefined,
    { equals: sameSpan },
  );
  const chunkIds = createMemo(() =>
    chunks()
      .slice(span().from, span().to)
      .map((chunk) => chunk.id),
  );
  const placed = createMemo(() => {
    const list = chunks();
    const ids = new Set(list.map(({ id }) => id));
    for (const id of heights.keys()) if (!ids.has(id)) heights.delete(id);
    return new Map(
      list.map((chunk, index): [number, Placed<T>] => [
        chunk.id,
        { items: chunk.items, before: list[index - 1]?.items.at(-1), after: list[index + 1]?.items[0] },
      ]),
    );
  });

  return {
    chunkIds,
    span,
    chunk: (id) => placed().get(id),
    find(edge, isIt) {
      const ids = chunkIds();
      for (const [index, id] of ids.entries()) {
        const next = marks.get(ids[index + 1] ?? -1);
        if (next && next.getBoundingClientRect().top <= edge) continue;
        const found = placed().get(id)?.items.find(isIt);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    markRef(id, mark) {
      marks.set(id, mark);
      onCleanup(() => {
        if (marks.get(id) === mark) marks.delete(id);
      });
    },
    measure(end) {
      let differs = false;
      let bottom = end?.getBoundingClientRect().top ?? 0;
      for (const id of chunkIds().toReversed()) {
        const top = marks.get(id)?.getBoundingClientRect().top;
        if (top === undefined) continue;
        differs ||= Math.abs((heights.get(id) ?? 0) - (bottom - top)) > 1;
        heights.set(id, bottom - top);
        bottom = top;
      }
      return differs;
    },
    measured: () => setMeasurements((count) => count + 1),
    distanceOf(item) {
      const list = chunks();
      const index = list.findIndex((chunk) => chunk.items.includes(item));
      if (index < 0) return null;
      let distance = 0;
      for (const chunk of list.slice(index)) distance += heightOf(chunk);
      return distance;
    },
  };
}
