import { expect, test } from "bun:test";
import fc from "fast-check";
import { ann, ben, general, startWorld, type World } from "./harness/start.ts";

/**
 * Whatever is said, and whatever the network does to it, in the end the client shows what the server has; and at no
 * moment does it show a hole, a double, or a confirmed message behind an unconfirmed one.
 */

const tea = "RTEA";
const attic = "RATTIC";

type Step = (world: World) => void | Promise<void>;

const rooms = fc.constantFrom(general, tea, attic);
const number = fc.integer({ min: 0, max: 200 });

const acts: fc.Arbitrary<Step>[] = [
  rooms.map(
    (room) =>
      ({ server }) =>
        void server.send(room, ben, "from Ben"),
  ),
  fc.tuple(rooms, number).map(([room, n]) => ({ server }) => {
    const { length } = server.messages(room);
    if (length > 0) server.edit(room, (n % length) + 1, `edit ${n}`);
  }),
  fc.tuple(rooms, number).map(([room, n]) => ({ server }) => {
    const { length } = server.messages(room);
    if (length > 0) server.remove(room, (n % length) + 1);
  }),
  fc.tuple(rooms, number).map(
    ([room, n]) =>
      ({ server }) =>
        void server.editRoom(room, { name: `name ${n}` }),
  ),
  number.map(
    (n) =>
      ({ server }) =>
        void server.rename(ben, `Ben ${n}`),
  ),
  fc.constant(({ server }: World) => {
    if (server.isMember(tea, ann)) server.leave(tea, ann);
    else server.join(tea, ann);
  }),
  number.map(
    (n) =>
      ({ client }) =>
        void client.sendMessage(general, `mine ${n}`),
  ),
  fc.constantFrom(general, tea).map(
    (room) =>
      ({ client }) =>
        void client.timeline(room),
  ),
  fc.constant(
    ({ client }: World) =>
      void client
        .timeline(general)
        .loadOlder()
        .catch(() => {}),
  ),
];

const faults: fc.Arbitrary<Step>[] = [
  fc.constant(({ network }: World) => network.wire.deliver()),
  fc.constant(({ network }: World) => network.wire.deliver()),
  fc.constant(({ network }: World) => void network.deliver()),
  fc.constant(({ network }: World) => void network.serve()),
  fc.constant(({ network }: World) => void network.answer()),
  number.map(
    (n) =>
      ({ network }) =>
        network.requests.splice(n % 3, 1)[0]?.fail(),
  ),
  number.map((n) => ({ network: { wire } }) => {
    const index = n % (wire.toClient.length + 1);
    if (wire.toClient[index]?.type === "delta") wire.toClient.splice(index, 1);
  }),
  number.map((n) => ({ network: { wire } }) => {
    const frame = wire.toClient[n % (wire.toClient.length + 1)];
    if (frame?.type === "delta") wire.toClient.push(structuredClone(frame));
  }),
  number.map((n) => ({ network: { wire } }) => {
    const index = n % (wire.toClient.length + 1);
    const [one, two] = [wire.toClient[index], wire.toClient[index + 1]];
    if (one?.type === "delta" && two?.type === "delta") wire.toClient.splice(index, 2, two, one);
  }),
  fc.constant(({ network }: World) => network.wire.close(1006)),
  fc.constant(({ network }: World) => {
    network.wire.isCut = true;
  }),
  fc.boolean().map((isDown) => ({ network }) => {
    network.isDown = isDown;
  }),
  number.map(
    (n) =>
      ({ clock }) =>
        clock.advance(n * n),
  ),
];

function requireOrderly(world: World): void {
  for (const room of [general, tea]) {
    const entries = world.client.timeline(room).entries();
    const confirmed = entries.filter((entry) => entry.delivery().kind === "sent");
    expect(entries.slice(0, confirmed.length)).toEqual(confirmed);
    const first = confirmed[0]?.message().id ?? 0;
    expect(confirmed.map((entry) => entry.message().id)).toEqual(confirmed.map((_, index) => first + index));
    expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
  }
}

function requireSame(world: World, room: string): void {
  const shown = world.messages(room);
  const all = world.server.messages(room).map((message) => ({
    ...message,
    author: { ...message.author, displayName: world.server.users.get(message.author.id)?.displayName },
  }));
  expect(shown).toEqual(all.slice((shown[0]?.id ?? 1) - 1) as never);
  expect(world.deliveries(room).every((delivery) => delivery === "sent")).toBe(true);
}

test("the view equals the server's model whatever the network did", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...acts, ...faults), { maxLength: 80 }), async (steps) => {
      const world = await startWorld(({ server }) => {
        server.addRoom(tea, "public", ben, "tea");
        server.addRoom(attic, "private", ben, "attic");
        server.join(tea, ann);
        server.join(attic, ann);
        for (let n = 0; n < 60; n++) server.send(general, ben, `before ${n}`);
      });
      for (const step of steps) {
        await step(world);
        await world.clock.advance(0);
        requireOrderly(world);
      }
      world.network.isDown = false;
      await world.pass(75_000);
      if (world.network.wire.isCut) await world.pass(75_000);
      for (const room of [general, tea]) {
        const timeline = world.client.timeline(room);
        if (timeline.state() === "failed") timeline.reload();
        await world.flush();
      }
      requireSame(world, general);
      if (world.server.isMember(tea, ann)) requireSame(world, tea);
      world.network.wire.close(1006);
      await world.pass(2_000);
      const listed = [...world.client.rooms(), ...world.client.joinableRooms()];
      const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
      expect(listed.sort(byId)).toEqual([...world.server.roomsOf(ann)].sort(byId));
      const mine = world.server.messages(general).filter(({ author }) => author.id === ann);
      expect(new Set(mine.map(({ clientMessageId }) => clientMessageId)).size).toBe(mine.length);
      world.client.close();
    }),
    { seed: 20_261_120, numRuns: Number(process.env.PARLEY_RUNS ?? 150) },
  );
}, 60_000);
