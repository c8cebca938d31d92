import { expect, test } from "bun:test";
import type { Problem } from "@parley/protocol/errors";
import type { ResetLink, Session, User } from "@parley/protocol/model";
import { cookieOf, Person, startServer, startWithCast, type TestServer } from "./harness.ts";

/** What nobody means well by: of the catalogue of bad inputs, what concerns accounts, passwords and their sessions. */

const mebibyte = 1024 * 1024;

test("[AC5] a password that is too long is refused wherever one is given, before anything is hashed (AU-02)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const { url } = await ada.ok<ResetLink>("POST", `/api/admin/users/${lin.user.id}/reset-link`);
  const token = url.split("#")[1];
  const good = "a good password of lin";
  const places = (password: string) =>
    [
      [server.stranger, "POST", "/api/auth/sign-up", { username: "mallory", password }],
      [server.stranger, "POST", "/api/auth/sign-in", { login: "lin", password }],
      [server.stranger, "POST", "/api/auth/resets", { token, password }],
      [lin, "PUT", "/api/me/password", { current: password, new: good }],
      [lin, "PUT", "/api/me/password", { current: good, new: password }],
      [lin, "PUT", "/api/me/email", { email: null, password }],
    ] as const;
  for (const [person, method, path, body] of places("x".repeat(1025))) {
    expect([path, await person.refusal(method, path, body)]).toEqual([path, "invalid"]);
  }
  for (const [person, method, path, body] of places("x".repeat(mebibyte))) {
    expect([path, await person.refusal(method, path, body)]).toEqual([path, "too_large"]);
  }
  // As many bytes as there may be, in few characters.
  const longest = "🛶🚣⛵🛶".repeat(64) + "🛶".repeat(16);
  await lin.ok("PUT", "/api/me/password", { current: good, new: longest });
  expect((await door(server, "lin", longest)).status).toBe(200);
  expect((await door(server, "lin", `${longest.slice(0, -2)}🚣`)).status).toBe(401);
});

test("[AC5] a password is the bytes that were typed: nothing is trimmed, folded or cut (AU-06)", async () => {
  await using server = await startServer();
  const passwords = [
    ["nul", "with\u0000 nothing", "with"],
    ["spaces", "  before and after  ", "before and after"],
    ["composed", "caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301"],
    ["emoji", "🔑🛶⛵🚣".repeat(16), "🔑🛶⛵🚣".repeat(15)],
    ["case", "Boats And Oil", "boats and oil"],
    ["beyond72", `${"boats ".repeat(14)}one`, `${"boats ".repeat(14)}two`],
  ] as const;
  for (const [username, password, near] of passwords) {
    await server.signUp(username, { password });
    expect([username, (await door(server, username, password)).status]).toEqual([username, 200]);
    expect([username, (await door(server, username, near)).status]).toEqual([username, 401]);
  }
  for (const broken of ["\ud800 half a letter", "half a letter \udc00"]) {
    const body = { username: "broken", password: broken };
    expect(await server.stranger.refusal("POST", "/api/auth/sign-up", body)).toBe("invalid");
  }
});

test("[HT3] whatever a field of an account holds but what it may is refused (AU-07, JS-05)", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const token = "A".repeat(43);
  const password = "a good password";
  const forms = [
    [
      server.stranger,
      "POST",
      "/api/auth/sign-up",
      { username: "mallory", password, displayName: "M", email: "m@x.org" },
    ],
    [server.stranger, "POST", "/api/auth/sign-in", { login: "ada", password }],
    [server.stranger, "POST", "/api/auth/resets", { token, password }],
    [server.stranger, "POST", "/api/auth/resets/preview", { token }],
    [server.stranger, "POST", "/api/auth/verifications", { token }],
    [server.stranger, "POST", "/api/auth/verifications/preview", { token }],
    [ada, "PUT", "/api/me/password", { current: password, new: password }],
    [ada, "PUT", "/api/me/email", { email: "m@x.org", password }],
    [ada, "PATCH", "/api/me", { displayName: "Ada", status: "Here", sharesReceipts: true }],
    [ada, "POST", "/api/admin/users", { username: "mallory", displayName: "M", email: "m@x.org", role: "member" }],
  ] as const;
  const hostile = [7, -0.5, {}, [], ["ada"], { $gt: "" }, { $ne: 1 }, "\ud800", "x".repeat(10_000)];
  /** Where nothing, or yes and no, may be said. */
  const fine: Readonly<Record<string, readonly unknown[]>> = {
    email: [null],
    status: [null],
    sharesReceipts: [true],
  };
  for (const [person, method, path, body] of forms) {
    for (const field of Object.keys(body)) {
      for (const value of [...hostile, null, true].filter((each) => !fine[field]?.includes(each))) {
        const { status, body: problem } = await person.request<Problem>(method, path, { ...body, [field]: value });
        expect([path, field, value, status, problem.code]).toEqual([path, field, value, 400, "invalid"]);
      }
    }
    expect([path, await person.refusal(method, path, { ...body, isAdmin: true })]).toEqual([path, "invalid"]);
    expect([path, await person.refusal(method, path, `{"__proto__":{"role":"owner"}}`)]).toEqual([path, "invalid"]);
  }
  const { users } = await ada.ok<{ users: User[] }>("GET", "/api/users");
  expect(users.map(({ username }) => username)).not.toContain("mallory");
});

