import { expect, test } from "bun:test";
import type { AuditEntry } from "@parley/protocol/audit";
import type { AuditPage, CreatedUser } from "@parley/protocol/http/admin";
import type { Invite, ResetLink } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";
import { drawPicture } from "./pictures.ts";

/** The oldest first. */
const tell = (entries: readonly AuditEntry[]) =>
  entries.map(({ act, actor, target, detail }) => [act, actor?.username, target?.name, detail].join(" ")).reverse();

test("[AU1] every act is written down with its actor, target and address; a refused one is not", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  const of = ({ user }: Person) => `/api/admin/users/${user.id}`;
  const invite = await ada.ok<Invite>("POST", `/api/rooms/${cast.general.id}/invites`);
  await ada.ok("PATCH", "/api/workspace", { name: "Harbour", signUp: "invite" });
  await ada.ok("PATCH", "/api/workspace", { name: "Harbour" });
  await ada.ok("PATCH", of(lin), { role: "admin" });
  await ada.ok("DELETE", `/api/invites/${invite.code}`);
  await ada.ok<CreatedUser>("POST", "/api/admin/users", { username: "yuki", role: "admin" });
  expect(await lin.refusal("PATCH", of(ada), { role: "member" })).toBe("not_allowed");
  expect(await noor.refusal("PUT", `${of(ada)}/deactivation`)).toBe("not_found");
  await lin.ok("DELETE", `${of(sam)}/sessions`);
  const { url } = await lin.ok<ResetLink>("POST", `${of(sam)}/reset-link`);
  const password = "pitch and tar";
  await sam.request("POST", "/api/auth/resets", { token: url.split("#")[1], password }, { cookie: "" });
  await lin.ok("PUT", `${of(sam)}/deactivation`);
  await lin.ok("DELETE", `${of(sam)}/deactivation`);
  await ada.ok("DELETE", `/api/admin/rooms/${cast.committee.id}`);
  await noor.ok("PUT", "/api/me/password", { current: "a good password of noor", new: "salt and rope" });

  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit?limit=100");
  expect(tell(entries)).toEqual([
    "workspace.renamed ada Harbour Parley",
    "workspace.sign_up_changed ada Harbour invite",
    "user.role_changed ada lin member → admin",
    "invite.revoked ada general ",
    "user.created ada yuki admin",
    "user.signed_out lin sam ",
    "password.link_made lin sam ",
    "password.reset sam sam ",
    "user.deactivated lin sam ",
    "user.reactivated lin sam ",
    "room.deleted ada Committee ",
    "password.changed noor noor ",
  ]);
  for (const { address, at } of entries) {
    expect(address).toMatch(/^(::1|127\.0\.0\.1)$/);
    expect(Date.parse(at)).toBeGreaterThan(0);
  }
});

test("[AU1] what is done to rooms and their members, and the workspace's picture, is written down", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  const room = await lin.createRoom("Boats", "private");
  for (const person of [sam, noor]) await lin.bring(person, room);
  const path = `/api/rooms/${room.id}`;
  await lin.ok("PATCH", `${path}/members/sam`, { role: "admin" });
  await lin.ok("PATCH", `${path}/members/sam`, { role: "admin" });
  expect(await noor.refusal("DELETE", `${path}/members/sam`)).toBe("not_allowed");
  await lin.ok("PATCH", `${path}/members/sam`, { role: "owner" });
  await sam.ok("PATCH", path, { archived: true });
  await sam.ok("PATCH", path, { archived: true, description: "for the summer" });
  await sam.ok("PATCH", path, { archived: false });
  await sam.ok("DELETE", `${path}/members/noor`);
  await lin.ok("DELETE", `${path}/membership`);
  await sam.ok("DELETE", path);
  await ada.ok("PUT", "/api/workspace/picture", await drawPicture(20, 20));
  for (let time = 0; time < 2; time++) await ada.ok("DELETE", "/api/workspace/picture");
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit");
  expect(tell(entries)).toEqual([
    "room.role_changed lin Boats sam: member → admin",
    "room.handed_over lin Boats sam",
    "room.archived sam Boats ",
    "room.reopened sam Boats ",
    "room.member_removed sam Boats noor",
    "room.deleted sam Boats ",
    "workspace.picture_changed ada Parley ",
    "workspace.picture_changed ada Parley taken away",
  ]);
});

test("[AU2] the log is paged newest first, can only grow, and holds no secret", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const invite = await ada.ok<Invite>("POST", `/api/rooms/${cast.general.id}/invites`);
  await ada.ok("DELETE", `/api/invites/${invite.code}`);
  const { url } = await ada.ok<ResetLink>("POST", `/api/admin/users/${lin.user.id}/reset-link`);
  await lin.ok("PUT", "/api/me/password", { current: "a good password of lin", new: "salt and rope" });
  const all = (await ada.ok<AuditPage>("GET", "/api/admin/audit")).entries;
  expect(all).toHaveLength(3);
  const paged: number[] = [];
  let before: number | null = null;
  do {
    const page: AuditPage = await ada.ok(
      "GET",
      `/api/admin/audit?limit=2${before === null ? "" : `&before=${before}`}`,
    );
    paged.push(...page.entries.map(({ id }) => id));
    before = page.before;
  } while (before !== null);
  expect(paged).toEqual(all.map(({ id }) => id));
  expect(paged).toEqual([...paged].sort((a, b) => b - a));
  const text = JSON.stringify(all);
  for (const secret of [url.split("#")[1] ?? "?", invite.code, "salt and rope", "a good password", lin.token]) {
    expect(text).not.toContain(secret);
  }
  for (const query of ["before=0", "before=-1", "before=x", "limit=101", "cursor=1"]) {
    expect([query, await ada.refusal("GET", `/api/admin/audit?${query}`)]).toEqual([query, "invalid"]);
  }
  await server.stop();
  for (const statement of ["DELETE FROM audit", "UPDATE audit SET actor_id = NULL"]) {
    expect(await server.execute(statement).catch(String)).toContain("only grow");
  }
});

