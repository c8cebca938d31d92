import { expect, test } from "bun:test";
import { createAttempt } from "./attempt.ts";

const explain = (error: unknown) => `Sorry: ${error instanceof Error ? error.message : "?"}`;

test("an attempt is busy until it ends, says what went wrong, and forgets it with the next one", async () => {
  const attempt = createAttempt(explain);
  const { promise, reject } = Promise.withResolvers<void>();
  const first = attempt(() => promise);
  expect([attempt.busy(), attempt.problem()]).toEqual([true, undefined]);
  reject(new Error("no"));
  await first;
  expect([attempt.busy(), attempt.problem()]).toEqual([false, "Sorry: no"]);
  await attempt(async () => {});
  expect([attempt.busy(), attempt.problem()]).toEqual([false, undefined]);
});

test("of attempts that overlap the last one speaks", async () => {
  const attempt = createAttempt(explain);
  const [early, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const both = [attempt(() => early.promise), attempt(() => late.promise)];
  early.reject(new Error("the first"));
  await both[0];
  expect([attempt.busy(), attempt.problem()]).toEqual([true, undefined]);
  late.reject(new Error("the second"));
  await both[1];
  expect([attempt.busy(), attempt.problem()]).toEqual([false, "Sorry: the second"]);
});
