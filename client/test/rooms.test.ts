import { expect, test } from "bun:test";
import { ann, ben, cleo, general, startWorld, World } from "./harness/start.ts";

const names = (rooms: readonly { readonly name: string }[]) => rooms.map(({ name }) => name);

test("lists my rooms and those I could join, by name", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("R10", "public", ben, "Room 10");
    server.addRoom("R9", "public", ben, "room 9");
    server.addRoom("RSECRET", "private", ben, "secret");
    server.addRoom("RMINE", "private", ann, "Attic");
  });
  expect(world.client.roomsReady()).toBe(true);
  expect(names(world.client.rooms())).toEqual(["Attic", "general"]);
  expect(names(world.client.joinableRooms())).toEqual(["room 9", "Room 10"]);
  expect(world.client.findRoom("general")?.id).toBe(general);
  expect(world.client.findRoom(general)?.slug).toBe("general");
  expect(world.client.findRoom("secret")).toBeUndefined();
  expect(world.client.findRoom("toString")).toBeUndefined();
});

test("being added to a room, and leaving it on another device, show", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RSECRET", "private", ben, "secret");
    server.addRoom("RTEA", "public", ben, "tea");
  });
  world.server.join("RSECRET", ann);
  world.server.join("RTEA", ann);
  await world.flush();
  expect(names(world.client.rooms())).toEqual(["general", "secret", "tea"]);
  expect(world.client.findRoom("secret")?.membership?.role).toBe("member");
  world.server.leave("RSECRET", ann);
  world.server.leave("RTEA", ann);
  await world.flush();
  expect(names(world.client.rooms())).toEqual(["general"]);
  expect(names(world.client.joinableRooms())).toEqual(["tea"]);
  expect(world.client.findRoom("secret")).toBeUndefined();
});

test("a changed room keeps my membership; my new role shows", async () => {
  const world = await startWorld();
  world.server.editRoom(general, { name: "Lounge" });
  world.server.setRole(general, ann, "admin");
  await world.flush();
  expect(world.client.findRoom(general)).toMatchObject({ name: "Lounge", membership: { role: "admin" } });
});

test("a public room appears, becomes private, and is no longer mine to see, unless I am in it", async () => {
  const world = await startWorld();
  world.server.addRoom("RTEA", "public", ben, "tea");
  await world.flush();
  expect(names(world.client.joinableRooms())).toEqual(["tea"]);
  world.server.editRoom("RTEA", { kind: "private" });
  world.server.editRoom(general, { kind: "private" });
  await world.flush();
  expect(world.client.joinableRooms()).toEqual([]);
  expect(world.client.findRoom(general)).toMatchObject({ kind: "private", membership: {} });
});

test("a deleted room disappears with its timeline", async () => {
  const world = await startWorld(({ server }) => {
    server.send(general, ben, "one");
  });
  world.server.removeRoom(general);
  await world.flush();
  expect(world.client.rooms()).toEqual([]);
  expect(world.client.joinableRooms()).toEqual([]);
  const timeline = world.client.timeline(general);
  await world.flush();
  expect([timeline.state(), timeline.entries()]).toEqual(["failed", []]);
});

test("a room that was lost while offline is gone after the reconnect, and what was to be sent there too", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RSECRET", "private", ben, "secret");
    server.join("RSECRET", ann);
  });
  world.client.timeline("RSECRET");
  await world.flush();
  world.network.wire.close(1006);
  await world.client.sendMessage("RSECRET", "unsent");
  world.server.leave("RSECRET", ann);
  await world.pass(1_500);
  expect(world.client.findRoom("secret")).toBeUndefined();
  expect(world.network.received.filter(({ type }) => type === "message.send")).toEqual([]);
});

