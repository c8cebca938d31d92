import { expect, test } from "bun:test";
import type { Invite, Membership, Message, Room, Session } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";

test("[RM1] [RM3] [HT2] a private room does not exist for others, on any path", async () => {
  await using cast = await startWithCast();
  const { ada, noor, committee } = cast;
  const message = await ada.send(committee, "the canary");
  using socket = await noor.connect();
  const answers = [];
  for (const room of [committee.id, committee.slug, "R0000000000000000", "no-such-room"]) {
    const base = `/api/rooms/${room}`;
    const requests = [
      ["GET", base],
      ["PATCH", base, { name: "Mine" }],
      ["DELETE", base],
      ["PUT", `${base}/membership`],
      ["DELETE", `${base}/membership`],
      ["GET", `${base}/members`],
      ["GET", `${base}/messages`],
      ["GET", `${base}/messages?around=1`],
      ["POST", `${base}/messages`, { content: "let me in" }],
      ["PATCH", `${base}/messages/${message.id}`, { content: "x" }],
      ["DELETE", `${base}/messages/${message.id}`],
      ["PUT", `${base}/messages/${message.id}/reactions/%F0%9F%91%8D`],
      ["DELETE", `${base}/messages/${message.id}/reactions/%F0%9F%91%8D`],
      ["POST", `${base}/uploads?name=x`, "bytes"],
      ["PUT", `${base}/receipt`, { upTo: 1 }],
      ["GET", `${base}/receipts`],
      ["GET", `${base}/messages/${message.id}/readers`],
      ["PATCH", `${base}/membership`, { notifyLevel: "all" }],
      ["GET", `${base}/changes?since=0`],
      ["GET", `${base}/invites`],
      ["POST", `${base}/invites`, {}],
    ] as const;
    for (const [method, path, body] of requests) {
      const answer = await noor.request(method, path, body);
      answers.push(JSON.stringify(answer.body));
      expect([path, answer.status]).toEqual([path, 404]);
    }
    const receipt = await socket.request({ type: "receipt.set", room, upTo: 1 });
    expect(receipt.error?.code).toBe("not_found");
    for (const type of ["message.send", "message.edit", "message.delete", "typing"]) {
      const ack = await socket.request({
        type,
        room,
        ...(type !== "typing" && type !== "message.delete" && { content: "x" }),
        ...(type.startsWith("message.") && type !== "message.send" && { id: message.id }),
      });
      expect([type, ack.error?.code]).toEqual([type, "not_found"]);
    }
  }
  expect(new Set(answers).size).toBe(1);
  const lists = await Promise.all(["/api/rooms", "/api/me"].map((path) => noor.ok("GET", path)));
  expect(JSON.stringify([lists, socket.frames])).not.toMatch(/canary|committee/i);
  expect((await ada.messages(committee)).messages).toHaveLength(1);
});

test("[RM2] only admins change a room; members are told so", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, committee } = cast;
  const room = await lin.createRoom("Lin's room", "private");
  await lin.bring(sam, room);
  const path = `/api/rooms/${room.id}`;
  expect(await sam.refusal("PATCH", path, { name: "Sam's" })).toBe("not_allowed");
  expect(await sam.refusal("DELETE", path)).toBe("not_allowed");
  expect(await sam.refusal("POST", `${path}/invites`, {})).toBe("not_allowed");
  expect(await sam.refusal("GET", `${path}/invites`)).toBe("not_allowed");
  expect(await lin.refusal("PATCH", `/api/rooms/${committee.id}`, { name: "x" })).toBe("not_allowed");
  expect(await ada.refusal("PATCH", path, { name: "Owner's" })).toBe("not_found");
  const edited = await lin.ok<Room>("PATCH", path, { name: "Ours", description: "For two" });
  expect(edited).toMatchObject({ name: "Ours", description: "For two", slug: room.slug });
});

