import { expect, test } from "bun:test";
import type { SearchPage } from "@parley/protocol/http/messages";
import type { Message, Room } from "@parley/protocol/model";
import { type Person, startWithCast } from "./harness.ts";

const search = (person: Person, q: string, more = "") =>
  person.ok<SearchPage>("GET", `/api/search?q=${encodeURIComponent(q)}${more}`);

/** All of it: a page whose time is up is short, or empty, and there is more behind it. */
async function searchAll(person: Person, q: string, more = "", between: () => Promise<unknown> = async () => {}) {
  const results: SearchPage["results"][number][] = [];
  let cursor: string | null = null;
  do {
    const page: SearchPage = await search(person, q, cursor === null ? more : `${more}&cursor=${cursor}`);
    results.push(...page.results);
    cursor = page.cursor;
    await between();
  } while (cursor !== null);
  return results;
}

const contents = async (person: Person, q: string, more = "") =>
  (await searchAll(person, q, more)).map(({ message }) => message.content);

test("[SE1] SR-06 a message is found as soon as it is acknowledged, newest first, with its room and its words marked", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  await ada.send(general, "The ferry leaves at nine");
  await lin.send(committee, "Which ferry? <b>This</b> ferry");
  expect(await searchAll(lin, "ferry")).toMatchObject([
    {
      message: { id: 1, room: committee.id, author: { username: "lin" } },
      room: { id: committee.id, slug: committee.slug, name: "Committee", kind: "private" },
      highlights: [
        { start: 6, end: 11 },
        { start: 25, end: 30 },
      ],
    },
    { message: { room: general.id }, highlights: [{ start: 4, end: 9 }] },
  ]);
});

test("[SE4] filters narrow by author, room, day and what a message has", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general, committee } = cast;
  const today = new Date(server.clock.now()).toISOString().slice(0, 10);
  await ada.send(general, "tea for all");
  await lin.send(general, "tea at https://example.org/tea");
  const { id } = await lin.send(committee, "tea in private");
  await ada.ok("PUT", `/api/rooms/${committee.id}/messages/${id}/reactions/${encodeURIComponent("👍")}`);
  expect(await contents(ada, "tea from:lin")).toEqual(["tea in private", "tea at https://example.org/tea"]);
  expect(await contents(lin, "tea from:me in:general")).toEqual(["tea at https://example.org/tea"]);
  expect(await contents(ada, "tea -from:lin")).toEqual(["tea for all"]);
  expect(await contents(ada, `in:#${committee.slug}`)).toEqual(["tea in private"]);
  expect(await contents(ada, `tea in:${committee.id} -in:general`)).toEqual(["tea in private"]);
  expect(await contents(ada, "tea", `&room=${general.slug}`)).toHaveLength(2);
  expect(await contents(ada, "has:link")).toEqual(["tea at https://example.org/tea"]);
  expect(await contents(ada, "has:reaction")).toEqual(["tea in private"]);
  expect(await contents(ada, "has:file")).toEqual([]);
  expect(await contents(ada, `tea on:${today}`)).toHaveLength(3);
  for (const q of [
    `tea before:${today}`,
    `tea after:${today}`,
    "tea on:2020-02-02",
    "tea after:2020-01-01 before:2020-02-01",
  ]) {
    expect([q, await contents(ada, q)]).toEqual([q, []]);
  }
  expect(await contents(ada, "after:2020-01-01 tea -https")).toEqual(["tea in private", "tea for all"]);
});

test("[SE3] Chinese is found inside a sentence", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  await ada.send(general, "我明天去上海出差");
  for (const q of ["上海", "上", "差", "去上海出", '"明天去"']) expect(await contents(ada, q)).toHaveLength(1);
  expect(await contents(ada, "海上")).toEqual([]);
});

