import { afterAll, beforeAll, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { presenceContract } from "../src/fanout/contract/presences.ts";
import { Redis } from "../src/fanout/redis.ts";
import { openRedisBuckets } from "../src/fanout/redis-buckets.ts";
import { openRedisPresenceBook } from "../src/fanout/redis-presence-book.ts";
import { createLimits, type Limit, type Limits } from "../src/transport/limits.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

const log = { info() {}, warn() {}, error() {} };

let server: RedisServer;
let opened = 0;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

presenceContract("a book in Redis", async () => {
  const redis = await Redis.open(server.url, log);
  return {
    book: openRedisPresenceBook(redis, `book:${++opened}:`),
    clear: async () => void (await server.command("FLUSHALL")),
    dispose: () => redis.close(),
  };
});

test("a page of the book expires with its node", async () => {
  const redis = await Redis.open(server.url, log);
  const book = openRedisPresenceBook(redis, "expiring:");
  await book.write("N1", 1, new Map([["UA", "online"]]));
  const left = async () => Number(await server.command("PTTL", "expiring:presence:N1"));
  expect(await left()).toBeWithin(40_000, 45_001);
  await server.command("PEXPIRE", "expiring:presence:N1", "1000");
  expect(await book.change("N1", 2, new Map())).toBe(true);
  expect(await left()).toBeWithin(40_000, 45_001);
  await redis.close();
});

/** How many of these attempts are allowed, and what the first that is not is told to wait. */
async function attempt(limits: readonly Limits[], limit: Limit, key: string, count: number) {
  let allowed = 0;
  let waitMs = 0;
  for (let each = 0; each < count; each++) {
    try {
      await limits[each % limits.length]?.attempt(limit, key);
      allowed++;
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== "rate_limited") throw error;
      waitMs ||= error.retryAfterMs ?? 0;
    }
  }
  return { allowed, waitMs };
}

test("[ND6] attempts to sign in are counted over all nodes, and what is one's own on each", async () => {
  const redis = await Redis.open(server.url, log);
  const clock = { now: () => 1_800_000_000_000 };
  const nodes = [1, 2, 3].map(() => createLimits(clock, openRedisBuckets(redis, "limits:", log)));
  const tried = await attempt(nodes, "sign-in-login", "ada", 60);
  expect(tried.allowed).toBe(10);
  expect(tried.waitMs).toBeWithin(25_000, 30_001);
  expect((await attempt(nodes, "sign-in-login", "lin", 5)).allowed).toBe(5);
  expect((await attempt(nodes, "typing", "UA", 60)).allowed).toBe(18);
  expect(await server.command("KEYS", "*ada*")).toEqual([]);
  await redis.close();
});

test("[ND6] while Redis is gone, or says nothing, each node counts for itself", async () => {
  await using own = await startRedis();
  const redis = await Redis.open(own.url, log);
  const limits = createLimits({ now: () => 1_800_000_000_000 }, openRedisBuckets(redis, "limits:", log));
  expect((await attempt([limits], "sign-in-login", "ada", 4)).allowed).toBe(4);
  own.halt();
  expect((await attempt([limits], "sign-in-login", "ada", 1)).allowed).toBe(1);
  await own.kill();
  expect((await attempt([limits], "sign-in-login", "ada", 20)).allowed).toBe(5);
  await redis.close();
});
