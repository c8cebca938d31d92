import { expect, test } from "bun:test";
import type { CreatedUser, InviteListingPage, RoomRecordPage, UserRecordPage } from "@parley/protocol/http/admin";
import type { Invite, Message, Overview, Role, Room, User } from "@parley/protocol/model";
import { cookieOf, Person, startServer, startWithCast, type TestServer } from "./harness.ts";
import { WatchedRoom } from "./view.ts";

const routes = [
  ["GET", "/api/admin/users"],
  ["POST", "/api/admin/users"],
  ["PATCH", "/api/admin/users/USER", { role: "owner" }],
  ["PUT", "/api/admin/users/USER/deactivation"],
  ["DELETE", "/api/admin/users/USER/deactivation"],
  ["POST", "/api/admin/users/USER/reset-link"],
  ["DELETE", "/api/admin/users/USER/sessions"],
  ["GET", "/api/admin/rooms"],
  ["PATCH", "/api/admin/rooms/ROOM", { archived: true }],
  ["GET", "/api/admin/rooms/ROOM/members"],
  ["DELETE", "/api/admin/rooms/ROOM"],
  ["PUT", "/api/admin/rooms/ROOM/owner", { user: "USER" }],
  ["GET", "/api/admin/invites"],
  ["DELETE", "/api/admin/invites/code"],
  ["GET", "/api/admin/overview"],
  ["GET", "/api/admin/storage"],
  ["GET", "/api/admin/audit"],
] as const;

test("[AD1] to members nothing of the admin area exists, whatever they make of its addresses (AZ-22)", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, committee, server } = cast;
  const fill = (text: string) => text.replace("USER", ada.user.id).replace("ROOM", committee.id);
  for (const [method, path, body] of routes) {
    const sent = body ? JSON.parse(fill(JSON.stringify(body))) : method === "POST" ? { username: "new" } : undefined;
    expect([path, await lin.refusal(method, fill(path), sent)]).toEqual([path, "not_found"]);
    expect([path, (await server.stranger.request(method, fill(path), sent)).status]).toEqual([path, 401]);
  }
  for (const path of [
    "/api/admin/users/",
    "/api/admin//users",
    "/api//admin/users",
    "/api/Admin/users",
    "/API/admin/users",
    "/api/%61dmin/users",
    "/api/admin/%2e/users",
    "/api/x/..%2fadmin/users",
    "/api/admin/users;x",
    "/api/admin/users%00",
  ]) {
    const { status, body } = await sam.request(`GET`, path);
    expect([path, status === 404 || (status === 200 && String(body).startsWith("<!"))]).toEqual([path, true]);
    expect(JSON.stringify(body)).not.toContain("ada@");
  }
  const described = await ada.ok<{ paths: Record<string, Record<string, unknown>> }>("GET", "/api/openapi.json");
  const named = Object.entries(described.paths).filter(([path]) => path.startsWith("/api/admin"));
  expect(named.flatMap(([, methods]) => Object.keys(methods))).toHaveLength(routes.length);
});

test("[AD2] [AC7] a deactivated person loses every session and socket at once, and looks unknown at the door", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  const elsewhere = await signIn(server, "lin");
  using first = await lin.connect();
  using second = await elsewhere.connect();
  using watching = await ada.connect();
  const view = await WatchedRoom.open(ada, watching, general);
  await lin.send(general, "I was here");
  const invite = await lin.ok<Invite>("POST", `/api/rooms/${(await lin.createRoom("Lins")).id}/invites`);
  const began = performance.now();
  const user = await ada.ok<User>("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  expect(user.deactivatedAt).toBeString();
  expect(user).not.toHaveProperty("email");
  expect([(await first.closed).code, (await second.closed).code]).toEqual([4001, 4001]);
  // Not when they are next heard of.
  expect(performance.now() - began).toBeLessThan(8000);
  for (const session of [lin, elsewhere]) {
    expect(await session.refusal("GET", "/api/me")).toBe("not_signed_in");
    expect(await session.refusal("POST", `/api/rooms/${general.id}/messages`, { content: "Ghost" })).toBe(
      "not_signed_in",
    );
    await expect(session.connect()).rejects.toThrow();
  }
  const right = await door(server, "lin", "a good password of lin");
  const wrong = await door(server, "lin", "a bad password of lin");
  expect([right.status, right.body]).toEqual([wrong.status, wrong.body]);
  expect(right.status).toBe(401);
  expect(right.headers.get("set-cookie")).toBeNull();
  // IN-05: an invite of someone who is gone lets nobody in.
  expect(await server.stranger.refusal("GET", `/api/invites/${invite.code}`)).toBe("invite_unusable");

  await watching.find((frame) => frame.type === "delta" && frame.users?.some((each) => each.deactivatedAt) === true);
  const { messages } = await ada.messages(general);
  expect(messages.map(({ content }) => content)).toContain("I was here");
  const again = await ada.ok<User>("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  expect(again.deactivatedAt).toBe(user.deactivatedAt as string);

  const back = await ada.ok<User>("DELETE", `/api/admin/users/${lin.user.id}/deactivation`);
  expect(back).not.toHaveProperty("deactivatedAt");
  expect(await lin.refusal("GET", "/api/me")).toBe("not_signed_in");
  const returned = await signIn(server, "lin");
  const { rooms } = await returned.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.find(({ id }) => id === cast.committee.id)?.membership).toBeDefined();
  expect(await server.stranger.refusal("GET", `/api/invites/${invite.code}`)).toBe("invite_unusable");
  const [followed, fresh] = await view.both();
  expect(followed).toEqual(fresh);
});

