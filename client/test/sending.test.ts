import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Entry } from "../src/state/client.ts";
import { ann, ben, general, startWorld } from "./harness/start.ts";

const keyOf = (entry: Entry) => entry.message().clientMessageId ?? "";

const sends = (world: Awaited<ReturnType<typeof startWorld>>) =>
  world.network.received.filter((command) => command.type === "message.send");

test("a message shows at once as pending, and becomes the sent one in place", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "Hello");
  const [entry] = world.entries();
  expect(entry?.delivery()).toEqual({ kind: "pending" });
  expect(entry?.message()).toMatchObject({ id: 0, content: "Hello", author: { id: ann }, room: general });
  const key = entry?.key;
  await world.flush();
  expect(world.entries()).toHaveLength(1);
  expect(world.entries()[0]).toBe(entry as NonNullable<typeof entry>);
  expect(entry?.key).toBe(key as string);
  expect(entry?.delivery()).toEqual({ kind: "sent" });
  expect(entry?.message()).toMatchObject({ id: 1, content: "Hello" });
});

test.each(["ack", "delta"])("it makes no difference that the %s comes first", async (first) => {
  const world = await startWorld();
  await world.client.sendMessage(general, "Hello");
  await world.clock.advance(0);
  const [entry] = world.entries();
  world.network.serve();
  const { toClient } = world.network.wire;
  // The message, and the receipt that goes along with it.
  expect(toClient.map(({ type }) => type)).toEqual(["delta", "delta", "ack"]);
  if (first === "ack") toClient.reverse();
  for (let left = toClient.length; left > 0; left--) {
    world.network.wire.deliver();
    await world.clock.advance(0);
    expect(world.deliveries()).toEqual(["sent"]);
    expect(world.entries()[0]).toBe(entry as NonNullable<typeof entry>);
  }
  await world.flush();
  expect(world.contents()).toEqual(["Hello"]);
});

test("loses the ack and resends without doubling", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "Hello");
  await world.clock.advance(0);
  world.network.serve();
  world.lose(() => true);
  await world.clock.advance(10_000);
  expect(world.client.status().kind).toBe("offline");
  expect(world.deliveries()).toEqual(["pending"]);
  await world.pass(2_000);
  expect(world.deliveries()).toEqual(["sent"]);
  expect(world.server.messages(general)).toHaveLength(1);
  expect(new Set(sends(world).map(({ clientMessageId }) => clientMessageId)).size).toBe(1);
});

test("a resend that the resume has made needless is not sent", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "Hello");
  await world.clock.advance(0);
  world.network.serve();
  world.network.wire.close(1006);
  await world.pass(2_000);
  expect(world.deliveries()).toEqual(["sent"]);
  expect(sends(world)).toHaveLength(1);
});

test("two sends in a row arrive in order, one at a time", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  await world.client.sendMessage(general, "three");
  await world.clock.advance(0);
  expect(world.network.wire.toServer).toHaveLength(1);
  expect(world.contents()).toEqual(["one", "two", "three"]);
  await world.flush();
  expect(world.server.messages(general).map(({ content }) => content)).toEqual(["one", "two", "three"]);
  expect(world.deliveries()).toEqual(["sent", "sent", "sent"]);
});

test("what is written offline waits, and goes after the reconnect, once", async () => {
  const world = await startWorld();
  world.network.isDown = true;
  world.network.wire.close(1006);
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  world.server.send(general, ben, "meanwhile");
  await world.pass(60_000);
  expect(world.deliveries()).toEqual(["pending", "pending"]);
  world.network.isDown = false;
  await world.pass(31_000);
  expect(world.contents()).toEqual(["meanwhile", "one", "two"]);
  expect(world.deliveries()).toEqual(["sent", "sent", "sent"]);
  expect(sends(world)).toHaveLength(2);
});

test("own pending messages stay behind all confirmed ones", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "mine");
  await world.clock.advance(0);
  world.server.send(general, ben, "first");
  world.network.deliver();
  expect(world.contents()).toEqual(["first", "mine"]);
  expect(world.deliveries()).toEqual(["sent", "pending"]);
  await world.flush();
  expect(world.contents()).toEqual(["first", "mine"]);
});

