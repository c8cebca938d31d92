import { expect, test } from "bun:test";
import { createRenderEffect, createRoot, createSignal } from "solid-js";
import { ann, ben, cleo, startWorld, type World } from "./harness/start.ts";

const watches = (world: World) =>
  world.network.received.flatMap((command) => (command.type === "presence.watch" ? [command.users] : []));
const told = (world: World) =>
  world.network.received.flatMap((command) => (command.type === "presence" ? [command.active] : []));

/** Something on the screen that shows how these users are. */
function show(world: World, ...users: readonly string[]) {
  return createRoot((dispose) => {
    const seen = users.map((user) => {
      const [value, set] = createSignal<string>();
      createRenderEffect(() => set(world.client.presence(user)));
      return value;
    });
    return { now: () => seen.map((value) => value()), dispose };
  });
}

test("[PS4] whoever is on the screen is watched, all together, and shown as they are", async () => {
  const world = await startWorld();
  world.network.presence.set(ben, "online");
  const screen = show(world, ben, cleo);
  expect(screen.now()).toEqual([undefined, undefined]);
  await world.pass(1000);
  expect(watches(world)).toEqual([[ben, cleo]]);
  expect(screen.now()).toEqual(["online", "offline"]);
  world.network.wire.toClient.push({ type: "presence", users: { [cleo]: "away", UOTHER: "online" } });
  await world.flush();
  expect(screen.now()).toEqual(["online", "away"]);
  await world.pass(5000);
  expect(watches(world)).toHaveLength(1);
});

test("[PS4] the list follows what is on the screen, told at most once a second", async () => {
  const world = await startWorld();
  const first = show(world, ben);
  await world.pass(1000);
  const others = show(world, cleo);
  first.dispose();
  for (let n = 0; n < 20; n++) {
    const passing = show(world, ann, ben);
    await world.pass(100);
    passing.dispose();
  }
  await world.pass(2000);
  expect(watches(world).length).toBeLessThanOrEqual(5);
  expect(watches(world).at(-1)).toEqual([cleo]);
  others.dispose();
  await world.pass(2000);
  expect(watches(world).at(-1)).toEqual([]);
});

test("[PS5] after a reconnect everyone is watched again, and a short break is not shown", async () => {
  const world = await startWorld();
  world.network.presence.set(ben, "online");
  const screen = show(world, ben);
  await world.pass(1000);
  world.network.wire.close(1006);
  expect(screen.now()).toEqual(["online"]);
  world.network.presence.set(ben, "away");
  await world.pass(2000);
  expect(watches(world)).toEqual([[ben], [ben]]);
  expect(screen.now()).toEqual(["away"]);
  world.network.isDown = true;
  world.network.wire.close(1006);
  await world.pass(9000);
  expect(screen.now()).toEqual(["away"]);
  await world.pass(2000);
  expect(screen.now()).toEqual([undefined]);
});

test("[PS1] a page that nobody uses for five minutes says so, and says when it is used again", async () => {
  const world = await startWorld();
  expect(told(world)).toEqual([true]);
  await world.pass(4 * 60_000);
  world.client.noteUse();
  await world.pass(4 * 60_000);
  expect(told(world)).toEqual([true]);
  await world.pass(60_000);
  expect(told(world)).toEqual([true, false]);
  world.network.wire.close(1006);
  await world.pass(1000);
  expect(told(world)).toEqual([true, false, false]);
  world.client.noteUse();
  world.client.noteUse();
  await world.flush();
  expect(told(world)).toEqual([true, false, false, true]);
});
