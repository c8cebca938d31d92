import { expect, test } from "bun:test";
import type { Invite, Membership, Room } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

/** Lin owns a private room that the workspace's owner is not in; Sam is in it, and Noor. */
async function startWithRoom() {
  const cast = await startWithCast();
  const { lin, sam, noor } = cast;
  const room = await lin.createRoom("Tools", "private");
  await lin.bring(sam, room);
  await lin.bring(noor, room);
  return { ...cast, room };
}

const member = (room: Room, person: Person) => `/api/rooms/${room.id}/members/${person.user.id}`;
const rolesIn = async (person: Person, room: Room) => {
  const { members } = await person.ok<{ members: Membership[] }>("GET", `/api/rooms/${room.id}/members`);
  return Object.fromEntries(members.map(({ user, role }) => [user.username, role]));
};
const makeInvite = (person: Person, room: Room) => person.ok<Invite>("POST", `/api/rooms/${room.id}/invites`, {});

test("[RM10] AZ-16 owner and admins give roles; nobody raises themself, and nobody but the owner hands over", async () => {
  await using cast = await startWithRoom();
  const { ada, lin, sam, noor, room } = cast;
  const set = (by: Person, whom: Person, role: string) => by.request<Membership>("PATCH", member(room, whom), { role });
  const refusal = (by: Person, whom: Person, role: string) => by.refusal("PATCH", member(room, whom), { role });
  for (const role of ["admin", "owner"]) {
    expect(await refusal(sam, sam, role)).toBe("not_allowed");
    expect(await refusal(sam, noor, role)).toBe("not_allowed");
    // The workspace's owner does not see this room.
    expect(await refusal(ada, ada, role)).toBe("not_found");
    expect(await refusal(ada, sam, role)).toBe("not_found");
  }
  expect((await set(lin, sam, "admin")).body).toMatchObject({ role: "admin", user: { username: "sam" } });
  expect((await set(sam, noor, "admin")).status).toBe(200);
  expect(await refusal(sam, sam, "owner")).toBe("not_allowed");
  expect(await refusal(sam, noor, "owner")).toBe("not_allowed");
  for (const role of ["admin", "member"]) {
    expect(await refusal(sam, lin, role)).toBe("not_allowed");
    expect(await refusal(lin, lin, role)).toBe("not_allowed");
  }
  expect((await set(noor, sam, "member")).status).toBe(200);
  expect((await set(noor, noor, "member")).status).toBe(200);
  expect(await rolesIn(lin, room)).toEqual({ lin: "owner", sam: "member", noor: "member" });
  expect(await refusal(lin, ada, "admin")).toBe("not_found");
  expect((await lin.request("PATCH", `/api/rooms/${room.slug}/members/SAM`, { role: "admin" })).status).toBe(200);
});