test("[SE5] [SE8] SR-01 AZ-18: nobody finds what they may not read, nor what was deleted, edited away or has left with its room", async () => {
  await using cast = await startWithCast();
  const { ada, lin, sam, noor, general, committee } = cast;
  const open = await lin.createRoom("Open water");
  await lin.send(committee, "canary in committee");
  await lin.send(open, "canary in open water");
  const gone = await lin.send(general, "canary that goes");
  const changed = await lin.send(general, "canary that turns");
  const nothing = { results: [], cursor: null };
  await lin.ok("DELETE", `/api/rooms/${general.id}/messages/${gone.id}`);
  await lin.ok("PATCH", `/api/rooms/${general.id}/messages/${changed.id}`, { content: "a crow now" });
  // Neither a private room, nor a public one that one is not in, nor the old text.
  for (const person of [sam, noor]) {
    expect(await search(person, "canary")).toEqual(nothing);
    expect(await search(person, `canary in:${committee.id}`)).toEqual(nothing);
    expect(await search(person, `canary in:${open.slug}`)).toEqual(nothing);
    expect(await person.refusal("GET", `/api/search?q=canary&room=${committee.id}`)).toBe("not_found");
    expect(await person.refusal("GET", `/api/search?q=canary&room=${open.id}`)).toBe("not_found");
    expect(await contents(person, "crow")).toEqual(["a crow now"]);
  }
  expect(await contents(ada, "canary")).toEqual(["canary in committee"]);
  expect(await contents(lin, "canary")).toEqual(["canary in open water", "canary in committee"]);
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  await lin.ok("DELETE", `/api/rooms/${open.id}`);
  expect(await search(lin, "canary")).toEqual(nothing);
  expect(await lin.refusal("GET", `/api/search?q=canary&room=${open.id}`)).toBe("not_found");
  expect(await cast.server.stranger.refusal("GET", "/api/search?q=canary")).toBe("not_signed_in");
});

test("[SE6] SR-02 SR-03 SR-05: operators of the engine are text, and odd queries find nothing or are refused", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  await ada.send(general, 'say NEAR the AND of "it" (a+)+$ 100% a_b');
  for (const q of [
    '"',
    '""',
    '"""',
    "NEAR(",
    "NEAR(a b, 5)",
    "*",
    "^",
    "^say",
    "a*",
    ".*",
    "(a+)+$",
    "{}",
    "{content} : say",
    "room:R1",
    "room : x",
    "AND",
    "OR NOT",
    "NOT",
    "a AND",
    "%",
    "_",
    "\\",
    "'",
    "';--",
    "-",
    "--",
    '-"',
    "from:",
    "in:",
    "\u0000",
    "content:say",
    "-*",
    "a".repeat(200),
    "👩‍👩‍👧",
  ]) {
    const { status } = await ada.request("GET", `/api/search?q=${encodeURIComponent(q)}`);
    expect([q, status]).toEqual([q, 200]);
  }
  expect(await contents(ada, "NEAR AND")).toHaveLength(1);
  expect(await contents(ada, "100%")).toHaveLength(1);
  expect(await contents(ada, "OR")).toEqual([]);
  for (const q of ["from:nobody", "in:nowhere", "in:R0000000000000000", "from:NOBODY has:link"]) {
    expect([q, await contents(ada, q)]).toEqual([q, []]);
  }
  for (const q of [
    "x".repeat(201),
    "a ".repeat(17),
    "x".repeat(10_240),
    "before:yesterday",
    "on:2026-02-30",
    "has:soul",
  ]) {
    expect([q.slice(0, 20), await ada.refusal("GET", `/api/search?q=${encodeURIComponent(q)}`)]).toEqual([
      q.slice(0, 20),
      "invalid",
    ]);
  }
  for (const query of ["", "q=a&q=b", "q=a&limit=5", "q=a&room="]) {
    expect([query, await ada.refusal("GET", `/api/search?${query}`)]).toEqual([query, "invalid"]);
  }
});

test("[SE9] PG-02 PG-03 PG-05: pages follow each other without doubles or holes, while messages come and go", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general, committee } = cast;
  const sent: Promise<Message>[] = [];
  for (let n = 0; n < 120; n++) sent.push((n % 3 ? ada : lin).send(n % 2 ? general : committee, `tide ${n}`));
  const all = new Set((await Promise.all(sent)).map(({ content }) => content));
  let page = 0;
  const results = await searchAll(lin, "tide", "", async () => {
    page++;
    await ada.send(general, `tide that comes later ${page}`);
  });
  const found = results.map(({ message }) => message as Message);
  const texts = found.map(({ content }) => content);
  expect(new Set(texts).size).toBe(texts.length);
  expect(new Set(texts)).toEqual(all);
  const times = found.map(({ createdAt }) => createdAt);
  expect(times).toEqual([...times].sort().reverse());
  // The message that a cursor stands on may go.
  const first = await search(lin, "tide");
  const last = first.results.at(-1)?.message;
  await ada.ok("DELETE", `/api/rooms/${last?.room}/messages/${last?.id}`);
  const second = await search(lin, "tide", `&cursor=${first.cursor}`);
  // Those of one millisecond stay together, so a page may be longer.
  expect(second.results.length).toBeGreaterThanOrEqual(25);
  const before = new Set(first.results.map(({ message }) => message.content));
  expect(second.results.filter(({ message }) => before.has(message.content))).toEqual([]);
});

