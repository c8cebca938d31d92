import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { limits } from "./limits.ts";
import type { Message } from "./model.ts";
import { matchMessage, parseSearch, type SearchQuery, toTermTokens, toTokens } from "./search.ts";

const say = (content: string, more: Partial<Message> = {}): Message => ({
  id: 1,
  room: "R1",
  seq: 1,
  author: { id: "U1", username: "ada", displayName: "Ada" },
  content,
  createdAt: "2026-11-20T13:57:02.123Z",
  ...more,
});

function read(text: string): SearchQuery {
  const parsed = parseSearch(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.query;
}

/** The marked parts of a message; null when it is not found. */
const found = (text: string, content: string, more?: Partial<Message>) =>
  matchMessage(read(text), say(content, more))?.map(({ start, end }) => content.slice(start, end)) ?? null;

describe("words", () => {
  test("[SE2] all words must occur, whatever their case and accents", () => {
    expect(found("cafe STRASSE ", "Das Café in der Straße")).toEqual(["Café", "Straße"]);
    expect(found("café ", "CAFE\u0301")).toEqual(["CAFE\u0301"]);
    expect(found("ΛΟΓΟΣ ", "λόγος")).toEqual(["λόγος"]);
    expect(found("ist ", "İST")).toEqual(["İST"]);
    expect(found("tea boat", "only tea")).toBeNull();
  });

  test("[SE2] the word that is being written, and one with a star, may be the beginning of one", () => {
    expect(found("test", "we are testing tests")).toEqual(["testing", "tests"]);
    expect(found("test ", "we are testing")).toBeNull();
    expect(found("test* we ", "we are testing")).toEqual(["we", "testing"]);
    expect(found("esting", "testing")).toBeNull();
  });

  test("[SE2] a phrase keeps its words together, and so does what is written as one word", () => {
    expect(found('"green tea" ', "a green tea, please")).toEqual(["green tea"]);
    expect(found('"green tea" ', "tea that is green")).toBeNull();
    expect(found("ada@example.org ", "write to ada@example.org")).toEqual(["ada@example.org"]);
    expect(found("ada@example.org ", "ada and example and org")).toBeNull();
    expect(found('"green te', "green tea")).toEqual(["green tea"]);
  });

  test("[SE2] a minus excludes", () => {
    expect(found("tea -green", "black tea")).toEqual(["tea"]);
    expect(found("tea -green", "green tea")).toBeNull();
    expect(found('tea -"green tea"', "green and tea")).toEqual(["tea"]);
    expect(found("-green", "anything")).toEqual([]);
    expect(found("well-known ", "a well-known thing")).toEqual(["well-known"]);
  });

  test("[SE3] any part of Chinese, Japanese, Korean and Thai is found within a sentence", () => {
    expect(found("上海", "我明天去上海出差")).toEqual(["上海"]);
    expect(found("上", "我明天去上海出差")).toEqual(["上"]);
    expect(found("差", "我明天去上海出差")).toEqual(["差"]);
    expect(found("海上", "我明天去上海出差")).toBeNull();
    expect(found("上海 出差", "我明天去上海出差")).toEqual(["上海出差"]);
    expect(found("東京タワー", "昨日は東京タワーに行った")).toEqual(["東京タワー"]);
    expect(found("か", "がく")).toBeNull();
    expect(found("국어", "한국어를 배워요")).toEqual(["국어"]);
    expect(found("ไทย", "ภาษาไทยง่าย")).toEqual(["ไทย"]);
    expect(found("Web开发", "学习web开发")).toEqual(["web开发"]);
    expect(found("👍", "great👍")).toEqual(["👍"]);
  });
});

describe("filters", () => {
  test("[SE4] are read with their values, and never as words", () => {
    expect(read('tea from:@Ada -from:me in:#boats before:2026-11-25 HAS:links from:"lin"')).toEqual({
      terms: [expect.objectContaining({ prefix: false })],
      without: [],
      filters: [
        { name: "from", value: "ada", negative: false },
        { name: "from", value: "me", negative: true },
        { name: "in", value: "boats", negative: false },
        { name: "before", value: "2026-11-25", negative: false },
        { name: "has", value: "link", negative: false },
        { name: "from", value: "lin", negative: false },
      ],
    });
  });

  test("[SE4] one that is not finished asks for nothing yet", () => {
    expect(read("from:")).toEqual({ terms: [], without: [], filters: [] });
    expect(read("tea in: ").filters).toEqual([]);
  });

  test("[SE4] a date that does not exist and an unknown thing are problems", () => {
    for (const text of ["before:yesterday", "on:2026-02-30", "after:2026-13-01", "after:1e9", "has:soul"]) {
      expect(parseSearch(text).ok).toBe(false);
    }
  });

  test("[SE4] has: looks at what a message has", () => {
    expect(found("has:link", "see https://example.org")).toEqual([]);
    expect(found("-has:link", "see https://example.org")).toBeNull();
    expect(found("has:reaction", "x", { reactions: [{ emoji: "👍", users: ["U2"], count: 1 }] })).toEqual([]);
    expect(found("has:file", "x")).toBeNull();
  });

  test("[SE5] a deleted message fits nothing", () => {
    expect(found("-nothing", "", { deletedAt: "2026-11-20T13:57:02.123Z" })).toBeNull();
  });
});

test("[SE6] what is too long or has too many parts is a problem", () => {
  expect(parseSearch("x".repeat(limits.searchLength)).ok).toBe(true);
  expect(parseSearch("x".repeat(limits.searchLength + 1)).ok).toBe(false);
  expect(parseSearch("a ".repeat(limits.searchTerms)).ok).toBe(true);
  expect(parseSearch("a ".repeat(limits.searchTerms + 1)).ok).toBe(false);
});

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc
    .array(
      fc.constantFrom('"', "-", "*", "^", "NEAR(", "AND", "from:", "in:x", "on:", "上海", "人", "é", " ", "{}", "a"),
    )
    .map((parts) => parts.join("")),
);

