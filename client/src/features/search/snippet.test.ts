import { expect, test } from "bun:test";
import { toSnippet } from "./snippet.ts";

const show = (content: string, ...ranges: readonly (readonly [number, number])[]) =>
  toSnippet(
    content,
    ranges.map(([start, end]) => ({ start, end })),
  )
    .map(({ text, marked }) => (marked ? `[${text}]` : text))
    .join("");

test("[SE7] MS-04: what was found is marked, and everything else stays text", () => {
  expect(show("a <b onmouseover=x>tide</b>", [19, 23])).toBe("a <b onmouseover=x>[tide]</b>");
  expect(show("tide and tide", [0, 4], [9, 13])).toBe("[tide] and [tide]");
  expect(show("nothing marked")).toBe("nothing marked");
  expect(show("two\n\nlines\there", [0, 3])).toBe("[two] lines here");
});

test("a long message is cut to what is around the first place", () => {
  const long = `${"before ".repeat(60)}tide ${"after ".repeat(100)}`;
  const text = show(long, [420, 424]);
  expect(text).toMatch(/^… before .*\[tide\] after .* …$/);
  expect(text.length).toBeLessThan(300);
});

test("no cut breaks a character", () => {
  const text = show("👍".repeat(400), [600, 602]);
  expect(text.isWellFormed()).toBe(true);
});
