import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Verification } from "@parley/protocol/http/emails";
import type { Start } from "@parley/protocol/http/workspace";
import type { ResetLink, User } from "@parley/protocol/model";
import { cookieOf, Person, startServer, type TestServer } from "./harness.ts";
import { mailConfig, startWithMail, tokenOf } from "./mail-stage.ts";
import { startMailService } from "./smtp-service.ts";

const hour = 60 * 60 * 1000;
const passwordOf = (username: string) => `a good password of ${username}`;

test("[EM1] [EM7] without a mail server an address is there at once, and nothing is asked of it", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada", { email: "Ada@Example.org" });
  expect(ada.user).toMatchObject({ email: "ada@example.org", emailVerified: false });
  expect(await ada.ok<Start>("GET", "/api/start")).not.toHaveProperty("mail");
  const lin = await server.signUp("lin");
  expect(await change(lin, "ADA@example.org")).toBe("email_taken");
  expect(await change(lin, " Lin@Example.ORG ")).toMatchObject({ email: "lin@example.org" });
  expect(await lin.ok<User>("GET", "/api/me")).not.toHaveProperty("pendingEmail");
  expect((await door(server, "LIN@example.org", passwordOf("lin"))).status).toBe(200);
  expect(await lin.refusal("POST", "/api/me/verification-requests")).toBe("not_found");
  expect(await change(lin, null)).toMatchObject({ email: null });
  expect((await door(server, "lin@example.org", passwordOf("lin"))).status).toBe(401);
});

test("[EM2] [EM3] [EM6] an address given at sign-up waits for the link that is mailed there", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await server.signUp("ada", { email: "Ada@Example.org" });
  expect(ada.user).toMatchObject({ email: null, emailVerified: false, pendingEmail: "ada@example.org" });
  const letter = await service.next();
  expect(letter.to).toEqual(["ada@example.org"]);
  const token = tokenOf(letter, "verify");
  const kept = await Promise.all(
    ["parley.db", "parley.db-wal"].map((name) => readFile(join(server.folder, name), "latin1")),
  );
  expect(kept.join("")).not.toContain(token);
  // AU-18: whoever merely follows or looks at it changes nothing.
  expect(await server.stranger.refusal("GET", "/api/auth/verifications")).toBe("method_not_allowed");
  for (let look = 0; look < 3; look++) {
    expect(await preview(server, token)).toEqual({ username: "ada", email: "ada@example.org" });
  }
  expect((await door(server, "ada@example.org", passwordOf("ada"))).status).toBe(401);

  const lin = await server.signUp("lin");
  using own = await ada.connect();
  using other = await lin.connect();
  expect(await use(server, token)).toEqual({ username: "ada", email: "ada@example.org" });
  await Promise.all([own.settle(), other.settle()]);
  expect(own.deltas(`user:${ada.user.id}`).at(-1)?.users).toMatchObject([
    { email: "ada@example.org", emailVerified: true },
  ]);
  expect(await ada.ok<User>("GET", "/api/me")).not.toHaveProperty("pendingEmail");
  const seen = [other.frames, await lin.ok("GET", "/api/users"), await lin.ok("GET", "/api/users/ada")];
  expect(JSON.stringify(seen)).not.toMatch(/example|"emailVerified":true|pendingEmail/);
  expect((await door(server, "ada@example.org", passwordOf("ada"))).status).toBe(200);
});

test("[EM4] a link works once, whoever is signed in where it is opened, and signs nobody in", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await stage.signUp("ada", "ada@example.org");
  const lin = await server.signUp("lin", { email: "lin@example.org" });
  const token = tokenOf(await service.next(), "verify");
  const path = "/api/auth/verifications";
  const answer = await ada.request<object>("POST", path, { token });
  expect([answer.status, answer.headers.get("set-cookie")]).toEqual([200, null]);
  expect(answer.body).toEqual({ username: "lin", email: "lin@example.org" });
  expect(await ada.ok<User>("GET", "/api/me")).toMatchObject({ email: "ada@example.org" });
  expect(await lin.ok<User>("GET", "/api/me")).toMatchObject({ email: "lin@example.org", emailVerified: true });
  for (const person of [server.stranger, ada, lin]) {
    expect(await person.refusal("POST", path, { token })).toBe("verification_used");
    expect(await person.refusal("POST", `${path}/preview`, { token })).toBe("verification_used");
    expect(await person.refusal("POST", path, { token: "A".repeat(43) })).toBe("verification_unusable");
  }
  for (const bad of ["", "x", 7, null, [token], { $gt: "" }, `${"A".repeat(42)}\u0000`]) {
    expect(await server.stranger.refusal("POST", path, { token: bad })).toBe("invalid");
  }

  await change(lin, "lin@example.com");
  await service.next();
  const late = tokenOf(await service.next(), "verify");
  server.clock.advance(72 * hour + 1);
  expect(await server.stranger.refusal("POST", path, { token: late })).toBe("verification_expired");
  await lin.ok("POST", "/api/me/verification-requests");
  const again = tokenOf(await service.next(), "verify");
  expect(await server.stranger.refusal("POST", path, { token: late })).toBe("verification_unusable");
  expect(await use(server, again)).toMatchObject({ email: "lin@example.com" });
});

