import { expect, test } from "bun:test";
import type { Problem } from "@parley/protocol/errors";
import type { Room, User, Workspace } from "@parley/protocol/model";
import { cookieOf, startServer, startWithCast } from "./harness.ts";

test("[AC1] the first account owns the workspace and finds a public room general, as does everyone after it", async () => {
  await using server = await startServer();
  const before = await server.stranger.ok<Workspace>("GET", "/api/workspace");
  expect(before).toMatchObject({ firstRun: true, signUp: "open" });
  const ada = await server.signUp("ada");
  const lin = await server.signUp("lin");
  expect([ada.user.role, lin.user.role]).toEqual(["owner", "member"]);
  expect(await server.stranger.ok<Workspace>("GET", "/api/workspace")).toMatchObject({ firstRun: false });
  for (const person of [ada, lin]) {
    const { rooms } = await person.ok<{ rooms: Room[] }>("GET", "/api/rooms");
    expect(rooms).toHaveLength(1);
    expect(rooms[0]).toMatchObject({ slug: "general", kind: "public", memberCount: 2, membership: {} });
  }
});

test("[AC2] of many first accounts at once exactly one becomes the owner", async () => {
  await using server = await startServer();
  const people = await Promise.all(Array.from({ length: 8 }, (_, n) => server.signUp(`person-${n}x`)));
  expect(people.filter(({ user }) => user.role === "owner")).toHaveLength(1);
  const { rooms } = await (people[0] ?? server.stranger).ok<{ rooms: Room[] }>("GET", "/api/rooms");
  expect(rooms.map(({ memberCount }) => memberCount)).toEqual([8]);
});

test("[AC3] taken and look-alike user names are refused, and nothing is made", async () => {
  await using server = await startServer();
  await server.signUp("bob.lee", { email: "bob@example.org" });
  for (const username of ["bob.lee", "BOB.lee", "bob-lee", "b0b_lee"]) {
    expect(await server.stranger.refusal("POST", "/api/auth/sign-up", { username, password: "long enough" })).toBe(
      "username_taken",
    );
  }
  for (const username of ["b", "bоb", "bob lee", "-bob", "x".repeat(33), "bob\u200b", ""]) {
    const body = { username, password: "long enough" };
    expect([username, await server.stranger.refusal("POST", "/api/auth/sign-up", body)]).toEqual([username, "invalid"]);
  }
  const body = { username: "other", password: "long enough", email: "BOB@example.org" };
  expect(await server.stranger.refusal("POST", "/api/auth/sign-up", body)).toBe("email_taken");
});

test("[AC4] sign-in takes a user name or an e-mail address; wrong and unknown look alike", async () => {
  await using server = await startServer();
  await server.signUp("ada", { email: "Ada@Example.org" });
  const signIn = (login: string, password: string) =>
    server.stranger.request<User & Problem>("POST", "/api/auth/sign-in", { login, password });
  for (const login of ["ada", "ADA", "ada@example.org", "ADA@EXAMPLE.ORG"]) {
    const answer = await signIn(login, "a good password of ada");
    expect([login, answer.status, answer.body.username]).toEqual([login, 200, "ada"]);
  }
  const wrong = await signIn("ada", "a good password of lin");
  const unknown = await signIn("nobody", "a good password of ada");
  expect(wrong.status).toBe(401);
  expect(wrong.body).toEqual(unknown.body);
  expect(wrong.body.code).toBe("bad_credentials");
  expect(wrong.headers.get("set-cookie")).toBeNull();
});

test("[AC5] weak passwords are refused before anything is hashed", async () => {
  await using server = await startServer();
  const refusal = (password: string, username = "ada") =>
    server.stranger.refusal("POST", "/api/auth/sign-up", { username, password });
  for (const password of ["", "short", "12345678", "password", "Password1", "aaaaaaaaaa", "ada.lovelace"]) {
    expect([password, await refusal(password, "ada.lovelace")]).toEqual([password, "weak_password"]);
  }
  expect(await refusal("x".repeat(1025))).toBe("invalid");
  expect(await refusal("é".repeat(513))).toBe("invalid");
  expect((await server.signUp("ada", { password: "correct horse battery staple" })).user.username).toBe("ada");
});