test("messages in rooms that were never opened move lastMessageId, live and over a reconnect", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RTEA", "public", ann, "tea");
    server.send("RTEA", ann, "one");
  });
  expect(world.client.findRoom("tea")?.lastMessageId).toBe(1);
  world.server.send("RTEA", ann, "two");
  world.server.edit("RTEA", 1, "ONE");
  await world.flush();
  expect(world.client.findRoom("tea")?.lastMessageId).toBe(2);
  world.network.wire.close(1006);
  world.server.send("RTEA", ann, "three");
  world.server.editRoom("RTEA", { description: "hot" });
  await world.pass(1_500);
  expect(world.client.findRoom("tea")).toMatchObject({ lastMessageId: 3, description: "hot" });
});

test("deltas that overtake the list of rooms are not lost", async () => {
  const world = new World(ann);
  world.server.addRoom("RSECRET", "private", ben, "secret");
  world.server.join("RSECRET", ann);
  await world.clock.advance(0);
  while (!world.network.requests.some(({ path }) => path === "/rooms")) {
    world.network.answer();
    await world.clock.advance(0);
  }
  world.network.serve();
  const list = world.network.requests.splice(0).map((request) => request.read());
  world.server.editRoom("RSECRET", { name: "renamed" });
  world.server.addRoom("RTEA", "public", ben, "tea");
  world.server.join("RTEA", ann);
  world.server.leave(general, ann);
  world.network.deliver();
  expect(world.client.roomsReady()).toBe(false);
  for (const answer of list) answer.deliver();
  await world.clock.advance(0);
  expect(names(world.client.rooms())).toEqual(["renamed", "tea"]);
  expect(names(world.client.joinableRooms())).toEqual(["general"]);
  await world.flush();
  expect(names(world.client.rooms())).toEqual(["renamed", "tea"]);
});

test("an answer that is older than a delta does not undo it", async () => {
  const world = await startWorld();
  const edit = world.client.editRoom(general, { name: "mine" });
  const answer = world.network.requests.shift()?.read();
  world.server.editRoom(general, { name: "later" });
  world.network.deliver();
  answer?.deliver();
  await edit;
  expect(world.client.findRoom(general)?.name).toBe("later");
});

test("a list that is older than my joining does not take the room away", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RSECRET", "private", ben, "secret");
  });
  world.network.wire.close(1006);
  await world.clock.advance(1_000);
  world.network.serve();
  world.network.deliver();
  const list = world.network.requests.splice(0).map((request) => request.read());
  world.server.join("RSECRET", ann);
  world.network.serve();
  world.network.deliver();
  world.client.timeline("RSECRET");
  await world.client.sendMessage("RSECRET", "hello");
  for (const answer of list) answer.deliver();
  await world.flush();
  expect(names(world.client.rooms())).toEqual(["general", "secret"]);
  expect(world.contents("RSECRET")).toEqual(["hello"]);
});

test("my own acts show when the server has answered", async () => {
  const world = await startWorld();
  const act = async <T>(promise: Promise<T>): Promise<T> => {
    await world.flush();
    return promise;
  };
  const created = await act(world.client.createRoom({ name: "tea", kind: "public" }));
  expect(created).toMatchObject({ name: "tea", membership: { role: "owner" } });
  expect(world.client.findRoom("tea")?.membership?.role).toBe("owner");
  await act(world.client.editRoom(created.id, { description: "hot" }));
  expect(world.client.findRoom("tea")?.description).toBe("hot");
  await act(world.client.leaveRoom(created.id));
  expect(names(world.client.joinableRooms())).toEqual(["tea"]);
  await act(world.client.joinRoom(created.id));
  expect(names(world.client.rooms())).toEqual(["general", "tea"]);
  expect((await act(world.client.listMembers(created.id, ""))).members).toHaveLength(1);
  await act(world.client.deleteRoom(created.id));
  expect(names(world.client.rooms())).toEqual(["general"]);
  const refused = world.client.joinRoom("RNONE").catch((error: unknown) => error);
  expect(await act(refused)).toMatchObject({ code: "not_found" });
});

