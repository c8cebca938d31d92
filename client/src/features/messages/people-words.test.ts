import { expect, test } from "bun:test";
import { nameSome } from "./people-words.ts";

test("up to three are named", () => {
  expect(nameSome(["Ada"], 1)).toBe("Ada");
  expect(nameSome(["Ada", "Lin"], 2)).toBe("Ada and Lin");
  expect(nameSome(["Ada", "Lin", "Sam"], 3)).toBe("Ada, Lin and Sam");
});

test("of more, two are named and the others counted", () => {
  expect(nameSome(["Ada", "Lin", "Sam", "Noor", "Kim"], 5)).toBe("Ada, Lin and 3 more");
  expect(nameSome(["Ada", "Lin", "Sam"], 900)).toBe("Ada, Lin and 898 more");
});

test("who is not known is counted", () => {
  expect(nameSome([], 1)).toBe("One person");
  expect(nameSome([], 2)).toBe("2 people");
  expect(nameSome(["Ada"], 2)).toBe("Ada and 1 more");
});
