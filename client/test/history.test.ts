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
  await world.client.sendMessage(general, "unsent");
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

const turn = async (world: World, load: Promise<void>) => {
  await world.flush();
  await load;
};

test("a message far above is shown with what is around it, and newer pages lead back to the newest", async () => {
  const world = await startWith(300);
  const timeline = world.client.timeline(general);
  await turn(world, timeline.loadAround(100));
  expect(ids(world)).toEqual(range(75, 124));
  expect([timeline.hasOlder(), timeline.hasNewer(), timeline.state()]).toEqual([true, true, "ready"]);
  await turn(world, timeline.loadOlder());
  expect(ids(world)).toEqual(range(25, 124));
  const before = world.entries();
  const loads = [timeline.loadNewer(), timeline.loadNewer()];
  await world.flush();
  await Promise.all(loads);
  expect(ids(world)).toEqual(range(25, 174));
  expect(world.entries().slice(0, 100)).toEqual([...before]);
  while (timeline.hasNewer()) await turn(world, timeline.loadNewer());
  expect(ids(world)).toEqual(range(25, 300));
  world.server.send(general, ben, "live again");
  await world.flush();
  expect(ids(world).at(-1)).toBe(301);
});

test("a message that is here already is not loaded again, and one that cannot be had leaves everything as it is", async () => {
  const world = await startWith(120);
  const timeline = world.client.timeline(general);
  await timeline.loadAround(100);
  expect(world.network.requests).toEqual([]);
  const refused = timeline.loadAround(5).catch((error: unknown) => error);
  world.network.requests.shift()?.fail();
  expect(await refused).toMatchObject({ code: "unavailable" });
  expect(ids(world)).toEqual(range(71, 120));
  expect(timeline.hasNewer()).toBe(false);
  world.server.send(general, ben, "still live");
  await world.flush();
  expect(ids(world)).toEqual(range(71, 121));
});

test("in a part of the past, changes of what it holds are shown, and what is new has no place", async () => {
  const world = await startWith(300);
  const timeline = world.client.timeline(general);
  await turn(world, timeline.loadAround(100));
  world.server.edit(general, 90, "edited");
  world.server.edit(general, 125, "edited beyond");
  world.server.send(general, ben, "new");
  await world.flush();
  expect(ids(world)).toEqual(range(75, 124));
  expect(world.contents()[15]).toBe("edited");
  await turn(world, timeline.loadNewer());
  expect(world.contents()[50]).toBe("edited beyond");
  timeline.reload();
  await world.flush();
  expect(ids(world)).toEqual(range(252, 301));
  expect(timeline.hasNewer()).toBe(false);
});

test("what changes while the part around a message, or a newer page, is on its way is not lost", async () => {
  const world = await startWith(200);
  const timeline = world.client.timeline(general);
  const around = timeline.loadAround(60);
  const part = world.network.requests.shift()?.read();
  world.server.edit(general, 60, "edited");
  world.network.deliver();
  part?.deliver();
  await around;
  expect(world.messages().find(({ id }) => id === 60)?.content).toBe("edited");
  const newer = timeline.loadNewer();
  const page = world.network.requests.shift()?.read();
  world.server.edit(general, 90, "edited too");
  world.network.deliver();
  page?.deliver();
  await newer;
  expect(world.messages().find(({ id }) => id === 90)?.content).toBe("edited too");
  while (ids(world).at(-1) !== 200) await turn(world, timeline.loadNewer());
  // The page that shows that there is nothing newer is overtaken by something newer.
  const last = timeline.loadNewer();
  const empty = world.network.requests.shift()?.read();
  world.server.send(general, ben, "just in time");
  world.network.deliver();
  empty?.deliver();
  await last;
  expect(timeline.hasNewer()).toBe(false);
  expect(ids(world).at(-1)).toBe(201);
  world.server.send(general, ben, "and on");
  await world.flush();
  expect(ids(world).at(-1)).toBe(202);
});

test("what is sent from a part of the past waits unseen, and stands at the end of the newest part", async () => {
  const world = await startWith(200);
  const timeline = world.client.timeline(general);
  await turn(world, timeline.loadAround(60));
  await world.client.sendMessage(general, "from the past");
  await world.flush();
  expect(ids(world)).toEqual(range(35, 84));
  timeline.reload();
  await world.flush();
  expect(world.contents().at(-1)).toBe("from the past");
  expect(world.deliveries().at(-1)).toBe("sent");
  expect(ids(world)).toEqual(range(152, 201));
});

test("a reset, or another room in between, leads back to the newest", async () => {
  const world = await startWith(200);
  const timeline = world.client.timeline(general);
  await turn(world, timeline.loadAround(60));
  world.server.addRoom("RTEA", "public", ann, "tea");
  await world.flush();
  world.client.timeline("RTEA");
  await world.flush();
  world.client.timeline(general);
  await world.flush();
  expect(ids(world)).toEqual(range(151, 200));
  const late = timeline.loadAround(60);
  const part = world.network.requests.shift()?.read();
  timeline.reload();
  part?.deliver();
  await late;
  await world.flush();
  expect(ids(world)).toEqual(range(151, 200));
});
