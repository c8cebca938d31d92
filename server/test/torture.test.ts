import { expect, test } from "bun:test";
import { relate } from "@parley/protocol/apply";
import type { DeltaFrame } from "@parley/protocol/frames";
import { type Message, type Room, roomTopic, type Seq } from "@parley/protocol/model";
import { testCluster } from "../src/store/postgres/test-cluster.ts";
import { Person, startServer, type TestSocket } from "./harness.ts";
import { type Program, startProgram, temporaryFolder } from "./program.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/** Longer for a release: the same faults, for as long as one likes. */
const seconds = Number(process.env.PARLEY_TORTURE_SECONDS ?? 8);
const nodeCount = 3;
const talkers = 6;
const patienceMs = 2000;

/** The nodes of a cluster, some of which may be down. */
class Cluster {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #nodes: (Program | null)[] = [];

  constructor(environment: Readonly<Record<string, string>>, folder: string) {
    this.#environment = environment;
    this.#folder = folder;
  }

  async start(index: number): Promise<void> {
    this.#nodes[index] = await startProgram(this.#environment, this.#folder);
  }

  async kill(index: number): Promise<void> {
    const node = this.#nodes[index];
    this.#nodes[index] = null;
    node?.kill("SIGKILL");
    await node?.ended;
  }

  /** One that is up, if there is one. */
  any(): Program | null {
    const up = this.#nodes.filter((node) => node !== null);
    return up[Math.floor(Math.random() * up.length)] ?? null;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((_, index) => this.kill(index)));
  }
}

/**
 * What a client does, as short as it can be: says things under a key of its own until they are acknowledged, applies
 * deltas that continue its position, and resumes when something is missing or it was away.
 */
class Talker {
  readonly acknowledged = new Map<string, number>();
  readonly messages = new Map<number, Message>();
  /** Messages that came again although nothing of them had changed, or that moved. */
  readonly faults: string[] = [];
  position: Seq = 0;
  stopped = false;
  readonly #cluster: Cluster;
  readonly #person: Person;
  readonly #room: Room;
  #socket: TestSocket | null = null;

  constructor(cluster: Cluster, person: Person, room: Room) {
    this.#cluster = cluster;
    this.#person = person;
    this.#room = room;
  }

  /** Talks until it is stopped, and everything that it has said is acknowledged. */
  async talk(): Promise<void> {
    for (let n = 0; !this.stopped; n++) {
      const key = `${this.#person.user.username}-${n}`;
      while (!this.acknowledged.has(key)) await this.#say(key).catch(() => this.#disconnect());
      await Bun.sleep(5);
    }
  }