test("[SE9] PG-01: a cursor is a place in time, and gives no rights", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  for (let n = 0; n < 30; n++) await lin.send(committee, `secret ${n}`);
  const { cursor } = await search(lin, "secret");
  expect(cursor).not.toBeNull();
  expect(await search(noor, "secret", `&cursor=${cursor}`)).toEqual({ results: [], cursor: null });
  expect(await noor.refusal("GET", `/api/search?q=secret&room=${committee.id}&cursor=${cursor}`)).toBe("not_found");
  await ada.ok("DELETE", `/api/rooms/${committee.id}`);
  expect(await search(lin, "secret", `&cursor=${cursor}`)).toEqual({ results: [], cursor: null });
  for (const bad of ["-1", "0", "", "zzzzzzzzzzz", "Zm9v", "1e9.5", "x".repeat(100_000), "%00", "{}"]) {
    const { status } = await lin.request("GET", `/api/search?q=secret&cursor=${bad}`);
    expect([bad.slice(0, 12), status >= 400 && status < 500]).toEqual([bad.slice(0, 12), true]);
  }
});

test("[SE1] what was said before a restart is found after it, and edits and deletions are followed", async () => {
  await using cast = await startWithCast();
  const { server, ada, general } = cast;
  const one = await ada.send(general, "harbour one");
  const two = await ada.send(general, "harbour two");
  await server.restart();
  expect(await contents(ada, "harbour")).toEqual(["harbour two", "harbour one"]);
  await ada.ok("PATCH", `/api/rooms/${general.id}/messages/${one.id}`, { content: "a quay" });
  await ada.ok("DELETE", `/api/rooms/${general.id}/messages/${two.id}`);
  expect(await contents(ada, "harbour")).toEqual([]);
  expect(await contents(ada, "quay")).toEqual(["a quay"]);
  await server.restart();
  expect(await contents(ada, "harbour")).toEqual([]);
  expect(await contents(ada, "quay")).toEqual(["a quay"]);
});

test("[SE10] SR-07: twenty searches in a second are too many, and other sites may not search at all", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada } = cast;
  const answers = await Promise.all(Array.from({ length: 20 }, () => ada.request("GET", "/api/search?q=x")));
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(4);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(15);
  const forged = await cast.lin.request("GET", "/api/search?q=x", undefined, { "sec-fetch-site": "cross-site" });
  expect(forged.status).toBe(403);
});

test("[SE4] [SE5] AZ-18: files are found while their message is there, and archived rooms stay searchable for members", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  const file = await lin.upload(committee, "plan.txt", "the plan");
  const sent = await lin.ok<Message>("POST", `/api/rooms/${committee.id}/messages`, {
    content: "our plan",
    attachments: [file.id],
  });
  await lin.send(committee, "no plan");
  expect(await contents(ada, "plan has:file")).toEqual(["our plan"]);
  expect(await contents(ada, "plan -has:file")).toEqual(["no plan"]);
  await ada.ok("PATCH", `/api/rooms/${committee.id}`, { archived: true });
  expect(await contents(lin, "plan", `&room=${committee.slug}`)).toEqual(["no plan", "our plan"]);
  expect(await contents(noor, "plan")).toEqual([]);
  expect(await noor.refusal("GET", `/api/search?q=plan&room=${committee.id}`)).toBe("not_found");
  await ada.ok("PATCH", `/api/rooms/${committee.id}`, { archived: false });
  await lin.ok("DELETE", `/api/rooms/${committee.id}/messages/${sent.id}`);
  expect(await contents(ada, "has:file")).toEqual([]);
});

test("[SE5] SR-04: someone without rooms finds nothing, at once", async () => {
  await using cast = await startWithCast();
  const { ada, noor, general } = cast;
  await ada.send(general, "common words");
  const { rooms } = await noor.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  for (const room of rooms) await noor.ok("DELETE", `/api/rooms/${room.id}/membership`);
  expect(await search(noor, "common")).toEqual({ results: [], cursor: null });
});
