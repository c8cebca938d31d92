import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame } from "@parley/protocol/frames";
import { roomTopic, userTopic } from "@parley/protocol/model";
import { ann, ben, general, startWorld, type World } from "./harness/start.ts";

const topic = roomTopic(general);
const resumes = (world: World) =>
  world.network.received.flatMap((command) => (command.type === "resume" ? [command.topics] : []));
const isDelta = (frame: { readonly type: string }): frame is DeltaFrame => frame.type === "delta";

/** A room with three messages, shown, and nothing resumed yet. */
async function startWithThree(): Promise<World> {
  const world = await startWorld(({ server }) => {
    for (const content of ["one", "two", "three"]) server.send(general, ben, content);
  });
  world.network.received.splice(0);
  return world;
}

test("a straggler that comes in time closes the gap: no resume", async () => {
  const world = await startWithThree();
  world.server.send(general, ben, "four");
  world.server.send(general, ben, "five");
  const { toClient } = world.network.wire;
  toClient.reverse();
  world.network.wire.deliver();
  expect(world.contents()).toEqual(["one", "two", "three"]);
  await world.clock.advance(199);
  world.network.wire.deliver();
  expect(world.contents()).toEqual(["one", "two", "three", "four", "five"]);
  await world.pass(1_000);
  expect(resumes(world)).toEqual([]);
});

test("a gap that lasts is resumed from the position, and what was held joins on", async () => {
  const world = await startWithThree();
  const position = world.server.head(topic);
  world.server.send(general, ben, "four");
  world.lose(isDelta);
  world.server.send(general, ben, "five");
  world.network.deliver();
  await world.clock.advance(199);
  await world.flush();
  expect(resumes(world)).toEqual([]);
  expect(world.contents()).toEqual(["one", "two", "three"]);
  await world.clock.advance(1);
  await world.flush();
  expect(resumes(world)).toEqual([{ [topic]: position }]);
  expect(world.contents()).toEqual(["one", "two", "three", "four", "five"]);
});

test("a delta that comes twice, or late, changes nothing", async () => {
  const world = await startWithThree();
  world.server.edit(general, 1, "ONE");
  world.server.edit(general, 1, "uno");
  const { toClient } = world.network.wire;
  toClient.push(...toClient.map((frame) => structuredClone(frame)));
  world.network.deliver();
  expect(world.contents()).toEqual(["uno", "two", "three"]);
});

test("a lost last frame is revealed by the heads of the next pong", async () => {
  const world = await startWithThree();
  world.server.send(general, ben, "four");
  world.lose(isDelta);
  await world.pass(24_000);
  expect(world.contents()).toHaveLength(3);
  await world.pass(2_000);
  expect(world.contents()).toEqual(["one", "two", "three", "four"]);
  expect(resumes(world)).toHaveLength(1);
});

test("a reset drops the room's messages and loads the newest page again", async () => {
  const world = await startWithThree();
  world.network.isDown = true;
  world.network.wire.close(1006);
  for (let n = 0; n < 60; n++) world.server.send(general, ben, `more ${n}`);
  await world.pass(1_000);
  world.network.isDown = false;
  await world.pass(31_000);
  expect(world.messages().map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => n + 14));
  world.server.edit(general, 63, "still followed");
  await world.flush();
  expect(world.contents().at(-1)).toBe("still followed");
});

test("while a reset room loads, what is pending stays in sight", async () => {
  const world = await startWithThree();
  await world.client.sendMessage(general, "mine");
  await world.clock.advance(0);
  world.network.wire.toClient.push({ type: "reset", topic, head: 900 });
  world.network.deliver();
  expect(world.client.timeline(general).state()).toBe("loading");
  expect(world.contents()).toEqual(["one", "two", "three", "mine"]);
  await world.flush();
  expect(world.client.timeline(general).state()).toBe("ready");
  expect(world.contents()).toEqual(["one", "two", "three", "mine"]);
  expect(world.deliveries()).toEqual(["sent", "sent", "sent", "sent"]);
});

/** Shuts the client away while so many messages are sent, and lets it come back. */
async function missMany(world: World, count: number): Promise<void> {
  world.network.isDown = true;
  world.network.wire.close(1006);
  for (let n = 0; n < count; n++) world.server.send(general, ben, `missed ${n}`);
  await world.pass(1_000);
  world.network.isDown = false;
  await world.pass(31_000);
}

