import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import { roomTopic } from "@parley/protocol/model";
import { connect, type HeadlessClient, type HeadlessEvent, type HeadlessOptions } from "../src/headless-client.ts";
import { MemoryOutboxStorage } from "../src/outbox-storage.ts";
import { ann, ben, cleo, general, World } from "./harness/world.ts";

/** What a program sees of the network's world. */
class Program extends World {
  client!: HeadlessClient;
  readonly events: HeadlessEvent[] = [];

  of<T extends HeadlessEvent["type"]>(type: T) {
    return this.events.filter((event): event is Extract<HeadlessEvent, { readonly type: T }> => event.type === type);
  }

  contents(room = general): readonly string[] | undefined {
    return this.client
      .follow(room)
      .view()
      ?.messages.map(({ content }) => content);
  }

  get told(): readonly string[] {
    return this.of("message").map(({ message }) => message.content);
  }

  get sends() {
    return this.network.received.filter((command) => command.type === "message.send");
  }
}

async function start(
  prepare: (program: Program) => void = () => {},
  more: Partial<HeadlessOptions> = {},
): Promise<Program> {
  const program = new Program(ann);
  prepare(program);
  const connecting = connect({
    origin: "http://test",
    token: "token",
    followsAll: true,
    clock: program.clock,
    fetch: program.network.fetch,
    openSocket: program.network.open,
    ...more,
  });
  connecting.then(
    (client) => {
      program.client = client;
      client.listen((event) => program.events.push(event));
    },
    () => {},
  );
  await program.flush();
  return program;
}

test("messages that come together with a change of their room count as unread", async () => {
  const program = await start();
  program.server.send(general, ben, "one");
  program.server.join(general, cleo);
  program.lose((frame) => isDelta(frame) && frame.topic === roomTopic(general));
  program.server.send(general, ben, "two");
  await program.pass(1000);
  expect(program.client.findRoom(general)).toMatchObject({ memberCount: 3, membership: { unread: 2 } });
});

const isDelta = (frame: { readonly type: string }): frame is DeltaFrame => frame.type === "delta";

test("knows its rooms, and what is said in them", async () => {
  const program = await start(({ server }) => {
    server.send(general, ben, "before");
    server.addRoom("RTEA", "public", cleo, "tea");
  });
  const { client, server } = program;
  expect(client.me.username).toBe("ann");
  expect(client.status()).toEqual({ kind: "online" });
  expect(client.rooms().map(({ slug, membership }) => [slug, membership?.unread])).toEqual([
    ["general", 1],
    ["tea", undefined],
  ]);
  expect(client.findRoom("tea")?.id).toBe("RTEA");
  expect(program.contents()).toEqual(["before"]);
  server.send(general, ben, "hello");
  server.edit(general, 1, "BEFORE");
  await program.flush();
  expect(program.contents()).toEqual(["BEFORE", "hello"]);
  expect(program.told).toEqual(["hello"]);
  expect(client.findRoom(general)?.membership?.unread).toBe(2);
  const asked = client.setReceipt(general, 2);
  await program.flush();
  await asked;
  expect(client.findRoom(general)?.membership?.unread).toBe(0);
});

test("what it sends is answered when it is on disk, and told once", async () => {
  const program = await start();
  const { clientMessageId, sent } = program.client.sendMessage(general, "hello");
  expect(program.client.pending()).toEqual([clientMessageId]);
  await program.flush();
  expect(await sent).toMatchObject({ id: 1, content: "hello", clientMessageId });
  expect(program.client.pending()).toEqual([]);
  expect(program.told).toEqual(["hello"]);
  expect(program.of("sent").map(({ message }) => message.id)).toEqual([1]);
});

test("loses the ack and sends again without doubling", async () => {
  const program = await start();
  const { sent } = program.client.sendMessage(general, "hello");
  await program.clock.advance(0);
  program.network.serve();
  program.lose(() => true);
  // No answer: the connection counts as dead.
  await program.clock.advance(10_000);
  expect(program.client.status().kind).toBe("offline");
  await program.pass(3000);
  expect(await sent).toMatchObject({ id: 1, content: "hello" });
  expect(program.server.messages(general)).toHaveLength(1);
  expect(program.told).toEqual(["hello"]);
});

