import { describe, expect, test } from "bun:test";
import { type Chunk, chunkSize, cut, spanOf } from "./chunks.ts";

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function cutter() {
  let id = 0;
  let chunks: readonly Chunk<number>[] = [];
  return (items: readonly number[]) => {
    chunks = cut(chunks, items, () => ++id);
    return chunks;
  };
}

const itemsOf = (chunks: readonly Chunk<number>[]) => chunks.flatMap((chunk) => chunk.items);

describe("cutting a history into chunks", () => {
  test("keeps all items in order", () => {
    const next = cutter();
    for (const items of [numbers(0, 60), numbers(-40, 60), numbers(-40, 75), numbers(500, 520), []]) {
      expect(itemsOf(next(items))).toEqual(items);
    }
  });

  test("an older page leaves every chunk below as it is", () => {
    const next = cutter();
    const before = next(numbers(0, 60));
    const after = next(numbers(-60, 60));
    expect(after.slice(-before.length)).toEqual([...before]);
    expect(after.at(-1)).toBe(before.at(-1) as Chunk<number>);
    expect(after[0]?.items.length).toBe(10);
  });

  test("a new message fills the last chunk under its own id, then begins another", () => {
    const next = cutter();
    const [first] = next(numbers(0, chunkSize - 1));
    const [full] = next(numbers(0, chunkSize));
    expect(full?.id).toBe(first?.id as number);
    const two = next(numbers(0, chunkSize + 1));
    expect(two[0]).toBe(full as Chunk<number>);
    expect(two[1]?.items).toEqual([chunkSize]);
  });

  test("a message that moves before a pending one changes only its chunk", () => {
    const next = cutter();
    const before = next([...numbers(0, 70), 1000]);
    const after = next([...numbers(0, 71), 1000]);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after.map((chunk) => chunk.id)).toEqual(before.map((chunk) => chunk.id));
  });

  test("an older page and a new message at once keep the chunks between", () => {
    const next = cutter();
    const before = next(numbers(0, 100));
    const after = next(numbers(-25, 101));
    expect(itemsOf(after)).toEqual(numbers(-25, 101));
    expect(new Set(after.map((chunk) => chunk.id)).size).toBe(after.length);
    expect(before.length).toBe(4);
  });
});

describe("choosing what to mount", () => {
  const chunks = cut([], numbers(0, 250), () => Math.random());
  const heightOf = () => 1000;

  test("at the newest line, the last chunks and their margin", () => {
    expect(spanOf(chunks, heightOf, -1000, 1900)).toEqual({ from: 8, to: 10, above: 8000, below: 0 });
  });

  test("far above, boxes stand for what is left out on both sides", () => {
    expect(spanOf(chunks, heightOf, 3500, 6500)).toEqual({ from: 3, to: 7, above: 3000, below: 3000 });
  });

  test("beyond the oldest line, the oldest chunk stays", () => {
    expect(spanOf(chunks, heightOf, 99_000, 99_900)).toEqual({ from: 0, to: 1, above: 0, below: 9000 });
  });

  test("an empty history mounts nothing", () => {
    expect(spanOf([], heightOf, 0, 900)).toEqual({ from: 0, to: 0, above: 0, below: 0 });
  });
});