test("[EM2] [EM3] whether another account has an address is told to its holder alone", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  await stage.signUp("ada", "ada@example.org");
  const answers = [];
  for (const [username, email] of [
    ["mallory", "ada@example.org"],
    ["trudy", "free@example.org"],
  ] as const) {
    const signUp = { username, password: passwordOf(username), email };
    const answer = await server.stranger.request<User>("POST", "/api/auth/sign-up", signUp);
    const person = new Person(server.url, answer.body, cookieOf(answer.headers));
    const changed = await person.request<User>("PUT", "/api/me/email", { email, password: passwordOf(username) });
    const asked = await person.request("POST", "/api/me/verification-requests");
    const text = JSON.stringify([answer, changed, asked].map(({ status, body }) => [status, body]));
    answers.push(
      text
        .replaceAll(username, "x")
        .replaceAll(email, "y")
        .replace(/"(id|createdAt)":"[^"]+"/g, ""),
    );
    const letters = [await service.next(), await service.next(), await service.next()];
    expect(letters.map(({ to }) => to)).toEqual(Array(3).fill([email]));
    const mayVerify = letters.map((letter) => letter.text.includes("/verify#"));
    expect([email, mayVerify]).toEqual([email, Array(3).fill(email.startsWith("free"))]);
    if (!mayVerify[0]) expect(letters[0]?.text).toContain("It stays the address of your account ada.");
  }
  expect(answers[0]).toBe(answers[1] ?? "");
  const back = await door(server, "ada@example.org", passwordOf("ada"));
  expect([back.status, (back.body as User).username]).toEqual([200, "ada"]);
});

test("[EM4] an address goes to the one who can read its mail, also from who has had it unverified", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada");
  const squatter = await server.signUp("squatter", { email: "lin@example.org" });
  await using service = await startMailService();
  await server.restart(mailConfig(service));
  const waiting = [await server.signUp("lin", { email: "lin@example.org" })];
  waiting.push(await server.signUp("mallory", { email: "lin@example.org" }));
  const tokens = [tokenOf(await service.next(), "verify"), tokenOf(await service.next(), "verify")];
  const previews = await Promise.all(tokens.map((token) => preview(server, token)));
  const ofLin = tokens[previews.findIndex(({ username }) => username === "lin")] ?? "";
  const ofMallory = tokens.find((token) => token !== ofLin) ?? "";
  expect((await door(server, "lin@example.org", passwordOf("squatter"))).status).toBe(200);

  await use(server, ofLin);
  expect(await squatter.ok<User>("GET", "/api/me")).toMatchObject({ email: null, emailVerified: false });
  expect((await door(server, "lin@example.org", passwordOf("squatter"))).status).toBe(401);
  expect((await door(server, "squatter", passwordOf("squatter"))).status).toBe(200);
  expect((await door(server, "lin@example.org", passwordOf("lin"))).status).toBe(200);
  expect(await server.stranger.refusal("POST", "/api/auth/verifications", { token: ofMallory })).toBe("email_taken");
  const { entries } = await ada.ok<{ entries: { act: string; target: { name: string } }[] }>("GET", "/api/admin/audit");
  const changes = entries.filter(({ act }) => act.startsWith("email."));
  expect(changes.map(({ act, target }) => [act, target.name])).toEqual([
    ["email.verified", "lin"],
    ["email.changed", "squatter"],
  ]);
  expect(JSON.stringify(entries)).not.toContain("example.org");
});

