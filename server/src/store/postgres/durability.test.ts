import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { DeltaFrame } from "@parley/protocol/frames";
import type { Room, User } from "@parley/protocol/model";
import { expectConvergence } from "../contract/convergence.ts";
import { type Engine, Stage, topicOf, value } from "../contract/stage.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-store.ts";
import { TestCluster, type TestDatabase } from "./test-cluster.ts";
import { type Cut, startProxy } from "./test-proxy.ts";

setDefaultTimeout(120_000);

/** This one syncs: what it has acknowledged must be there after it was killed. */
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const troubles: string[] = [];
const open = (url: string) =>
  openPostgresStore(url, { defaultSignUp: "open", onUnreachable: ({ message }) => troubles.push(message) });

function engineOf(database: TestDatabase, url = database.url): Engine {
  let store: PostgresStore | null = null;
  return {
    async open() {
      store = await open(url);
      return store;
    },
    statements: () => store?.counts.statements ?? 0,
    dispose: async () => {
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Every message of a room once, in order, under consecutive ids and growing seqs. */
async function expectWhole(stage: Stage, room: Room, count: number): Promise<void> {
  const answer = await stage.store.changesSince({ topic: topicOf(room), since: 1, limit: 1_000_000 });
  const messages = answer.kind === "changes" ? (answer.delta.messages ?? []) : [];
  expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  const seqs = messages.map(({ seq }) => seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(new Set(messages.map(({ clientMessageId }) => clientMessageId)).size).toBe(count);
}

const say = (stage: Stage, room: Room, user: User, key: string) =>
  stage.trySay(room, user, `content of ${key}`, { clientMessageId: key });

test("a connection cut around a commit: what was committed is acknowledged, what was not is done again", async () => {
  const database = await cluster.createDatabase();
  const cuts: Cut[] = [];
  let commits = Number.NEGATIVE_INFINITY;
  await using proxy = await startProxy(cluster.socketOf(5433), cluster.socketOf(5432), () => {
    commits += 1;
    const cut = commits % 4 === 1 ? "answer" : commits % 4 === 3 ? "request" : null;
    if (cut) cuts.push(cut);
    return cut;
  });
  const name = new URL(database.url).pathname.slice(1);
  const stage = await Stage.open(engineOf(database, cluster.urlOf(name, 5433)));
  const [ada, bob] = await stage.cast("ada", "bob");
  const general = await stage.general();
  commits = 0;
  let rounds = 0;
  // How many commits a round takes is up to the machine.
  for (; proxy.cuts <= 10; rounds++) {
    const keys = Array.from({ length: 10 }, (_, index) => `${rounds}-${index}`);
    const sent = await Promise.all(keys.map((key, index) => say(stage, general, index % 2 ? ada : bob, key)));
    expect(sent.map((outcome) => value(outcome).created)).toEqual(keys.map(() => true));
  }
  commits = Number.NEGATIVE_INFINITY;
  expect(new Set(cuts)).toEqual(new Set(["answer", "request"]));
  await expectWhole(stage, general, rounds * 10);
  await expectConvergence(stage);
  await stage.close();
});

test("a server that is killed and started again, again and again: nothing that was acknowledged is lost or doubled", async () => {
  const database = await cluster.createDatabase();
  const stage = await Stage.open(engineOf(database));
  const [ada] = await stage.cast("ada");
  const general = await stage.general();
  let sending = true;
  const acked: number[] = [];
  const unanswered: string[] = [];
  const sender = async (number: number) => {
    for (let count = 0; sending; count++) {
      const key = `${number}-${count}`;
      // Whoever is told that it cannot be done for the moment sends again, under the same key.
      for (;;) {
        const outcome = await say(stage, general, ada, key).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "unavailable" });
          return null;
        });
        if (outcome) {
          acked.push(value(outcome).message.id);
          break;
        }
        unanswered.push(key);
      }
    }
  };
  const senders = Promise.all(Array.from({ length: 8 }, (_, number) => sender(number)));
  for (let crash = 0; crash < crashes; crash++) {
    const before = acked.length;
    while (acked.length < before + 20) await Bun.sleep(5);
    await cluster.kill();
    await cluster.start();
  }
  sending = false;
  await senders;
  expect(new Set(acked).size).toBe(acked.length);
  await expectWhole(stage, general, acked.length);
  await expectConvergence(stage);
  await stage.close();
});

