import { expect, test } from "bun:test";
import { describeTyping } from "./typing-words.ts";

test("names up to three people who are typing", () => {
  const people = ["Ada", "Lin", "Sam", "Yuki"].map((displayName) => ({ displayName }));
  expect([0, 1, 2, 3, 4].map((count) => describeTyping(people.slice(0, count)))).toEqual([
    "",
    "Ada is typing",
    "Ada and Lin are typing",
    "Ada, Lin and Sam are typing",
    "Several people are typing",
  ]);
});