test("[AC5] what heads the lists of leaked passwords is refused, and one's own names; a few plain words are not (AU-10)", async () => {
  await using server = await startServer();
  const own = { username: "grace.hopper", displayName: "Grace Brewster", email: "grace@example.org" };
  const signUp = (password: string) => server.stranger.refusal("POST", "/api/auth/sign-up", { ...own, password });
  for (const password of [
    ...[
      "password",
      "PassWord1",
      "123456789",
      "qwertyuiop",
      "1qaz2wsx",
      "trustno1",
      "iloveyou",
      "starwars",
      "liverpool",
    ],
    ...["midnight", "elephant", "slipknot", "01011980", "aaaaaaaa", "abababab", "Grace.Hopper", "grace brewster"],
    ...["GRACE@example.org"],
  ]) {
    expect([password, await signUp(password)]).toEqual([password, "weak_password"]);
  }
  const grace = await server.signUp(own.username, { ...own, password: "tin boats drift" });
  for (const password of ["password1", "grace@example.org"]) {
    const change = { current: "tin boats drift", new: password };
    expect([password, await grace.refusal("PUT", "/api/me/password", change)]).toEqual([password, "weak_password"]);
  }
});

test("[AC6] [AC7] a session is one that the server has made, for the one whose it is (SE-01, SE-02, SE-10)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const chosen = "B".repeat(43);
  const body = { login: "ada", password: "a good password of ada" };
  const answer = await server.stranger.request<User>("POST", "/api/auth/sign-in", body, {
    cookie: `session=${chosen}`,
  });
  const again = new Person(server.url, answer.body, cookieOf(answer.headers));
  expect(again.token).not.toBe(chosen);
  expect(again.token).not.toBe(ada.token);
  for (const cookie of [
    `session=${chosen}`,
    "session=",
    `session=${"x".repeat(8000)}`,
    `session=${chosen}; session=x`,
  ]) {
    expect((await server.stranger.request("GET", "/api/me", undefined, { cookie })).status).toBe(401);
  }
  const listed = await lin.ok<{ sessions: Session[] }>("GET", "/api/sessions");
  expect(listed.sessions).toHaveLength(1);
  for (const { id } of (await ada.ok<{ sessions: Session[] }>("GET", "/api/sessions")).sessions) {
    expect(await lin.refusal("DELETE", `/api/sessions/${id}`)).toBe("not_found");
  }
  expect((await again.request("GET", "/api/me")).status).toBe(200);
});

test("[LM1] many addresses guess at one login no faster, and one address at many logins neither (AU-04, AU-05)", async () => {
  await using cast = await startWithCast({ limits: true, trustedProxies: ["127.0.0.1", "::1"] });
  const guess = async (login: string, address: string) => {
    const body = { login, password: "a wrong guess" };
    const headers = { "x-forwarded-for": address };
    return (await cast.server.stranger.request("POST", "/api/auth/sign-in", body, headers)).status;
  };
  const atOne = [];
  for (let n = 0; n < 12; n++) atOne.push(await guess(n % 2 ? "lin" : " LIN", `192.0.2.${n}`));
  expect(atOne).toEqual([...Array(10).fill(401), 429, 429]);
  const atMany = [];
  for (let n = 0; n < 32; n++) atMany.push(await guess(`nobody-${n}`, "192.0.2.200"));
  expect(atMany).toEqual([...Array(30).fill(401), 429, 429]);
  // Who is signed in stays it.
  expect((await cast.lin.request("GET", "/api/me")).status).toBe(200);
});

const door = (server: TestServer, login: string, password: string) =>
  server.stranger.request("POST", "/api/auth/sign-in", { login, password });