test("[AD2] a sign-in that races a deactivation leaves no session (S-4, AU-26)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const doors = Array.from({ length: 6 }, () => door(server, "lin", "a good password of lin"));
  await ada.ok("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  for (const answer of await Promise.all(doors)) {
    if (answer.status === 200) {
      const person = new Person(server.url, answer.body as User, cookieOf(answer.headers));
      expect(await person.refusal("GET", "/api/me")).toBe("not_signed_in");
    }
  }
  const { users } = await ada.ok<UserRecordPage>("GET", "/api/admin/users?q=lin");
  expect(users.find(({ username }) => username === "lin")?.sessions).toBe(0);
});

test("[AD3] [AD4] roles go where the table says, and the last owner stays (AZ-16)", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  const role = (by: Person, of: Person, to: Role) =>
    by.request("PATCH", `/api/admin/users/${of.user.id}`, { role: to });
  expect((await role(lin, lin, "admin")).status).toBe(404);
  expect((await role(ada, ada, "member")).status).toBe(403);
  expect(await ada.refusal("PUT", `/api/admin/users/${ada.user.id}/deactivation`)).toBe("not_allowed");
  expect((await role(ada, lin, "admin")).status).toBe(200);
  // The new role holds at once, with the session that there was.
  expect((await role(lin, sam, "admin")).status).toBe(403);
  expect((await role(lin, lin, "owner")).status).toBe(403);
  expect((await role(lin, ada, "member")).status).toBe(403);
  for (const act of ["deactivation", "sessions", "reset-link"]) {
    const method = { deactivation: "PUT", sessions: "DELETE", "reset-link": "POST" }[act] ?? "";
    expect([act, await lin.refusal(method, `/api/admin/users/${ada.user.id}/${act}`)]).toEqual([act, "not_allowed"]);
  }
  expect((await lin.request("PUT", `/api/admin/users/${noor.user.id}/deactivation`)).status).toBe(200);
  expect(await ada.refusal("PATCH", "/api/admin/users/U0000000000000000", { role: "admin" })).toBe("not_found");
  expect((await role(ada, lin, "owner")).status).toBe(200);
  const demotions = await Promise.all([role(ada, lin, "member"), role(lin, ada, "member")]);
  expect(demotions.filter(({ status }) => status === 200)).toHaveLength(1);
  const { users } = await (demotions[0]?.status === 200 ? ada : lin).ok<UserRecordPage>("GET", "/api/admin/users");
  expect(users.filter((user) => user.role === "owner")).toHaveLength(1);
});

test("[AD3] what only the server sets cannot be set by who asks (AZ-15)", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  for (const extra of [{ role: "owner" }, { deactivatedAt: null }, { id: "U1" }, { createdAt: "x" }, { seq: 1 }]) {
    expect([extra, await lin.refusal("PATCH", "/api/me", extra)]).toEqual([extra, "invalid"]);
  }
  const proto = '{"username":"mallory","__proto__":{"role":"owner"},"constructor":{}}';
  expect(await ada.refusal("POST", "/api/admin/users", proto)).toBe("invalid");
  for (const body of [
    {},
    { role: "king" },
    { role: ["owner"] },
    { role: "admin", email: "x" },
    { role: { $gt: "" } },
  ]) {
    expect(await ada.refusal("PATCH", `/api/admin/users/${lin.user.id}`, body)).toBe("invalid");
  }
  expect((await lin.ok<User>("GET", "/api/me")).role).toBe("member");
});

