import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/model";
import { ann, ben, cleo, general, startWorld } from "./harness/start.ts";

type World = Awaited<ReturnType<typeof startWorld>>;

const start = () =>
  startWorld((world) => {
    world.server.send(general, ben, "Tea?");
  });
const message = (world: World): Message => world.messages()[0] as Message;
const shown = (world: World) =>
  world.client.reactions(message(world)).map(({ emoji, count, mine }) => `${emoji}${count}${mine ? " mine" : ""}`);
const sent = (world: World) =>
  world.network.received.flatMap(({ type }) => (type.startsWith("reaction.") ? [type] : []));

test("[RE5] a reaction shows at once, and stays when the server has it", async () => {
  const world = await start();
  void world.client.toggleReaction(message(world), "👍");
  expect(shown(world)).toEqual(["👍1 mine"]);
  expect(message(world).reactions).toBeUndefined();
  await world.flush();
  expect(shown(world)).toEqual(["👍1 mine"]);
  expect(message(world).reactions).toEqual([{ emoji: "👍", users: [ann], count: 1 }]);
  void world.client.toggleReaction(message(world), "👍\ufe0f");
  expect(shown(world)).toEqual([]);
  await world.pass(500);
  expect(message(world).reactions).toBeUndefined();
});

test("[RE2] others' reactions are counted with mine, each emoji in its place", async () => {
  const world = await start();
  world.server.react(general, 1, ben, "❤️", true);
  world.server.react(general, 1, ben, "👍", true);
  await world.flush();
  expect(shown(world)).toEqual(["❤️1", "👍1"]);
  void world.client.toggleReaction(message(world), "❤️");
  void world.client.toggleReaction(message(world), "🎉");
  expect(shown(world)).toEqual(["❤️2 mine", "👍1", "🎉1 mine"]);
  world.server.react(general, 1, ben, "👍", false);
  await world.flush();
  expect(shown(world)).toEqual(["❤️2 mine", "🎉1 mine"]);
});

/** So many others have reacted that one is not named any more. */
const crowd = (world: { readonly server: World["server"] }, id: number) => {
  for (let n = 0; n < limits.reactionUsers; n++) world.server.react(general, id, `U${n}`, "👋", true);
};
const asked = (world: World) => world.network.asked.filter((path) => path.includes("/my-reactions"));

test("[RE7] one's own among more than are named is shown after a reload, and the first press takes it off", async () => {
  const world = await startWorld((before) => {
    for (let id = 1; id <= 3; id++) {
      before.server.send(general, ben, "All here?");
      crowd(before, id);
    }
    for (const id of [1, 3]) before.server.react(general, id, ann, "👋", true);
    before.server.react(general, 1, cleo, "👋", true);
  });
  const { client, server } = world;
  const [first, second, third] = world.messages();
  if (!first || !second || !third) throw new Error("there are no messages");
  const count = limits.reactionUsers;
  const look = () =>
    [first, second, third].map(({ id }) => {
      const [reaction] = client.reactions(world.messages()[id - 1] ?? first);
      return `${reaction?.count}${reaction?.mine ? " mine" : ""}`;
    });
  look();
  await world.pass(100);
  expect(look()).toEqual([`${count + 2} mine`, `${count}`, `${count + 1} mine`]);
  expect(asked(world)).toEqual([`/rooms/${general}/my-reactions?messages=1,3`]);
  void client.toggleReaction(first, "👋");
  expect(look()).toEqual([`${count + 1}`, `${count}`, `${count + 1} mine`]);
  await world.flush();
  expect(sent(world)).toEqual(["reaction.remove"]);
  expect(server.messages(general)[0]?.reactions?.[0]?.count).toBe(count + 1);
  await world.pass(15_000);
  expect(look()).toEqual([`${count + 1}`, `${count}`, `${count + 1} mine`]);
});

test("[RE7] what I do on another device shows where others are many, however often the message changes", async () => {
  const world = await startWorld((before) => {
    before.server.send(general, ben, "All here?");
    crowd(before, 1);
    before.server.react(general, 1, cleo, "👋", true);
  });
  const { server } = world;
  shown(world);
  await world.pass(100);
  expect(shown(world)).toEqual(["👋51"]);
  server.react(general, 1, ann, "👋", true);
  for (let change = 0; change < 20; change++) {
    server.react(general, 1, ben, "👋", change % 2 === 0);
    await world.flush();
    shown(world);
  }
  await world.pass(15_000);
  expect(shown(world)).toEqual(["👋52 mine"]);
  expect(asked(world)).toHaveLength(2);
});

test("[RE7] what could not be asked is asked again, and what I do meanwhile counts", async () => {
  const world = await startWorld((before) => {
    before.server.send(general, ben, "All here?");
    crowd(before, 1);
    before.server.react(general, 1, cleo, "👋", true);
  });
  expect(shown(world)).toEqual(["👋51"]);
  await world.clock.advance(0);
  for (const request of world.network.requests.splice(0)) request.fail();
  await world.flush();
  void world.client.toggleReaction(message(world), "👋");
  await world.flush();
  expect(shown(world)).toEqual(["👋52 mine"]);
  expect(asked(world)).toHaveLength(1);
  await world.pass(15_000);
  expect(shown(world)).toEqual(["👋52 mine"]);
  expect(asked(world)).toHaveLength(2);
});

test("[RE7] when numbers begin anew, what was known counts no more", async () => {
  const world = await startWorld((before) => {
    before.server.send(general, ben, "All here?");
    crowd(before, 1);
    before.server.react(general, 1, ann, "👋", true);
  });
  shown(world);
  await world.pass(100);
  expect(shown(world)).toEqual(["👋51 mine"]);
  world.server.epoch = "of a backup";
  world.network.wire.close(1006);
  await world.pass(3_000);
  shown(world);
  await world.pass(100);
  expect(shown(world)).toEqual(["👋51 mine"]);
  expect(asked(world)).toHaveLength(2);
});

