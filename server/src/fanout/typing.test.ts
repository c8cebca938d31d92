import { expect, test } from "bun:test";
import { TypingBounds } from "./typing.ts";

const told = (bounds: TypingBounds, users: readonly string[], audience: number, now: number) =>
  users.filter((user) => bounds.admits("room:R1", user, audience, now));

test("[TY1] one writer is told of once in two and a half seconds, however often they say so", () => {
  const bounds = new TypingBounds();
  let frames = 0;
  for (let now = 0; now < 10_000; now += 10) frames += told(bounds, ["UA"], 10, now).length;
  expect(frames).toBe(4);
});

test("[TY1] of a crowd that writes at once four are told of, and others when those have stopped", () => {
  const bounds = new TypingBounds();
  const crowd = Array.from({ length: 1000 }, (_, n) => `U${n}`);
  expect(told(bounds, crowd, 100, 0)).toEqual(["U0", "U1", "U2", "U3"]);
  expect(told(bounds, crowd.slice(4), 100, 5999)).toEqual([]);
  expect(told(bounds, crowd.slice(4), 100, 6000)).toHaveLength(4);
});

test("[TY1] a room that many follow is told of writers once a second", () => {
  const bounds = new TypingBounds();
  const crowd = Array.from({ length: 1000 }, (_, n) => `U${n}`);
  let frames = 0;
  for (let now = 0; now < 60_000; now += 100) frames += told(bounds, crowd, 101, now).length;
  expect(frames).toBeLessThanOrEqual(60);
  expect(frames).toBeGreaterThan(20);
});

test("[TY2] after their message a writer's next one is told at once, and their place is free", () => {
  const bounds = new TypingBounds();
  expect(told(bounds, ["UA", "UB", "UC", "UD", "UE"], 10, 0)).toEqual(["UA", "UB", "UC", "UD"]);
  bounds.ended("room:R1", "UA");
  expect(told(bounds, ["UE"], 10, 1)).toEqual(["UE"]);
  bounds.ended("room:R1", "UB");
  expect(told(bounds, ["UB"], 10, 2)).toEqual(["UB"]);
});
