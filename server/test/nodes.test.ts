import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relate } from "@parley/protocol/apply";
import { type Room, roomTopic, type Topic, type User, userTopic } from "@parley/protocol/model";
import type { Broker, BrokerEvents } from "../src/fanout/broker.ts";
import { MemoryBus } from "../src/fanout/broker.ts";
import { CatchUp } from "../src/fanout/catch-up.ts";
import { Encoded } from "../src/fanout/encoded.ts";
import { Nodes } from "../src/fanout/nodes.ts";
import { Redis } from "../src/fanout/redis.ts";
import { joinRedis } from "../src/fanout/redis-broker.ts";
import { register } from "../src/fanout/resume.ts";
import { type Peer, Wire } from "../src/fanout/wire.ts";
import { Stage, value } from "../src/store/contract/stage.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

const log = { info() {}, warn() {}, error() {} };

/** How the nodes of a world hear each other. */
interface Link {
  join(node: string, events: BrokerEvents): Promise<Broker>;
  close(): Promise<void>;
}

/** Several nodes on one store. Each commit is one node's own, as the test decides, and comes to the others by the link. */
class World {
  readonly stage: Stage;
  readonly nodes: { readonly wire: Wire; readonly nodes: Nodes }[] = [];
  readonly #link: Link;
  /** Whose commit is the next. */
  committing = 0;
  /** A node that commits and cannot say so any more. */
  killed = -1;
  now = 0;

  static async open(link: Link): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "parley-nodes-"));
    const onFatal = (error: Error): never => {
      throw error;
    };
    const stage = await Stage.open({
      open: () => openSqliteStore(folder, { defaultSignUp: "open", onFatal }),
      statements: () => 0,
      dispose: () => rm(folder, { recursive: true }),
    });
    return new World(stage, link);
  }

  private constructor(stage: Stage, link: Link) {
    this.stage = stage;
    this.#link = link;
    stage.store.onCommit((commit) => {
      if (this.committing !== this.killed) this.nodes[this.committing]?.wire.hub.publish(commit);
    });
  }

  async join(): Promise<void> {
    const wire = new Wire();
    const node = `N${this.nodes.length}`;
    let events: BrokerEvents | null = null;
    const broker = await this.#link.join(node, {
      onText: (channel, text) => events?.onText(channel, text),
      onFollowing: (channels) => events?.onFollowing(channels),
    });
    const nodes = new Nodes({
      node,
      hub: wire.hub,
      catchUp: new CatchUp(this.stage.store, wire.hub, log),
      join: (own) => {
        events = own;
        return broker;
      },
      onPresence: () => {},
      log,
      now: () => this.now,
    });
    wire.hub.link(nodes);
    this.nodes.push({ wire, nodes });
  }

  async connect(node: number, user: User): Promise<Peer> {
    const wire = this.#wire(node);
    const peer = wire.open(user.id);
    await register(this.stage.store, wire.hub, peer);
    return peer;
  }

  /** Writes on a node. */
  async on<T>(node: number, write: () => Promise<T>): Promise<T> {
    this.committing = node;
    return await write();
  }

  beat(): void {
    this.now += 500;
    for (const [index, { nodes }] of this.nodes.entries()) if (index !== this.killed) nodes.beat();
  }

  /** Lets the nodes beat until every topic that somebody follows is where the store is. */
  async settle(): Promise<void> {
    for (let round = 0; round < 400; round++) {
      this.beat();
      await Bun.sleep(10);
      if (await this.#isSettled()) return;
    }
    throw new Error("the nodes do not come to rest");
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ nodes }) => nodes.close()));
    await this.#link.close();
    await this.stage.close();
  }

  async #isSettled(): Promise<boolean> {
    for (const [index, { wire }] of this.nodes.entries()) {
      const heads = await this.stage.store.listHeads({ topics: wire.hub.topics() });
      if (index !== this.killed && heads.some(({ topic, head }) => wire.hub.headOf(topic) !== head)) return false;
    }
    return true;
  }

  #wire(node: number): Wire {
    const found = this.nodes[node];
    if (!found) throw new Error("there is no such node");
    return found.wire;
  }
}