test("[RM10] handing over is one commit with two changes, and never leaves a room without its owner", async () => {
  await using cast = await startWithRoom();
  const { lin, sam, room } = cast;
  using socket = await sam.connect();
  const watched = await WatchedRoom.open(sam, socket, room);
  await lin.ok("PATCH", member(room, sam), { role: "owner" });
  expect(await rolesIn(lin, room)).toEqual({ lin: "admin", sam: "owner", noor: "member" });
  await socket.settle();
  const deltas = socket.deltas(`room:${room.id}`).filter(({ memberships }) => memberships);
  expect(deltas.map(({ memberships }) => memberships?.map(({ user, role }) => [user.username, role]))).toEqual([
    [
      ["lin", "admin"],
      ["sam", "owner"],
    ],
  ]);
  expect(socket.deltas(`user:${sam.user.id}`).at(-1)?.memberships?.[0]?.role).toBe("owner");
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
  // Of two at once the second is no longer the owner's to make.
  const both = await Promise.all([
    sam.request("PATCH", member(room, lin), { role: "owner" }),
    sam.request("PATCH", member(room, cast.noor), { role: "owner" }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
  expect(Object.values(await rolesIn(lin, room)).filter((role) => role === "owner")).toHaveLength(1);
});

test("[RM10] who looks after the workspace does so in every room that they see", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor, committee } = cast;
  const open = await lin.createRoom("Open");
  await sam.ok("PUT", `/api/rooms/${open.id}/membership`);
  expect((await ada.request("PATCH", member(open, sam), { role: "admin" })).status).toBe(200);
  expect((await ada.request("PATCH", member(open, sam), { role: "owner" })).status).toBe(200);
  expect((await ada.request("DELETE", member(open, lin))).status).toBe(204);
  expect(await noor.refusal("PATCH", member(open, sam), { role: "member" })).toBe("not_found");
  expect(await noor.refusal("DELETE", member(open, sam))).toBe("not_found");
  expect(await noor.refusal("DELETE", member(committee, lin))).toBe("not_found");
});

test("[RM11] [SO7] who is removed gets nothing more of the room, is told so, and cannot act there", async () => {
  await using cast = await startWithRoom();
  const { lin, sam, noor, room } = cast;
  using one = await sam.connect();
  using two = await sam.connect();
  using staying = await noor.connect();
  const watched = await WatchedRoom.open(noor, staying, room);
  await lin.send(room, "while a member");
  await lin.ok("DELETE", member(room, sam));
  await lin.send(room, "the canary");
  for (const socket of [one, two]) {
    await socket.settle();
    const text = JSON.stringify(socket.frames);
    expect(text).toContain("while a member");
    expect(text).not.toContain("canary");
    const told = socket.deltas(`user:${sam.user.id}`).at(-1)?.memberships?.[0];
    expect(told).toMatchObject({ room: room.id, leftAt: expect.any(String), removed: true });
    const ack = await socket.request({ type: "message.send", room: room.id, content: "still here" });
    expect(ack.error?.code).toBe("not_found");
    expect(await socket.request({ type: "resume", topics: { [`room:${room.id}`]: 0 } })).toMatchObject({
      gone: [`room:${room.id}`],
    });
  }
  for (const path of ["", "/messages", "/members", "/changes?since=0"]) {
    expect(await sam.refusal("GET", `/api/rooms/${room.id}${path}`)).toBe("not_found");
  }
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);
});

test("[RM11] AZ-16 the owner is never removed, and members remove nobody but themselves", async () => {
  await using cast = await startWithRoom();
  const { lin, sam, noor, room } = cast;
  expect(await sam.refusal("DELETE", member(room, noor))).toBe("not_allowed");
  await lin.ok("PATCH", member(room, sam), { role: "admin" });
  expect(await sam.refusal("DELETE", member(room, lin))).toBe("not_allowed");
  expect(await sam.refusal("DELETE", `/api/rooms/${room.id}/members/nobody`)).toBe("not_found");
  expect((await noor.request("DELETE", member(room, noor))).status).toBe(204);
  expect(await lin.refusal("DELETE", member(room, noor))).toBe("not_found");
  expect(await rolesIn(lin, room)).toEqual({ lin: "owner", sam: "admin" });
});

test("[RM12] AZ-19 who was removed comes back by a fresh invite, and by no older one", async () => {
  await using cast = await startWithRoom();
  const { lin, sam, room } = cast;
  const old = await makeInvite(lin, room);
  await lin.ok("DELETE", member(room, sam));
  const redeem = (code: string) => sam.request<Room>("POST", `/api/invites/${code}/redemptions`);
  expect((await redeem(old.code)).status).toBe(404);
  expect(await sam.refusal("GET", `/api/invites/${old.code}`)).toBe("invite_unusable");
  expect(await sam.refusal("PUT", `/api/rooms/${room.id}/membership`)).toBe("not_found");
  const fresh = await makeInvite(lin, room);
  expect((await redeem(fresh.code)).body).toMatchObject({ id: room.id, membership: { role: "member" } });
  // Whoever leaves by themself is not kept out.
  await sam.ok("DELETE", `/api/rooms/${room.id}/membership`);
  expect((await redeem(old.code)).status).toBe(200);
  const open = await lin.createRoom("Open");
  await sam.ok("PUT", `/api/rooms/${open.id}/membership`);
  await lin.ok("DELETE", member(open, sam));
  expect((await sam.request("PUT", `/api/rooms/${open.id}/membership`)).status).toBe(200);
});

