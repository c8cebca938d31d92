import { expect, test } from "bun:test";
import type { AuditPage, RoomRecordPage } from "@parley/protocol/http/admin";
import type { MemberPage } from "@parley/protocol/http/rooms";
import type { Room, RoomRecord } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

test("[AD7] rooms that an admin does not see are renamed, archived and taken back into use, and their members see it", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam } = cast;
  const secret = await lin.createRoom("Surprise", "private");
  await lin.bring(sam, secret);
  using socket = await sam.connect();
  const view = await WatchedRoom.open(sam, socket, secret);
  const path = `/api/admin/rooms/${secret.id}`;
  const archived = await ada.ok<RoomRecord>("PATCH", path, { name: "Cake", archived: true });
  expect(archived).toMatchObject({ id: secret.id, name: "Cake", kind: "private", memberCount: 2 });
  expect(Date.parse(archived.archivedAt ?? "")).toBeGreaterThan(0);
  expect(archived).not.toHaveProperty("description");
  expect(await lin.refusal("POST", `/api/rooms/${secret.id}/messages`, { content: "x" })).toBe("room_archived");
  expect((await sam.ok<Room>("GET", `/api/rooms/${secret.id}`)).name).toBe("Cake");
  const { rooms } = await ada.ok<RoomRecordPage>("GET", "/api/admin/rooms?q=cake");
  expect(rooms).toEqual([archived]);
  expect(await ada.ok<RoomRecord>("PATCH", path, { archived: false })).not.toHaveProperty("archivedAt");
  await lin.send(secret, "and on we go");
  const [followed, fresh] = await view.both();
  expect(followed).toEqual(fresh);
  // The admin has not come any nearer to what is said there.
  expect(await ada.refusal("GET", `/api/rooms/${secret.id}/messages`)).toBe("not_found");
  expect(await ada.refusal("PATCH", `/api/rooms/${secret.id}`, { name: "Mine" })).toBe("not_found");

  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit?user=ada");
  expect(entries.map(({ act, target, detail }) => [act, target?.name, detail])).toEqual([
    ["room.reopened", "Cake", undefined],
    ["room.archived", "Cake", undefined],
    ["room.renamed", "Cake", "Surprise"],
  ]);
});

test("[AD6] the members of a room are listed in pages, whoever may see it", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  const secret = await lin.createRoom("Surprise", "private");
  for (const person of [sam, noor]) await lin.bring(person, secret);
  const list = (query = "") => ada.ok<MemberPage>("GET", `/api/admin/rooms/${secret.id}/members${query}`);
  const all = await list();
  expect(all.members.map(({ user, role }) => [user.username, role])).toEqual([
    ["lin", "owner"],
    ["noor", "member"],
    ["sam", "member"],
  ]);
  const first = await list("?limit=2");
  const rest = await list(`?limit=2&cursor=${first.cursor}`);
  expect([...first.members, ...rest.members]).toEqual([...all.members]);
  expect(rest.cursor).toBeNull();
});

test("[AD6] [AD7] [DR3] what is no room of the admin area is not there, and what a room cannot be is refused", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  const direct = await ada.ok<Room>("POST", "/api/direct-rooms", { users: ["lin"] });
  const gone = await lin.createRoom("Gone");
  await lin.ok("DELETE", `/api/rooms/${gone.id}`);
  for (const id of [direct.id, gone.id, "R0000000000000000"]) {
    const path = `/api/admin/rooms/${id}`;
    expect([id, await ada.refusal("GET", `${path}/members`)]).toEqual([id, "not_found"]);
    expect([id, await ada.refusal("PUT", `${path}/owner`, { user: lin.user.id })]).toEqual([id, "not_found"]);
    expect([id, await ada.refusal("PATCH", path, { name: "Ours" })]).toEqual([id, "not_found"]);
    expect([id, await ada.refusal("DELETE", path)]).toEqual([id, "not_found"]);
  }
  expect(await ada.refusal("PATCH", `/api/admin/rooms/${general.id}`, { archived: true })).toBe("not_allowed");
  expect((await ada.ok<RoomRecord>("PATCH", `/api/admin/rooms/${general.id}`, { name: "Commons" })).name).toBe(
    "Commons",
  );
  for (const body of [
    { kind: "public" },
    { slug: "x" },
    { description: "x" },
    { name: "" },
    { name: "x".repeat(65) },
    { archived: 1 },
  ]) {
    expect([body, await ada.refusal("PATCH", `/api/admin/rooms/${committee.id}`, body)]).toEqual([body, "invalid"]);
  }
});
