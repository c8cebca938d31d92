import { createHash } from "node:crypto";
import type { Log, SharedBuckets } from "../app.ts";
import type { Redis } from "./redis.ts";

/** Whoever tries something must not wait for a Redis that says nothing. */
const answerMs = 500;

/** As in one process: `saved` is in milliseconds of gaining. The time is Redis's own, the same for all nodes. */
const takeScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local every = tonumber(ARGV[2])
  local full = ARGV[1] * every
  local level = redis.call('HMGET', KEYS[1], 'saved', 'at')
  local saved = full
  if level[1] then saved = math.min(full, level[1] + math.max(0, now - level[2])) end
  local wait = 0
  if saved >= every then saved = saved - every else wait = every - saved end
  redis.call('HSET', KEYS[1], 'saved', saved, 'at', now)
  redis.call('PEXPIRE', KEYS[1], full - saved + 1000)
  return wait`;

/** Buckets in Redis. Their names are hashed: who tried to sign in is nobody's business there. */
export function openRedisBuckets(redis: Redis, prefix: string, log: Log): SharedBuckets {
  return {
    async take(name, { burst, everyMs }) {
      const line = redis.line;
      if (!line) return null;
      const key = `${prefix}bucket:${createHash("sha256").update(name).digest("base64url")}`;
      const taken = line.commands
        .eval(takeScript, { keys: [key], arguments: [String(burst), String(everyMs)] })
        .then(Number)
        .catch((error: unknown) => {
          log.warn("buckets.failed", { error: String(error) });
          return null;
        });
      return Promise.race([taken, new Promise<null>((resolve) => setTimeout(resolve, answerMs, null))]);
    },
  };
}