test("[SE6] any text is read without an exception, and its tokens cannot be anything but text", () => {
  void fc.assert(
    fc.property(anyText, (text) => {
      const parsed = parseSearch(text);
      const terms = parsed.ok ? [...parsed.query.terms, ...parsed.query.without] : [];
      const tokens = [...toTokens(text), ...terms.flatMap((term) => toTermTokens(term).tokens)];
      for (const token of tokens) expect(token).toMatch(/^[a-z0-9\u0080-\u{10ffff}]+$/u);
    }),
  );
});

test("[SE7] highlights are in order, apart, and within the text", () => {
  void fc.assert(
    fc.property(anyText, anyText, (text, content) => {
      const parsed = parseSearch(text);
      const ranges = parsed.ok ? (matchMessage(parsed.query, say(content)) ?? []) : [];
      let end = -1;
      for (const range of ranges) {
        expect(range.start).toBeGreaterThan(end);
        expect(range.end).toBeGreaterThan(range.start);
        end = range.end;
      }
      expect(end).toBeLessThanOrEqual(content.length);
    }),
  );
});

test("[SE3] what fits a text is among what its tokens propose", () => {
  const few = fc.array(fc.constantFrom("上", "海", "人", "tea", "te", "a", " ", ".", "é"), { maxLength: 12 });
  const proposed = (content: string, query: SearchQuery) =>
    query.terms.every((term) => {
      const { tokens, prefix } = toTermTokens(term);
      const all = toTokens(content);
      return all.some((_, at) =>
        tokens.every((token, index) =>
          prefix && index === tokens.length - 1 ? all[at + index]?.startsWith(token) : all[at + index] === token,
        ),
      );
    });
  void fc.assert(
    fc.property(few, few, (text, words) => {
      const [query, content] = [read(text.join("")), words.join("")];
      if (matchMessage(query, say(content))) expect(proposed(content, query)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