let worlds = 0;

function redisLink(url: string): Link {
  const lines: Redis[] = [];
  const prefix = `world:${++worlds}:`;
  return {
    async join(node, events) {
      const redis = await Redis.open(url, log);
      lines.push(redis);
      return joinRedis({ redis, prefix, node, events, log });
    },
    close: async () => void (await Promise.all(lines.map((redis) => redis.close()))),
  };
}

/** What came of a topic, in ranges that follow each other: nothing missing, nothing twice, nothing moved. */
function requireInOrder(peer: Peer, topic: Topic): void {
  let position: number | null = null;
  for (const delta of peer.received.filter((each) => each.topic === topic && each.type === "delta")) {
    if (position !== null)
      expect([topic, delta.from, delta.to, relate(position, delta)]).toEqual([topic, delta.from, delta.to, "next"]);
    position = delta.to;
  }
}

const contents = (peer: Peer, room: Room) =>
  peer.received
    .filter(({ topic }) => topic === roomTopic(room.id))
    .flatMap(({ messages = [] }) => messages.map(({ content }) => content));

function nodesSuite(name: string, link: () => Link): void {
  describe(`nodes over ${name}`, () => {
    let world: World;
    let ada: User;
    let bob: User;
    let room: Room;
    beforeEach(async () => {
      world = await World.open(link());
      await world.join();
      await world.join();
      [ada, bob] = await world.stage.cast("ada", "bob");
      room = await world.stage.createRoom(ada, "private", bob);
    });
    afterEach(() => world.close());

    test("[ND1] what two nodes commit to one room reaches the connections of both, once and in the order of its numbers", async () => {
      const peers = [await world.connect(0, ada), await world.connect(1, bob)];
      await world.settle();
      const said: string[] = [];
      for (let n = 0; n < 200; n++) {
        const content = `message ${n}`;
        said.push(content);
        await world.on(n % 3 === 0 ? 0 : 1, () => world.stage.say(room, n % 2 === 0 ? ada : bob, content));
        if (n % 20 === 0) world.beat();
      }
      await world.settle();
      for (const peer of peers) {
        requireInOrder(peer, roomTopic(room.id));
        expect(contents(peer, room)).toEqual(said);
      }
    });

    test("[ND2] what is taken on one node is taken on the other before anything that is committed after it is delivered", async () => {
      const peer = await world.connect(1, bob);
      await world.settle();
      await world.on(0, () => world.stage.say(room, ada, "for both"));
      await world.settle();
      await world.on(0, () => world.stage.leave(room, bob));
      await world.on(0, () => world.stage.say(room, ada, "for ada"));
      await world.settle();
      expect(contents(peer, room)).toEqual(["for both"]);
      expect(peer.topics.has(roomTopic(room.id))).toBe(false);
      const other = await world.on(0, () => world.stage.createRoom(ada, "private", bob));
      await world.settle();
      await world.on(0, () => world.stage.say(other, ada, "for both again"));
      await world.settle();
      expect(contents(peer, other)).toContain("for both again");
    });

    test("[ND2] a session that is revoked on one node ends on the other", async () => {
      const peer = await world.connect(1, bob);
      await world.settle();
      const sessions = await world.stage.store.listSessions({ userId: bob.id, at: world.stage.at });
      await world.on(0, async () => value(await world.stage.store.revokeSessions(await world.stage.actOn(bob))));
      await world.settle();
      const revoked = peer.received.flatMap(({ sessions: told = [] }) => told.filter((each) => each.revokedAt));
      expect(revoked.map(({ id }) => id)).toEqual(sessions.map(({ id }) => id));
    });

    test("[ND3] what a node has committed and was killed before it told is told by the others", async () => {
      const peer = await world.connect(1, bob);
      await world.settle();
      world.killed = 0;
      await world.on(0, () => world.stage.say(room, ada, "last words"));
      await world.settle();
      expect(contents(peer, room)).toEqual(["last words"]);
    });

    test("[ND1] a delta that is too large to be sent is read from the store", async () => {
      const peer = await world.connect(1, bob);
      await world.settle();
      const topic = roomTopic(room.id);
      // Nobody is told of this commit but by the text below.
      await world.on(-1, () => world.stage.say(room, ada, "a long story"));
      const head = await world.stage.head(topic);
      const delta = { type: "delta", topic, from: head - 1, to: head, messages: [] } as const;
      world.nodes[0]?.nodes.committed([new Encoded(delta, "x".repeat(300 * 1024))]);
      await world.settle();
      expect(contents(peer, room)).toEqual(["a long story"]);
    });

    test("a topic of which nobody knows where it stands says so to its connections", async () => {
      const peer = await world.connect(1, bob);
      await world.settle();
      const joined = await world.on(0, () => world.stage.createRoom(ada, "private", bob));
      await world.on(0, () => world.stage.say(joined, ada, "hello"));
      await world.settle();
      const head = await world.stage.head(roomTopic(joined.id));
      const told = peer.received.filter(({ topic }) => topic === roomTopic(joined.id));
      expect(told.at(-1)?.to).toBe(head);
      expect(peer.received.some(({ topic, rooms }) => topic === userTopic(bob.id) && rooms)).toBe(true);
    });
  });
}