test("an ack that runs ahead of other people's messages waits for them: nothing confirmed ever moves", async () => {
  const world = await startWorld();
  world.server.send(general, ben, "his");
  await world.client.sendMessage(general, "mine");
  await world.clock.advance(0);
  world.network.serve();
  world.lose(({ type }) => type === "delta");
  world.network.deliver();
  await world.clock.advance(0);
  expect(world.contents()).toEqual(["mine"]);
  expect(world.deliveries()).toEqual(["pending"]);
  await world.clock.advance(200);
  await world.flush();
  expect(world.contents()).toEqual(["his", "mine"]);
  expect(world.deliveries()).toEqual(["sent", "sent"]);
});

test("rate_limited is tried again when the server says", async () => {
  const world = await startWorld();
  let refusals = 1;
  world.network.intercept = ({ type }) =>
    type === "message.send" && refusals-- > 0
      ? new ParleyError("rate_limited", undefined, { retryAfterMs: 3_000 })
      : null;
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  await world.flush();
  await world.clock.advance(2_999);
  await world.flush();
  expect(world.deliveries()).toEqual(["pending", "pending"]);
  await world.clock.advance(1);
  await world.flush();
  expect(world.server.messages(general).map(({ content }) => content)).toEqual(["one", "two"]);
  expect(world.deliveries()).toEqual(["sent", "sent"]);
});

test("a refusal fails the message, with the reason, and lets the next one go", async () => {
  const world = await startWorld();
  world.network.intercept = (command) =>
    command.type === "message.send" && command.content === "bad" ? new ParleyError("not_allowed", "Not here.") : null;
  await world.client.sendMessage(general, "bad");
  await world.client.sendMessage(general, "good");
  await world.flush();
  expect(world.contents()).toEqual(["good", "bad"]);
  expect(world.entries()[1]?.delivery()).toEqual({ kind: "failed", reason: "Not here." });
});

test("a failed message is sent again under the same key, or discarded", async () => {
  const world = await startWorld();
  world.network.intercept = ({ type }) => (type === "message.send" ? new ParleyError("not_allowed") : null);
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  await world.flush();
  expect(world.deliveries()).toEqual(["failed", "failed"]);
  world.network.intercept = null;
  const [one, two] = world.entries();
  if (!one || !two) throw new Error("both should be there");
  await world.client.discardUnsent(keyOf(one));
  expect(world.contents()).toEqual(["two"]);
  await world.client.retryUnsent(keyOf(two));
  expect(two.delivery().kind).toBe("pending");
  await world.flush();
  expect(world.entries()).toEqual([two]);
  expect(two.delivery().kind).toBe("sent");
  const keys = sends(world)
    .filter(({ content }) => content === "two")
    .map(({ clientMessageId }) => clientMessageId);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test("a server that stumbles over one message does not hold up the next for ever", async () => {
  const world = await startWorld();
  world.network.intercept = (command) =>
    command.type === "message.send" && command.content === "poison" ? new ParleyError("internal") : null;
  await world.client.sendMessage(general, "poison");
  await world.client.sendMessage(general, "fine");
  await world.pass(120_000);
  expect(world.contents()).toEqual(["fine", "poison"]);
  expect(world.deliveries()).toEqual(["sent", "failed"]);
});

test("a message is not sent when nobody would see anything of it", async () => {
  const world = await startWorld();
  for (const blank of ["", "  \n\t", "\u00a0\u3000\ufeff", "\u200b\u3164"])
    await world.client.sendMessage(general, blank);
  await world.flush();
  expect(world.entries()).toEqual([]);
  expect(sends(world)).toEqual([]);
});

test("a message beyond the limit fails here: its frame could end the connection", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "😀".repeat(limits.messageLength));
  await world.client.sendMessage(general, "x".repeat(limits.messageLength + 1));
  await world.flush();
  expect(world.deliveries()).toEqual(["sent", "failed"]);
  expect(world.entries()[1]?.delivery()).toMatchObject({ reason: "A message has at most 4000 characters." });
});

