import { expect, test } from "bun:test";
import { type AddressInfo, createServer } from "node:net";
import type { Start } from "@parley/protocol/http/workspace";
import type { User } from "@parley/protocol/model";
import { freePort } from "./free-port.ts";
import { cookieOf, Person, startServer, type TestServer } from "./harness.ts";
import { mailConfig, startWithMail, tokenOf } from "./mail-stage.ts";
import { startProgram, temporaryFolder } from "./program.ts";
import { startMailService } from "./smtp-service.ts";

const hour = 60 * 60 * 1000;

test("[PW4] a server that sends no mail offers none", async () => {
  await using server = await startServer();
  await server.signUp("ada", { email: "ada@example.org" });
  expect(await server.stranger.ok<Start>("GET", "/api/start")).not.toHaveProperty("mail");
  expect(await server.stranger.refusal("POST", "/api/auth/reset-requests", { login: "ada" })).toBe("not_found");
});

test("[PW4] [PW5] known and unknown logins get one answer, and only who can be mailed is", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await stage.signUp("ada", "Ada@Example.org");
  const lin = await stage.signUp("lin", "lin@example.org");
  await server.signUp("sam");
  await server.signUp("kim", { email: "kim@example.org" });
  await service.next();
  await ada.ok("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  expect((await server.stranger.ok<Start>("GET", "/api/start")).mail).toBe(true);

  const answers = [];
  for (const login of ["nobody", "lin", "lin@example.org", "sam", "kim", "kim@example.org", "ada"]) {
    answers.push(await ask(server, login));
  }
  for (const { status, body, headers } of answers) {
    expect([status, body]).toEqual([202, ""]);
    expect([...headers.keys()]).toEqual([...(answers[0]?.headers.keys() ?? [])]);
  }
  // Ada was the last: everyone before her has been looked up by then.
  const { to, text } = await service.next();
  expect([to, service.attempts]).toEqual([["ada@example.org"], 4]);
  expect(text).toContain("asked for a new password for ada");
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
  const ada = await stage.signUp("ada", "ada@example.org");
  const forged = { "x-forwarded-host": "evil.example", host: "evil.example" };
  await server.stranger.request("POST", "/api/auth/reset-requests", { login: "ADA@example.org" }, forged);
  const first = await service.next();
  expect(first.text).not.toContain("evil.example");
  await ask(server, "Ada");
  const token = tokenOf(await service.next(), "reset");
  expect((await use(server, tokenOf(first, "reset"), "pitch and tar")).status).toBe(404);
  expect((await ada.request("GET", "/api/me")).status).toBe(200);

  const answer = await use(server, token, "pitch and tar");
  expect(answer.status).toBe(200);
  const back = new Person(server.url, answer.body as User, cookieOf(answer.headers));
  expect(await back.ok<User>("GET", "/api/me")).toMatchObject({ username: "ada" });
  expect(await ada.refusal("GET", "/api/me")).toBe("not_signed_in");
  expect((await use(server, token, "another one again")).status).toBe(404);

  await ask(server, "ada");
  const late = tokenOf(await service.next(), "reset");
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
  const ada = await stage.signUp("ada", "ada@example.org");
  await ada.ok("PATCH", "/api/me", { displayName: "Win at https://evil.example" });
  await ada.ok("PATCH", "/api/workspace", { name: "Tea & <b>Café</b> 茶" });
  await ask(server, "ada");
  const letters = [await service.next()];
  const password = "a good password of ada";
  await ada.ok("PUT", "/api/me/email", { email: "ada@example.com", password });
  letters.push(await service.next(), await service.next());
  for (const { from, to, headers, headerLines, text } of letters) {
    expect([from, to.length]).toEqual(["chat@example.org", 1]);
    expect(headers.get("content-type")).toStartWith("text/plain");
    expect(headers.get("auto-submitted")).toBe("auto-generated");
    expect(headerLines.filter((line) => /^(to|cc|bcc|subject|from):/i.test(line))).toHaveLength(3);
    expect(text).toMatch(/ada at Tea & <b>Café<\/b> 茶\./);
    expect(text).not.toContain("evil.example");
  }
  expect(letters.flatMap(({ to }) => to).sort()).toEqual(["ada@example.com", "ada@example.org", "ada@example.org"]);

  for (const email of ["a@example.org,b@example.org", "a@example.org\r\nBcc: b@example.org", "A <a@example.org>"]) {
    expect([email, await ada.refusal("PUT", "/api/me/email", { email, password })]).toEqual([email, "invalid"]);
  }
});

test("[PW6] what the mail server does not take now is tried again; what it refuses is not", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  await stage.signUp("ada", "ada@example.org");
  await stage.signUp("lin", "lin@example.org");
  service.refusals.push("451 later", "550 never");
  await ask(server, "ada");
  await service.begun(3);
  await ask(server, "lin");
  await service.begun(4);
  expect((await service.next()).to).toEqual(["ada@example.org"]);
  expect([service.attempts, service.letters.length]).toEqual([5, 3]);
});

test("[PW6] a program that is stopped does not wait for a mail server that says nothing (DS-10)", async () => {
  await using folder = await temporaryFolder();
  const silent = createServer();
  const asked = new Promise((resolve) => silent.on("connection", resolve));
  const mailPort = await new Promise<number>((resolve) => {
    silent.listen(0, "127.0.0.1", () => resolve((silent.address() as AddressInfo).port));
  });
  const port = String(await freePort());
  const program = await startProgram(
    {
      PORT: port,
      PARLEY_URL: `http://localhost:${port}`,
      PARLEY_SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
      PARLEY_MAIL_FROM: "chat@example.org",
    },
    folder.path,
  );
  const stranger = new Person(program.url, {} as User, "");
  const body = { username: "ada", password: "a good password", email: "ada@example.org" };
  await stranger.ok("POST", "/api/auth/sign-up", body);
  await asked;
  expect((await stranger.request("GET", "/readyz")).status).toBe(200);
  const stopped = performance.now();
  program.kill("SIGTERM");
  expect((await program.ended).code).toBe(0);
  expect(performance.now() - stopped).toBeLessThan(5000);
  silent.close();
});

test("[PW6] a mail server that is away is nobody's concern but the log's, and a stop does not wait for it", async () => {
  const service = await startMailService();
  await using server = await startServer(mailConfig(service));
  await service[Symbol.asyncDispose]();
  await server.signUp("ada", { email: "ada@example.org" });
  expect((await ask(server, "ada")).status).toBe(202);
  expect((await server.stranger.request("GET", "/healthz")).status).toBe(200);
  await server.stop();
});

function ask(server: TestServer, login: string) {
  return server.stranger.request("POST", "/api/auth/reset-requests", { login });
}

function use(server: TestServer, token: string, password: string) {
  return server.stranger.request("POST", "/api/auth/resets", { token, password });
}