const crashes = 5;

test("without its server the store says so at once to who reads, and does what is written once it is back", async () => {
  const database = await cluster.createDatabase();
  const stage = await Stage.open(engineOf(database));
  const [ada] = await stage.cast("ada");
  const general = await stage.general();
  await cluster.kill();
  for (const read of [() => stage.store.getWorkspace({}), () => stage.store.listRooms({ userId: ada.id })]) {
    expect(await read().catch((error: unknown) => error)).toMatchObject({ code: "unavailable" });
  }
  expect(troubles).not.toEqual([]);
  const written = stage.say(general, ada, "soon");
  await cluster.start();
  expect((await written).id).toBe(1);
  expect(await stage.store.findMessage({ roomId: general.id, id: 1 })).toMatchObject({ content: "soon" });
  await expectConvergence(stage);
  await stage.close();
});

describe("two processes on one database", () => {
  test("write to the same rooms at once: one order, without gaps, whoever is asked", async () => {
    const database = await cluster.createDatabase();
    const stage = await Stage.open(engineOf(database));
    const people = await stage.cast("ada", "bob", "cleo");
    const rooms = [await stage.general(), await stage.createRoom(people[0], "public", people[1], people[2])];
    const other = await open(database.url);
    const heard: DeltaFrame[] = [];
    other.onCommit(({ deltas }) => heard.push(...deltas));
    const mine = stage.store;
    const write = async (store: typeof mine, number: number) => {
      const room = rooms[number % 2] as Room;
      const user = people[number % 3] as User;
      const sent = await store.appendMessage({
        roomId: room.id,
        authorId: user.id,
        content: `${number}`,
        calls: number % 5 === 0 ? ["bob"] : [],
        clientMessageId: `${number}`,
        replyTo: null,
        attachments: [],
        at: stage.at,
      });
      const { id } = value(sent).message;
      await store.putReaction({ roomId: room.id, id, userId: user.id, emoji: "👍" });
      await store.setReceipt({
        roomId: room.id,
        userId: (people[(number + 1) % 3] as User).id,
        upTo: id,
        unread: false,
      });
    };
    await Promise.all(
      Array.from({ length: 120 }, (_, number) => write(number % 2 === 0 ? mine : (other as typeof mine), number)),
    );
    const deltas = [...stage.seen, ...heard];
    for (const topic of new Set(deltas.map((delta) => delta.topic))) {
      const ranges = deltas.filter((delta) => delta.topic === topic).map(({ from, to }) => [from, to]);
      ranges.sort(([a = 0], [b = 0]) => a - b);
      let position = 0;
      for (const [from, to] of ranges) {
        expect([topic, from]).toEqual([topic, position]);
        position = to ?? 0;
      }
      expect([topic, position]).toEqual([topic, await stage.head(topic)]);
    }
    for (const room of rooms) {
      const pages = [mine, other].map((store) => store.listMessages({ roomId: room.id, cursor: {}, limit: 100 }));
      const [one, two] = await Promise.all(pages);
      expect(one).toEqual(two as typeof one);
      expect(one?.messages.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    }
    await other.close();
    await stage.close();
  });

  test("open an empty database at once, and one of them makes each step", async () => {
    await using database = await cluster.createDatabase("");
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(database.url)));
    const epochs = await Promise.all(stores.map(async (store) => (await store.getWorkspace({})).epoch));
    expect(new Set(epochs).size).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });
});
