import { describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relate } from "@parley/protocol/apply";
import type { ServerFrame } from "@parley/protocol/frames";
import { type Message, type Room, roomTopic, type Session } from "@parley/protocol/model";
import { startProxy } from "../../torture/src/proxy.ts";
import { testCluster } from "../src/store/postgres/test-cluster.ts";
import { Person, startServer, type TestConfig, type TestServer, type TestSocket } from "./harness.ts";
import { startProgram, temporaryFolder } from "./program.ts";
import { startRedis } from "./redis-server.ts";

/** Two nodes on one PostgreSQL and one Redis, and the people on the first of them. */
async function startPair(more: TestConfig = {}) {
  const [redis, database] = await Promise.all([
    startRedis(),
    testCluster().then((cluster) => cluster.createDatabase()),
  ]);
  const config = { databaseUrl: database.url, redisUrl: redis.url, ...more };
  const one = await startServer(config);
  const two = await startServer(config);
  const ada = await one.signUp("ada");
  const lin = await one.signUp("lin");
  const room = await ada.createRoom("Committee", "private");
  await ada.bring(lin, room);
  return {
    redis,
    database,
    one,
    two,
    ada,
    lin,
    room,
    async [Symbol.asyncDispose]() {
      await Promise.all([one, two].map((server) => server[Symbol.asyncDispose]()));
      await Promise.all([redis, database].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

/** The same person with the same session, on another node. */
const on = ({ url }: { readonly url: string }, { user, cookie }: Person) => new Person(url, user, cookie);

const messagesOf = (socket: TestSocket, room: Room): readonly Message[] =>
  socket.deltas(roomTopic(room.id)).flatMap(({ messages = [] }) => messages);

const contentsOf = (socket: TestSocket, room: Room) => messagesOf(socket, room).map(({ content }) => content);

const heard = (socket: TestSocket, content: string) =>
  socket.find(
    (frame) => frame.type === "delta" && (frame.messages ?? []).some((message) => message.content === content),
  );

/** Each change once, in the order of its number, and nothing between left out. */
function requireInOrder(socket: TestSocket, room: Room): void {
  let position: number | null = null;
  for (const delta of socket.deltas(roomTopic(room.id))) {
    if (position !== null && delta.to !== delta.from) {
      expect([delta.from, delta.to, relate(position, delta)]).toEqual([delta.from, delta.to, "next"]);
    }
    position = Math.max(position ?? 0, delta.to);
  }
  const ids = messagesOf(socket, room).map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
}

async function isReady({ url }: TestServer, ready: boolean): Promise<void> {
  while ((await fetch(`${url}/readyz`)).ok !== ready) await Bun.sleep(20);
}

/** How long it takes until it is done. */
async function timeOf(act: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await act;
  return performance.now() - from;
}

describe("two nodes on one PostgreSQL and one Redis", () => {
  test("[ND1] what is said on either reaches the sockets of both, once and in one order", async () => {
    await using pair = await startPair();
    const { one, two, ada, lin, room } = pair;
    using first = await ada.connect();
    using second = await on(two, lin).connect();
    await Promise.all([ada, on(two, lin)].map((person) => person.send(room, `hello of ${person.user.username}`)));
    const sent: Promise<unknown>[] = [];
    for (let n = 0; n < 200; n++) {
      const [person, server] = n % 2 === 0 ? ([ada, one] as const) : ([lin, two] as const);
      sent.push(on(server, person).send(room, `message ${n}`));
      if (sent.length % 20 === 0) await Promise.all(sent);
    }
    await Promise.all(sent);
    await ada.send(room, "last");
    await Promise.all([heard(first, "last"), heard(second, "last")]);
    for (const socket of [first, second]) {
      requireInOrder(socket, room);
      expect(messagesOf(socket, room)).toHaveLength(203);
    }
    expect(contentsOf(first, room)).toEqual(contentsOf(second, room));
    await two.restart();
    using again = await on(two, lin).connect();
    await ada.send(room, "after a restart");
    await heard(again, "after a restart");
  }, 60_000);

  test("[ND1] a room that one comes into by another node is followed from there on", async () => {
    await using pair = await startPair();
    const { two, ada, lin } = pair;
    using socket = await on(two, lin).connect();
    const garden = await ada.createRoom("Garden", "private");
    await ada.bring(lin, garden);
    await ada.send(garden, "who waters today?");
    await socket.find((frame) => frame.type === "delta" && frame.topic === roomTopic(garden.id));
    await ada.send(garden, "and tomorrow?");
    await heard(socket, "and tomorrow?");
    expect(Object.keys(await socket.heads())).toContain(roomTopic(garden.id));
  });

  test("[ND2] who is removed, loses a role or a session on one node has lost it on the other within two seconds", async () => {
    await using pair = await startPair();
    const { one, two, ada, lin, room } = pair;
    const linOnTwo = on(two, lin);
    using socket = await linOnTwo.connect();
    const setRole = async (role: string) => {
      await ada.ok("PATCH", `/api/admin/users/${lin.user.id}`, { role });
      const told = (frame: ServerFrame) => frame.type === "delta" && frame.topic === `user:${lin.user.id}`;
      return await timeOf(socket.find((frame) => told(frame) && JSON.stringify(frame).includes(`"role":"${role}"`)));
    };
    const removeOne = async () => {
      const { id } = await ada.send(room, "to be removed");
      return (await socket.request({ type: "message.delete", room: room.id, id })).error?.code;
    };
    expect(await setRole("admin")).toBeLessThan(2000);
    expect(await removeOne()).toBeUndefined();
    expect(await setRole("member")).toBeLessThan(2000);
    expect(await removeOne()).toBe("not_allowed");

    await ada.ok("DELETE", `/api/rooms/${room.id}/members/${lin.user.id}`);
    const left = socket.find(
      (frame) => frame.type === "delta" && (frame.memberships ?? []).some(({ leftAt }) => leftAt !== undefined),
    );
    expect(await timeOf(left)).toBeLessThan(2000);
    await ada.send(room, "not for lin");
    expect((await socket.request({ type: "typing", room: room.id })).error?.code).toBe("not_found");
    await socket.settle();
    expect(contentsOf(socket, room)).not.toContain("not for lin");
    expect(Object.keys(await socket.heads())).not.toContain(roomTopic(room.id));

    const { sessions } = await lin.ok<{ sessions: Session[] }>("GET", "/api/sessions");
    const [own] = sessions;
    await on(one, lin).ok("DELETE", `/api/sessions/${own?.id}`);
    expect(await timeOf(socket.closed)).toBeLessThan(2000);
    expect((await socket.closed).code).toBe(4001);
    expect(await linOnTwo.refusal("GET", "/api/me")).toBe("not_signed_in");
  });

  test("[SO11] typing on one is shown on the other", async () => {
    await using pair = await startPair();
    const { two, ada, lin, room } = pair;
    using first = await ada.connect();
    using second = await on(two, lin).connect();
    await ada.send(room, "hello");
    await heard(second, "hello");
    await first.request({ type: "typing", room: room.id });
    const shown = await second.find((frame) => frame.type === "typing");
    expect(shown).toEqual({ type: "typing", room: room.id, user: ada.user.id });
  });

  test("[ND5] who is here on one is here on the other, and in the overview of both", async () => {
    await using pair = await startPair();
    const { one, two, ada, lin } = pair;
    for (const server of [one, two]) server.clock.advance(10_000);
    using first = await ada.connect();
    await first.request({ type: "presence.watch", users: [lin.user.id] });
    const seen = (presence: string, from: number) =>
      first.find((frame: ServerFrame) => frame.type === "presence" && frame.users[lin.user.id] === presence, from);
    const second = await on(two, lin).connect();
    await seen("online", 0);
    await second.request({ type: "presence", active: false });
    await seen("away", 0);
    for (const server of [one, two]) {
      let here = { people: 0, connections: 0 };
      while (here.people !== 2 || here.connections !== 2) {
        ({ here } = await on(server, ada).ok<{ here: typeof here }>("GET", "/api/admin/overview"));
      }
    }
    await on(two, lin).ok("POST", "/api/auth/sign-out");
    await seen("offline", 0);
    expect((await second.closed).code).toBe(4001);
  });

  test("[ND6] who tries passwords on one node after the other is stopped as on one", async () => {
    await using pair = await startPair({ limits: true });
    const answers: number[] = [];
    for (let n = 0; n < 14; n++) {
      const server = n % 2 === 0 ? pair.one : pair.two;
      const body = { login: "ada", password: `guess ${n}` };
      answers.push((await server.stranger.request("POST", "/api/auth/sign-in", body)).status);
    }
    expect(answers.filter((status) => status === 401)).toHaveLength(10);
    expect(answers.slice(10)).toEqual([429, 429, 429, 429]);
  });
});

describe("when Redis fails", () => {
  test("[ND4] killed and started again in the middle, everything is said, heard within two seconds, and once", async () => {
    await using pair = await startPair();
    const { redis, one, two, ada, lin, room } = pair;
    using first = await ada.connect();
    using second = await on(two, lin).connect();
    const said: string[] = [];
    let slowestMs = 0;
    const talk = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const [person, server, other] = n % 2 === 0 ? ([ada, one, second] as const) : ([lin, two, first] as const);
        const content = `message ${said.length}`;
        said.push(content);
        await on(server, person).send(room, content);
        slowestMs = Math.max(slowestMs, await timeOf(heard(other, content)));
      }
    };
    await talk(10);
    expect(slowestMs).toBeLessThan(2000);
    await redis.kill();
    await Promise.all([isReady(one, false), isReady(two, false)]);
    await talk(6);
    await redis.start();
    await talk(6);
    await Promise.all([isReady(one, true), isReady(two, true)]);
    expect(slowestMs).toBeLessThan(2500);
    slowestMs = 0;
    await talk(20);
    expect(slowestMs).toBeLessThan(1000);
    for (const socket of [first, second]) {
      requireInOrder(socket, room);
      expect(contentsOf(socket, room)).toEqual(said);
    }
  }, 60_000);

  test("[ND2] while it is gone, a revocation reaches the other node within ten seconds", async () => {
    await using pair = await startPair();
    const { redis, two, ada, lin, room } = pair;
    using socket = await on(two, lin).connect();
    await redis.kill();
    await ada.ok("DELETE", `/api/rooms/${room.id}/members/${lin.user.id}`);
    const left = socket.find(
      (frame) => frame.type === "delta" && (frame.memberships ?? []).some(({ leftAt }) => leftAt),
    );
    expect(await timeOf(left)).toBeLessThan(10_000);
    await ada.send(room, "not for lin");
    await lin.ok("POST", "/api/auth/sign-out");
    expect(await timeOf(socket.closed)).toBeLessThan(10_000);
    expect(contentsOf(socket, room)).not.toContain("not for lin");
  }, 30_000);

  test("a room that another node has just let someone into is not gone, and comes with what is said in it", async () => {
    await using pair = await startPair();
    const { redis, one, two, ada, lin } = pair;
    using socket = await on(two, lin).connect();
    await redis.kill();
    await isReady(two, false);
    const garden = await ada.createRoom("Garden", "private");
    await on(one, ada).bring(lin, garden);
    const topic = roomTopic(garden.id);
    expect(await socket.request({ type: "resume", topics: { [topic]: 0 } })).toMatchObject({ gone: [] });
    await ada.send(garden, "who waters today?");
    await socket.find((frame) => frame.type === "delta" && frame.topic === topic);
    const { messages, head } = await on(two, lin).messages(garden);
    expect(messages.map(({ content }) => content)).toEqual(["who waters today?"]);
    while ((await socket.heads())[topic] !== head) await Bun.sleep(20);
  });

  test("not there at the start, the node serves, says that it is not ready, and joins when it is there", async () => {
    await using redis = await startRedis();
    await redis.kill();
    await using database = await (await testCluster()).createDatabase();
    await using server = await startServer({ databaseUrl: database.url, redisUrl: redis.url });
    const ada = await server.signUp("ada");
    const room = await ada.createRoom("Alone");
    expect((await ada.send(room, "one")).id).toBe(1);
    await isReady(server, false);
    await redis.start();
    await isReady(server, true);
  });

  test("with a wrong password the start is refused, and the reason does not tell it", async () => {
    await using redis = await startRedis("--requirepass", "right");
    await using database = await (await testCluster()).createDatabase();
    const redisUrl = redis.url.replace("//", "//:wrong@");
    const refused = startServer({ databaseUrl: database.url, redisUrl });
    await expect(refused).rejects.toThrow(/Redis at REDIS_URL cannot be used: WRONGPASS/);
  });
});

describe("when a node fails", () => {
  test("[ND3] [ND5] killed, it takes nobody's message with it, and its people are gone within 45 s", async () => {
    await using redis = await startRedis();
    await using database = await (await testCluster()).createDatabase();
    await using folder = await temporaryFolder();
    await using server = await startServer({ databaseUrl: database.url, redisUrl: redis.url });
    const program = await startProgram({ DATABASE_URL: database.url, REDIS_URL: redis.url }, folder.path);
    const ada = await server.signUp("ada");
    const lin = await server.signUp("lin");
    const room = await ada.createRoom("Committee", "private");
    await ada.bring(lin, room);
    server.clock.advance(10_000);
    using watcher = await ada.connect();
    await watcher.request({ type: "presence.watch", users: [lin.user.id] });
    const seen = (presence: string) =>
      watcher.find((frame: ServerFrame) => frame.type === "presence" && frame.users[lin.user.id] === presence);
    using socket = await on(program, lin).connect();
    await seen("online");
    const acknowledged: string[] = [];
    const talking = (async () => {
      for (let n = 0; ; n++) {
        await socket.send(room, `message ${n}`);
        acknowledged.push(`message ${n}`);
        if (n === 30) program.kill("SIGKILL");
      }
    })();
    await expect(talking).rejects.toThrow();
    await program.ended;
    // Whatever was acknowledged is there, whether the node could still tell the other one or not.
    const last = acknowledged.at(-1) ?? "";
    expect(acknowledged.length).toBeGreaterThan(30);
    expect(await timeOf(heard(watcher, last))).toBeLessThan(12_000);
    requireInOrder(watcher, room);
    expect(contentsOf(watcher, room)).toEqual(expect.arrayContaining(acknowledged));
    for (let ms = 0; ms < 40_000; ms += 5000) {
      server.clock.advance(5000);
      await watcher.settle();
    }
    await seen("offline");
  }, 60_000);

  test("[ND7] cut off from Redis and the database alike, it sends its clients to the others within 15 s", async () => {
    await using redis = await startRedis();
    await using database = await (await testCluster()).createDatabase();
    const url = new URL(database.url);
    const folder = await mkdtemp(join(tmpdir(), "parley-cut-"));
    await mkdir(folder, { recursive: true });
    const socketFile = ".s.PGSQL.5432";
    await using proxy = await startProxy(
      join(folder, socketFile),
      join(url.searchParams.get("host") ?? "", socketFile),
    );
    url.searchParams.set("host", folder);
    await using server = await startServer({ databaseUrl: url.href, redisUrl: redis.url });
    const ada = await server.signUp("ada");
    using socket = await ada.connect();
    await isReady(server, true);
    proxy.cut();
    await redis.kill();
    expect(await timeOf(socket.closed)).toBeLessThan(15_000);
    expect((await socket.closed).code).toBe(1012);
    expect(JSON.parse((await socket.closed).reason).retryInMs).toBeGreaterThan(0);
    using refused = ada.openSocket();
    expect((await refused.closed).code).not.toBe(1000);
    proxy.mend();
    await redis.start();
    await isReady(server, true);
    using again = await ada.connect();
    await again.settle();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
});