test("[EM5] another address needs the password, and the one of before is told and can stop it (AU-28)", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await stage.signUp("ada", "ada@example.org");
  for (const password of ["not the password", "", "x".repeat(1024)]) {
    expect(await change(ada, "mallory@example.org", password)).toBe("bad_credentials");
    expect(await change(ada, null, password)).toBe("bad_credentials");
  }
  for (const body of [{ email: "a@example.org" }, { password: passwordOf("ada") }, {}]) {
    expect(await ada.refusal("PUT", "/api/me/email", body)).toBe("invalid");
  }
  expect(await change(ada, "mallory@example.org")).toMatchObject({
    email: "ada@example.org",
    emailVerified: true,
    pendingEmail: "mallory@example.org",
  });
  const letters = [await service.next(), await service.next()].sort((a, b) => (a.to < b.to ? -1 : 1));
  const [farewell, verify] = letters;
  expect(letters.map(({ to }) => to)).toEqual([["ada@example.org"], ["mallory@example.org"]]);
  expect(farewell?.text).toContain("http://chat.example.org/forgot");
  expect(farewell?.text).not.toContain("mallory");
  const stolen = verify ? tokenOf(verify, "verify") : "";

  await server.stranger.ok("POST", "/api/auth/reset-requests", { login: "ada" });
  const reset = await service.next();
  expect(reset.to).toEqual(["ada@example.org"]);
  const chosen = { token: tokenOf(reset, "reset"), password: "pitch and tar" };
  const back = await server.stranger.request<User>("POST", "/api/auth/resets", chosen);
  expect(back.body).toMatchObject({ email: "ada@example.org" });
  expect(back.body).not.toHaveProperty("pendingEmail");
  expect(await server.stranger.refusal("POST", "/api/auth/verifications", { token: stolen })).toBe(
    "verification_unusable",
  );

  const again = new Person(server.url, back.body, cookieOf(back.headers));
  await change(again, "ada@example.com", "pitch and tar");
  await again.ok("PUT", "/api/me/password", { current: "pitch and tar", new: "salt and rope" });
  expect(await again.ok<User>("GET", "/api/me")).not.toHaveProperty("pendingEmail");
  expect(await change(again, null, "salt and rope")).toMatchObject({ email: null });
  await Promise.all([service.next(), service.next()]);
  expect((await service.next()).text).toContain("took this address off your account ada");
});

test("[PW5] a mailed reset link is over as soon as the address that it went to is not the user's any more", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await stage.signUp("ada", "ada@example.org");
  await server.stranger.ok("POST", "/api/auth/reset-requests", { login: "ada" });
  const token = tokenOf(await service.next(), "reset");
  await change(ada, "ada@example.com");
  const letters = [await service.next(), await service.next()];
  const verify = letters.find(({ to }) => to[0] === "ada@example.com");
  expect(await server.stranger.ok<object>("POST", "/api/auth/resets/preview", { token })).toEqual({ username: "ada" });
  await use(server, verify ? tokenOf(verify, "verify") : "");
  const late = { token, password: "pitch and tar" };
  expect(await server.stranger.refusal("POST", "/api/auth/resets", late)).toBe("reset_unusable");
});

test("[EM3] [EM7] who was here before there was mail goes on as before, and may ask for a letter", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada", { email: "ada@example.org" });
  const lin = await server.signUp("lin", { email: "lin@example.org" });
  await using service = await startMailService();
  await server.restart(mailConfig(service));
  expect((await ada.ok<Start>("GET", "/api/start")).user).toMatchObject({
    email: "ada@example.org",
    emailVerified: false,
  });
  const back = await door(server, "ada@example.org", passwordOf("ada"));
  expect(back.status).toBe(200);
  const room = await ada.createRoom("Plans");
  await ada.send(room, "hello");

  // Not verified: no mailed reset. An admin's link is what it was.
  await server.stranger.ok("POST", "/api/auth/reset-requests", { login: "lin" });
  const { url } = await ada.ok<ResetLink>("POST", `/api/admin/users/${lin.user.id}/reset-link`);
  const chosen = { token: url.split("#")[1], password: "pitch and tar" };
  await server.stranger.ok("POST", "/api/auth/resets", chosen);
  expect(service.attempts).toBe(0);

  await ada.ok("POST", "/api/me/verification-requests");
  await use(server, tokenOf(await service.next(), "verify"));
  expect(await ada.ok<User>("GET", "/api/me")).toMatchObject({ emailVerified: true });
  expect(await ada.refusal("POST", "/api/me/verification-requests")).toBe("not_found");
  await server.stranger.ok("POST", "/api/auth/reset-requests", { login: "ada" });
  expect((await service.next()).text).toContain("/reset#");
  // And when there is none any more, nothing is shown or asked.
  await server.restart();
  expect((await door(server, "ada@example.org", passwordOf("ada"))).status).toBe(200);
});

