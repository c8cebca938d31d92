import { expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { Place, Room } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

const open = (person: Person, ...users: readonly string[]) =>
  person.request<Room>("POST", "/api/direct-rooms", { users });
const names = (room: Room) => room.users?.map(({ username }) => username);

test("[DR1] the same people always get the same room, by id or by name, in any order", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam } = cast;
  const first = await open(ada, lin.user.id);
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({
    kind: "direct",
    name: "",
    description: "",
    memberCount: 2,
    createdBy: ada.user.id,
  });
  expect(names(first.body)).toEqual(["ada", "lin"]);
  for (const answer of [
    await open(lin, "ada"),
    await open(ada, "LIN"),
    await open(ada, "lin", lin.user.id, "ada", "lin"),
  ]) {
    expect([answer.status, answer.body.id]).toEqual([200, first.body.id]);
  }
  const group = await open(sam, "lin", "ada");
  expect([group.status, names(group.body)]).toEqual([201, ["ada", "lin", "sam"]]);
  expect((await open(ada, "sam", "lin")).body.id).toBe(group.body.id);
  expect(group.body.id).not.toBe(first.body.id);
});

test("[DR1] of many who open it at once, all get one room", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam } = cast;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? open(ada, "lin", "sam") : open(sam, "ada", "lin"))),
  );
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const { rooms } = await lin.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.filter(({ kind }) => kind === "direct")).toHaveLength(1);
});

test("[DR1] oneself alone is a room for notes", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  const notes = await open(ada, ada.user.id);
  expect([notes.status, names(notes.body)]).toEqual([201, ["ada"]]);
  expect((await open(ada, "ada")).body.id).toBe(notes.body.id);
  await ada.send(notes.body, "buy linseed oil");
  expect(await lin.refusal("GET", `/api/rooms/${notes.body.id}/messages`)).toBe("not_found");
});

test("[DR2] there are so many people in it at most, all of them known", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const others = await Promise.all(
    Array.from({ length: limits.directRoomUsers }, (_, index) => server.signUp(`other-${index}x`)),
  );
  const ids = others.map(({ user }) => user.id);
  const path = "/api/direct-rooms";
  expect(await ada.refusal("POST", path, { users: ids })).toBe("limit_reached");
  expect((await open(ada, ...ids.slice(1))).status).toBe(201);
  expect(await ada.refusal("POST", path, { users: ["lin", "nobody"] })).toBe("not_found");
  expect(await ada.refusal("POST", path, { users: ["U0000000000000000"] })).toBe("not_found");
  for (const users of [undefined, [], "lin", [""], [1], [null], ["x".repeat(33)], Array(11).fill("lin")]) {
    expect(await ada.refusal("POST", path, { users })).toBe("invalid");
  }
  for (const extra of [{ kind: "public" }, { name: "Ours" }, { id: "R0000000000000000" }]) {
    expect(await ada.refusal("POST", path, { users: ["lin"], ...extra })).toBe("invalid");
  }
  expect((await cast.server.stranger.request("POST", path, { users: ["lin"] })).status).toBe(401);
});

test("[DR3] [RM1] [HT2] AZ-01 to everyone else it does not exist, by id or slug", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam } = cast;
  const room = (await open(lin, "sam")).body;
  await lin.send(room, "the canary");
  using socket = await ada.connect();
  for (const reference of [room.id, room.slug]) {
    const base = `/api/rooms/${reference}`;
    for (const [method, path, body] of [
      ["GET", base],
      ["PATCH", base, { name: "Mine" }],
      ["DELETE", base],
      ["PUT", `${base}/membership`],
      ["DELETE", `${base}/membership`],
      ["GET", `${base}/members`],
      ["GET", `${base}/messages`],
      ["POST", `${base}/messages`, { content: "let me in" }],
      ["GET", `${base}/changes?since=0`],
      ["POST", `${base}/invites`, {}],
    ] as const) {
      expect([path, await ada.refusal(method, path, body)]).toEqual([path, "not_found"]);
    }
  }
  await sam.send(room, "another canary");
  await socket.settle();
  const seen = JSON.stringify([socket.frames, await ada.ok("GET", "/api/rooms")]);
  expect(seen).not.toContain(room.id);
  expect(seen).not.toContain("canary");
});

