import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResetLink, User } from "@parley/protocol/model";
import { cookieOf, Person, startWithCast, type TestServer } from "./harness.ts";

const day = 24 * 60 * 60 * 1000;

test("[PW1] a changed password ends every other session with its socket, in the same commit (SE-05)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const other = await signIn(server, "lin", "a good password of lin");
  using here = await lin.connect();
  using there = await other.connect();
  const link = await resetLink(ada, lin);
  const change = (current: string, password: string) =>
    lin.request<{ code?: string }>("PUT", "/api/me/password", { current, new: password });
  expect((await change("a good password of ada", "salt and rope")).body.code).toBe("bad_credentials");
  for (const weak of ["", "short", "password1", "lin", "aaaaaaaaaa"]) {
    expect([weak, (await change("a good password of lin", weak)).body.code]).toEqual([weak, "weak_password"]);
  }
  expect((await change("a good password of lin", "x".repeat(1025))).body.code).toBe("invalid");
  expect((await other.request("GET", "/api/me")).status).toBe(200);

  expect((await change("a good password of lin", "salt and rope")).status).toBe(204);
  expect((await there.closed).code).toBe(4001);
  expect(await other.refusal("GET", "/api/me")).toBe("not_signed_in");
  await here.settle();
  expect((await lin.request("GET", "/api/me")).status).toBe(200);
  expect((await door(server, "lin", "a good password of lin")).status).toBe(401);
  expect((await door(server, "lin", "salt and rope")).status).toBe(200);
  // AU-15: a link from before the change opens nothing.
  expect(await use(server, link, "pitch and tar")).toMatchObject({ status: 404, body: { code: "reset_unusable" } });
});

test("[PW1] a sign-in with the old password that is under way leaves no session", async () => {
  await using cast = await startWithCast();
  const { server, lin } = cast;
  const changing = lin.request("PUT", "/api/me/password", { current: "a good password of lin", new: "salt and rope" });
  const doors = await Promise.all(Array.from({ length: 6 }, () => door(server, "lin", "a good password of lin")));
  expect((await changing).status).toBe(204);
  for (const answer of doors.filter(({ status }) => status === 200)) {
    const person = new Person(server.url, answer.body as User, cookieOf(answer.headers));
    expect(await person.refusal("GET", "/api/me")).toBe("not_signed_in");
  }
  const { sessions } = await lin.ok<{ sessions: unknown[] }>("GET", "/api/sessions");
  expect(sessions).toHaveLength(1);
});

test("[PW1] of two changes at once one holds", async () => {
  await using cast = await startWithCast();
  const change = (password: string) =>
    cast.lin.request("PUT", "/api/me/password", { current: "a good password of lin", new: password });
  const answers = await Promise.all(["salt and rope", "pitch and tar"].map(change));
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
});

test("[PW2] [PW3] a reset link shows whose it is, works once, and ends what was open", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const first = await resetLink(ada, lin);
  const link = await resetLink(ada, lin);
  const token = tokenOf(link);
  expect(link.url).toBe(`${server.url}/reset#${token}`);
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(Date.parse(link.expiresAt) - server.clock.now()).toBeWithin(day - 60_000, day + 1);
  // The one before has ended; what is kept does not open anything.
  expect((await use(server, first, "pitch and tar")).status).toBe(404);
  const kept = await Promise.all(
    ["parley.db", "parley.db-wal"].map((name) => readFile(join(server.folder, name), "latin1")),
  );
  expect(kept.join("")).not.toContain(token);
  for (let look = 0; look < 3; look++) {
    const preview = await server.stranger.ok<unknown>("POST", "/api/auth/resets/preview", { token });
    expect(preview).toEqual({ username: "lin" });
  }
  // AU-18: whoever merely follows it changes nothing.
  expect(await server.stranger.refusal("GET", "/api/auth/resets")).toBe("method_not_allowed");
  using socket = await lin.connect();
  for (const weak of ["lin", "password", "short"]) {
    expect(await use(server, link, weak)).toMatchObject({ status: 400, body: { code: "weak_password" } });
  }
  const answer = await use(server, link, "pitch and tar");
  expect([answer.status, (answer.body as User).username]).toEqual([200, "lin"]);
  expect((await socket.closed).code).toBe(4001);
  expect(await lin.refusal("GET", "/api/me")).toBe("not_signed_in");
  const back = new Person(server.url, answer.body as User, cookieOf(answer.headers));
  expect((await back.request("GET", "/api/me")).status).toBe(200);
  expect((await door(server, "lin", "a good password of lin")).status).toBe(401);
  expect(await use(server, link, "another one again")).toMatchObject({ status: 404, body: { code: "reset_unusable" } });
});