test("[CH6] a reset keeps the place of who reads above, with the newer messages told to be missing, on demand", async () => {
  const world = await startWorld(({ server }) => {
    for (let n = 1; n <= 50; n++) server.send(general, ben, `${n}`);
  });
  const timeline = world.client.timeline(general);
  const stop = timeline.keepPlace(() => 20);
  const read = world.entries().find((entry) => entry.message().id === 20);
  world.client.setDraft(general, "half a sentence");
  world.server.edit(general, 20, "twenty");
  await world.flush();
  await missMany(world, 160);
  expect(timeline.state()).toBe("ready");
  expect(timeline.hasNewer()).toBe(true);
  // The line that is read is the same one, and what is around it is as it is now.
  expect(world.entries()).toContain(read as NonNullable<typeof read>);
  expect(world.contents()).toContain("twenty");
  expect(world.messages().at(-1)?.id).toBe(50);
  expect(world.client.draft(general)).toBe("half a sentence");
  for (let pages = 0; timeline.hasNewer() && pages < 10; pages++) {
    void timeline.loadNewer();
    await world.flush();
  }
  expect(world.messages().map(({ id }) => id)).toEqual(Array.from({ length: 210 }, (_, n) => n + 1));
  stop();
  await missMany(world, 60);
  expect(timeline.hasNewer()).toBe(false);
});

test("[CH6] a reset tells who reads the newest where they were, and what is missing after it", async () => {
  const world = await startWithThree();
  const timeline = world.client.timeline(general);
  expect(timeline.brokenAfter()).toBeNull();
  await missMany(world, 60);
  expect(timeline.brokenAfter()).toBe(3);
  expect(world.messages()[0]?.id).toBe(14);
  await missMany(world, 51);
  expect(timeline.brokenAfter()).toBe(63);
  world.network.wire.toClient.push({ type: "reset", topic, head: 900 });
  await world.flush();
  expect(timeline.brokenAfter()).toBeNull();
});

test("what could not be loaded anew stays in sight, and is loaded when the server can be reached", async () => {
  const world = await startWithThree();
  world.network.wire.toClient.push({ type: "reset", topic, head: 900 });
  world.network.deliver();
  world.network.requests.shift()?.fail();
  await world.clock.advance(0);
  expect(world.client.timeline(general).state()).toBe("failed");
  expect(world.contents()).toEqual(["one", "two", "three"]);
  await world.pass(26_000);
  expect(world.client.timeline(general).state()).toBe("ready");
  world.server.send(general, ben, "four");
  await world.flush();
  expect(world.contents()).toEqual(["one", "two", "three", "four"]);
});

test("after a reconnect every known position is resumed under its epoch", async () => {
  const world = await startWithThree();
  world.network.wire.close(1006);
  world.server.send(general, ben, "four");
  world.server.edit(general, 2, "TWO");
  await world.pass(1_500);
  const [first] = world.network.received.filter((command) => command.type === "resume");
  expect(first?.epoch).toBe("epoch-1");
  expect(Object.keys(first?.topics ?? {}).sort()).toEqual([topic, userTopic(ann), "workspace"]);
  expect(world.contents()).toEqual(["one", "TWO", "three", "four"]);
});

test("another epoch voids what was known", async () => {
  const world = await startWithThree();
  world.network.wire.close(1006);
  world.server.restore();
  world.server.messages(general).splice(2);
  await world.pass(1_500);
  expect(world.contents()).toEqual(["one", "two"]);
  world.server.edit(general, 1, "ONE");
  await world.flush();
  expect(world.contents()).toEqual(["ONE", "two"]);
});

test("an edit that overtakes its page is not lost", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RTEA", "public", ben, "tea");
    server.join("RTEA", ann);
    server.send("RTEA", ben, "one");
  });
  world.client.timeline("RTEA");
  const answer = world.network.requests.shift()?.read();
  world.server.edit("RTEA", 1, "ONE");
  world.server.send("RTEA", ben, "two");
  world.network.deliver();
  answer?.deliver();
  await world.flush();
  expect(world.contents("RTEA")).toEqual(["ONE", "two"]);
});

