import { expect, test } from "bun:test";
import { ann, ben, cleo, general, startWorld, type World } from "./harness/start.ts";

const writers = (world: World) => world.client.typing(general).map(({ username }) => username);
const told = (world: World) => world.network.received.filter(({ type }) => type === "typing").length;

async function typing(world: World, user: string): Promise<void> {
  world.network.wire.toClient.push({ type: "typing", room: general, user });
  await world.flush();
}

test("shows who is writing, longest first, for six seconds each", async () => {
  const world = await startWorld(({ server }) => {
    server.join(general, cleo);
  });
  await typing(world, cleo);
  await world.clock.advance(1_000);
  await typing(world, ben);
  await typing(world, ann);
  expect(writers(world)).toEqual(["cleo", "ben"]);
  await world.clock.advance(3_000);
  await typing(world, cleo);
  expect(writers(world)).toEqual(["cleo", "ben"]);
  await world.clock.advance(3_000);
  expect(writers(world)).toEqual(["cleo"]);
  await world.clock.advance(3_000);
  expect(writers(world)).toEqual([]);
});

test("ends when their message arrives", async () => {
  const world = await startWorld();
  await typing(world, ben);
  expect(writers(world)).toEqual(["ben"]);
  world.server.send(general, ben, "there");
  await world.flush();
  expect(writers(world)).toEqual([]);
});

test("[TY2] ends when they leave the room", async () => {
  const world = await startWorld();
  await typing(world, ben);
  expect(writers(world)).toEqual(["ben"]);
  world.server.leave(general, ben);
  await world.flush();
  expect(writers(world)).toEqual([]);
});

test("asks for the members once to name someone, and leaves out whom that does not name", async () => {
  const world = await startWorld();
  await typing(world, "USTRANGER");
  expect(writers(world)).toEqual([]);
  await typing(world, ben);
  expect(writers(world)).toEqual(["ben"]);
  await typing(world, "UOTHER");
  expect(writers(world)).toEqual(["ben"]);
  expect(world.network.asked.filter((path) => path.endsWith("/members"))).toHaveLength(1);
});

test("tells the others at most every three seconds, and again right after sending", async () => {
  const world = await startWorld();
  world.client.notifyTyping(general);
  world.client.notifyTyping(general);
  await world.flush();
  expect(told(world)).toBe(1);
  await world.clock.advance(2_999);
  world.client.notifyTyping(general);
  await world.flush();
  expect(told(world)).toBe(1);
  await world.clock.advance(1);
  world.client.notifyTyping(general);
  await world.flush();
  expect(told(world)).toBe(2);
  await world.client.sendMessage(general, "done");
  world.client.notifyTyping(general);
  await world.flush();
  expect(told(world)).toBe(3);
});

test("tells nobody while offline", async () => {
  const world = await startWorld();
  world.network.wire.close(1006);
  world.client.notifyTyping(general);
  await world.pass(1_500);
  expect(told(world)).toBe(0);
});