test("[AD5] a created person chooses the password; nobody else ever knows it (AU-27)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const input = { username: "yuki", displayName: "Yuki Tanaka", email: "Yuki@Example.org" };
  expect(await ada.refusal("POST", "/api/admin/users", { ...input, password: "chosen by another" })).toBe("invalid");
  const { user, link } = await ada.ok<CreatedUser>("POST", "/api/admin/users", input);
  expect(user).toMatchObject({ username: "yuki", displayName: "Yuki Tanaka", role: "member" });
  expect(user).not.toHaveProperty("email");
  for (const password of ["", "yuki", "a good password of yuki"]) {
    expect((await door(server, "yuki", password)).body).toMatchObject({ code: "bad_credentials" });
  }
  const token = link.url.split("#")[1];
  const answer = await server.stranger.request<User>("POST", "/api/auth/resets", { token, password: "boats and oil" });
  expect([answer.status, answer.body.email]).toEqual([200, "yuki@example.org"]);
  const yuki = new Person(server.url, answer.body, cookieOf(answer.headers));
  const { rooms } = await yuki.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.map(({ slug, membership }) => [slug, membership?.role])).toEqual([["general", "member"]]);
  expect(await ada.refusal("POST", "/api/admin/users", { username: "YUKI" })).toBe("username_taken");
  expect(await ada.refusal("POST", "/api/admin/users", { username: "x2", email: "yuki@example.org" })).toBe(
    "email_taken",
  );
  await ada.ok("PATCH", `/api/admin/users/${lin.user.id}`, { role: "admin" });
  expect(await lin.refusal("POST", "/api/admin/users", { username: "boss", role: "owner" })).toBe("not_allowed");
});

test("[LM1] accounts for others are opened at a pace of their own, whatever rooms were made", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada } = cast;
  for (let n = 0; n < 20; n++) await ada.request("POST", "/api/rooms", { name: `Room ${n}` });
  expect(await ada.refusal("POST", "/api/rooms", { name: "One more" })).toBe("rate_limited");
  const open = (n: number) => ada.request("POST", "/api/admin/users", { username: `person-${n}` });
  const statuses = (await Promise.all(Array.from({ length: 35 }, (_, n) => open(n)))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(30);
  expect(statuses).toContain(429);
});