test("[AU1] owners and admins are written down when they sign in; members are not", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  for (const login of ["ada", "lin"]) {
    const password = `a good password of ${login}`;
    expect((await server.stranger.request("POST", "/api/auth/sign-in", { login, password })).status).toBe(200);
  }
  await ada.ok("PATCH", `/api/admin/users/${lin.user.id}`, { role: "admin" });
  await server.stranger.request("POST", "/api/auth/sign-in", { login: "lin", password: "a good password of lin" });
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit");
  expect(tell(entries)).toEqual([
    "session.opened ada ada ",
    "user.role_changed ada lin member → admin",
    "session.opened lin lin ",
  ]);
});

test("[AU3] [AU2] failed sign-ins show within a minute, merged, and hold nothing of what was typed", async () => {
  await using cast = await startWithCast({ trustedProxies: ["127.0.0.1", "::1"] });
  const { server, ada, lin } = cast;
  const guess = (login: string, password: string, address: string) =>
    server.stranger.request("POST", "/api/auth/sign-in", { login, password }, { "x-forwarded-for": address });
  await ada.ok("PUT", "/api/me/email", { email: "ada@example.org", password: "a good password of ada" });
  await guess("ada", "guess one", "192.0.2.1");
  await guess("ADA", "guess two", "192.0.2.1");
  await guess("ada@example.org", "guess three", "192.0.2.1");
  await guess("ada", "guess four", "192.0.2.2");
  // Someone types the password where the name belongs.
  await guess("a good password of ada", "whatever", "192.0.2.1");
  await guess("nobody", "whatever", "192.0.2.1");
  await ada.ok("PUT", `/api/admin/users/${lin.user.id}/deactivation`);
  await guess("lin", "a good password of lin", "192.0.2.3");
  const refused = async () =>
    (await ada.ok<AuditPage>("GET", "/api/admin/audit?act=session.refused")).entries.map(
      ({ actor, target, detail, address }) => [actor, target?.name, detail, address],
    );
  expect(await refused()).toEqual([]);
  server.clock.advance(61_000);
  while ((await refused()).length === 0) await Bun.sleep(50);
  expect((await refused()).reverse()).toEqual([
    [undefined, "ada", "3 times", "192.0.2.1"],
    [undefined, "ada", undefined, "192.0.2.2"],
    [undefined, undefined, "2 times", "192.0.2.1"],
    [undefined, "lin", undefined, "192.0.2.3"],
  ]);
  const all = await ada.request<string>("GET", "/api/admin/audit?limit=100");
  for (const typed of ["guess", "nobody", "whatever", "a good password"]) {
    expect(JSON.stringify(all.body)).not.toContain(typed);
  }
});

test("[AU3] guessing from many addresses does not flood the log, and a stop loses none of it", async () => {
  await using cast = await startWithCast({ trustedProxies: ["127.0.0.1", "::1"] });
  const { server, ada } = cast;
  for (let n = 1; n <= 30; n++) {
    const from = { "x-forwarded-for": `192.0.2.${n}` };
    await server.stranger.request("POST", "/api/auth/sign-in", { login: "ada", password: "x" }, from);
  }
  await server.restart();
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit?act=session.refused&limit=100");
  expect(entries).toHaveLength(21);
  expect(entries[0]).toMatchObject({ act: "session.refused", detail: "10 times" });
  expect(entries[0]).not.toHaveProperty("address");
});

test("[AU4] the log is narrowed to an act and to a person, by id or name", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  for (const person of [lin, sam]) await ada.ok("PATCH", `/api/admin/users/${person.user.id}`, { role: "admin" });
  await lin.ok("DELETE", `/api/admin/users/${noor.user.id}/sessions`);
  const boats = await sam.createRoom("Boats");
  await noor.request("POST", "/api/auth/sign-in", { login: "noor", password: "a good password of noor" });
  await sam.bring(lin, boats);
  await sam.ok("DELETE", `/api/rooms/${boats.id}/members/lin`);
  const ask = async (query: string) => tell((await ada.ok<AuditPage>("GET", `/api/admin/audit?${query}`)).entries);
  const ofLin = [
    "user.role_changed ada lin member → admin",
    "user.signed_out lin noor ",
    "room.member_removed sam Boats lin",
  ];
  expect(await ask("user=lin")).toEqual(ofLin);
  expect(await ask(`user=${lin.user.id}`)).toEqual(ofLin);
  expect(await ask("act=user.role_changed")).toHaveLength(2);
  expect(await ask("act=user.role_changed&user=LIN")).toEqual(ofLin.slice(0, 1));
  expect(await ask("act=user.created")).toEqual([]);
  const first = await ada.ok<AuditPage>("GET", "/api/admin/audit?user=lin&limit=2");
  const rest = await ada.ok<AuditPage>("GET", `/api/admin/audit?user=lin&limit=2&before=${first.before}`);
  expect(tell([...first.entries, ...rest.entries])).toEqual(ofLin);
  expect(rest.before).toBeNull();
  expect(await ada.refusal("GET", "/api/admin/audit?user=nobody")).toBe("not_found");
  for (const query of ["act=user.hacked", "act=", "user=", `user=${"x".repeat(33)}`, "actor=ada"]) {
    expect([query, await ada.refusal("GET", `/api/admin/audit?${query}`)]).toEqual([query, "invalid"]);
  }
});
