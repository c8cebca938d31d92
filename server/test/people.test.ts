import { expect, test } from "bun:test";
import type { Membership, User } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";

interface Page {
  readonly users: readonly User[];
  readonly cursor: string | null;
}

const find = (person: Person, query: string) => person.ok<Page>("GET", `/api/users?${query}`);
const names = ({ users }: Page) => users.map(({ displayName }) => displayName);

test("[PE1] AZ-14 everyone is listed by name, without e-mail addresses, and only to who is signed in", async () => {
  await using cast = await startWithCast();
  const { server, noor } = cast;
  await server.signUp("kim", { displayName: "Émile", email: "canary@example.org" });
  const page = await find(noor, "");
  expect(names(page)).toEqual(["Ada Lindqvist", "Émile", "lin", "noor", "sam"]);
  expect(page.cursor).toBeNull();
  expect(JSON.stringify(page)).not.toMatch(/canary|email|argon2/);
  expect((await server.stranger.request("GET", "/api/users")).status).toBe(401);
});

test("[PE2] people are found by the beginning of any word of their names, without case and accents", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const zoe = await server.signUp("z.oconnor", { displayName: "Zoë O’Connor" });
  await server.signUp("tanaka", { displayName: "田中 ゆき" });
  await server.signUp("strasse", { displayName: "Max Größe-Wałęsa" });
  for (const [query, found] of [
    ["lind", ["Ada Lindqvist"]],
    ["LINDQ ad", ["Ada Lindqvist"]],
    ["zoe", ["Zoë O’Connor"]],
    ["ZOË", ["Zoë O’Connor"]],
    ["conn z", ["Zoë O’Connor"]],
    ["z.oc", ["Zoë O’Connor"]],
    ["@z", ["Zoë O’Connor"]],
    ["田", ["田中 ゆき"]],
    ["ゆき", ["田中 ゆき"]],
    ["grö", ["Max Größe-Wałęsa"]],
    ["indqvist", []],
    ["ada nobody", []],
    ["%", []],
    ["_da", []],
    ["' OR 1=1 --", []],
    ["a b c d e f g h i j", []],
  ] as const) {
    expect([query, names(await find(ada, `q=${encodeURIComponent(query)}`))]).toEqual([query, [...found]]);
  }
  await zoe.ok("PATCH", "/api/me", { displayName: "Chloé" });
  expect(names(await find(ada, "q=chlo"))).toEqual(["Chloé"]);
  expect(names(await find(ada, "q=zoe"))).toEqual([]);
  expect(names(await find(ada, "q=oconnor"))).toEqual(["Chloé"]);
});

test("[PE3] PG-03 paging misses nobody and repeats nobody, whoever comes meanwhile", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  // The same shown name many times over: the order is still one.
  await Promise.all(Array.from({ length: 8 }, (_, index) => server.signUp(`same${index}x`, { displayName: "Same" })));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await find(ada, `limit=3${cursor === null ? "" : `&cursor=${cursor}`}`);
    expect(page.users.length).toBeLessThanOrEqual(3);
    seen.push(...page.users.map(({ username }) => username));
    if (cursor === null) {
      await server.signUp("abel", { displayName: "Abel" });
      await server.signUp("zed", { displayName: "Zed" });
    }
    cursor = page.cursor;
  } while (cursor !== null);
  const first = ["ada", "lin", "noor", "sam"];
  const same = Array.from({ length: 8 }, (_, index) => `same${index}x`);
  expect([...seen].sort()).toEqual([...first, ...same, "zed"].sort());
});

test("[PE3] [HT3] PG-01 broken cursors and limits are refused, on people and on members", async () => {
  await using cast = await startWithCast();
  const { ada, lin, committee } = cast;
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const cursor of [
    "x",
    "%00",
    base64(null),
    base64([1, 2]),
    base64(["U1"]),
    base64({ id: "U1" }),
    "a".repeat(1001),
  ]) {
    expect([cursor, await ada.refusal("GET", `/api/users?cursor=${cursor}`)]).toEqual([cursor, "invalid"]);
  }
  const members = `/api/rooms/${committee.id}/members`;
  for (const limit of ["-1", "0", "1000000000", "1e3", '"5"', "101", "", "1.5"]) {
    const query = `?limit=${encodeURIComponent(limit)}`;
    expect([limit, await ada.refusal("GET", `/api/users${query}`)]).toEqual([limit, "invalid"]);
    expect([limit, await ada.refusal("GET", members + query)]).toEqual([limit, "invalid"]);
  }
  for (const query of ["offset=1", `q=${"x".repeat(101)}`, "q=a&q=b", "page=2", "q=%01"]) {
    expect([query, await ada.refusal("GET", `/api/users?${query}`)]).toEqual([query, "invalid"]);
  }
  expect(await ada.refusal("GET", `${members}?cursor=${"x".repeat(201)}`)).toBe("invalid");
  expect(await ada.refusal("GET", `${members}?q=${"x".repeat(101)}`)).toBe("invalid");
  // A cursor is a place in an order, not a right: after any name come the names after it.
  const { members: page } = await lin.ok<{ members: Membership[] }>("GET", `${members}?cursor=b`);
  expect(page.map(({ user }) => user.username)).toEqual(["lin"]);
  expect((await find(ada, `cursor=${base64(["", "m"])}`)).users.map(({ username }) => username)).toEqual([
    "noor",
    "sam",
  ]);
});

test("[RM14] [RM3] AZ-13 members are found by the beginning of any word of their names, by members alone", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  await lin.ok("PATCH", "/api/me", { displayName: "Adele Ortega" });
  await noor.ok("PATCH", "/api/me", { displayName: "Adele Bakker" });
  const path = `/api/rooms/${committee.id}/members?q=ad`;
  const { members } = await lin.ok<{ members: Membership[] }>("GET", path);
  expect(members.map(({ user }) => user.displayName)).toEqual(["Ada Lindqvist", "Adele Ortega"]);
  expect(await noor.refusal("GET", path)).toBe("not_found");
  expect((await ada.ok<{ members: Membership[] }>("GET", `${path}e%20bak`)).members).toEqual([]);
});

test("[PE1] [DR2] who is deactivated is in no list, and gets no new room; an old one stays", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor } = cast;
  const open = (person: Person, user: string) => person.request("POST", "/api/direct-rooms", { users: [user] });
  expect((await open(lin, "sam")).status).toBe(201);
  await ada.ok("PUT", `/api/admin/users/${sam.user.id}/deactivation`);
  expect(names(await find(ada, ""))).toEqual(["Ada Lindqvist", "lin", "noor"]);
  expect(names(await find(ada, "q=sam"))).toEqual([]);
  expect((await open(noor, "sam")).status).toBe(404);
  expect((await open(lin, "sam")).status).toBe(200);
  await ada.ok("DELETE", `/api/admin/users/${sam.user.id}/deactivation`);
  expect(names(await find(ada, "q=sam"))).toEqual(["sam"]);
  expect((await open(noor, "sam")).status).toBe(201);
});

test("[PE1] whoever an admin creates is found at once", async () => {
  await using cast = await startWithCast();
  const { ada } = cast;
  await ada.ok("POST", "/api/admin/users", { username: "kim.berg", displayName: "Kim Berg" });
  expect(names(await find(ada, "q=berg"))).toEqual(["Kim Berg"]);
});
