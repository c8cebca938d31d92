import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { toUsernameKey } from "./users.ts";

fc.configureGlobal({ seed: 20_261_120 });

const characters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"];

describe("the key of a user name", () => {
  test("[AC3] is one for all names that a reader could take for one another", () => {
    for (const names of [
      ["ada", "ADA", "Ada", "aDa"],
      ["bob", "b0b", "B0B", "BOB"],
      ["alice", "a1ice", "ALICE", "A1ICE"],
      ["ada.lovelace", "ada_lovelace", "ada-lovelace", "ADA-L0VE1ACE"],
      ["x1.0", "xl-o", "XL_O"],
    ]) {
      expect([names, new Set(names.map(toUsernameKey)).size]).toEqual([names, 1]);
    }
  });

  test("[AC3] differs for names that can be told apart", () => {
    const names = ["ada", "adah", "ad", "ada-", "-ada", "a-da", "a--da", "ada2", "ada5", "adas", "ida", "lda", "oda"];
    expect(new Set(names.map(toUsernameKey)).size).toBe(names.length);
  });

  test("[AC3] of every two characters is the same exactly within a group of look-alikes", () => {
    const groups = [
      ["0", "o", "O"],
      ["1", "l", "L"],
      [".", "_", "-"],
    ];
    const areAlike = (a: string, b: string) =>
      a.toLowerCase() === b.toLowerCase() || groups.some((group) => group.includes(a) && group.includes(b));
    for (const a of characters) {
      for (const b of characters) {
        expect([a, b, toUsernameKey(`x${a}y`) === toUsernameKey(`x${b}y`)]).toEqual([a, b, areAlike(a, b)]);
      }
    }
  });

  test("has a key that is itself, and the length of the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...characters), minLength: 2, maxLength: 32 }), (name) => {
        const key = toUsernameKey(name);
        expect(toUsernameKey(key)).toBe(key);
        expect(key).toHaveLength(name.length);
        expect(toUsernameKey(name.toUpperCase())).toBe(key);
      }),
    );
  });
});