test("[RE5] a lost ack is repeated, and the reaction counts once", async () => {
  const world = await start();
  const settled = world.client.toggleReaction(message(world), "👍");
  await world.clock.advance(0);
  world.network.serve();
  world.lose(() => true);
  await world.clock.advance(10_000);
  expect(world.client.status().kind).toBe("offline");
  expect(shown(world)).toEqual(["👍1 mine"]);
  await world.pass(3_000);
  await settled;
  expect(sent(world)).toEqual(["reaction.add", "reaction.add"]);
  expect(shown(world)).toEqual(["👍1 mine"]);
  expect(world.server.messages(general)[0]?.reactions).toEqual([{ emoji: "👍", users: [ann], count: 1 }]);
});

test("[RE5] what is pressed while offline waits, and only its last state is sent", async () => {
  const world = await start();
  world.network.isDown = true;
  world.network.wire.close(1006);
  await world.flush();
  for (let press = 0; press < 5; press++) void world.client.toggleReaction(message(world), "👍");
  expect(shown(world)).toEqual(["👍1 mine"]);
  world.network.isDown = false;
  await world.pass(12_000);
  expect(sent(world)).toEqual(["reaction.add"]);
  expect(world.server.messages(general)[0]?.reactions).toEqual([{ emoji: "👍", users: [ann], count: 1 }]);
});

test("[RE5] a hundred presses in a second are a few commands, and end in the last state", async () => {
  const world = await start();
  for (let press = 0; press < 101; press++) {
    void world.client.toggleReaction(message(world), "👍");
    await world.clock.advance(10);
    await world.flush();
    expect(shown(world)).toEqual(press % 2 === 0 ? ["👍1 mine"] : []);
  }
  await world.pass(1_000);
  expect(sent(world).length).toBeLessThan(8);
  expect(shown(world)).toEqual(["👍1 mine"]);
  expect(world.server.messages(general)[0]?.reactions).toEqual([{ emoji: "👍", users: [ann], count: 1 }]);
});

test("[RE3] a refused reaction goes away, and says why", async () => {
  const world = await start();
  world.network.intercept = (command) => (command.type === "reaction.add" ? new ParleyError("limit_reached") : null);
  const outcome = world.client.toggleReaction(message(world), "👍").catch((error: unknown) => error);
  expect(shown(world)).toEqual(["👍1 mine"]);
  await world.flush();
  expect(await outcome).toMatchObject({ code: "limit_reached" });
  expect(shown(world)).toEqual([]);
});

test("[RE5] who is too fast waits as long as the server says", async () => {
  const world = await start();
  let refusals = 2;
  world.network.intercept = (command) =>
    command.type === "reaction.add" && refusals-- > 0
      ? new ParleyError("rate_limited", undefined, { retryAfterMs: 500 })
      : null;
  void world.client.toggleReaction(message(world), "👍");
  await world.pass(400);
  expect(sent(world)).toHaveLength(1);
  await world.pass(800);
  expect(sent(world)).toHaveLength(3);
  expect(message(world).reactions).toHaveLength(1);
});

test("who reacted and is no member any more is asked for by themself, once", async () => {
  const world = await startWorld((before) => {
    before.server.send(general, ann, "Tea?");
    before.server.react(general, 1, cleo, "👍", true);
  });
  for (let look = 0; look < 3; look++) {
    world.client.findPerson(general, cleo);
    await world.flush();
  }
  expect(world.client.findPerson(general, cleo)?.displayName).toBe("cleo");
});

test("who reacted is known by name, also to who has never seen them write", async () => {
  const world = await startWorld((before) => {
    before.server.send(general, ann, "Tea?");
  });
  world.server.react(general, 1, ben, "👍", true);
  await world.flush();
  expect(world.client.findPerson(general, ben)?.displayName).toBeUndefined();
  await world.flush();
  expect(world.client.findPerson(general, ben)?.displayName).toBe("ben");
});

test("[RE5] a reaction that was put on or taken off without a connection is there after a reload, in its last state", async () => {
  const world = await start();
  world.server.react(general, 1, ann, "🎉", true);
  await world.flush();
  world.network.isBlocked = true;
  world.network.wire.close(1006);
  for (const emoji of ["👍", "❤️", "❤️", "🎉"]) void world.client.toggleReaction(message(world), emoji);
  await world.clock.advance(0);
  world.reload();
  await world.flush();
  world.client.timeline(general);
  await world.flush();
  expect(shown(world)).toEqual(["👍1 mine"]);
  world.network.isBlocked = false;
  await world.pass(30_000);
  expect(world.server.messages(general)[0]?.reactions).toEqual([{ emoji: "👍", users: [ann], count: 1 }]);
  expect(shown(world)).toEqual(["👍1 mine"]);
  expect(await world.outboxOf(ann).page().list()).toEqual([]);
});

test("[RE5] a reaction of before that is refused says so", async () => {
  const world = await start();
  world.network.isBlocked = true;
  world.network.wire.close(1006);
  void world.client.toggleReaction(message(world), "👍");
  await world.clock.advance(0);
  world.reload();
  world.network.isBlocked = false;
  world.network.intercept = ({ type }) => (type === "reaction.add" ? new ParleyError("room_archived", "No.") : null);
  await world.pass(5_000);
  expect(world.refused).toEqual(["👍 was not put on the message. No."]);
  expect(await world.outboxOf(ann).page().list()).toEqual([]);
});
