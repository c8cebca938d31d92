import { expect, test } from "bun:test";
import type { Room } from "@parley/protocol/model";
import { type Person, startWithCast } from "../../server/test/harness.ts";
import { loadView } from "../../server/test/view.ts";
import { connect, type HeadlessClient, type HeadlessEvent, type HeadlessOptions } from "../src/headless-client.ts";
import { openSocketWithToken, signIn } from "../src/session.ts";
import type { OpenSocket } from "../src/socket.ts";

/** The headless client against a real server, over real sockets. */

interface Bot extends Disposable {
  readonly client: HeadlessClient;
  readonly events: readonly HeadlessEvent[];
  /** Resolves with the first event, past or coming, that fits. */
  find<T extends HeadlessEvent["type"]>(
    type: T,
    fits?: (event: Extract<HeadlessEvent, { readonly type: T }>) => boolean,
  ): Promise<Extract<HeadlessEvent, { readonly type: T }>>;
  told(room: Room): readonly string[];
}

async function startBot(origin: string, person: Person, more: Partial<HeadlessOptions> = {}): Promise<Bot> {
  const client = await connect({ origin, token: person.token, followsAll: true, ...more });
  const events: HeadlessEvent[] = [];
  const waiting = new Set<() => void>();
  client.listen((event) => {
    events.push(event);
    for (const check of [...waiting]) check();
  });
  return {
    client,
    events,
    find: (type, fits = () => true) =>
      new Promise((resolve) => {
        const check = () => {
          const found = events.find((event) => event.type === type && fits(event as never));
          if (!found) return;
          waiting.delete(check);
          resolve(found as never);
        };
        waiting.add(check);
        check();
      }),
    told: (room) =>
      events.flatMap((event) =>
        event.type === "message" && event.message.room === room.id ? [event.message.content] : [],
      ),
    [Symbol.dispose]: () => client.close(),
  };
}

const isIn = (room: Room) => (event: { readonly room: string }) => event.room === room.id;

test("a bot signs in, hears what is said and answers, until its session ends", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  const token = await signIn({ origin: server.url, login: "lin", password: "a good password of lin" });
  const bot = await connect({ origin: server.url, token, followsAll: true });
  const loaded = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  bot.listen((event) => {
    if (event.type === "loaded" && event.room === general.id) loaded.resolve();
    if (event.type === "signed-out") ended.resolve();
    if (event.type === "message" && event.message.content === "!ping") bot.sendMessage(event.message.room, "pong");
  });
  if (!bot.follow(general.id).view()) await loaded.promise;
  using socket = await ada.connect();
  await socket.send(general, "!ping");
  const pong = await socket.find(
    (frame) => frame.type === "delta" && (frame.messages ?? []).some(({ content }) => content === "pong"),
  );
  expect(pong.type === "delta" && pong.messages?.[0]?.author.id).toBe(lin.user.id);
  await bot.ask("POST", "/auth/sign-out");
  await ended.promise;
  await expect(signIn({ origin: server.url, login: "lin", password: "wrong password" })).rejects.toMatchObject({
    code: "bad_credentials",
  });
});

test("what it keeps of a room is what a fresh load gives, over a restart in which it missed something", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, committee } = cast;
  using bot = await startBot(server.url, lin);
  await bot.find("loaded", isIn(committee));
  const first = await ada.send(committee, "one");
  await bot.find("message", ({ message }) => message.content === "one");
  await server.restart();
  await ada.ok("PATCH", `/api/rooms/${committee.id}/messages/${first.id}`, { content: "ONE" });
  await ada.send(committee, "two");
  await bot.find("message", ({ message }) => message.content === "two");
  const fresh = await loadView(ada, committee);
  expect(bot.client.follow(committee.id).view()?.messages).toEqual(fresh.messages);
  expect(bot.told(committee)).toEqual(["one", "two"]);
});

test("an ack that is lost on a real socket makes no double", async () => {
  await using cast = await startWithCast();
  const { server, lin, general } = cast;
  const open = openSocketWithToken(`${server.url.replace("http", "ws")}/api/socket`, lin.token);
  let isBroken = false;
  // Neither the message nor its ack come: the socket breaks instead.
  const openLossy: OpenSocket = (events) => {
    const socket = open({
      ...events,
      onMessage(text) {
        if (isBroken || !text.includes("key-1")) {
          events.onMessage(text);
        } else if (text.includes('"ack"')) {
          isBroken = true;
          socket.close();
        }
      },
    });
    return socket;
  };
  using bot = await startBot(server.url, lin, { openSocket: openLossy });
  await bot.find("loaded", isIn(general));
  const sent = await bot.client.sendMessage(general.id, "hello", { clientMessageId: "key-1" }).sent;
  expect(isBroken).toBe(true);
  const { messages } = await lin.messages(general);
  expect(messages).toEqual([sent]);
});

test("too far behind, it begins anew with a break", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  const open = openSocketWithToken(`${server.url.replace("http", "ws")}/api/socket`, lin.token);
  let isAway = false;
  const held: (() => void)[] = [];
  const openHeld: OpenSocket = (events) => {
    let socket = { send(_: string) {}, close() {} };
    const start = () => {
      socket = open(events);
    };
    if (isAway) held.push(start);
    else start();
    return { send: (text) => socket.send(text), close: () => socket.close() };
  };
  using bot = await startBot(server.url, lin, { openSocket: openHeld });
  await bot.find("loaded", isIn(general));
  await ada.send(general, "before");
  await bot.find("message");
  isAway = true;
  await server.restart();
  await bot.find("status", ({ status }) => status.kind === "connecting");
  using socket = await ada.connect();
  for (let n = 1; n <= 600; n++) await socket.send(general, `${n}`);
  for (const start of held) start();
  const { break: hole } = await bot.find("loaded", (event) => event.break !== null);
  expect(hole).toEqual({ after: 1, before: 502 });
  await bot.client.follow(general.id).loadOlder();
  expect(bot.client.follow(general.id).view()?.messages[0]?.id).toBe(402);
}, 60_000);

test("who is removed hears no more, and what it still sends is refused", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, committee } = cast;
  using bot = await startBot(server.url, lin);
  await bot.find("loaded", isIn(committee));
  await ada.ok("DELETE", `/api/rooms/${committee.id}/members/${lin.user.id}`);
  await bot.find("gone", isIn(committee));
  await ada.send(committee, "among ourselves");
  expect(await bot.client.sendMessage(committee.id, "let me in").sent.catch((error) => error)).toMatchObject({
    code: "not_found",
  });
  expect(JSON.stringify(bot.events)).not.toContain("among ourselves");
});

test("[CH5] where no socket gets through, it polls", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  const openNone: OpenSocket = (events) => {
    queueMicrotask(() => events.onClose(1006, ""));
    return { send() {}, close() {} };
  };
  using bot = await startBot(server.url, lin, { openSocket: openNone });
  await bot.find("loaded", isIn(general));
  await bot.find("status", ({ status }) => status.kind === "online" && status.by === "polling");
  await ada.send(general, "hello");
  await bot.find("message", ({ message }) => message.content === "hello");
  expect(await bot.client.sendMessage(general.id, "hello back").sent).toMatchObject({ id: 2 });
});