test("the same key is the same message, also for a program that has begun anew", async () => {
  const program = await start();
  program.client.sendMessage(general, "hello", { clientMessageId: "key-1" });
  program.client.sendMessage(general, "hello", { clientMessageId: "key-1" });
  await program.flush();
  const again = program.client.sendMessage(general, "hello", { clientMessageId: "key-1" });
  await program.flush();
  expect(await again.sent).toMatchObject({ id: 1 });
  expect(program.server.messages(general)).toHaveLength(1);
  expect(program.sends).toHaveLength(2);
});

test("what was on its way goes on in the next program that has the same outbox, once", async () => {
  const outbox = new MemoryOutboxStorage();
  const first = await start(() => {}, { outbox: outbox.page() });
  const { clientMessageId } = first.client.sendMessage(general, "hello");
  await first.clock.advance(0);
  first.network.serve();
  first.client.close();
  const program = await start(({ server }) => server.send(general, ann, "hello", clientMessageId), {
    outbox: outbox.page(),
  });
  expect(program.server.messages(general)).toHaveLength(1);
  expect(program.client.pending()).toEqual([]);
  expect(await outbox.page().list()).toEqual([]);
});

test("what cannot be kept fails at once, and is not sent", async () => {
  const outbox = new MemoryOutboxStorage();
  const program = await start(() => {}, { outbox: outbox.page() });
  outbox.refusal = new ParleyError("limit_reached");
  const { sent } = program.client.sendMessage(general, "hello");
  await program.flush();
  await expect(sent).rejects.toMatchObject({ code: "limit_reached" });
  expect(program.sends).toEqual([]);
  expect(program.client.pending()).toEqual([]);
});

test("a refusal fails the message with its reason, and lets the next one go", async () => {
  const program = await start();
  program.network.intercept = (command) =>
    command.type === "message.send" && command.content === "bad" ? new ParleyError("not_allowed") : null;
  const bad = program.client.sendMessage(general, "bad");
  const good = program.client.sendMessage(general, "good");
  const long = program.client.sendMessage(general, "x".repeat(limits.messageLength + 1));
  await expect(long.sent).rejects.toMatchObject({ code: "message_too_long" });
  await program.flush();
  await expect(bad.sent).rejects.toMatchObject({ code: "not_allowed" });
  expect(await good.sent).toMatchObject({ content: "good" });
  expect(program.of("failed").map(({ error }) => error.code)).toEqual(["message_too_long", "not_allowed"]);
  expect(program.sends.map(({ content }) => content)).toEqual(["bad", "good"]);
});

test("edits, deletes and reacts", async () => {
  const program = await start(({ server }) => {
    for (const content of ["one", "two", "three"]) server.send(general, ann, content);
  });
  const { client } = program;
  const done = Promise.all([
    client.editMessage(general, 1, "ONE"),
    client.deleteMessage(general, 2),
    client.addReaction(general, 3, "👍"),
  ]);
  await program.flush();
  expect((await done).map(({ id }) => id)).toEqual([1, 2, 3]);
  const view = client.follow(general).view();
  expect(view?.messages.map(({ content }) => content)).toEqual(["ONE", "", "three"]);
  expect(view?.messages[2]?.reactions).toMatchObject([{ emoji: "👍", users: [ann] }]);
  const undone = client.removeReaction(general, 3, "👍");
  await program.flush();
  expect((await undone).reactions ?? []).toEqual([]);
});

test("a gap is resumed, and everything is told once and in order", async () => {
  const program = await start();
  for (const content of ["one", "two", "three"]) program.server.send(general, ben, content);
  const { toClient } = program.network.wire;
  // "one" is lost, and "two" comes twice, after "three".
  const [, two, three] = toClient.splice(0).filter(isDelta);
  if (two && three) toClient.push(three, two, two);
  await program.flush();
  expect(program.told).toEqual([]);
  await program.pass(300);
  expect(program.told).toEqual(["one", "two", "three"]);
  const deltas = program.of("delta").filter(({ delta }) => delta.topic === roomTopic(general));
  expect(deltas.map(({ delta }) => delta.from < delta.to)).not.toContain(false);
  expect(program.contents()).toEqual(["one", "two", "three"]);
});