test("[AD6] people are found page by page, with what an admin needs and others never see (AZ-14)", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada", { email: "ada@example.org", displayName: "Ada 100%_!" });
  const names = Array.from({ length: 7 }, (_, n) => `person-${n}x`);
  for (const name of names) await server.signUp(name);
  await signIn(server, "person-3x");
  const seen: string[] = [];
  let cursor: string | null = "";
  do {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor ?? "")}`;
    const page: UserRecordPage = await ada.ok("GET", `/api/admin/users?limit=3${query}`);
    expect(page.users.length).toBeLessThanOrEqual(3);
    seen.push(...page.users.map(({ username }) => username));
    cursor = page.cursor;
  } while (cursor !== null);
  expect(seen).toEqual(["ada", ...names]);
  const find = async (q: string) =>
    (await ada.ok<UserRecordPage>("GET", `/api/admin/users?q=${encodeURIComponent(q)}`)).users;
  expect((await find("PERSON-3")).map(({ sessions }) => sessions)).toEqual([2]);
  const [self] = await find("ADA@example");
  expect(self).toMatchObject({ username: "ada", email: "ada@example.org", sessions: 1, role: "owner" });
  expect(Date.parse(self?.lastSeenAt ?? "")).toBeGreaterThan(0);
  expect(await find("100%_!")).toHaveLength(1);
  for (const q of ["%", "_", "!", "'; DROP TABLE users; --"]) expect((await find(q)).length).toBeLessThanOrEqual(1);
  for (const query of ["limit=0", "limit=101", "limit=-1", "limit=1e3", "x=1", `q=${"x".repeat(201)}`, "cursor="]) {
    expect([query, await ada.refusal("GET", `/api/admin/users?${query}`)]).toEqual([query, "invalid"]);
  }
});

test("[AD6] [AD7] all rooms are listed by name and numbers; only one that nobody owns is handed over", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam, noor, general } = cast;
  const secret = await lin.createRoom("Surprise", "private");
  await lin.bring(sam, secret);
  await lin.send(secret, "the cake is lemon");
  const list = async () => (await ada.ok<RoomRecordPage>("GET", "/api/admin/rooms")).rooms;
  const record = (await list()).find(({ id }) => id === secret.id);
  expect(record).toMatchObject({
    name: "Surprise",
    kind: "private",
    memberCount: 2,
    messageCount: 1,
    isDefault: false,
  });
  expect(record?.owner?.username).toBe("lin");
  expect(JSON.stringify(await list())).not.toContain("lemon");
  // An admin looks after it without being able to look into it.
  expect(await ada.refusal("GET", `/api/rooms/${secret.id}/messages`)).toBe("not_found");
  const handOver = (user: Person) => ada.request("PUT", `/api/admin/rooms/${secret.id}/owner`, { user: user.user.id });
  expect((await handOver(sam)).status).toBe(403);
  await ada.ok("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  expect((await list()).find(({ id }) => id === secret.id)?.owner).toBeUndefined();
  expect([(await handOver(noor)).status, (await handOver(ada)).status]).toEqual([404, 404]);
  using socket = await sam.connect();
  const view = await WatchedRoom.open(sam, socket, secret);
  expect((await handOver(sam)).status).toBe(204);
  const { membership } = await sam.ok<Room>("GET", `/api/rooms/${secret.id}`);
  expect(membership?.role).toBe("owner");
  const [followed, fresh] = await view.both();
  expect(followed).toEqual(fresh);
  await ada.ok("DELETE", `/api/admin/rooms/${secret.id}`);
  expect(await sam.refusal("GET", `/api/rooms/${secret.id}`)).toBe("not_found");
  expect(await ada.refusal("DELETE", `/api/admin/rooms/${secret.id}`)).toBe("not_found");
  expect(await ada.refusal("DELETE", `/api/admin/rooms/${general.id}`)).toBe("not_allowed");
  const overview = await ada.ok<Overview>("GET", "/api/admin/overview");
  expect(overview).toMatchObject({
    users: { active: 3, deactivated: 1, signedIn: 3 },
    rooms: { public: 1, private: 1 },
  });
  expect(overview.databaseBytes).toBeGreaterThan(10_000);
  expect(Date.parse(overview.startedAt)).toBeLessThanOrEqual(server.clock.now());
});

test("[AD6] every usable invite is listed with who made it, and can be revoked", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const room = await lin.createRoom("Boats");
  const { code } = await lin.ok<Invite>("POST", `/api/rooms/${room.id}/invites`, { maxUses: 3 });
  const { invites } = await ada.ok<InviteListingPage>("GET", "/api/admin/invites");
  expect(invites).toMatchObject([
    { code, maxUses: 3, uses: 0, createdBy: { username: "lin" }, room: { slug: "boats" } },
  ]);
  await ada.ok("DELETE", `/api/admin/invites/${code}`);
  expect(await server.stranger.refusal("GET", `/api/invites/${code}`)).toBe("invite_unusable");
  expect(await ada.refusal("DELETE", `/api/admin/invites/${code}`)).toBe("invite_unusable");
});

test("[AD3] signing someone out everywhere ends their sessions and sockets, and nothing else", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  using socket = await lin.connect();
  await ada.ok("DELETE", `/api/admin/users/${lin.user.id}/sessions`);
  expect((await socket.closed).code).toBe(4001);
  expect(await lin.refusal("GET", "/api/me")).toBe("not_signed_in");
  const back = await signIn(server, "lin");
  expect((await back.ok<Message>("GET", "/api/me")).id).toBeDefined();
});

function door(server: TestServer, login: string, password: string) {
  return server.stranger.request("POST", "/api/auth/sign-in", { login, password });
}

async function signIn(server: TestServer, username: string): Promise<Person> {
  const answer = await door(server, username, `a good password of ${username}`);
  expect(answer.status).toBe(200);
  return new Person(server.url, answer.body as User, cookieOf(answer.headers));
}
