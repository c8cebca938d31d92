import { expect, test } from "bun:test";
import type { PresenceFrame, ServerFrame } from "@parley/protocol/frames";
import type { Session } from "@parley/protocol/model";
import { type Person, startWithCast, type TestServer, type TestSocket } from "./harness.ts";
import { openRawSocket } from "./raw-socket.ts";

const isPresence = (frame: ServerFrame): frame is PresenceFrame => frame.type === "presence";

async function watch(socket: TestSocket, ...people: readonly Person[]) {
  const ack = await socket.request({ type: "presence.watch", users: people.map(({ user }) => user.id) });
  return people.map(({ user }) => (ack.error ? ack.error.code : (ack.presence?.[user.id] ?? "not known yet")));
}

/** Waits until the socket is told that this person is so. */
const toldOf = (socket: TestSocket, { user }: Person, presence: string, from = 0) =>
  socket.find((frame) => isPresence(frame) && frame.users[user.id] === presence, from);

/** What the socket has been told of a person, in order. */
const told = (socket: TestSocket, { user }: Person) =>
  socket.frames.filter(isPresence).flatMap(({ users }) => users[user.id] ?? []);

/** A server that has been up for a while: whoever is not there is offline. */
async function startSettled() {
  const cast = await startWithCast();
  cast.server.clock.advance(10_000);
  return cast;
}

/** Lets time pass as it does: with signs of life of everyone who is there. */
async function pass(server: TestServer, ms: number, ...alive: readonly TestSocket[]) {
  for (let left = ms; left > 0; left -= 5000) {
    server.clock.advance(Math.min(5000, left));
    for (const socket of alive) await socket.settle();
  }
}

test("[PS1] [PS4] who watches is told how they are now, and of each change", async () => {
  await using cast = await startSettled();
  const { ada, lin, sam } = cast;
  using watcher = await ada.connect();
  using desk = await lin.connect();
  expect(await watch(watcher, ada, lin, sam)).toEqual(["online", "online", "offline"]);
  expect((await desk.request({ type: "presence", active: false })).error).toBeUndefined();
  await toldOf(watcher, lin, "away");
  using phone = await lin.connect();
  await phone.request({ type: "presence", active: true });
  await toldOf(watcher, lin, "online");
  using other = await sam.connect();
  await toldOf(watcher, sam, "online");
  // Another list takes the place of the first.
  expect(await watch(watcher, sam)).toEqual(["online"]);
  await phone.request({ type: "presence", active: false });
  await other.request({ type: "presence", active: false });
  await toldOf(watcher, sam, "away");
  expect(told(watcher, lin)).toEqual(["away", "online"]);
});

test("[PS4] nobody is told of anyone without asking, and the list is bounded", async () => {
  await using cast = await startSettled();
  const { ada, lin, noor } = cast;
  using watcher = await ada.connect();
  using bystander = await noor.connect();
  await watch(watcher, lin);
  using _ = await lin.connect();
  await toldOf(watcher, lin, "online");
  await bystander.settle();
  expect(bystander.frames.filter(isPresence)).toEqual([]);
  const users = Array.from({ length: 201 }, (_, n) => `U${n}`);
  expect((await watcher.request({ type: "presence.watch", users })).error?.code).toBe("invalid");
  for (const bad of [["*"], [""], ["room:R1"], [7], "U1", null]) {
    expect((await watcher.request({ type: "presence.watch", users: bad })).error?.code).toBe("invalid");
  }
  expect((await watcher.request({ type: "presence", active: "yes" })).error?.code).toBe("invalid");
});

test("[PS6] of an id that is nobody's, presence says what it says of anyone who is not there", async () => {
  await using cast = await startSettled();
  const { ada, sam } = cast;
  using watcher = await ada.connect();
  const users = ["UNOBODY", cast.committee.id, sam.user.id];
  const ack = await watcher.request({ type: "presence.watch", users });
  expect(ack.error ? ack.error : ack.presence).toEqual(Object.fromEntries(users.map((user) => [user, "offline"])));
});

