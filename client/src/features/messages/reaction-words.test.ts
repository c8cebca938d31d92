import { expect, test } from "bun:test";
import { whoReacted } from "./reaction-words.ts";

test("up to three are named", () => {
  expect(whoReacted(["Ada"], 1)).toBe("Ada");
  expect(whoReacted(["Ada", "Lin"], 2)).toBe("Ada and Lin");
  expect(whoReacted(["Ada", "Lin", "Sam"], 3)).toBe("Ada, Lin and Sam");
});

test("of more, two are named and the others counted", () => {
  expect(whoReacted(["Ada", "Lin", "Sam", "Noor", "Kim"], 5)).toBe("Ada, Lin and 3 more");
  expect(whoReacted(["Ada", "Lin", "Sam"], 900)).toBe("Ada, Lin and 898 more");
});

test("who is not known is counted", () => {
  expect(whoReacted([], 1)).toBe("One person");
  expect(whoReacted([], 2)).toBe("2 people");
  expect(whoReacted(["Ada"], 2)).toBe("Ada and 1 more");
});