test("[PW3] of 50 that use one link at once, one succeeds (S-5, AU-17)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const link = await resetLink(ada, lin);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => use(server, link, `pitch and tar ${n}`)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const others = answers.filter(({ status }) => status !== 200);
  expect(others.every(({ body }) => (body as { code: string }).code === "reset_unusable")).toBe(true);
  expect(others.every(({ headers }) => headers.get("set-cookie") === null)).toBe(true);
  const opened = answers.findIndex(({ status }) => status === 200);
  expect((await door(server, "lin", `pitch and tar ${opened}`)).status).toBe(200);
});

test("[PW3] links that are unknown, expired or of someone who is gone get one answer (AU-15)", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, sam } = cast;
  const [expired, gone] = [await resetLink(ada, lin), await resetLink(ada, sam)];
  await ada.ok("PUT", `/api/admin/users/${sam.user.id}/deactivation`);
  expect(await ada.refusal("POST", `/api/admin/users/${sam.user.id}/reset-link`)).toBe("not_allowed");
  const unknown = { ...gone, url: `${server.url}/reset#${"A".repeat(43)}` };
  const answers = [await use(server, gone, "pitch and tar"), await use(server, unknown, "pitch and tar")];
  server.clock.advance(day + 1);
  answers.push(await use(server, expired, "pitch and tar"));
  for (const { status, body } of answers) {
    expect(status).toBe(404);
    expect(body).toEqual(answers[0]?.body as object);
  }
  for (const token of ["", "x", 7, null, ["A".repeat(43)], { $gt: "" }, `${"A".repeat(42)}\u0000`]) {
    expect(await server.stranger.refusal("POST", "/api/auth/resets", { token, password: "pitch and tar" })).toBe(
      "invalid",
    );
  }
  await ada.ok("DELETE", `/api/admin/users/${sam.user.id}/deactivation`).catch(() => undefined);
  expect((await use(server, gone, "pitch and tar")).status).toBe(404);
});

test("[PW2] a link leads to the configured address, whatever the request says of itself (AU-16)", async () => {
  await using cast = await startWithCast({ publicUrl: "http://chat.example.org" });
  const { ada, lin } = cast;
  const forged = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", host: "evil.example" };
  const { body } = await ada.request<ResetLink>(
    "POST",
    `/api/admin/users/${lin.user.id}/reset-link`,
    undefined,
    forged,
  );
  expect(body.url).toStartWith("http://chat.example.org/reset#");
});

const resetLink = (by: Person, of: Person) => by.ok<ResetLink>("POST", `/api/admin/users/${of.user.id}/reset-link`);
const tokenOf = ({ url }: ResetLink) => url.split("#")[1] ?? "";

function use(server: TestServer, link: ResetLink, password: string) {
  return server.stranger.request("POST", "/api/auth/resets", { token: tokenOf(link), password });
}

function door(server: TestServer, login: string, password: string) {
  return server.stranger.request("POST", "/api/auth/sign-in", { login, password });
}

async function signIn(server: TestServer, username: string, password: string): Promise<Person> {
  const answer = await door(server, username, password);
  return new Person(server.url, answer.body as User, cookieOf(answer.headers));
}
