import { describe, expect, test } from "bun:test";
import { isEmoji, isFewEmoji, qualifyEmoji } from "./emoji.ts";
import { limits } from "./limits.ts";

/** Of each kind of sequence, how it may be spelled and how it is kept. */
const samples = [
  ["👍", "👍"],
  ["👍\ufe0f", "👍"],
  ["👍\ufe0e", "👍"],
  ["👍🏽", "👍🏽"],
  ["❤", "❤\ufe0f"],
  ["❤\ufe0f", "❤\ufe0f"],
  ["❤\ufe0e", "❤\ufe0f"],
  ["☝🏿", "☝🏿"],
  ["☝\ufe0f🏿", "☝🏿"],
  ["🏳\u200d🌈", "🏳\ufe0f\u200d🌈"],
  ["🏴\u200d☠", "🏴\u200d☠\ufe0f"],
  ["👁\u200d🗨", "👁\ufe0f\u200d🗨\ufe0f"],
  ["🏋🏽\u200d♀", "🏋🏽\u200d♀\ufe0f"],
  ["❤\u200d🔥", "❤\ufe0f\u200d🔥"],
  ["👨\u200d👩\u200d👧\u200d👦", "👨\u200d👩\u200d👧\u200d👦"],
  ["👩🏻\u200d❤\u200d💋\u200d👩🏼", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👩🏼"],
  ["1\u20e3", "1\ufe0f\u20e3"],
  ["#\ufe0f\u20e3", "#\ufe0f\u20e3"],
  ["🇩🇪", "🇩🇪"],
  [
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  ],
] as const;

describe("[RE3] an emoji", () => {
  test.each(samples)("%s is %s, and stays so", (spelled, emoji) => {
    expect(qualifyEmoji(spelled)).toBe(emoji);
    expect(qualifyEmoji(emoji)).toBe(emoji);
    expect(isEmoji(emoji)).toBe(true);
    expect(spelled.length).toBeLessThanOrEqual(limits.emojiLength);
  });

  const others = [
    ..."a1#*é中 ",
    "",
    "👍👍",
    "👍a",
    " 👍",
    "🇩",
    "🇩🇩",
    "\u200d",
    "👍\u200d👍",
    "👍🏽🏽",
    "\ufe0f",
    "\u20e3",
    ":)",
  ];
  test.each(others)("%j is none", (text) => {
    expect(isEmoji(qualifyEmoji(text))).toBe(false);
  });
});

describe("a message of few emoji", () => {
  test.each([
    ...samples.map(([spelled]) => spelled).filter((spelled) => !spelled.includes("\ufe0e")),
    "👍👍👍",
    "👍 ❤ 🎉",
    " 👨‍👩‍👧‍👦\n",
    "🇩🇪🇳🇱",
    "👩🏽‍🚀",
  ])("is %j", (content) => {
    expect(isFewEmoji(content)).toBe(true);
  });

  test.each(["", " ", "👍👍👍👍", "👍!", "1", "©", "123", "# *", "ok 👍", "👍".repeat(2000)])(
    "is not %j",
    (content) => {
      expect(isFewEmoji(content)).toBe(false);
    },
  );
});