nodesSuite("a faultless bus", () => {
  const bus = new MemoryBus();
  return { join: async (_, events) => bus.join(events), close: async () => {} };
});

/** Loses, doubles and delays every so manieth text, always the same ones. */
nodesSuite("a bus that lies", () => {
  const bus = new MemoryBus();
  let count = 0;
  return {
    async join(_, events) {
      const broker = bus.join(events);
      return {
        publish(channel, said) {
          count++;
          if (count % 5 === 0) return;
          if (count % 7 === 0) setTimeout(() => broker.publish(channel, said), count % 90);
          else broker.publish(channel, said);
          if (count % 3 === 0) broker.publish(channel, said);
        },
        follow: (channel) => broker.follow(channel),
        unfollow: (channel) => broker.unfollow(channel),
        isUp: true,
        close: () => broker.close(),
      };
    },
    close: async () => {},
  };
});

describe("with a real Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  nodesSuite("Redis", () => redisLink(server.url));

  test("[ND4] killed in the middle, nothing is lost or doubled; and once it is back, texts come by themselves again", async () => {
    const world = await World.open(redisLink(server.url));
    await world.join();
    await world.join();
    const [ada, bob] = await world.stage.cast("ada", "bob");
    const room = await world.stage.createRoom(ada, "private", bob);
    const peers = [await world.connect(0, ada), await world.connect(1, bob)];
    await world.settle();
    const said: string[] = [];
    const say = async (node: number) => {
      said.push(`message ${said.length}`);
      await world.on(node, () => world.stage.say(room, ada, said.at(-1) ?? ""));
    };
    for (let n = 0; n < 120; n++) {
      if (n === 40) await server.kill();
      if (n === 80) await server.start();
      await say(n % 2);
      if (n === 79) {
        await world.settle();
        expect(world.nodes.map(({ nodes }) => nodes.areHeard)).toEqual([false, false]);
        for (const peer of peers) expect(contents(peer, room)).toEqual(said);
      }
    }
    await world.settle();
    while (!world.nodes.every(({ nodes }) => nodes.areHeard)) await Bun.sleep(10);
    await world.settle();
    await say(0);
    while (peers.some((peer) => !contents(peer, room).includes(said.at(-1) ?? ""))) await Bun.sleep(5);
    for (const peer of peers) {
      requireInOrder(peer, roomTopic(room.id));
      expect(contents(peer, room)).toEqual(said);
    }
    await world.close();
  });
});