test("[DR3] nobody leaves it, is invited to it, changes or deletes it", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  const room = (await open(ada, "lin")).body;
  const base = `/api/rooms/${room.id}`;
  for (const person of [ada, lin]) {
    for (const [method, path, body] of [
      ["PATCH", base, { name: "Ours" }],
      ["PATCH", base, { kind: "public" }],
      ["DELETE", base],
      ["DELETE", `${base}/membership`],
      ["POST", `${base}/invites`, {}],
      ["GET", `${base}/invites`],
    ] as const) {
      expect([path, await person.refusal(method, path, body)]).toEqual([path, "not_allowed"]);
    }
  }
  const message = await lin.send(room, "lin's words");
  expect(await ada.refusal("DELETE", `${base}/messages/${message.id}`)).toBe("not_allowed");
  expect(await ada.ok<Room>("GET", base)).toMatchObject({ kind: "direct", name: "", memberCount: 2 });
});

test("[DR4] each of its people is told on their own topic, with the people, and follows it at once", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  using socket = await lin.connect();
  const room = (await open(ada, "lin")).body;
  await ada.send(room, "psst");
  await socket.settle();
  const told = socket.deltas(`user:${lin.user.id}`).at(-1);
  expect(told?.rooms?.[0]).toMatchObject({ id: room.id, kind: "direct", users: room.users });
  expect(told?.memberships?.[0]).toMatchObject({ room: room.id, role: "member", user: { id: lin.user.id } });
  expect(socket.deltas(`room:${room.id}`).at(-1)?.messages?.[0]?.content).toBe("psst");
  const { rooms } = await lin.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.find(({ id }) => id === room.id)).toMatchObject({
    users: room.users,
    lastMessageId: 1,
    lastMessageAt: expect.any(String),
    membership: { role: "member" },
  });
});

test("[DR4] [TD7] who was away learns of it by resume, and every view of it is the same", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  const { heads } = await lin.ok<{ heads: Record<string, number> }>("GET", "/api/rooms");
  const room = (await open(ada, "lin", "sam")).body;
  using socket = await lin.connect();
  const topic = `user:${lin.user.id}`;
  await socket.request({ type: "resume", topics: { [topic]: heads[topic], [`room:${room.id}`]: 0 } });
  expect(socket.deltas(topic).at(-1)?.rooms?.[0]).toMatchObject({ id: room.id, users: room.users });
  expect(socket.deltas(`room:${room.id}`).at(-1)?.rooms?.[0]).toMatchObject({ id: room.id, users: room.users });
  const watched = await WatchedRoom.open(lin, socket, room);
  await ada.send(room, "one");
  await lin.send(room, "two");
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
});

test("[DR5] a direct room is put away on all of one's devices, until something newer is said in it", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  const { body: room } = await open(ada, "lin");
  await ada.send(room, "one");
  const path = `/api/rooms/${room.id}/membership`;
  const topic = `user:${lin.user.id}`;
  using phone = await lin.connect();
  using other = await ada.connect();
  const heads = await phone.heads();

  // What nobody has said yet is never put away.
  expect(await lin.ok<Place>("PATCH", path, { hiddenUpTo: 9 })).toMatchObject({ hiddenUpTo: 1, unread: 1 });
  await phone.settle();
  const levels = [{ room: room.id, notifyLevel: "all" as const, hiddenUpTo: 1 }];
  expect(phone.deltas(topic)).toMatchObject([{ levels }]);
  using desk = await lin.connect();
  await desk.request({ type: "resume", topics: { [topic]: heads[topic] } });
  expect(desk.deltas(topic)).toMatchObject([{ levels }]);
  await other.settle();
  expect(JSON.stringify(other.frames)).not.toContain("hiddenUpTo");

  await ada.send(room, "two");
  const listed = (await lin.ok<{ rooms: Room[] }>("GET", "/api/rooms")).rooms.find(({ id }) => id === room.id);
  expect(listed).toMatchObject({ lastMessageId: 2, membership: { hiddenUpTo: 1 } });
  expect((await open(lin, "ada")).body.membership).not.toHaveProperty("hiddenUpTo");
  expect(await lin.ok<Place>("PATCH", path, { hiddenUpTo: 2 })).toMatchObject({ hiddenUpTo: 2 });
  expect(await lin.ok<Place>("PATCH", path, { hiddenUpTo: null })).not.toHaveProperty("hiddenUpTo");

  expect(await lin.refusal("PATCH", `/api/rooms/${general.id}/membership`, { hiddenUpTo: 0 })).toBe("not_allowed");
  for (const hiddenUpTo of [-1, 1.5, "1", true])
    expect(await lin.refusal("PATCH", path, { hiddenUpTo })).toBe("invalid");
});
