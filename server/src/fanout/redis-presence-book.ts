import type { Presence, UserId } from "@parley/protocol/model";
import { aliveMs } from "./presence.ts";
import type { Redis, RedisClient } from "./redis.ts";
import type { PresenceBook } from "./shared-presences.ts";

/** How long a node's page outlives its last word: until the others have given it up. */
const keptMs = aliveMs + 10_000;
/** Where the version stands among the users. */
const versionField = "";
/** Fields of one command. */
const chunk = 1000;

/** Changes what is there, and nothing when nothing is. `-` stands for somebody who has gone. */
const changeScript = `
  if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return 0 end
  for i = 2, #ARGV, 2 do
    if ARGV[i + 1] == '-' then redis.call('HDEL', KEYS[1], ARGV[i])
    else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  end
  return 1`;

/** A page for each node: a hash of its users, which expires when the node says nothing more. */
export function openRedisPresenceBook(redis: Redis, prefix: string): PresenceBook {
  const key = (node: string) => `${prefix}presence:${node}`;
  const client = (): RedisClient => {
    if (!redis.line) throw new Error("Redis is not there");
    return redis.line.commands;
  };
  return {
    async change(node, version, changes) {
      const fields = [...changes].flatMap(([user, presence]) => [user, toField(presence)]);
      const args = [String(keptMs), versionField, String(version), ...fields];
      return Number(await client().eval(changeScript, { keys: [key(node)], arguments: args })) === 1;
    },
    async write(node, version, here) {
      const fields: [string, string][] = [...here].map(([user, presence]) => [user, toField(presence)]);
      const page = client().multi().del(key(node)).hSet(key(node), versionField, String(version));
      for (let from = 0; from < fields.length; from += chunk) {
        page.hSet(key(node), Object.fromEntries(fields.slice(from, from + chunk)));
      }
      await page.pExpire(key(node), keptMs).exec();
    },
    async read(node) {
      const { [versionField]: version, ...fields } = await client().hGetAll(key(node));
      if (version === undefined) return null;
      const here = new Map<UserId, Presence>();
      for (const [user, field] of Object.entries(fields)) here.set(user, field === "1" ? "online" : "away");
      return { version: Number(version), here };
    },
  };
}

function toField(presence: Presence): string {
  switch (presence) {
    case "online":
      return "1";
    case "away":
      return "0";
    case "offline":
      return "-";
  }
}
