import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { roomTopic } from "@parley/protocol/model";
import { ann, ben, cleo, general, startWorld, type World } from "./harness/start.ts";

const place = (world: World, room = general) => world.client.findRoom(room)?.membership;
const counts = (world: World, room = general) => [place(world, room)?.unread, place(world, room)?.mentions];
const told = (world: World) => world.network.received.filter(({ type }) => type === "receipt.set");
const asked = (world: World) => world.network.asked.filter((path) => path.endsWith(`/rooms/${general}`)).length;

test("[UN4] counts what others say, in rooms that were never opened too, and not what is mine", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("ROTHER", "public", ben, "other");
    server.join("ROTHER", ann);
  });
  world.server.send(general, ben, "hello");
  world.server.send("ROTHER", ben, "hello @ann");
  await world.client.sendMessage(general, "mine");
  await world.flush();
  expect(counts(world)).toEqual([1, 0]);
  expect(counts(world, "ROTHER")).toEqual([1, 1]);
  expect(world.client.unreadTotals()).toEqual({ rooms: 2, calls: 1 });
  expect(place(world)).toMatchObject({ receipt: 0 });
});

test("[UN4] messages that come together with a change of their room are counted", async () => {
  const world = await startWorld();
  world.client.timeline(general);
  await world.flush();
  world.server.send(general, ben, "one");
  world.server.join(general, cleo);
  world.lose((frame) => frame.type === "delta" && frame.topic === roomTopic(general));
  world.server.send(general, ben, "two");
  await world.pass(1000);
  expect(world.client.findRoom(general)?.memberCount).toBe(3);
  expect(counts(world)).toEqual([2, 0]);
});

test("[UN4] a message that is deleted or edited while unread makes the counts be asked for once", async () => {
  const world = await startWorld();
  for (const content of ["one", "two", "three"]) world.server.send(general, ben, content);
  await world.flush();
  world.server.remove(general, 1);
  world.server.edit(general, 2, "two @ann");
  await world.flush();
  expect(asked(world)).toBe(0);
  await world.pass(1000);
  expect(counts(world)).toEqual([2, 1]);
  expect(asked(world)).toBe(1);
});

test("[UN5] what is read here counts at once, and is told as soon as it can be", async () => {
  const world = await startWorld();
  world.server.send(general, ben, "hello");
  await world.flush();
  world.network.wire.close(1006);
  await world.flush();
  world.client.markRead(general);
  expect(counts(world)).toEqual([0, 0]);
  await world.pass(60_000);
  expect(told(world)).toMatchObject([{ room: general, upTo: 1 }]);
  expect(world.server.roomOf(general, ann).membership).toMatchObject({ receipt: 1, unread: 0 });
  expect(counts(world)).toEqual([0, 0]);
});

test("[UN5] reading along tells the server once a second at most, and the newest last", async () => {
  const world = await startWorld();
  for (let id = 1; id <= 5; id++) {
    world.server.send(general, ben, `${id}`);
    await world.flush();
    world.client.markRead(general);
    await world.flush();
  }
  await world.pass(3000);
  expect(told(world)).toMatchObject([{ upTo: 1 }, { upTo: 5 }]);
  expect(place(world)).toMatchObject({ receipt: 5, unread: 0 });
});

test("[UN5] a list of rooms from before does not bring back what was read meanwhile", async () => {
  const world = await startWorld();
  world.server.send(general, ben, "hello");
  await world.flush();
  world.network.intercept = ({ type }) =>
    type === "receipt.set" ? new ParleyError("unavailable", undefined, { retryAfterMs: 5000 }) : null;
  world.client.markRead(general);
  world.network.wire.close(1006);
  await world.pass(3000);
  expect(counts(world)).toEqual([0, 0]);
  world.network.intercept = null;
  await world.pass(10_000);
  expect(world.server.roomOf(general, ann).membership?.receipt).toBe(1);
});

test("[UN6] another device's reading shows here, exactly", async () => {
  const world = await startWorld();
  for (const content of ["one", "@ann two", "three"]) world.server.send(general, ben, content);
  await world.flush();
  world.server.setReceipt(general, ann, 2);
  await world.pass(1000);
  expect(place(world)).toMatchObject({ receipt: 2, unread: 1, mentions: 0 });
  world.server.setReceipt(general, ann, 3);
  await world.flush();
  expect(counts(world)).toEqual([0, 0]);
  world.server.setReceipt(general, ann, 1, true);
  await world.pass(1000);
  expect(place(world)).toMatchObject({ receipt: 1, unread: 2, mentions: 1 });
});

test("[UN6] marking as unread counts from that message on, here and on the server", async () => {
  const world = await startWorld();
  for (const content of ["one", "@ann two", "three"]) world.server.send(general, ben, content);
  await world.client.sendMessage(general, "mine");
  await world.flush();
  world.client.markRead(general);
  await world.flush();
  world.client.markUnread(general, 2);
  expect(place(world)).toMatchObject({ receipt: 1, unread: 2, mentions: 1 });
  await world.pass(3000);
  expect(world.server.roomOf(general, ann).membership).toMatchObject({ receipt: 1, unread: 2, mentions: 1 });
  expect(place(world)).toMatchObject({ receipt: 1, unread: 2, mentions: 1 });
});

test("[UN4] who was away finds the counts of now; who joins begins with nothing unread", async () => {
  const world = await startWorld();
  world.network.wire.close(1006);
  await world.flush();
  for (const content of ["one", "@ann two"]) world.server.send(general, ben, content);
  world.server.addRoom("RNEW", "public", ben, "new");
  world.server.send("RNEW", ben, "before");
  await world.pass(60_000);
  expect(counts(world)).toEqual([2, 1]);
  const joined = world.client.joinRoom("RNEW");
  await world.flush();
  await joined;
  world.server.send("RNEW", ben, "after");
  await world.flush();
  expect(counts(world, "RNEW")).toEqual([1, 0]);
});

test("[NL3] a silent room is unread only when it calls me, and calls only then", async () => {
  const world = await startWorld();
  const silenced = world.client.setNotifyLevel(general, "none");
  await world.flush();
  await silenced;
  world.server.send(general, ben, "hello");
  await world.flush();
  expect(counts(world)).toEqual([1, 0]);
  expect(world.client.unreadTotals()).toEqual({ rooms: 0, calls: 0 });
  world.server.send(general, ben, "hello @ann");
  await world.flush();
  expect(world.client.unreadTotals()).toEqual({ rooms: 1, calls: 1 });
  const called = world.client.setNotifyLevel(general, "all");
  await world.flush();
  await called;
  expect(world.client.unreadTotals()).toEqual({ rooms: 1, calls: 2 });
});

test("[UN5] what was read without a connection counts after a reload, and is told", async () => {
  const world = await startWorld(({ server }) => {
    server.send(general, ben, "one");
    server.send(general, ben, "two");
  });
  world.network.isBlocked = true;
  world.network.wire.close(1006);
  world.client.markRead(general);
  await world.clock.advance(0);
  world.reload();
  await world.flush();
  expect(world.client.findRoom(general)?.membership).toMatchObject({ receipt: 2, unread: 0 });
  world.network.isBlocked = false;
  await world.pass(30_000);
  expect(world.network.received.filter(({ type }) => type === "receipt.set")).toMatchObject([{ upTo: 2 }]);
  expect(await world.outboxOf(ann).page().list()).toEqual([]);
});
