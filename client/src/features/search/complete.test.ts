import { expect, test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import { complete, listCompletions, wordAt } from "./complete.ts";

const room = (slug: string, name: string) => ({ slug, name, kind: "public" }) as Room;
const person = (username: string, displayName: string) => ({ username, displayName }) as User;
const rooms = [room("boats", "Boats"), room("general", "General")];
const people = [person("ada", "Ada Lindqvist"), person("lin", "Lin Ortega")];
const labels = (word: string) => listCompletions(word, rooms, people).map(({ label }) => label);

test("[SE4] filters complete from their beginning, and their values from what there is", () => {
  expect(labels("fr")).toEqual(["from:"]);
  expect(labels("-h")).toEqual(["-has:"]);
  expect(labels("from:")).toEqual(["from:me", "from:ada", "from:lin"]);
  expect(labels("from:@or")).toEqual([]);
  expect(labels("from:Li")).toEqual(["from:lin"]);
  expect(labels("-in:#b")).toEqual(["-in:boats"]);
  expect(labels("has:")).toEqual(["has:link", "has:file", "has:reaction"]);
  for (const word of ["", "tea", "https://x", "before:20"]) expect(labels(word)).toEqual([]);
});

test("a completion takes the place of the word at the caret", () => {
  expect(wordAt("tea fr boats", 6)).toBe("fr");
  expect(complete("tea fr boats", 6, { text: "from:", label: "", hint: "" })).toEqual(["tea from: boats", 9]);
  expect(complete("in:b  x", 4, { text: "in:boats ", label: "", hint: "" })).toEqual(["in:boats x", 9]);
});