test("a delta that its page holds already changes nothing", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RTEA", "public", ben, "tea");
    server.join("RTEA", ann);
  });
  world.client.timeline("RTEA");
  world.server.send("RTEA", ben, "one");
  world.network.deliver();
  await world.flush();
  expect(world.contents("RTEA")).toEqual(["one"]);
  world.server.send("RTEA", ben, "two");
  await world.flush();
  expect(world.contents("RTEA")).toEqual(["one", "two"]);
});

test("a page that was read before a reconnect is caught up after it", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RTEA", "public", ben, "tea");
    server.join("RTEA", ann);
    server.send("RTEA", ben, "one");
  });
  world.client.timeline("RTEA");
  const answer = world.network.requests.shift()?.read();
  world.network.wire.close(1006);
  world.server.send("RTEA", ben, "two");
  await world.pass(1_500);
  answer?.deliver();
  await world.flush();
  expect(world.contents("RTEA")).toEqual(["one", "two"]);
});

test("the socket waits for no timer when the network or the page comes back", async () => {
  const world = await startWithThree();
  world.clock.chance = 0.99;
  world.network.wire.close(1006);
  expect(world.client.status().kind).toBe("offline");
  world.wake();
  await world.flush();
  expect(world.client.status()).toEqual({ kind: "online" });
});

test("a resume that is refused for now is repeated", async () => {
  const world = await startWithThree();
  let refusals = 2;
  world.network.intercept = ({ type }) =>
    type === "resume" && refusals-- > 0 ? new ParleyError("rate_limited", undefined, { retryAfterMs: 500 }) : null;
  world.network.wire.close(1006);
  world.server.send(general, ben, "four");
  await world.pass(3_000);
  expect(world.contents()).toEqual(["one", "two", "three", "four"]);
});

test("more deltas than can be held while a page loads are fetched afterwards", async () => {
  const world = await startWithThree();
  world.client.timeline(general).reload();
  const answer = world.network.requests.shift()?.read();
  for (let n = 0; n < 300; n++) world.server.edit(general, 1, `edit ${n}`);
  world.network.deliver();
  answer?.deliver();
  await world.flush();
  expect(world.contents()).toEqual(["edit 299", "two", "three"]);
});

test("a workspace that is too far behind takes the names on messages with it", async () => {
  const world = await startWithThree();
  world.server.rename(ben, "Benny");
  await world.flush();
  world.network.wire.close(1006);
  world.server.rename(ben, "Benjamin");
  for (let n = 0; n < 60; n++) world.server.addRoom(`R${n}`, "public", ben, `room ${n}`);
  await world.pass(2_000);
  expect(world.messages().map(({ author }) => author.displayName)).toEqual(["Benjamin", "Benjamin", "Benjamin"]);
  expect(world.client.joinableRooms()).toHaveLength(60);
  world.server.rename(ben, "Ben");
  await world.flush();
  expect(world.messages()[0]?.author.displayName).toBe("Ben");
});

test("a page that comes after leaving and joining again does not disturb the new one", async () => {
  const world = await startWithThree();
  world.client.timeline(general).reload();
  const stale = world.network.requests.shift()?.read();
  world.server.leave(general, ann);
  world.server.join(general, ann);
  world.network.deliver();
  world.server.send(general, ben, "four");
  const timeline = world.client.timeline(general);
  stale?.deliver();
  await world.clock.advance(0);
  expect(timeline.state()).toBe("loading");
  await world.flush();
  expect(world.contents()).toEqual(["one", "two", "three", "four"]);
  world.server.send(general, ben, "five");
  world.network.deliver();
  expect(world.contents()).toHaveLength(5);
});

test("a page of the epoch before that comes late is loaded again", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RTEA", "public", ben, "tea");
    server.join("RTEA", ann);
    for (const content of ["one", "two"]) server.send("RTEA", ben, content);
  });
  world.client.timeline("RTEA");
  const answer = world.network.requests.shift()?.read();
  world.network.wire.close(1006);
  // The same numbers again, for something else.
  world.server.restore({ [roomTopic("RTEA")]: world.server.head(roomTopic("RTEA")) - 1 });
  world.server.messages("RTEA").splice(1);
  world.server.send("RTEA", ben, "another");
  await world.pass(1_500);
  answer?.deliver();
  await world.flush();
  expect(world.contents("RTEA")).toEqual(["one", "another"]);
});
