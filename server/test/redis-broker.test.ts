import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BrokerEngine, brokerContract, Listener } from "../src/fanout/contract/broker.ts";
import { Redis, RedisRefusal } from "../src/fanout/redis.ts";
import { joinRedis } from "../src/fanout/redis-broker.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

const log = { info() {}, warn() {}, error() {} };

let server: RedisServer;
/** Redis 6.2 has no sharded channels; this one has had them taken away. */
let older: RedisServer;
let opened = 0;

beforeAll(async () => {
  [server, older] = await Promise.all([startRedis(), startRedis("--rename-command", "SSUBSCRIBE", "")]);
});
afterAll(() => Promise.all([server, older].map((each) => each[Symbol.asyncDispose]())));

function engineOn(url: string): BrokerEngine {
  const prefix = `test:${++opened}:`;
  const lines: Redis[] = [];
  return {
    async join(events) {
      const redis = await Redis.open(url, log);
      return joinRedis({ redis, prefix, node: `N${lines.push(redis)}`, events, log });
    },
    async dispose() {
      await Promise.all(lines.map((redis) => redis.close()));
    },
  };
}

brokerContract("Redis", () => engineOn(server.url));
brokerContract("Redis without sharded channels", () => engineOn(older.url));

describe("when Redis fails", () => {
  const withPair = async (act: (server: RedisServer, one: Listener, two: Listener) => Promise<void>) => {
    await using own = await startRedis();
    const engine = engineOn(own.url);
    const [one, two] = await Promise.all([Listener.join(engine), Listener.join(engine)]);
    await Promise.all([one.follow("nodes"), two.follow("room:R1", "user:U1")]);
    await act(own, one, two);
    await Promise.all([one.broker.close(), two.broker.close()]);
    await engine.dispose();
  };
  const isUp = async (...nodes: readonly Listener[]) => {
    for (const node of nodes) while (!node.broker.isUp) await Bun.sleep(10);
  };
  const isDown = async (...nodes: readonly Listener[]) => {
    for (const node of nodes) while (node.broker.isUp) await Bun.sleep(10);
  };
  /** Waits until it is told again of everything that it follows, and then is heard. */
  const isBack = async (one: Listener, two: Listener, from: number) => {
    await two.until(() => ["room:R1", "user:U1"].every((each) => two.following.indexOf(each as never, from) >= 0));
    await isUp(one, two);
    one.publish("room:R1", "back");
    await two.until(() => two.heard.includes("room:R1 back"));
  };

  test("killed and started again, it is down, then up, and everything that was followed is followed", () =>
    withPair(async (redis, one, two) => {
      await isUp(one, two);
      const from = two.following.length;
      await redis.kill();
      await isDown(one, two);
      one.publish("room:R1", "lost");
      two.broker.unfollow("user:U1");
      two.broker.follow("room:R2");
      two.broker.follow("user:U1");
      await redis.start();
      await isBack(one, two, from);
      await two.until(() => two.following.includes("room:R2"));
      expect(two.heard).toEqual(["room:R1 back"]);
    }));

  test("a subscription that was ended behind its back is made again", () =>
    withPair(async (redis, one, two) => {
      await isUp(one, two);
      const from = two.following.length;
      await redis.command("CLIENT", "KILL", "TYPE", "pubsub");
      await isBack(one, two, from);
    }));

  test("halted, it counts as down before long, and what was followed is looked at again once it goes on", () =>
    withPair(async (redis, one, two) => {
      await isUp(one, two);
      const from = two.following.length;
      const haltedAt = performance.now();
      redis.halt();
      await isDown(one, two);
      expect(performance.now() - haltedAt).toBeLessThan(3000);
      redis.go();
      await isBack(one, two, from);
    }));

  test("not there at the start, it is waited for", async () => {
    await using own = await startRedis();
    await own.kill();
    const engine = engineOn(own.url);
    const node = await Listener.join(engine);
    node.broker.follow("room:R1");
    expect(node.broker.isUp).toBe(false);
    await own.start();
    await node.until(() => node.following.includes("room:R1"));
    await node.broker.close();
    await engine.dispose();
  });

  test("taking a connection and saying nothing, it is not waited for at the start, and joined when it speaks", async () => {
    await using own = await startRedis();
    own.halt();
    const engine = engineOn(own.url);
    const node = await Listener.join(engine);
    node.broker.follow("room:R1");
    expect(node.broker.isUp).toBe(false);
    own.go();
    await node.until(() => node.following.includes("room:R1"));
    await node.broker.close();
    await engine.dispose();
  });

  test("a wrong password is a refusal, not a reason to wait", async () => {
    await using own = await startRedis("--requirepass", "secret");
    await expect(Redis.open(own.url, log)).rejects.toBeInstanceOf(RedisRefusal);
    await expect(Redis.open(own.url.replace("//", "//:wrong@"), log)).rejects.toBeInstanceOf(RedisRefusal);
    const redis = await Redis.open(own.url.replace("//", "//:secret@"), log);
    expect(redis.line).not.toBe(null);
    await redis.close();
  });

  test("a cluster is a refusal", async () => {
    await using own = await startRedis("--cluster-enabled", "yes");
    await expect(Redis.open(own.url, log)).rejects.toThrow("Cluster");
  });
});
