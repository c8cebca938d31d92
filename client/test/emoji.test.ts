import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isEmoji, qualifyEmoji } from "@parley/protocol/emoji";
import { parseEmoji, searchEmoji, type Tone, withTone } from "../src/ui/emoji/emoji-data.ts";
import { step } from "../src/ui/emoji/grid.ts";

const groups = parseEmoji(readFileSync(join(import.meta.dirname, "../src/ui/emoji/emoji.txt"), "utf8"));
const all = groups.flatMap((group) => group.emoji);
const found = (query: string) => searchEmoji(groups, query, 8).map(({ emoji }) => emoji);

describe("the emoji that can be picked", () => {
  test("[RE3] are all taken by the server, in every skin tone, as they are", () => {
    expect(all.length).toBeGreaterThan(1800);
    const offered = all.flatMap((each) =>
      ([0, 1, 2, 3, 4, 5] as const satisfies readonly Tone[]).map((tone) => withTone(each, tone)),
    );
    expect(offered.filter((emoji) => qualifyEmoji(emoji) !== emoji || !isEmoji(emoji))).toEqual([]);
    expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length);
  });

  test("are found by short name first, then by name, then by what they are about", () => {
    expect(found("+1")[0]).toBe("👍");
    expect(found("tada")[0]).toBe("🎉");
    expect(found("heart")[0]).toBe("❤️");
    expect(found("thumbs up")[0]).toBe("👍");
    expect(found("thumbs_up")[0]).toBe("👍");
    expect(found("FLAG netherl")[1]).toBe("🇳🇱");
    expect(found("birthday")).toContain("🎂");
    expect(found("xyzzy")).toEqual([]);
    expect(found(" ")).toEqual([]);
  });
});

describe("the arrows in the grid", () => {
  const sizes = [3, 10, 1];
  test.each([
    [-1, "ArrowDown", 0],
    [0, "ArrowRight", 1],
    [0, "ArrowLeft", 0],
    [13, "ArrowRight", 13],
    [2, "ArrowDown", 5],
    [5, "ArrowUp", 2],
    [10, "ArrowUp", 2],
    [10, "ArrowDown", 12],
    [12, "ArrowDown", 13],
    [13, "ArrowUp", 11],
    [1, "ArrowUp", 1],
    [13, "ArrowDown", 13],
  ] as const)("from %i, %s leads to %i", (at, key, to) => {
    expect(step(sizes, 8, at, key)).toBe(to);
  });

  test("lead nowhere in an empty grid", () => {
    expect(step([0], 8, -1, "ArrowDown")).toBe(-1);
  });
});