test("[EM3] [AD5] who is given an account verifies the address and chooses the password in either order", async () => {
  await using stage = await startWithMail();
  const { server, service } = stage;
  const ada = await stage.signUp("ada", "ada@example.org");
  for (const [username, verifiesFirst] of [
    ["yuki", true],
    ["noor", false],
  ] as const) {
    const input = { username, email: `${username}@example.org` };
    const { link } = await ada.ok<{ link: ResetLink }>("POST", "/api/admin/users", input);
    const verify = { token: tokenOf(await service.next(), "verify") };
    const chosen = { token: link.url.split("#")[1], password: "pitch and tar" };
    const steps = [
      () => server.stranger.ok("POST", "/api/auth/verifications", verify),
      () => server.stranger.ok("POST", "/api/auth/resets", chosen),
    ];
    for (const step of verifiesFirst ? steps : steps.reverse()) await step();
    const back = await door(server, `${username}@example.org`, "pitch and tar");
    expect(back.body).toMatchObject({ username, email: `${username}@example.org`, emailVerified: true });
  }
});

test("[EM8] letters are limited per address, whoever has them sent there, and per user", async () => {
  await using stage = await startWithMail({ limits: true });
  const { server } = stage;
  const people = [];
  for (const username of ["ada", "lin", "sam"]) people.push(await server.signUp(username));
  const outcomes = [];
  for (const person of [...people, ...people]) {
    outcomes.push(await change(person, "Victim@example.org"));
  }
  expect(outcomes.filter((outcome) => outcome === "rate_limited")).toHaveLength(1);
  const signUp = { username: "mallory", password: passwordOf("mallory"), email: "victim@EXAMPLE.org" };
  const refused = await server.stranger.request<{ code: string }>("POST", "/api/auth/sign-up", signUp);
  expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const opened = { username: "yuki", email: "victim@example.org" };
  expect(await people[0]?.refusal("POST", "/api/admin/users", opened)).toBe("rate_limited");
  server.clock.advance(24 * hour);

  const [ada] = people;
  if (!ada) throw new Error("nobody");
  const asked = [];
  for (let n = 0; n < 6; n++) asked.push(await change(ada, `ada-${n}@example.org`));
  expect(asked.filter((outcome) => outcome === "rate_limited")).toHaveLength(1);
  expect(await ada.refusal("POST", "/api/me/verification-requests")).toBe("rate_limited");
});

test("[EM1] what is no address, or could be read as another, is refused wherever one is given (AU-07, AU-08)", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada", { email: "admin@x.org" });
  for (const email of [
    ...["admin@x.org\u0000", "admin@x.org%00 ", "admin@x.org.", '"admin"@x.org', "a@b@c", "@x.org", "admin@", "admin"],
    ...["admin@x.org,b@x.org", "admin@x.org\r\nBcc: b@x.org", "ad\u200bmin@x.org", "a@bücher.example", "a@\ud800.org"],
    ...[`${"x".repeat(250)}@x.org`, 7, true, ["admin@x.org"], { $gt: "" }],
  ]) {
    const password = passwordOf("ada");
    expect([email, await ada.refusal("PUT", "/api/me/email", { email, password })]).toEqual([email, "invalid"]);
    const signUp = { username: "mallory", password: passwordOf("mallory"), email };
    expect([email, await server.stranger.refusal("POST", "/api/auth/sign-up", signUp)]).toEqual([email, "invalid"]);
    const created = { username: "mallory", email };
    expect([email, await ada.refusal("POST", "/api/admin/users", created)]).toEqual([email, "invalid"]);
  }
  const taken = { username: "mallory", password: passwordOf("mallory") };
  for (const email of ["ADMIN@X.org", " admin@x.ORG\n"]) {
    expect(await server.stranger.refusal("POST", "/api/auth/sign-up", { ...taken, email })).toBe("email_taken");
  }
  // Another part of the name is another mailbox: nothing is guessed, and nothing of it opens Ada's account.
  for (const login of ["admin+x@x.org", "dmin@x.org", "admin@x.or", "admin@x.org%00", "%@x.org", "admin_x.org"]) {
    expect([login, (await door(server, login, passwordOf("ada"))).status]).toEqual([login, 401]);
  }
});

/** The changed user, or the code of the refusal. */
async function change(person: Person, email: string | null, password = passwordOf(person.user.username)) {
  const { status, body } = await person.request<User & { readonly code: string }>("PUT", "/api/me/email", {
    email,
    password,
  });
  return status === 200 ? body : body.code;
}

const preview = (server: TestServer, token: string) =>
  server.stranger.ok<Verification>("POST", "/api/auth/verifications/preview", { token });

const use = (server: TestServer, token: string) =>
  server.stranger.ok<Verification>("POST", "/api/auth/verifications", { token });

const door = (server: TestServer, login: string, password: string) =>
  server.stranger.request("POST", "/api/auth/sign-in", { login, password });
