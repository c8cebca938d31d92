import { expect, test } from "bun:test";
import { initials, toneOf } from "./initials.ts";

test("initials are the first letters of the first and the last word", () => {
  expect(initials("Ada Lindqvist")).toBe("AL");
  expect(initials("  étienne de la Rochefoucauld ")).toBe("ÉR");
  expect(initials("ada")).toBe("A");
});

test("letters that do not stand alone, and pictures, are one", () => {
  expect(initials("山田 太郎")).toBe("山");
  expect(initials("محمد الفارسي")).toBe("م");
  expect(initials("👩‍🚀 Zoë")).toBe("👩‍🚀");
  expect(initials("")).toBe("");
});

test("an id has one colour for ever", () => {
  expect(toneOf("U0ABCDEFGHJKMNPQ")).toBe(toneOf("U0ABCDEFGHJKMNPQ"));
  const tones = new Set(Array.from({ length: 200 }, (_, index) => toneOf(`U${index}`)));
  expect([...tones].every((tone) => tone >= 0 && tone < 12)).toBe(true);
  expect(tones.size).toBe(12);
});
