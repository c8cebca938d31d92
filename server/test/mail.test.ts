import { expect, test } from "bun:test";
import type { Start } from "@parley/protocol/http/workspace";
import type { User } from "@parley/protocol/model";
import { cookieOf, Person, startServer, type TestConfig, type TestServer } from "./harness.ts";
import { type MailService, mailLogin, type ReceivedLetter, startMailService } from "./smtp-service.ts";

const hour = 60 * 60 * 1000;
const publicUrl = "http://chat.example.org";

test("[PW4] a server that sends no mail offers none", async () => {
  await using server = await startServer();
  await server.signUp("ada", { email: "ada@example.org" });
  expect(await server.stranger.ok<Start>("GET", "/api/start")).not.toHaveProperty("mail");
  expect(await server.stranger.refusal("POST", "/api/auth/reset-requests", { login: "ada" })).toBe("not_found");
});

test("[PW4] [PW5] known and unknown logins get one answer, and only who can be mailed is", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await server.signUp("ada", { email: "Ada@Example.org" });
  const lin = await server.signUp("lin", { email: "lin@example.org" });
  await server.signUp("sam");
  await ada.ok("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  expect((await server.stranger.ok<Start>("GET", "/api/start")).mail).toBe(true);

  const answers = [];
  for (const login of ["nobody", "lin", "lin@example.org", "sam", "nobody@example.org", "ada"]) {
    answers.push(await ask(server, login));
  }
  for (const { status, body, headers } of answers) {
    expect([status, body]).toEqual([202, ""]);
    expect([...headers.keys()]).toEqual([...(answers[0]?.headers.keys() ?? [])]);
  }
  // Ada was the last: everyone before her has been looked up by then.
  expect((await service.next()).to).toEqual(["ada@example.org"]);
  expect(service.attempts).toBe(1);
  for (const login of ["", "x".repeat(255), 7, null, ["ada"], { $gt: "" }]) {
    expect(await server.stranger.refusal("POST", "/api/auth/reset-requests", { login })).toBe("invalid");
  }
  const { entries } = await ada.ok<{ entries: { act: string; actor?: unknown; target: { name: string } }[] }>(
    "GET",
    "/api/admin/audit",
  );
  const mailed = entries.filter(({ act }) => act === "password.link_mailed");
  expect(mailed.map(({ actor, target }) => [actor, target.name])).toEqual([[undefined, "ada"]]);
});

test("[PW5] the mailed link leads to the configured address, works once, and for an hour", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await server.signUp("ada", { email: "ada@example.org" });
  const forged = { "x-forwarded-host": "evil.example", host: "evil.example" };
  await server.stranger.request("POST", "/api/auth/reset-requests", { login: "ADA@example.org" }, forged);
  const first = await service.next();
  expect(first.text).not.toContain("evil.example");
  await ask(server, "Ada");
  const token = tokenOf(await service.next());
  expect((await use(server, tokenOf(first), "pitch and tar")).status).toBe(404);
  expect((await ada.request("GET", "/api/me")).status).toBe(200);

  const answer = await use(server, token, "pitch and tar");
  expect(answer.status).toBe(200);
  const back = new Person(server.url, answer.body as User, cookieOf(answer.headers));
  expect(await back.ok<User>("GET", "/api/me")).toMatchObject({ username: "ada" });
  expect(await ada.refusal("GET", "/api/me")).toBe("not_signed_in");
  expect((await use(server, token, "another one again")).status).toBe(404);

  await ask(server, "ada");
  const late = tokenOf(await service.next());
  server.clock.advance(hour + 1);
  expect((await use(server, late, "another one again")).status).toBe(404);
});

test("[PW4] asking is limited per login, whoever asks, and per address", async () => {
  await using stage = await startWithMail({
    limits: true,
    trustedProxies: ["127.0.0.1", "::1"],
  });
  const { server } = stage;
  const from = (address: string, login: string) =>
    server.stranger.request("POST", "/api/auth/reset-requests", { login }, { "x-forwarded-for": address });
  const statuses = [];
  for (const n of [1, 2, 3, 4]) statuses.push((await from(`192.0.2.${n}`, n % 2 ? "nobody" : " NOBODY")).status);
  expect(statuses).toEqual([202, 202, 202, 429]);
  const more = [];
  for (let n = 0; n < 11; n++) more.push((await from("192.0.2.9", `nobody-${n}`)).status);
  expect(more).toEqual([...Array(10).fill(202), 429]);
});

test("[PW6] a mail is plain text to one address, whatever names and addresses hold", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await server.signUp("ada", { email: "ada@example.org", displayName: "Win at https://evil.example" });
  await ada.ok("PATCH", "/api/workspace", { name: "Tea & <b>Café</b> 茶" });
  await ask(server, "ada");
  const { from, to, headers, headerLines, text } = await service.next();
  expect([from, to]).toEqual(["chat@example.org", ["ada@example.org"]]);
  expect(headers.get("content-type")).toStartWith("text/plain");
  expect(headers.get("auto-submitted")).toBe("auto-generated");
  expect(headerLines.filter((line) => /^(to|cc|bcc|subject|from):/i.test(line))).toHaveLength(3);
  expect(text).toContain("for ada at Tea & <b>Café</b> 茶.");
  expect(text).not.toContain("evil.example");

  for (const email of ["a@example.org,b@example.org", "a@example.org\r\nBcc: b@example.org", "A <a@example.org>"]) {
    expect([email, await ada.refusal("PATCH", "/api/me", { email })]).toEqual([email, "invalid"]);
  }
});

test("[PW6] what the mail server does not take now is tried again; what it refuses is not", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  await server.signUp("ada", { email: "ada@example.org" });
  await server.signUp("lin", { email: "lin@example.org" });
  service.refusals.push("451 later", "550 never");
  await ask(server, "ada");
  await service.begun(1);
  await ask(server, "lin");
  await service.begun(2);
  expect((await service.next()).to).toEqual(["ada@example.org"]);
  expect([service.attempts, service.letters.length]).toEqual([3, 1]);
});

test("[PW6] a mail server that is away is nobody's concern but the log's, and a stop does not wait for it", async () => {
  const service = await startMailService();
  await using server = await startServer({ publicUrl, mail: settings(service) });
  await server.signUp("ada", { email: "ada@example.org" });
  await service[Symbol.asyncDispose]();
  expect((await ask(server, "ada")).status).toBe(202);
  expect((await server.stranger.request("GET", "/healthz")).status).toBe(200);
  await server.stop();
});

async function startWithMail(config: TestConfig = {}) {
  const service = await startMailService();
  const server = await startServer({ publicUrl, mail: settings(service), ...config });
  return {
    server,
    service,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

const settings = ({ port }: MailService): TestConfig["mail"] => ({
  host: "127.0.0.1",
  port,
  secure: false,
  login: mailLogin,
  from: { name: "Parley", address: "chat@example.org" },
});

function ask(server: TestServer, login: string) {
  return server.stranger.request("POST", "/api/auth/reset-requests", { login });
}

function use(server: TestServer, token: string, password: string) {
  return server.stranger.request("POST", "/api/auth/resets", { token, password });
}

function tokenOf({ text }: ReceivedLetter): string {
  const [, token = ""] = /^http:\/\/chat\.example\.org\/reset#([A-Za-z0-9_-]{43})$/m.exec(text) ?? [];
  expect(token).not.toBe("");
  return token;
}