test("a lost last frame shows in the heads of the next pong", async () => {
  const program = await start();
  program.server.send(general, ben, "one");
  program.lose(isDelta);
  await program.flush();
  expect(program.told).toEqual([]);
  await program.pass(26_000);
  expect(program.told).toEqual(["one"]);
});

test("too far behind: begins anew with a break, and what is before it loads on demand", async () => {
  const program = await start(({ server }) => {
    for (let n = 1; n <= 3; n++) server.send(general, ben, `${n}`);
  });
  program.network.wire.close(1006);
  for (let n = 4; n <= 163; n++) program.server.send(general, ben, `${n}`);
  await program.pass(3000);
  const breaks = program.of("loaded").map((loaded) => loaded.break);
  expect(breaks).toEqual([null, { after: 3, before: 64 }]);
  const room = program.client.follow(general);
  expect(room.view()?.messages.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, n) => n + 64));
  // What the page brought is told, what is before it is not.
  expect(program.told).toEqual(Array.from({ length: 100 }, (_, n) => `${n + 64}`));
  const older = room.loadOlder();
  await program.flush();
  expect(await older).toBe(true);
  expect(room.view()?.messages).toHaveLength(163);
  expect(await room.loadOlder()).toBe(false);
});

test("an older page does not bring back what has changed while it was on its way", async () => {
  const program = await start(({ server }) => {
    for (let n = 1; n <= 120; n++) server.send(general, ben, `${n}`);
  });
  const room = program.client.follow(general);
  const older = room.loadOlder();
  const answer = program.network.requests.shift()?.read();
  program.server.edit(general, 7, "seven");
  program.network.deliver();
  answer?.deliver();
  await older;
  expect(room.view()?.messages[6]?.content).toBe("seven");
});

test("another epoch voids what was known", async () => {
  const program = await start(({ server }) => {
    for (let n = 1; n <= 3; n++) server.send(general, ben, `${n}`);
  });
  program.network.wire.close(1006);
  program.server.restore();
  program.server.messages(general).splice(2);
  await program.pass(3000);
  expect(program.contents()).toEqual(["1", "2"]);
  expect(program.of("loaded").map((loaded) => loaded.break)).toEqual([null, { after: 3, before: 1 }]);
  program.server.send(general, ben, "three again");
  await program.flush();
  expect(program.contents()).toEqual(["1", "2", "three again"]);
});

test("who is removed from a room hears that it is gone, what waits for it fails, and coming back begins anew", async () => {
  const program = await start();
  program.server.leave(general, ann, true);
  const { sent } = program.client.sendMessage(general, "too late");
  await program.flush();
  expect(program.of("gone").map(({ room }) => room)).toEqual([general]);
  await expect(sent).rejects.toMatchObject({ code: "not_found" });
  expect(program.client.findRoom(general)?.membership).toBeUndefined();
  program.server.join(general, ann);
  program.server.send(general, ben, "welcome back");
  await program.flush();
  expect(program.contents()).toEqual(["welcome back"]);
});

test("who was removed while away hears of it with the next connection", async () => {
  const program = await start(({ server }) => {
    server.addRoom("RATTIC", "private", ben, "attic");
    server.join("RATTIC", ann);
  });
  program.network.wire.close(1006);
  program.server.leave("RATTIC", ann, true);
  await program.pass(3000);
  expect(program.of("gone").map(({ room }) => room)).toEqual(["RATTIC"]);
  expect(program.client.findRoom("RATTIC")).toBeUndefined();
});

test("a room that it comes into is followed", async () => {
  const program = await start();
  program.server.addRoom("RATTIC", "private", ben, "attic");
  program.server.join("RATTIC", ann);
  await program.flush();
  program.server.send("RATTIC", ben, "up here");
  await program.flush();
  expect(program.told).toEqual(["up here"]);
});

