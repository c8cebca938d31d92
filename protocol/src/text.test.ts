import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { z } from "zod";
import { isBlank } from "./content.ts";
import { codePoints, limits } from "./limits.ts";
import { name, shortText, text } from "./text.ts";

fc.configureGlobal({ seed: 20_261_120 });

const passes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
const displayName = name(limits.displayNameLength);

const family = "👨‍👩‍👧‍👦";
const heartOnFire = "❤️‍🔥";
const zwsp = "\u200b";

describe("running text", () => {
  test("[MS3] controls are refused, and tab and line feed pass", () => {
    for (let code = 0; code < 0xa0; code++) {
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
      const allowed = !isControl || [0x09, 0x0a, 0x0d].includes(code);
      expect([code, passes(text(), `a${String.fromCharCode(code)}b`)]).toEqual([code, allowed]);
    }
  });

  test("[MS3] lone surrogates are broken Unicode, pairs are not", () => {
    for (const broken of ["\ud800", "a\udc00", "\udc00\ud800", "\ud83d", "👍\ud83d"]) {
      expect(passes(text(), broken)).toBe(false);
    }
    expect(passes(text(), "\ud83d\udc4d")).toBe(true);
  });

  test("line ends of every kind become line feeds", () => {
    expect(text().parse("a\r\nb\rc\nd\r\r\ne")).toBe("a\nb\nc\nd\n\ne");
  });

  test("what it has passed it passes again, unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const once = text().safeParse(value);
        if (once.success) expect(text().parse(once.data)).toBe(once.data);
      }),
    );
  });

  test("joined emoji, marks, other scripts and direction marks are running text like any other", () => {
    for (const value of [family, heartOnFire, "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "क्‍ष", "می‌خواهم", "\u202eabc", `z${"\u0301".repeat(1000)}`]) {
      expect(text().parse(value)).toBe(value);
    }
  });

  test("a short text is trimmed first and counted in code points", () => {
    expect(shortText(3).parse("  👍👍👍\n")).toBe("👍👍👍");
    expect(passes(shortText(3), "👍👍👍👍")).toBe(false);
    expect(shortText(3).parse("   ")).toBe("");
  });
});

describe("blank", () => {
  test("[MS3] what leaves no ink is blank", () => {
    for (const value of [
      "",
      " \t\n\r ",
      "\u00a0\u2003\u3000",
      zwsp,
      "\u200c\u200d\u2060\ufeff",
      "\u200e\u200f\u202a\u202e\u2066\u2069\u061c",
      "\ufe0f\ufe0e\u{e0100}",
      "\u115f\u1160\u3164\uffa0",
      "\u2800",
      "\u00ad",
      "\u{e0041}\u{e007f}",
      "\u2028\u2029",
    ]) {
      expect([value, isBlank(value)]).toEqual([value, true]);
    }
  });

  test("[MS3] anything that can be seen is not blank, whatever stands around it", () => {
    for (const value of ["a", ".", "👍", family, "漢", "ا", "\u0301", `${zwsp}x${zwsp}`, "\n-\n"]) {
      expect([value, isBlank(value)]).toEqual([value, false]);
    }
  });

  test("[MS3] nothing made of blanks alone becomes visible", () => {
    const blanks = fc.constantFrom(" ", "\n", zwsp, "\u200d", "\u202e", "\ufe0f", "\u3164", "\u2800", "\u{e0061}");
    fc.assert(
      fc.property(fc.array(blanks), (parts) => {
        expect(isBlank(parts.join(""))).toBe(true);
        expect(isBlank(`${parts.join("")}x`)).toBe(false);
      }),
    );
  });
});

describe("names", () => {
  test("names of people in any script pass, composed and with single spaces", () => {
    expect(displayName.parse("  Zoë \t\n  de  Vries ")).toBe("Zoë de Vries");
    expect(displayName.parse("Zoe\u0308")).toBe("Zo\u00eb");
    for (const value of ["李小龍", "Ωμέγα", "Łukasz", "عمر", "O’Neil", "x", "…"])
      expect(displayName.parse(value)).toBe(value);
  });

  test("blank names are refused", () => {
    for (const value of ["", "   ", "\n", zwsp, "\u3164", "\u2800\u2800", "\u200d\u200d", "\ufe0f"]) {
      expect([value, passes(displayName, value)]).toEqual([value, false]);
    }
  });

  test("marks that are invisible or turn the direction are refused", () => {
    for (const mark of [
      ...["\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", zwsp, "\u200e", "\u200f", "\u2060", "\u2064"],
      ...["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u206f"],
      ...["\u3164", "\uffa0", "\u{e0001}", "\u{e0061}", "\u{e007f}", "\u{e0100}"],
    ]) {
      expect([mark, passes(displayName, `ad${mark}min`)]).toEqual([mark, false]);
    }
  });

  test("controls and broken Unicode are refused", () => {
    for (const value of ["a\0b", "a\u001b[31mb", "a\u007fb", "a\u0085b\u009b", "a\ud800b"]) {
      expect([value, passes(displayName, value)]).toEqual([value, false]);
    }
  });

  test("a name is one line: line ends become spaces", () => {
    expect(displayName.parse("a\r\nb\u2028c")).toBe("a b c");
  });

  test("emoji sequences and scripts that join keep their joiners and variation selectors", () => {
    for (const value of [family, heartOnFire, "🏳️‍🌈", "👩🏽‍🚀", "☎️", "☎︎", "1️⃣", "🇩🇪", "क्‍ष", "می‌خواهم"]) {
      expect(displayName.parse(value)).toBe(value);
    }
  });

  test("a joiner or selector that joins nothing is invisible, so two names cannot look the same by it", () => {
    for (const value of [
      "admin\u200d",
      "\u200dadmin",
      "a\u200d\u200db",
      "a\u200d b",
      "\ufe0fa",
      "a\ufe0f\ufe0f",
      "a\u200c",
    ]) {
      expect([value, passes(displayName, value)]).toEqual([value, false]);
    }
  });

  test("the length is counted in code points, at the limit and one beyond", () => {
    expect(passes(displayName, "👍".repeat(limits.displayNameLength))).toBe(true);
    expect(passes(displayName, "👍".repeat(limits.displayNameLength + 1))).toBe(false);
    expect(passes(displayName, `z${"\u0353".repeat(limits.displayNameLength)}`)).toBe(false);
  });

  test("what it has passed it passes again, unchanged, and can be seen", () => {
    const odd = fc.constantFrom("\u200d", "\ufe0f", "❤", "🔥", " ", "\u0308", "e", "\u202e", "\n", "न", "\u0915");
    const names = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(odd).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(names, (value) => {
        const once = displayName.safeParse(value);
        if (!once.success) return;
        expect(displayName.parse(once.data)).toBe(once.data);
        expect(isBlank(once.data)).toBe(false);
        expect(codePoints(once.data)).toBeLessThanOrEqual(limits.displayNameLength);
      }),
    );
  });
});

test("the work grows with the length of a text and not with its square", () => {
  const size = 100_000;
  for (const unit of [" ", "\u200d", "\ufe0f", "a\u200d", "\u0301", "\r", "\u202e", "👍", "\n "]) {
    const value = unit.repeat(size);
    const started = performance.now();
    for (const schema of [text(), displayName, shortText(500)]) schema.safeParse(value);
    isBlank(value);
    expect(performance.now() - started).toBeLessThan(2000);
  }
});