test("other people coming and going changes the count of members only", async () => {
  const world = await startWorld();
  world.server.join(general, cleo);
  await world.flush();
  expect(world.client.findRoom(general)).toMatchObject({ memberCount: 3, membership: { role: "owner" } });
  world.server.leave(general, cleo);
  await world.flush();
  expect(world.client.findRoom(general)).toMatchObject({ memberCount: 2, membership: { role: "owner" } });
});

test("[DR4] direct rooms bear their people's names of now, the latest spoken in first, once something was said", async () => {
  const world = await startWorld(({ server }) => {
    server.addDirectRoom("RBEN", ben, ann);
    server.addDirectRoom("RCLEO", ann, cleo);
    server.addDirectRoom("RALL", ben, ann, cleo);
    server.addDirectRoom("RNOTES", ann);
    server.send("RALL", cleo, "hello");
  });
  expect(names(world.client.directRooms()).sort()).toEqual(["ann (you)", "ben, cleo", "cleo"]);
  expect(names(world.client.rooms())).toEqual(["general"]);
  world.server.rename(cleo, "Cleo C.");
  await world.clock.advance(1_000);
  world.server.send("RBEN", ben, "psst", undefined, "2026-11-20T13:00:00.000Z");
  await world.flush();
  expect(names(world.client.directRooms())[0]).toBe("ben");
  expect(names(world.client.directRooms()).sort()).toEqual(["Cleo C.", "ann (you)", "ben", "ben, Cleo C."]);
  world.server.send("RNOTES", ann, "buy oil", undefined, "2026-11-20T14:00:00.000Z");
  await world.flush();
  expect(names(world.client.directRooms())[0]).toBe("ann (you)");
});

test("[DR1] opening a direct room asks the server, and shows it", async () => {
  const world = await startWorld();
  const opened = world.client.openDirectRoom(["ben"]);
  await world.flush();
  expect(await opened).toMatchObject({ kind: "direct", name: "ben" });
  expect(names(world.client.directRooms())).toEqual(["ben"]);
});

test("[RM11] who is removed from a room is told which, until they are back", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RSECRET", "private", ben, "secret");
    server.join("RSECRET", ann);
  });
  world.client.timeline("RSECRET");
  await world.flush();
  world.server.leave("RSECRET", ann, true);
  world.server.leave(general, ann);
  await world.flush();
  expect(world.client.removedFrom("secret")?.name).toBe("secret");
  expect(world.client.removedFrom("general")).toBeUndefined();
  expect(world.client.findRoom("secret")).toBeUndefined();
  world.server.join("RSECRET", ann);
  await world.flush();
  expect(world.client.removedFrom("secret")).toBeUndefined();
});

test("[RM13] archived rooms are in a list of their own, until they are in use again", async () => {
  const world = await startWorld(({ server }) => {
    server.addRoom("RTEA", "public", ben, "tea");
  });
  world.server.editRoom(general, { archivedAt: "2026-11-20T12:00:00.000Z" });
  world.server.editRoom("RTEA", { archivedAt: "2026-11-20T12:00:00.000Z" });
  await world.flush();
  expect([names(world.client.rooms()), names(world.client.joinableRooms())]).toEqual([[], []]);
  expect(names(world.client.archivedRooms())).toEqual(["general", "tea"]);
  world.server.revive(general);
  await world.flush();
  expect(names(world.client.rooms())).toEqual(["general"]);
  expect(names(world.client.archivedRooms())).toEqual(["tea"]);
});

test("[RM10] a member's role is the one of now, whatever a list said before", async () => {
  const world = await startWorld();
  const asked = world.client.listMembers(general, "");
  await world.flush();
  const { members } = await asked;
  const bens = members.find(({ user }) => user.id === ben);
  if (!bens) throw new Error("ben is in no list");
  expect(world.client.roleOf(bens)).toBe("member");
  world.server.setRole(general, ben, "admin");
  await world.flush();
  expect(world.client.roleOf(bens)).toBe("admin");
});
