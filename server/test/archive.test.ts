import { expect, test } from "bun:test";
import type { Invite, Room } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

test("[RM13] AZ-18 an archived room is read, and nothing more happens in it", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  const message = await lin.send(committee, "the last words");
  const invite = await ada.ok<Invite>("POST", `/api/rooms/${committee.id}/invites`, {});
  using socket = await lin.connect();
  const watched = await WatchedRoom.open(lin, socket, committee);
  const base = `/api/rooms/${committee.id}`;
  expect(await lin.refusal("PATCH", base, { archived: true })).toBe("not_allowed");
  expect(await noor.refusal("PATCH", base, { archived: true })).toBe("not_found");
  const archived = await ada.ok<Room>("PATCH", base, { archived: true });
  expect(archived.archivedAt).toEqual(expect.any(String));
  expect((await ada.ok<Room>("PATCH", base, { archived: true })).archivedAt).toBe(archived.archivedAt);
  await socket.settle();
  expect(socket.deltas(`room:${committee.id}`).at(-1)?.rooms?.[0]).toMatchObject({ archivedAt: archived.archivedAt });

  for (const [method, path, body] of [
    ["POST", `${base}/messages`, { content: "one more" }],
    ["PATCH", `${base}/messages/${message.id}`, { content: "better words" }],
    ["PUT", `${base}/messages/${message.id}/reactions/${encodeURIComponent("👍")}`],
    ["POST", `${base}/uploads?name=x.txt`, "bytes"],
  ] as const) {
    expect([path, await lin.refusal(method, path, body)]).toEqual([path, "room_archived"]);
  }
  expect(await ada.refusal("POST", `${base}/invites`, {})).toBe("room_archived");
  // What was done before is done, however often it is asked for.
  const repeated = await lin.ok<Room>("PUT", `${base}/membership`);
  expect(repeated).toMatchObject({ id: committee.id, membership: { role: "member" } });
  const edit = { type: "message.edit", id: message.id, content: message.content };
  expect(await socket.request({ ...edit, room: committee.id })).toMatchObject({ message });
  for (const command of [
    { type: "message.send", content: "one more" },
    { type: "message.edit", id: message.id, content: "better words" },
    { type: "typing" },
  ]) {
    expect((await socket.request({ ...command, room: committee.id })).error?.code).toBe("room_archived");
  }
  expect(await noor.refusal("POST", `/api/invites/${invite.code}/redemptions`)).toBe("invite_unusable");
  expect(await noor.refusal("POST", `${base}/messages`, { content: "x" })).toBe("not_found");
  expect((await lin.messages(committee)).messages.map(({ content }) => content)).toEqual(["the last words"]);
  const [followed, fresh] = await watched.both();
  expect(followed).toEqual(fresh);

  await ada.ok("PATCH", base, { archived: false });
  expect((await lin.send(committee, "back again")).id).toBe(2);
  expect((await noor.request("POST", `/api/invites/${invite.code}/redemptions`)).status).toBe(200);
  expect((await ada.ok<Room>("GET", base)).archivedAt).toBeUndefined();
});

test("[RM13] nobody joins an archived public room; it is seen, left and deleted as any other", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, general } = cast;
  const room = await lin.createRoom("Old plans");
  await ada.ok("PUT", `/api/rooms/${room.id}/membership`);
  using socket = await noor.connect();
  await lin.ok("PATCH", `/api/rooms/${room.id}`, { archived: true });
  await socket.settle();
  expect(socket.deltas("workspace").at(-1)?.rooms?.[0]).toMatchObject({ id: room.id, archivedAt: expect.any(String) });
  expect(await noor.refusal("PUT", `/api/rooms/${room.id}/membership`)).toBe("room_archived");
  expect((await ada.request("DELETE", `/api/rooms/${room.id}/membership`)).status).toBe(204);
  expect(await ada.refusal("PATCH", `/api/rooms/${general.id}`, { archived: true })).toBe("not_allowed");
  for (const value of ["yes", 1, null]) {
    expect(await lin.refusal("PATCH", `/api/rooms/${room.id}`, { archived: value })).toBe("invalid");
  }
  expect(await lin.refusal("PATCH", `/api/rooms/${room.id}`, { archivedAt: "2026-01-01T00:00:00.000Z" })).toBe(
    "invalid",
  );
  const direct = await lin.ok<Room>("POST", "/api/direct-rooms", { users: ["ada"] });
  expect(await lin.refusal("PATCH", `/api/rooms/${direct.id}`, { archived: true })).toBe("not_allowed");
  expect((await lin.request("DELETE", `/api/rooms/${room.id}`)).status).toBe(204);
});