test("[MS4] AZ-06 a message is changed by its author alone, and deleted by its author or an admin", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, general } = cast;
  const message = await lin.send(general, "lin's words");
  const path = `/api/rooms/${general.id}/messages/${message.id}`;
  expect(await sam.refusal("PATCH", path, { content: "x" })).toBe("not_allowed");
  expect(await ada.refusal("PATCH", path, { content: "x" })).toBe("not_allowed");
  expect(await sam.refusal("DELETE", path)).toBe("not_allowed");
  expect(await sam.refusal("DELETE", `/api/rooms/${general.id}/messages/99`)).toBe("not_found");
  expect((await ada.request("DELETE", path)).status).toBe(204);
});

test("[SO7] AZ-05 WZ-04 who leaves gets nothing more of the room, on any socket, and cannot act there", async () => {
  await using cast = await startWithCast();
  const { ada, lin, committee } = cast;
  using one = await lin.connect();
  using two = await lin.connect();
  const own = await lin.send(committee, "as long as I am here");
  await ada.send(committee, "while a member");
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await ada.send(committee, "the canary");
  for (const socket of [one, two]) {
    await socket.settle();
    const text = JSON.stringify(socket.frames);
    expect(text).toContain("while a member");
    expect(text).not.toContain("canary");
    const user = socket.deltas(`user:${lin.user.id}`).at(-1);
    expect(user?.memberships?.[0]).toMatchObject({ room: committee.id, leftAt: expect.any(String) });
    const ack = await socket.request({ type: "resume", topics: { [`room:${committee.id}`]: 0 } });
    expect(ack).toMatchObject({ gone: [`room:${committee.id}`] });
    expect(await socket.heads()).not.toHaveProperty([`room:${committee.id}`]);
  }
  const path = `/api/rooms/${committee.id}/messages`;
  expect(await lin.refusal("POST", path, { content: "x" })).toBe("not_found");
  // Not even what they said themselves is theirs to change.
  expect(await lin.refusal("PATCH", `${path}/${own.id}`, { content: "x" })).toBe("not_found");
  expect(await lin.refusal("DELETE", `${path}/${own.id}`)).toBe("not_found");
  expect((await ada.messages(committee)).messages[0]).toEqual(own);
});

test("[SO7] who joins gets the room on open sockets at once", async () => {
  await using cast = await startWithCast();
  const { ada, noor, committee } = cast;
  using socket = await noor.connect();
  await ada.bring(noor, committee);
  await ada.send(committee, "welcome");
  await socket.settle();
  const user = socket.deltas(`user:${noor.user.id}`).at(-1);
  expect(user?.rooms?.[0]).toMatchObject({ id: committee.id, name: "Committee" });
  expect(socket.deltas(`room:${committee.id}`).at(-1)?.messages?.[0]?.content).toBe("welcome");
});

test("[RM8] a deleted room is gone for everyone at once; the default room stays", async () => {
  await using cast = await startWithCast();
  const { ada, lin, committee, general } = cast;
  using socket = await lin.connect();
  expect(await ada.refusal("DELETE", `/api/rooms/${general.id}`)).toBe("not_allowed");
  await ada.ok("DELETE", `/api/rooms/${committee.id}`);
  await socket.settle();
  expect(socket.deltas(`room:${committee.id}`).at(-1)?.rooms).toEqual([{ id: committee.id, gone: true }]);
  expect(await lin.refusal("GET", `/api/rooms/${committee.id}`)).toBe("not_found");
  expect(await ada.refusal("GET", `/api/rooms/${committee.slug}/messages`)).toBe("not_found");
  expect(await socket.heads()).not.toHaveProperty([`room:${committee.id}`]);
  const again = await ada.createRoom("Committee", "private");
  expect(again.slug).toBe(committee.slug);
});

test("[RM4] when the owner leaves, the longest-standing member takes over", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, committee } = cast;
  await ada.bring(sam, committee);
  await ada.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await ada.request("DELETE", `/api/rooms/${committee.id}/membership`);
  const { members } = await lin.ok<{ members: Membership[] }>("GET", `/api/rooms/${committee.id}/members`);
  expect(members.map(({ user, role }) => [user.username, role])).toEqual([
    ["lin", "owner"],
    ["sam", "member"],
  ]);
  expect((await lin.ok<Room>("GET", `/api/rooms/${committee.id}`)).membership?.role).toBe("owner");
});