  /** Resolves when it has everything up to `head`, by what reaches it or by what a heartbeat tells. */
  async reach(head: Seq): Promise<void> {
    while (this.position < head) {
      await this.#connected()
        .then((socket) => patient(this.#heartbeat(socket)))
        .catch(() => this.#disconnect());
      await Bun.sleep(50);
    }
    this.#disconnect();
  }

  async #say(clientMessageId: string): Promise<void> {
    const socket = await this.#connected();
    const message = await patient(socket.send(this.#room, clientMessageId, clientMessageId));
    this.acknowledged.set(clientMessageId, message.id);
  }

  async #connected(): Promise<TestSocket> {
    if (this.#socket) return this.#socket;
    const node = this.#cluster.any();
    if (!node) throw new Error("no node is up");
    const socket = new Person(node.url, this.#person.user, this.#person.cookie).openSocket();
    this.#socket = socket;
    void socket.closed.then(() => {
      if (this.#socket === socket) this.#socket = null;
    });
    void this.#listen(socket);
    await patient(socket.welcome());
    await patient(this.#resume(socket));
    return socket;
  }

  #disconnect(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  async #listen(socket: TestSocket): Promise<void> {
    const topic = roomTopic(this.#room.id);
    let from = 0;
    const next = (frame: unknown): frame is DeltaFrame => {
      from++;
      return (frame as DeltaFrame).type === "delta" && (frame as DeltaFrame).topic === topic;
    };
    for (;;) {
      const delta = await socket.find(next, from).catch(() => null);
      if (!delta || this.#socket !== socket) return;
      const relation = relate(this.position, delta);
      if (relation === "next") this.#apply(delta);
      else if (relation === "gap") void patient(this.#resume(socket)).catch(() => {});
    }
  }

  #apply({ messages = [], to }: DeltaFrame): void {
    for (const message of messages) {
      const known = this.messages.get(message.id);
      if (known && known.content !== message.content) this.faults.push(`#${message.id} has become another`);
      this.messages.set(message.id, message);
    }
    this.position = to;
  }

  async #resume(socket: TestSocket): Promise<void> {
    await socket.request({ type: "resume", topics: { [roomTopic(this.#room.id)]: this.position } });
  }

  async #heartbeat(socket: TestSocket): Promise<void> {
    const heads = await socket.heads();
    if ((heads[roomTopic(this.#room.id)] ?? 0) > this.position) await this.#resume(socket);
  }
}

function patient<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([answer, Bun.sleep(patienceMs).then(() => Promise.reject<T>(new Error("it takes too long")))]);
}

const faults: readonly ((cluster: Cluster, redis: RedisServer, node: number) => Promise<void>)[] = [
  async (cluster, _, node) => {
    await cluster.kill(node);
    await cluster.start(node);
  },
  async (_, redis) => {
    await redis.kill();
    await Bun.sleep(700);
    await redis.start();
  },
  async (_, redis) => void (await redis.command("CLIENT", "KILL", "TYPE", "pubsub")),
  async (_, redis) => void (await redis.command("FLUSHALL")),
  async (_, redis) => {
    redis.halt();
    await Bun.sleep(2500);
    redis.go();
  },
];

test(
  "[ND3] [ND4] nodes are killed and Redis fails all the while, and nothing is lost, doubled or moved",
  async () => {
    await using redis = await startRedis();
    await using database = await (await testCluster()).createDatabase();
    await using folder = await temporaryFolder();
    await using server = await startServer({ databaseUrl: database.url });
    const cluster = new Cluster({ DATABASE_URL: database.url, REDIS_URL: redis.url }, folder.path);
    const ada = await server.signUp("ada");
    const room = await ada.createRoom("Noise");
    const clients: Talker[] = [];
    for (let n = 0; n < talkers; n++) {
      const person = await server.signUp(`talker-${n}`);
      await person.ok("PUT", `/api/rooms/${room.id}/membership`);
      clients.push(new Talker(cluster, person, room));
    }
    for (let node = 0; node < nodeCount; node++) await cluster.start(node);
    const talking = Promise.all(clients.map((client) => client.talk()));
    const until = performance.now() + seconds * 1000;
    let count = 0;
    while (performance.now() < until) {
      await faults[count % faults.length]?.(cluster, redis, count % nodeCount);
      await Bun.sleep(500);
      count++;
    }
    for (const client of clients) client.stopped = true;
    await talking;

    const written: Message[] = [];
    for (let after = 0; ; after = written.at(-1)?.id ?? 0) {
      const { messages } = await ada.messages(room, `?after=${after}&limit=100`);
      if (messages.length === 0) break;
      written.push(...messages);
    }
    const { head } = await ada.messages(room);
    await Promise.all(clients.map((client) => client.reach(head)));
    const said = clients.flatMap(({ acknowledged }) => [...acknowledged]);
    expect(said.length).toBeGreaterThan(seconds * 2);
    expect(written.map(({ id }) => id)).toEqual(written.map((_, index) => index + 1));
    expect(written.map(({ content, id }) => [content, id]).sort()).toEqual(said.sort());
    for (const { messages, faults: found } of clients) {
      expect(found).toEqual([]);
      expect([...messages.values()].sort((a, b) => a.id - b.id).map(({ content }) => content)).toEqual(
        written.map(({ content }) => content),
      );
    }
    await cluster.stop();
  },
  (seconds + 120) * 1000,
);
