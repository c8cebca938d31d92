import { expect, test } from "bun:test";
import { join } from "node:path";
import type { AuditPage, CreatedUser } from "@parley/protocol/http/admin";
import type { AuditEntry, Invite, ResetLink } from "@parley/protocol/model";
import { openSqlite } from "../src/platform/sqlite.ts";
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
  const database = openSqlite(join(server.folder, "parley.db"), "read-write");
  expect(() => database.exec("DELETE FROM audit")).toThrow("only grow");
  expect(() => database.exec("UPDATE audit SET actor_id = NULL")).toThrow("only grow");
  database.close();
});