test("[AC8] who may not sign up keeps nobody from signing in: nothing of theirs is hashed", async () => {
  await using server = await startServer();
  await server.signUp("ada");
  for (const signUp of ["invite", "closed"] as const) {
    await server.restart({ signUp });
    const ask = (n: number) =>
      server.stranger.refusal("POST", "/api/auth/sign-up", { username: `u${n}`, password: "a good password" });
    const codes = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n)));
    expect([signUp, ...new Set(codes)]).toEqual([signUp, "sign_up_closed"]);
  }
});

test("[AC6] the cookie is HttpOnly and Lax, and Secure with the __Host- prefix behind HTTPS", async () => {
  await using plain = await startServer();
  await using https = await startServer({ publicUrl: "https://chat.example.org" });
  const body = { username: "ada", password: "a good password" };
  const cookies = await Promise.all(
    [plain, https].map(async (server) => {
      const answer = await server.stranger.request("POST", "/api/auth/sign-up", body);
      return answer.headers.getSetCookie();
    }),
  );
  expect(cookies[0]).toEqual([
    expect.stringMatching(/^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/),
    expect.stringMatching(
      /^device=[\w-]{43}\.[\w-]{43}; Path=\/api\/auth\/sign-in; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    ),
  ]);
  expect(cookies[1]).toEqual([
    expect.stringMatching(/^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/),
    expect.stringMatching(/^__Secure-device=\S+; Path=\/api\/auth\/sign-in; .+; Max-Age=\d+; Secure$/),
  ]);
});

test("[AC10] whoever has signed in there gets in, however many guess at their login from elsewhere (AU-04)", async () => {
  await using server = await startServer({ limits: true });
  const sign = async (act: string, body: object, cookie = "") => {
    const answer = await server.stranger.request<{ code?: string }>("POST", `/api/auth/${act}`, body, { cookie });
    const device = answer.headers.getSetCookie().find((each) => each.startsWith("device="));
    return { status: answer.status, cookies: answer.headers.getSetCookie(), device: device?.split(";")[0] ?? "" };
  };
  const right = { login: "ada", password: "boats and linseed oil" };
  const wrong = { login: "ada", password: "a wrong guess" };
  const ada = await sign("sign-up", { username: "ada", password: right.password });
  const lin = await sign("sign-up", { username: "lin", password: "a good password" });
  expect(ada.device).not.toBe("");
  for (let n = 0; n < 11; n++) await sign("sign-in", wrong);
  for (const cookie of ["", lin.device, ada.device.slice(0, -1), `${ada.device.slice(0, -5)}AAAAA`]) {
    expect([cookie, (await sign("sign-in", right, cookie)).status]).toEqual([cookie, 429]);
  }
  const again = await sign("sign-in", right, ada.device);
  expect([again.status, again.device === ada.device]).toEqual([200, false]);
  // Nor is it a way to guess without end: a thief of it has ten attempts, as at the door.
  const guesses = [];
  for (let n = 0; n < 11; n++) guesses.push((await sign("sign-in", wrong, again.device)).status);
  expect(guesses).toEqual([...Array(10).fill(401), 429]);

  const session = again.cookies[0]?.split(";")[0] ?? "";
  const passwords = { current: right.password, new: "salt and rope" };
  const change = await server.stranger.request("PUT", "/api/me/password", passwords, { cookie: session });
  const [fresh = ""] = change.headers.getSetCookie();
  expect([change.status, (await sign("sign-in", right, ada.device)).status]).toEqual([204, 429]);
  const renewed = await sign("sign-in", { ...right, password: "salt and rope" }, fresh.split(";")[0]);
  expect(renewed.status).toBe(200);
});

test("[AC6] a session ends when unused for two weeks, and after ninety days in any case", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada");
  const day = 24 * 60 * 60 * 1000;
  for (let passed = 0; passed < 84; passed += 12) {
    server.clock.advance(12 * day);
    expect([passed, (await ada.request("GET", "/api/me")).status]).toEqual([passed, 200]);
  }
  server.clock.advance(7 * day);
  expect((await ada.request("GET", "/api/me")).status).toBe(401);
});