test("[TD6] AZ-25 making a room private takes it from those who are not in it", async () => {
  await using cast = await startWithCast();
  const { ada, noor } = cast;
  const room = await ada.createRoom("Plans");
  using socket = await noor.connect();
  await ada.ok("PATCH", `/api/rooms/${room.id}`, { kind: "private" });
  await socket.settle();
  expect(socket.deltas("workspace").at(-1)?.rooms).toEqual([{ id: room.id, gone: true }]);
  expect(await noor.refusal("GET", `/api/rooms/${room.id}`)).toBe("not_found");
  const { rooms } = await noor.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.map(({ slug }) => slug)).toEqual(["general"]);
});

test("[AC7] a revoked session loses its requests and its sockets at once", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const { cookie } = await signInAgain(server.url, "ada");
  using own = await ada.connect();
  const elsewhere = new WebSocket(`${server.url.replace("http", "ws")}/api/socket`, { headers: { cookie } } as never);
  const closed = new Promise<number>((resolve) => {
    elsewhere.addEventListener("close", ({ code }) => resolve(code));
  });
  await new Promise((resolve) => elsewhere.addEventListener("message", resolve, { once: true }));
  const { sessions } = await ada.ok<{ sessions: Session[] }>("GET", "/api/sessions");
  expect(sessions).toHaveLength(2);
  const other = sessions.find(({ current }) => current !== true);
  await ada.ok("DELETE", `/api/sessions/${other?.id}`);
  expect(await closed).toBe(4001);
  const answer = await fetch(`${server.url}/api/me`, { headers: { cookie } });
  expect(answer.status).toBe(401);
  await own.settle();
  expect(await ada.refusal("DELETE", "/api/sessions/S0000000000000000")).toBe("not_found");
});

test("[AC7] signing out closes one's own sockets", async () => {
  await using cast = await startWithCast();
  const { lin } = cast;
  using socket = await lin.connect();
  await lin.ok("POST", "/api/auth/sign-out");
  expect((await socket.closed).code).toBe(4001);
  expect((await lin.request("GET", "/api/me")).status).toBe(401);
});

test("an invite of a room is handled by its admins alone", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  const invite = await ada.ok<Invite>("POST", `/api/rooms/${committee.id}/invites`, {});
  expect(await lin.refusal("DELETE", `/api/invites/${invite.code}`)).toBe("not_allowed");
  expect(await noor.refusal("DELETE", `/api/invites/${invite.code}`)).toBe("invite_unusable");
  await ada.ok("DELETE", `/api/invites/${invite.code}`);
  expect(await noor.refusal("POST", `/api/invites/${invite.code}/redemptions`)).toBe("invite_unusable");
});

test("[HT2] nobody sees another's e-mail address or password hash", async () => {
  await using cast = await startWithCast();
  const { server, lin, general } = cast;
  using socket = await lin.connect();
  const kim = await server.signUp("kim", { email: "kim.canary@example.org" });
  await kim.send(general, "hello");
  await kim.ok("PATCH", "/api/me", { displayName: "Kim K." });
  await socket.settle();
  const seen = JSON.stringify([
    socket.frames,
    await lin.ok("GET", `/api/rooms/${general.id}/members`),
    await lin.ok("GET", `/api/rooms/${general.id}/messages`),
  ]);
  expect(seen).toContain("Kim K.");
  expect(seen).not.toMatch(/canary|argon2|passwordHash/);
  expect(await kim.ok<object>("GET", "/api/me")).toMatchObject({ email: "kim.canary@example.org" });
  expect(JSON.stringify(await kim.ok("GET", "/api/me"))).not.toContain("argon2");
});

async function signInAgain(url: string, username: string): Promise<{ cookie: string }> {
  const answer = await fetch(`${url}/api/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login: username, password: `a good password of ${username}` }),
  });
  return { cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

test("a message of one room cannot be reached through another", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  await ada.send(general, "first");
  const secret = await ada.send(committee, "in the committee");
  const other = await lin.createRoom("Lin's");
  const through = await lin.request<Message>("DELETE", `/api/rooms/${other.id}/messages/${secret.id}`);
  expect(through.status).toBe(404);
  expect((await ada.messages(committee)).messages[0]?.content).toBe("in the committee");
});