test("[RM12] IN-02 IN-04 IN-05 an invite ends when its maker may not invite any more", async () => {
  await using cast = await startWithRoom();
  const { server, lin, sam, noor, room } = cast;
  const kim = await server.signUp("kim");
  const redeem = (code: string) => kim.request("POST", `/api/invites/${code}/redemptions`);
  expect(await sam.refusal("POST", `/api/rooms/${room.id}/invites`, {})).toBe("not_allowed");
  expect(await kim.refusal("POST", `/api/rooms/${room.id}/invites`, {})).toBe("not_found");
  expect(await lin.refusal("POST", `/api/rooms/${room.id}/invites`, { role: "admin" })).toBe("invalid");
  await lin.ok("PATCH", member(room, sam), { role: "admin" });
  await lin.ok("PATCH", member(room, noor), { role: "admin" });
  const [sams, noors, lins] = [await makeInvite(sam, room), await makeInvite(noor, room), await makeInvite(lin, room)];
  // What an invite shows to a stranger: which room, by whom, and how many are in it.
  const preview = await server.stranger.ok<object>("GET", `/api/invites/${sams.code}`);
  expect(JSON.stringify(preview)).not.toMatch(/noor|createdAt|members"/);
  await lin.ok("PATCH", member(room, sam), { role: "member" });
  await lin.ok("DELETE", member(room, noor));
  expect((await redeem(sams.code)).status).toBe(404);
  expect((await redeem(noors.code)).status).toBe(404);
  const { invites } = await lin.ok<{ invites: Invite[] }>("GET", `/api/rooms/${room.id}/invites`);
  expect(invites.map(({ code }) => code)).toEqual([lins.code]);
  expect((await redeem(lins.code)).status).toBe(200);
});

test("[RM10] [HT3] AZ-02 AZ-15 nothing but a role is taken, and only in the room of the path", async () => {
  await using cast = await startWithRoom();
  const { lin, sam, room, general } = cast;
  for (const body of [
    {},
    { role: "guest" },
    { role: null },
    { role: ["owner"] },
    { role: "admin", room: general.id },
    { role: "admin", joinedAt: "2020-01-01T00:00:00.000Z" },
    { role: "admin", user: lin.user.id },
    JSON.parse('{"role":"admin","__proto__":{"role":"owner"}}'),
  ]) {
    expect(await lin.refusal("PATCH", member(room, sam), body)).toBe("invalid");
  }
  expect(await lin.refusal("PATCH", member(general, sam), { role: "admin" })).toBe("not_allowed");
  expect(await rolesIn(lin, room)).toEqual({ lin: "owner", sam: "member", noor: "member" });
  const direct = await lin.ok<Room>("POST", "/api/direct-rooms", { users: ["sam"] });
  expect(await lin.refusal("PATCH", member(direct, sam), { role: "admin" })).toBe("not_allowed");
  expect(await lin.refusal("DELETE", member(direct, sam))).toBe("not_allowed");
});

test("[RM12] IN-05 an invite ends with the right to make it: on demotion, on leaving, and when the room turns private", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam, general } = cast;
  const role = (person: Person, to: string) => ada.ok("PATCH", `/api/admin/users/${person.user.id}`, { role: to });
  const invite = async (by: Person, room: Room) =>
    (await by.ok<Invite>("POST", `/api/rooms/${room.id}/invites`, { maxUses: 5 })).code;
  const works = async (code: string) => (await server.stranger.request("GET", `/api/invites/${code}`)).status === 200;

  // Demoted in the workspace, lin keeps the invites to a room of lin's own.
  await role(lin, "admin");
  const own = await lin.createRoom("Boats");
  const codes = [await invite(lin, general), await invite(lin, own)];
  expect(await Promise.all(codes.map(works))).toEqual([true, true]);
  await role(lin, "member");
  expect(await Promise.all(codes.map(works))).toEqual([false, true]);
  // To be an admin again does not bring them back.
  await role(lin, "admin");
  expect(await works(codes[0] ?? "")).toBe(false);

  // No admin of the room any more, lin looks after it as one of the workspace's, which lasts as long as lin sees it.
  await sam.ok("PUT", `/api/rooms/${own.id}/membership`);
  await lin.ok("PATCH", `/api/rooms/${own.id}/members/sam`, { role: "owner" });
  await sam.ok("PATCH", `/api/rooms/${own.id}/members/lin`, { role: "member" });
  expect(await works(codes[1] ?? "")).toBe(true);
  await lin.ok("DELETE", `/api/rooms/${own.id}/membership`);
  expect(await works(codes[1] ?? "")).toBe(true);
  const sams = await invite(sam, own);
  await sam.ok("PATCH", `/api/rooms/${own.id}`, { kind: "private" });
  expect([await works(codes[1] ?? ""), await works(sams)]).toEqual([false, true]);

  // The owner who leaves takes the invites along.
  await lin.ok("POST", `/api/invites/${sams}/redemptions`);
  await sam.ok("DELETE", `/api/rooms/${own.id}/membership`);
  expect(await works(sams)).toBe(false);
});
