import { expect, test } from "bun:test";
import "@parley/sdk/polling";
import { ann, ben, general, startWorld, type World } from "./harness/start.ts";

const resumes = (world: World) => world.network.asked.filter((path) => path === "/resume").length;

/** A client whose sockets are blocked from the start. */
const startBlocked = async (prepare: (world: World) => void = () => {}) => {
  const world = await startWorld((fresh) => {
    fresh.network.isBlocked = true;
    prepare(fresh);
  });
  await world.pass(5000);
  return world;
};

test("[CH5] blocked sockets make the client poll, every two seconds, in one request for everything", async () => {
  const world = await startBlocked();
  expect(world.client.status()).toEqual({ kind: "online", by: "polling" });
  const before = resumes(world);
  await world.pass(20_000);
  expect(resumes(world) - before).toBeGreaterThanOrEqual(9);
  expect(resumes(world) - before).toBeLessThanOrEqual(11);
  world.server.send(general, ben, "hello from Ben");
  world.server.addRoom("RNEWS", "public", ben, "news");
  await world.pass(2200);
  expect(world.contents()).toEqual(["hello from Ben"]);
  expect(world.client.joinableRooms().map(({ slug }) => slug)).toEqual(["news"]);
});

test("[CH5] what is written goes by HTTP, once, and what is lost on the way goes again", async () => {
  const world = await startBlocked();
  await world.client.sendMessage(general, "one");
  await world.client.sendMessage(general, "two");
  await world.flush();
  expect(world.deliveries()).toEqual(["sent", "sent"]);
  await world.client.sendMessage(general, "three");
  await Promise.resolve();
  // The server takes it; its answer is lost.
  for (const request of world.network.requests.splice(0)) {
    request.read();
    request.fail();
  }
  await world.pass(20_000);
  expect(world.server.messages(general).map(({ content }) => content)).toEqual(["one", "two", "three"]);
  expect(world.contents()).toEqual(["one", "two", "three"]);
  expect(world.deliveries()).toEqual(["sent", "sent", "sent"]);
  const edited = world.client.editMessage(general, 1, "uno");
  await world.flush();
  await edited;
  expect(world.contents()).toEqual(["uno", "two", "three"]);
});

test("[CH5] it returns to a socket when it can, without loss or doubling", async () => {
  const world = await startBlocked();
  world.server.send(general, ben, "while polling");
  world.network.isBlocked = false;
  for (let n = 0; n < 60; n++) {
    world.server.send(general, ben, `live ${n}`);
    if (n % 3 === 0) await world.client.sendMessage(general, `mine ${n}`);
    await world.pass(1000);
  }
  expect(world.client.status()).toEqual({ kind: "online" });
  const polls = resumes(world);
  await world.pass(10_000);
  expect(resumes(world)).toBe(polls);
  const all = world.server.messages(general).map(({ content }) => content);
  expect(all).toHaveLength(81);
  expect(world.contents()).toEqual(all.slice(-world.contents().length));
  expect(new Set(all).size).toBe(81);
  expect(new Set(world.deliveries())).toEqual(new Set(["sent"]));
});

test("[CH5] the page's coming back is a reason to look for a socket at once", async () => {
  const world = await startBlocked();
  await world.pass(60_000);
  const tries = world.network.wires.length;
  world.network.isBlocked = false;
  world.wake();
  await world.flush();
  expect(world.network.wires.length).toBe(tries + 1);
  expect(world.client.status()).toEqual({ kind: "online" });
});

test("[CH5] an answer that is on its way when a socket takes over is not lost", async () => {
  const world = await startBlocked();
  await world.client.sendMessage(general, "in between");
  await Promise.resolve();
  const held = world.network.requests.splice(0).map((request) => request.read());
  world.network.isBlocked = false;
  world.wake();
  await world.flush();
  expect(world.client.status()).toEqual({ kind: "online" });
  for (const answer of held) answer.deliver();
  await world.pass(1000);
  expect(world.contents()).toEqual(["in between"]);
  expect(world.deliveries()).toEqual(["sent"]);
  expect(world.server.messages(general)).toHaveLength(1);
});

test("a server that is down is no reason to poll: the client is offline, and comes back by a socket", async () => {
  const world = await startWorld();
  world.network.isDown = true;
  world.network.wire.close(1006);
  await world.pass(30_000);
  expect(world.client.status().kind).not.toBe("online");
  world.network.isDown = false;
  await world.pass(25_000);
  expect(world.client.status()).toEqual({ kind: "online" });
});

test("who polls and is signed out elsewhere is signed out here", async () => {
  const world = await startBlocked();
  world.network.signedIn = null;
  await world.pass(2500);
  expect(world.client.phase()).toBe("signed-out");
});

test("who polls and is taken out of a room, loses it", async () => {
  const world = await startBlocked(
    ({ server }) => server.addRoom("RTEAM", "private", ben, "team") && server.join("RTEAM", ann),
  );
  expect(world.client.rooms().map(({ slug }) => slug)).toContain("team");
  world.server.leave("RTEAM", ann);
  world.server.send("RTEAM", ben, "the canary");
  await world.pass(2500);
  expect(world.client.rooms().map(({ slug }) => slug)).toEqual(["general"]);
});

test("[CH4] who polls still says whether the page is in use", async () => {
  const world = await startBlocked();
  const told = () => world.network.received.flatMap((command) => (command.type === "presence" ? [command.active] : []));
  expect(told()).toEqual([true]);
  await world.pass(5 * 60_000);
  expect(told()).toEqual([true, false]);
});
