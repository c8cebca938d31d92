import { expect, test } from "bun:test";
import type { Invite, InvitePreview, Room, User } from "@parley/protocol/model";
import { cookieOf, startWithCast } from "./harness.ts";

test("an invite shows where it leads, also to a stranger, and brings one in", async () => {
  await using cast = await startWithCast();
  const { server, ada, noor, committee } = cast;
  const invite = await ada.ok<Invite>("POST", `/api/rooms/${committee.slug}/invites`);
  expect(invite).toMatchObject({ room: committee.id, uses: 0, maxUses: null, expiresAt: null });
  expect(invite.url).toBe(`${server.url}/invite/${invite.code}`);
  const preview = await server.stranger.ok<InvitePreview>("GET", `/api/invites/${invite.code}`);
  expect(preview).toMatchObject({
    room: { name: "Committee", memberCount: 2 },
    invitedBy: "Ada Lindqvist",
    joined: false,
  });
  const room = await noor.ok<Room>("POST", `/api/invites/${invite.code}/redemptions`);
  expect(room).toMatchObject({ id: committee.id, memberCount: 3, membership: { role: "member" } });
  expect((await noor.messages(committee)).messages).toEqual([]);
  expect(await noor.ok<InvitePreview>("GET", `/api/invites/${invite.code}`)).toMatchObject({ joined: true });
});

test("[RM6] IN-03 an invite makes exactly as many members as it allows, however many redeem it at once", async () => {
  await using cast = await startWithCast();
  const { server, ada, committee } = cast;
  const people = await Promise.all(Array.from({ length: 12 }, (_, n) => server.signUp(`guest-${n}x`)));
  const { code } = await ada.ok<Invite>("POST", `/api/rooms/${committee.id}/invites`, { maxUses: 3 });
  const answers = await Promise.all(
    people.flatMap((person) => [1, 2].map(() => person.request("POST", `/api/invites/${code}/redemptions`))),
  );
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
  expect((await ada.ok<Room>("GET", `/api/rooms/${committee.id}`)).memberCount).toBe(5);
  expect((await ada.request("GET", `/api/invites/${code}`)).status).toBe(404);
});

test("[RM6] members use nothing up; expired, used-up, revoked and unknown invites look alike", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam, noor, committee } = cast;
  const path = `/api/rooms/${committee.id}/invites`;
  const expiresAt = new Date(server.clock.now() + 60_000).toISOString();
  const expiring = await ada.ok<Invite>("POST", path, { expiresAt });
  const single = await ada.ok<Invite>("POST", path, { maxUses: 1 });
  const revoked = await ada.ok<Invite>("POST", path, {});
  await lin.ok("POST", `/api/invites/${single.code}/redemptions`);
  await sam.ok("POST", `/api/invites/${single.code}/redemptions`);
  await sam.ok("POST", `/api/invites/${single.code}/redemptions`).catch(() => undefined);
  await ada.ok("DELETE", `/api/invites/${revoked.code}`);
  server.clock.advance(61_000);
  const answers = await Promise.all(
    [expiring.code, single.code, revoked.code, "AAAAAAAAAAAAAAAAAAAAAAAA"].flatMap((code) => [
      noor.request("GET", `/api/invites/${code}`),
      noor.request("POST", `/api/invites/${code}/redemptions`),
    ]),
  );
  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))).toHaveProperty("size", 1);
  expect(answers[0]?.status).toBe(404);
  expect((await ada.ok<{ invites: Invite[] }>("GET", path)).invites).toEqual([]);
  expect(await ada.refusal("POST", path, { expiresAt: "2001-01-01T00:00:00Z" })).toBe("invalid");
  expect(await ada.refusal("POST", path, { maxUses: 0 })).toBe("invalid");
  expect(await ada.refusal("POST", path, { expiresAt: "tomorrow" })).toBe("invalid");
});

test("[RM7] signing up with an invite does both or neither", async () => {
  await using cast = await startWithCast();
  const { server, ada, committee } = cast;
  const { code } = await ada.ok<Invite>("POST", `/api/rooms/${committee.id}/invites`, { maxUses: 1 });
  const body = { username: "kim", password: "a good password", invite: code };
  const answer = await server.stranger.request<User>("POST", "/api/auth/sign-up", body);
  expect(answer.status).toBe(201);
  const headers = { cookie: cookieOf(answer.headers) };
  const { rooms } = (await server.stranger.request<{ rooms: Room[] }>("GET", "/api/rooms", undefined, headers)).body;
  expect(rooms.map(({ slug, membership }) => [slug, membership?.role])).toEqual([
    ["committee", "member"],
    ["general", "member"],
  ]);
  const late = { ...body, username: "late" };
  expect(await server.stranger.refusal("POST", "/api/auth/sign-up", late)).toBe("invite_unusable");
  expect(await server.stranger.refusal("POST", "/api/auth/sign-in", { login: "late", password: body.password })).toBe(
    "bad_credentials",
  );
});
