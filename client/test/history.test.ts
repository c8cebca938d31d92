import { expect, test } from "bun:test";
import { createMemo, createRoot } from "solid-js";
import { ann, ben, general, startWorld, type World } from "./harness/start.ts";

const ids = (world: World) => world.messages().map(({ id }) => id);
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

const startWith = (count: number) =>
  startWorld(({ server }) => {
    for (let n = 1; n <= count; n++) server.send(general, n % 2 ? ann : ben, `message ${n}`);
  });

test("opening a room loads its newest page, and older ones go in front", async () => {
  const world = await startWith(120);
  const timeline = world.client.timeline(general);
  expect(ids(world)).toEqual(range(71, 120));
  expect(timeline.hasOlder()).toBe(true);
  const before = world.entries();
  const loads = [timeline.loadOlder(), timeline.loadOlder()];
  expect(timeline.loadingOlder()).toBe(true);
  await world.flush();
  await Promise.all(loads);
  expect(timeline.loadingOlder()).toBe(false);
  expect(ids(world)).toEqual(range(21, 120));
  expect(world.entries().slice(-50)).toEqual([...before]);
  const last = timeline.loadOlder();
  await world.flush();
  await last;
  expect(ids(world)).toEqual(range(1, 120));
  expect(timeline.hasOlder()).toBe(false);
  await timeline.loadOlder();
  expect(world.network.requests).toEqual([]);
});

test("an empty room is ready, has nothing older, and takes its first message", async () => {
  const world = await startWith(0);
  const timeline = world.client.timeline(general);
  expect([timeline.state(), timeline.hasOlder()]).toEqual(["ready", false]);
  world.server.send(general, ben, "first");
  await world.flush();
  expect(world.contents()).toEqual(["first"]);
});

test("an edit that overtakes its older page is not lost", async () => {
  const world = await startWith(80);
  const load = world.client.timeline(general).loadOlder();
  const answer = world.network.requests.shift()?.read();
  world.server.edit(general, 10, "edited");
  world.server.send(general, ben, "new");
  world.network.deliver();
  answer?.deliver();
  await load;
  expect(ids(world)).toEqual(range(1, 81));
  expect(world.contents()[9]).toBe("edited");
});

test("an older page that cannot be had throws, and can be asked for again", async () => {
  const world = await startWith(80);
  const timeline = world.client.timeline(general);
  const refused = timeline.loadOlder().catch((error: unknown) => error);
  world.network.requests.shift()?.fail();
  expect(await refused).toMatchObject({ code: "unavailable" });
  expect(timeline.loadingOlder()).toBe(false);
  const load = timeline.loadOlder();
  await world.flush();
  await load;
  expect(ids(world)).toEqual(range(1, 80));
});

test("an older page that a reset has overtaken is dropped", async () => {
  const world = await startWith(80);
  const timeline = world.client.timeline(general);
  const load = timeline.loadOlder();
  const older = world.network.requests.shift()?.read();
  timeline.reload();
  older?.deliver();
  await load;
  expect(ids(world)).toEqual([]);
  await world.flush();
  expect(ids(world)).toEqual(range(31, 80));
});

test("a room that cannot be loaded says so, and loads again on demand or after a reconnect", async () => {
  const world = await startWith(3);
  world.server.addRoom("RTEA", "public", ann, "tea");
  world.server.send("RTEA", ann, "one");
  await world.flush();
  const timeline = world.client.timeline("RTEA");
  world.network.requests.shift()?.fail();
  await world.flush();
  expect(timeline.state()).toBe("failed");
  timeline.reload();
  expect(timeline.state()).toBe("loading");
  world.network.requests.shift()?.fail();
  await world.flush();
  expect(timeline.state()).toBe("failed");
  world.network.wire.close(1006);
  await world.pass(1_500);
  expect(timeline.state()).toBe("ready");
  expect(world.contents("RTEA")).toEqual(["one"]);
});

test("a room that could not be loaded is loaded once the server has answered again, without a reconnect", async () => {
  const world = await startWith(3);
  world.server.addRoom("RTEA", "public", ann, "tea");
  world.server.send("RTEA", ann, "one");
  await world.flush();
  const timeline = world.client.timeline("RTEA");
  world.network.requests.shift()?.fail();
  await world.flush();
  expect(timeline.state()).toBe("failed");
  await world.pass(25_000);
  expect(timeline.state()).toBe("ready");
  expect(world.contents("RTEA")).toEqual(["one"]);
});

test("a room that nobody looks at keeps its newest six hundred messages", async () => {
  const world = await startWith(700);
  const timeline = world.client.timeline(general);
  while (timeline.hasOlder()) {
    const load = timeline.loadOlder();
    await world.flush();
    await load;
  }
  expect(world.entries()).toHaveLength(700);
  world.server.addRoom("RTEA", "public", ann, "tea");
  await world.flush();
  world.client.timeline("RTEA");
  await world.flush();
  expect(ids(world)).toEqual(range(101, 700));
  expect(timeline.hasOlder()).toBe(true);
  const load = timeline.loadOlder();
  await world.flush();
  await load;
  expect(ids(world)).toEqual(range(51, 700));
});

test("a room that stays open does not grow without end", async () => {
  const world = await startWith(50);
  for (let n = 0; n < 1_400; n++) world.server.send(general, ben, `live ${n}`);
  world.network.deliver();
  expect(world.entries().length).toBeLessThanOrEqual(1_200);
  expect(ids(world).at(-1)).toBe(1_450);
});

test("only the last rooms opened are kept, but never one dropped with something unsent in it", async () => {
  const world = await startWith(1);
  world.network.wire.isCut = true;
  world.client.sendMessage(general, "unsent");
  for (let n = 0; n < 20; n++) {
    world.server.addRoom(`R${n}`, "public", ann, `room ${n}`);
    world.client.timeline(`R${n}`);
    await world.flush();
  }
  world.network.requests.splice(0);
  expect(world.contents()).toEqual(["message 1", "unsent"]);
  world.client.timeline("R19");
  expect(world.network.requests).toHaveLength(0);
  world.client.timeline("R0");
  expect(world.network.requests).toHaveLength(1);
});

test("reads are reactive, and an edit redraws one line, not the list", async () => {
  const world = await startWith(3);
  let lists = 0;
  let lines = 0;
  const dispose = createRoot((dispose) => {
    const timeline = world.client.timeline(general);
    createMemo(() => {
      lists++;
      return timeline.entries();
    });
    for (const entry of timeline.entries()) {
      createMemo(() => {
        lines++;
        return entry.message();
      });
    }
    return dispose;
  });
  expect([lists, lines]).toEqual([1, 3]);
  world.server.edit(general, 2, "edited");
  world.network.deliver();
  expect([lists, lines]).toEqual([1, 4]);
  world.server.send(general, ben, "four");
  world.network.deliver();
  expect([lists, lines]).toEqual([2, 4]);
  dispose();
});
