import { expect, test } from "bun:test";
import { createRandom } from "./random.ts";

const draw = (seed: string) => {
  const random = createRandom(seed);
  return Array.from({ length: 50 }, () => random.between(0, 1_000_000));
};

test("the same seed gives the same numbers, another one others", () => {
  expect(draw("7")).toEqual(draw("7"));
  expect(draw("7")).not.toEqual(draw("8"));
});

test("what a fork draws does not change what its parent gives", () => {
  const random = createRandom("7");
  const fork = random.fork("talker 1");
  fork.next();
  expect([random.next(), random.next()]).toEqual((({ next }) => [next(), next()])(createRandom("7")));
  expect(createRandom("7").fork("talker 1").next()).not.toBe(createRandom("7").fork("talker 2").next());
});

test("bounds are included, and every choice comes up", () => {
  const random = createRandom("7");
  const numbers = new Set(Array.from({ length: 500 }, () => random.between(3, 5)));
  expect([...numbers].sort()).toEqual([3, 4, 5]);
  expect(new Set(Array.from({ length: 500 }, () => random.pick(["a", "b"])))).toEqual(new Set(["a", "b"]));
});