test("[PS2] a client that crashes without a word is offline within 45 seconds, one that sleeps is not", async () => {
  await using cast = await startSettled();
  const { server, ada, lin, sam } = cast;
  using watcher = await ada.connect();
  // It never answers a ping; what the other one answers comes from its WebSocket, not from its page.
  const crashed = await openRawSocket(server.url, lin.cookie);
  using _asleep = await sam.connect();
  expect(await watch(watcher, lin, sam, ada)).toEqual(["online", "online", "online"]);
  const start = server.clock.now();
  const gone = toldOf(watcher, lin, "offline");
  let isGone = false;
  void gone.then(() => {
    isGone = true;
  });
  while (!isGone) {
    const sweeps = Bun.sleep(1100);
    server.clock.advance(5000);
    await watcher.settle();
    await Promise.race([sweeps, gone]);
  }
  expect(server.clock.now() - start).toBeLessThanOrEqual(45_000);
  expect(told(watcher, sam)).toEqual([]);
  expect(told(watcher, ada)).toEqual([]);
  crashed.destroy();
}, 60_000);

test("[PS3] a short break is not seen, a long one is", async () => {
  await using cast = await startSettled();
  const { server, ada, lin } = cast;
  using watcher = await ada.connect();
  const before = await lin.connect();
  expect(await watch(watcher, lin)).toEqual(["online"]);
  before.close();
  await before.closed;
  await pass(server, 9000, watcher);
  const after = await lin.connect();
  await pass(server, 5000, watcher, after);
  expect(told(watcher, lin)).toEqual([]);
  after.close();
  await after.closed;
  await pass(server, 10_000, watcher);
  await toldOf(watcher, lin, "offline");
});

test("[PS3] a restart of the server shows nobody as offline who comes back", async () => {
  await using cast = await startSettled();
  const { server, ada, lin, sam } = cast;
  await server.restart();
  using watcher = await ada.connect();
  expect(await watch(watcher, lin, sam)).toEqual(["not known yet", "not known yet"]);
  using back = await lin.connect();
  await toldOf(watcher, lin, "online");
  await pass(server, 10_000, watcher, back);
  await toldOf(watcher, sam, "offline");
  expect(told(watcher, lin)).toEqual(["online"]);
});

test("[PS3] whoever signs out is offline at once", async () => {
  await using cast = await startSettled();
  const { ada, lin } = cast;
  using watcher = await ada.connect();
  using socket = await lin.connect();
  expect(await watch(watcher, lin)).toEqual(["online"]);
  const { sessions } = await lin.ok<{ sessions: Session[] }>("GET", "/api/sessions");
  const started = performance.now();
  await lin.ok("DELETE", `/api/sessions/${sessions[0]?.id}`);
  expect((await socket.closed).code).toBe(4001);
  await toldOf(watcher, lin, "offline");
  // Whoever is only not heard of has ten seconds to come back.
  expect(performance.now() - started).toBeLessThan(8000);
});

test("[PS5] however often people come and go, a connection is told once a second, of all of them together", async () => {
  await using cast = await startSettled();
  const { ada, lin, sam, noor } = cast;
  using watcher = await ada.connect();
  const sockets = await Promise.all([lin, sam, noor].map((person) => person.connect()));
  await watch(watcher, lin, sam, noor);
  const flicker = async (socket: TestSocket) => {
    for (let n = 0; n < 50; n++) await socket.request({ type: "presence", active: n % 2 === 1 });
    await socket.request({ type: "presence", active: false });
  };
  const started = performance.now();
  await Promise.all(sockets.map(flicker));
  for (const person of [lin, sam, noor]) await toldOf(watcher, person, "away");
  const frames = watcher.frames.filter(isPresence);
  expect(frames.length).toBeLessThanOrEqual(Math.ceil((performance.now() - started) / 1000) + 1);
  const last = Object.assign({}, ...frames.map(({ users }) => users));
  expect(last).toEqual(Object.fromEntries([lin, sam, noor].map(({ user }) => [user.id, "away"])));
  for (const socket of sockets) socket.close();
});