test("sending clears the draft", async () => {
  const world = await startWorld();
  world.client.setDraft(general, "Hello");
  expect([...world.storage.values()]).toEqual(['{"RGENERAL":"Hello"}']);
  await world.client.sendMessage(general, "Hello");
  expect(world.client.draft(general)).toBe("");
  expect(world.storage.size).toBe(0);
});

test("edits and deletions show at once, and go as soon as there is a connection, over a reload too", async () => {
  const world = await startWorld(({ server }) => {
    server.send(general, ann, "one");
    server.send(general, ann, "two");
  });
  world.network.isBlocked = true;
  world.network.wire.close(1006);
  const [one, two] = world.entries();
  await world.client.editMessage(general, 1, "ONE");
  await world.client.editMessage(general, 1, "Uno");
  await world.client.deleteMessage(general, 2);
  expect(one?.message()).toMatchObject({ content: "Uno", editedAt: expect.any(String) });
  expect(one?.change()).toMatchObject({ kind: "edit", content: "Uno", failure: null });
  expect(two?.message()).toMatchObject({ content: "", deletedAt: expect.any(String) });
  expect(world.server.messages(general).map(({ content }) => content)).toEqual(["one", "two"]);
  world.reload();
  await world.flush();
  world.client.timeline(general);
  await world.flush();
  expect(world.contents()).toEqual(["Uno", ""]);
  world.network.isBlocked = false;
  await world.pass(30_000);
  expect(world.network.received.flatMap(({ type }) => (type.startsWith("message.") ? [type] : []))).toEqual([
    "message.edit",
    "message.delete",
  ]);
  expect(world.messages()).toMatchObject([{ content: "Uno" }, { content: "", deletedAt: expect.any(String) }]);
  expect(world.messages()).toEqual(world.server.messages(general) as never);
  expect(world.entries().map((entry) => entry.change())).toEqual([null, null]);
  expect(world.client.unsent()).toEqual([]);
});

test("a change that is refused is not shown, tells why, and is sent again or given up", async () => {
  const world = await startWorld(({ server }) => {
    server.send(general, ann, "one");
    server.send(general, ann, "two");
  });
  const [one, two] = world.entries();
  world.network.intercept = ({ type }) => (type.startsWith("message.") ? new ParleyError("not_allowed", "No.") : null);
  await world.client.editMessage(general, 1, "ONE");
  await world.client.deleteMessage(general, 2);
  await world.flush();
  expect(world.contents()).toEqual(["one", "two"]);
  expect(one?.change()).toMatchObject({ kind: "edit", content: "ONE", failure: "No." });
  expect(two?.change()).toMatchObject({ kind: "delete", failure: "No." });
  world.network.intercept = null;
  await world.client.retryUnsent(one?.change()?.key ?? "");
  await world.client.discardUnsent(two?.change()?.key ?? "");
  await world.flush();
  expect(world.contents()).toEqual(["ONE", "two"]);
  expect(world.entries().map((entry) => entry.change())).toEqual([null, null]);
});

test("a message that waits is changed or given up where it waits, and nothing of before is sent", async () => {
  const world = await startWorld();
  world.network.isBlocked = true;
  world.network.wire.close(1006);
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  const [one, two] = world.entries();
  if (!one || !two) throw new Error("both should be there");
  await world.client.changeUnsent(keyOf(one), "ONE");
  await world.client.discardUnsent(keyOf(two));
  expect(world.contents()).toEqual(["ONE"]);
  world.network.isBlocked = false;
  await world.pass(30_000);
  expect(sends(world).map(({ content }) => content)).toEqual(["ONE"]);
  expect(world.deliveries()).toEqual(["sent"]);
});

test("a message that is changed or given up while it is on its way is changed or deleted on the server", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  await world.clock.advance(0);
  const [one] = world.entries();
  if (!one) throw new Error("it should be there");
  expect(world.network.wire.toServer).toHaveLength(1);
  await world.client.changeUnsent(keyOf(one), "ONE");
  await world.flush();
  expect(world.contents()).toEqual(["ONE", "two"]);
  expect(world.server.messages(general).map(({ content }) => content)).toEqual(["ONE", "two"]);
  await world.client.sendMessage(general, "three");
  await world.clock.advance(0);
  const three = world.entries()[2];
  if (!three) throw new Error("it should be there");
  expect(world.network.wire.toServer).toHaveLength(1);
  await world.client.discardUnsent(keyOf(three));
  expect(world.contents()).toEqual(["ONE", "two"]);
  await world.flush();
  expect(world.server.messages(general)[2]).toMatchObject({ content: "", deletedAt: expect.any(String) });
  expect(world.client.unsent()).toEqual([]);
});