test("a session token works as a bearer token, and nothing else does", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada");
  const ask = (authorization: string) => server.stranger.request("GET", "/api/me", undefined, { authorization });
  expect((await ask(`Bearer ${ada.token}`)).status).toBe(200);
  const flipped = `${ada.token.slice(0, -2)}${ada.token.endsWith("AA") ? "BB" : "AA"}`;
  for (const token of ["", "x", flipped, "é", "a".repeat(10_000)]) {
    expect((await ask(`Bearer ${encodeURIComponent(token)}`)).status).toBe(401);
  }
});

test("a client learns with one request where it is and whether it is signed in", async () => {
  await using server = await startServer();
  const start = await server.stranger.ok<object>("GET", "/api/start");
  const fileBytes = 100 * 2 ** 20;
  expect(start).toEqual({ workspace: { name: "Parley", signUp: "open", firstRun: true }, user: null, fileBytes });
  const ada = await server.signUp("ada", { email: "ada@example.org" });
  expect(await ada.ok<object>("GET", "/api/start")).toEqual({
    workspace: { name: "Parley", signUp: "open", firstRun: false },
    user: ada.user,
    fileBytes,
  });
});

test("[AC8] sign-up can be closed or need an invite, and the owner can change that", async () => {
  await using server = await startServer({ signUp: "invite" });
  const ada = await server.signUp("ada");
  const signUp = (username: string, invite?: string) =>
    server.stranger.request<Problem>("POST", "/api/auth/sign-up", { username, password: "a good password", invite });
  expect((await signUp("lin")).body).toMatchObject({ status: 403, code: "sign_up_closed" });
  expect((await signUp("lin", "no-such-code")).status).toBe(403);
  const room = await ada.createRoom("Plans", "private");
  const { code } = await ada.ok<{ code: string }>("POST", `/api/rooms/${room.id}/invites`, {});
  const invited = await signUp("lin", code);
  expect(invited.status).toBe(201);
  await ada.ok("PATCH", "/api/workspace", { signUp: "closed", name: "Harbour Makers" });
  expect((await signUp("sam", code)).body.code).toBe("sign_up_closed");
  await ada.ok("PATCH", "/api/workspace", { signUp: "open" });
  expect((await signUp("sam")).status).toBe(201);
  expect(await server.stranger.ok<Workspace>("GET", "/api/workspace")).toEqual({
    name: "Harbour Makers",
    signUp: "open",
    firstRun: false,
  });
  await server.restart();
  expect(await server.stranger.ok<Workspace>("GET", "/api/workspace")).toMatchObject({ signUp: "open" });
  const lin = await server.stranger.request(
    "PATCH",
    "/api/workspace",
    { name: "x" },
    { cookie: cookieOf(invited.headers) },
  );
  expect(lin.status).toBe(403);
});

test("[TD6] a new name reaches everyone and one's own other sockets", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  using own = await lin.connect();
  using other = await ada.connect();
  expect(await lin.ok<User>("PATCH", "/api/me", { displayName: "Lin Ortega" })).toMatchObject({
    displayName: "Lin Ortega",
  });
  await Promise.all([own.settle(), other.settle()]);
  expect(own.deltas(`user:${lin.user.id}`).at(-1)?.users?.[0]).toMatchObject({ displayName: "Lin Ortega" });
  const seen = other.deltas("workspace").at(-1)?.users?.[0];
  expect(seen).toMatchObject({ id: lin.user.id, displayName: "Lin Ortega" });
  expect(seen).not.toHaveProperty("email");
  expect(await ada.refusal("PATCH", "/api/me", { displayName: "\u202eevil" })).toBe("invalid");
  for (const more of [
    { role: "owner" },
    { email: "ada@example.org" },
    { emailVerified: true },
    { pendingEmail: "a@b" },
  ]) {
    expect([more, await ada.refusal("PATCH", "/api/me", more)]).toEqual([more, "invalid"]);
  }
});

test("[AC9] two hundred sign-ins at once leave other requests quick, and are answered or told to wait", async () => {
  await using cast = await startWithCast();
  const { server, ada, general } = cast;
  const attempts = Array.from({ length: 200 }, () =>
    server.stranger.request<Problem>("POST", "/api/auth/sign-in", { login: "ada", password: "not the password" }),
  );
  await ada.send(general, "meanwhile");
  const statuses = (await Promise.all(attempts)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([401, 503]));
  expect((await ada.messages(general)).messages).toHaveLength(1);
});