test("without following, only what is asked for is loaded, and the rest is glimpsed", async () => {
  const program = await start(() => {}, { followsAll: false });
  program.server.send(general, ben, "one");
  await program.flush();
  expect(program.told).toEqual([]);
  expect(program.of("glimpse")).toHaveLength(1);
  expect(program.client.findRoom(general)?.membership?.unread).toBe(1);
  program.client.follow(general);
  await program.flush();
  program.server.send(general, ben, "two");
  await program.flush();
  expect(program.told).toEqual(["two"]);
  program.client.unfollow(general);
  program.server.send(general, ben, "three");
  await program.flush();
  expect(program.told).toEqual(["two"]);
});

test("a session that has ended ends the client: by a close, and by a refusal at the door", async () => {
  for (const isAtDoor of [false, true]) {
    const program = await start();
    const { sent } = program.client.sendMessage(general, "on its way");
    program.network.signedIn = null;
    program.network.wire.close(isAtDoor ? 1006 : 4001);
    await program.pass(3000);
    expect(program.of("signed-out")).toHaveLength(1);
    await expect(sent).rejects.toMatchObject({ code: "unavailable" });
    const sockets = program.network.wires.length;
    await program.pass(60_000);
    expect(program.network.wires).toHaveLength(sockets);
  }
});

test("a token that opens nothing is refused", async () => {
  const program = new Program(null);
  const connecting = connect({
    origin: "http://test",
    token: "wrong",
    clock: program.clock,
    fetch: program.network.fetch,
    openSocket: program.network.open,
  });
  const code = connecting.catch(({ code }) => code);
  await program.flush();
  expect(await code).toBe("not_signed_in");
});

test("a program that starts before its server waits for it", async () => {
  const program = await start((fresh) => {
    fresh.network.isDown = true;
  });
  await program.pass(20_000);
  expect(program.client).toBeUndefined();
  program.network.isDown = false;
  await program.pass(20_000);
  expect(program.client.status()).toEqual({ kind: "online" });
});

test("after sleep, what was missed is there as soon as the network is", async () => {
  const program = await start();
  program.network.wire.isCut = true;
  program.server.send(general, ben, "while asleep");
  program.client.wake();
  await program.clock.advance(3000);
  expect(program.client.status().kind).toBe("offline");
  program.client.wake();
  await program.flush();
  expect(program.client.status()).toEqual({ kind: "online" });
  expect(program.told).toEqual(["while asleep"]);
  expect(program.of("caught-up")).toHaveLength(2);
});

test("[CH5] polls where sockets are blocked, and what is lost on the way goes again", async () => {
  const program = await start((fresh) => {
    fresh.network.isBlocked = true;
  });
  await program.pass(5000);
  expect(program.client.status()).toEqual({ kind: "online", by: "polling" });
  program.server.send(general, ben, "hello");
  const { sent } = program.client.sendMessage(general, "mine");
  await Promise.resolve();
  // The server takes it; its answer is lost.
  for (const request of program.network.requests.splice(0)) {
    request.read();
    request.fail();
  }
  await program.pass(5000);
  expect(await sent).toMatchObject({ content: "mine" });
  expect(program.server.messages(general)).toHaveLength(2);
  expect(program.told).toEqual(["hello", "mine"]);
});

test("its view keeps the newest messages, and no more than twice as many as it should", async () => {
  const program = await start(() => {}, { keep: 10 });
  for (let n = 1; n <= 60; n++) program.server.send(general, ben, `${n}`);
  await program.flush();
  const ids = program.client
    .follow(general)
    .view()
    ?.messages.map(({ id }) => id);
  expect(ids?.at(-1)).toBe(60);
  expect(ids?.length).toBeLessThanOrEqual(20);
});

test("closing ends everything, and says so to who waits", async () => {
  const program = await start();
  const { sent } = program.client.sendMessage(general, "on its way");
  program.client.close();
  await expect(sent).rejects.toMatchObject({ code: "unavailable" });
  const asked = program.network.asked.length;
  await program.pass(60_000);
  expect(program.network.asked).toHaveLength(asked);
  expect(program.network.wires).toHaveLength(1);
});