test("what was not sent when the page was loaded again stands at the end of its room, and goes in order", async () => {
  const world = await startWorld(({ server }) => void server.send(general, ben, "before"));
  world.network.isDown = true;
  world.network.wire.close(1006);
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  const keys = world.client.unsent().map(({ key }) => key);
  world.reload();
  world.network.isDown = false;
  world.network.isBlocked = true;
  await world.flush();
  world.client.timeline(general);
  await world.flush();
  expect(world.contents()).toEqual(["before", "one", "two"]);
  expect(world.deliveries()).toEqual(["sent", "pending", "pending"]);
  expect(world.client.unsent().map(({ content }) => content)).toEqual(["one", "two"]);
  world.network.isBlocked = false;
  await world.pass(30_000);
  expect(world.deliveries()).toEqual(["sent", "sent", "sent"]);
  expect(world.client.unsent()).toEqual([]);
  expect(sends(world).map(({ clientMessageId }) => clientMessageId)).toEqual(keys);
});

test("what was sent without an ack before the page was loaded again becomes the sent message, and is not doubled", async () => {
  const world = await startWorld();
  await world.client.sendMessage(general, "one");
  await world.clock.advance(0);
  world.network.serve();
  expect(world.server.messages(general)).toHaveLength(1);
  world.reload();
  await world.flush();
  world.client.timeline(general);
  await world.flush();
  expect(world.contents()).toEqual(["one"]);
  expect(world.deliveries()).toEqual(["sent"]);
  expect(world.client.unsent()).toEqual([]);
  expect(world.server.messages(general)).toHaveLength(1);
});

test("a message that cannot be kept is not shown, and its text and files are back where they were", async () => {
  const world = await startWorld();
  world.client.setDraft(general, "one");
  world.client.addUploads(general, [new File(["x"], "a.png", { type: "image/png" })]);
  await world.uploads.files[0]?.accept();
  world.outboxOf(ann).refusal = new ParleyError("limit_reached", "No space left.");
  const refused = world.client.sendMessage(general, "one").catch((error: unknown) => error);
  expect(world.client.draft(general)).toBe("");
  expect(await refused).toMatchObject({ code: "limit_reached" });
  expect(world.entries()).toEqual([]);
  expect(world.client.draft(general)).toBe("one");
  expect(world.client.uploads(general).map(({ name, state }) => [name, state().kind])).toEqual([["a.png", "ready"]]);
  world.outboxOf(ann).refusal = null;
  await world.client.sendMessage(general, "one");
  await world.flush();
  expect(world.deliveries()).toEqual(["sent"]);
});

test("another user of the same browser neither sees nor sends what is not theirs; signing out forgets it", async () => {
  const world = await startWorld();
  world.network.wire.close(1006);
  await world.client.sendMessage(general, "of Ann");
  world.network.signedIn = ben;
  world.reload();
  await world.flush();
  world.client.timeline(general);
  await world.pass(2_000);
  expect([world.client.unsent(), world.contents()]).toEqual([[], []]);
  world.network.signedIn = ann;
  world.network.isBlocked = true;
  world.reload();
  await world.flush();
  expect(world.client.unsent().map(({ content }) => content)).toEqual(["of Ann"]);
  const out = world.client.signOut();
  await world.flush();
  await out;
  expect(await world.outboxOf(ann).page().list()).toEqual([]);
});

test("a room that is left keeps what was to be sent there, as failed", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RSECRET", "private", ben, "secret");
    server.join("RSECRET", ann);
  });
  world.network.wire.close(1006);
  await world.client.sendMessage("RSECRET", "too late");
  world.server.leave("RSECRET", ann);
  await world.pass(1_500);
  expect(world.client.unsent()).toMatchObject([{ content: "too late", failure: "You are not in this room any more." }]);
  expect(sends(world)).toEqual([]);
});
