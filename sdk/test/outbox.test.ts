import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/model";
import { type Act, keyOf, Outbox, type Outgoing } from "../src/outbox.ts";
import { MemoryOutboxStorage } from "../src/outbox-storage.ts";
import { ManualClock, settle } from "./harness/manual-clock.ts";

const room = "RGENERAL";

/** One page of a browser. Its sends wait for the test to answer them. */
class Page {
  readonly told: string[] = [];
  readonly sends: { readonly act: Act; readonly answer: PromiseWithResolvers<Message> }[] = [];
  readonly outbox: Outbox;

  constructor(
    readonly clock: ManualClock,
    storage: MemoryOutboxStorage,
  ) {
    this.outbox = new Outbox({
      clock,
      storage: storage.page(),
      send: (act) => {
        const answer = Promise.withResolvers<Message>();
        this.sends.push({ act, answer });
        return answer.promise;
      },
      onKept: (act, failure) => this.told.push(`${inWords(act)}: ${failure ?? "waits"}`),
      onDone: (act, message) => this.told.push(`${inWords(act)}: sent as ${message?.id}`),
      onDropped: (act, error) => this.told.push(`${inWords(act)}: dropped${error ? `, ${error.code}` : ""}`),
    });
  }

  add(content: string, more: Partial<Outgoing> = {}): Promise<void> {
    return this.outbox.put({
      kind: "send",
      clientMessageId: `key of ${content}`,
      room,
      content,
      createdAt: new Date(this.clock.now()).toISOString(),
      ...more,
    });
  }

  /** The server answers what was asked first. */
  async answer(outcome: number | ParleyError): Promise<void> {
    const first = this.sends.shift();
    if (!first) throw new Error("nothing is being sent");
    if (typeof outcome === "number") first.answer.resolve(toMessage(first.act, outcome));
    else first.answer.reject(outcome);
    await settle();
  }

  get sending(): readonly string[] {
    return this.sends.map(({ act }) => inWords(act));
  }
}

function sender(pages: readonly Page[]): Page {
  const found = pages.find(({ sends }) => sends.length > 0);
  if (!found) throw new Error("no page is sending");
  return found;
}

function inWords(act: Act): string {
  switch (act.kind) {
    case "send":
      return act.content;
    case "edit":
      return `${act.id} to ${act.content}`;
    case "delete":
      return `${act.id} deleted`;
    case "react":
      return `${act.emoji} on ${act.id} ${act.on}`;
    case "read":
      return `read ${act.upTo}`;
  }
}

const toMessage = (act: Act, id: number): Message => ({
  id,
  seq: id,
  room,
  content: act.kind === "send" || act.kind === "edit" ? act.content : "",
  ...(act.kind === "send" && { clientMessageId: act.clientMessageId }),
  createdAt: "2026-11-20T12:00:00.000Z",
  author: { id: "UANN", username: "ann", displayName: "Ann" },
});

function start(storage = new MemoryOutboxStorage(), clock = new ManualClock()) {
  return { storage, clock, page: new Page(clock, storage), another: () => new Page(clock, storage) };
}

test("what is kept outlives its page, and the next one sends it in order under the same keys", async () => {
  const { page, another } = start();
  await page.add("one");
  await page.add("two");
  page.outbox.stop();
  const next = another();
  await settle();
  expect(next.told).toEqual(["one: waits", "two: waits"]);
  next.outbox.open();
  await settle();
  expect(next.sends.map(({ act }) => keyOf(act))).toEqual(["key of one"]);
  await next.answer(1);
  await next.answer(2);
  expect(next.told.slice(2)).toEqual(["one: sent as 1", "two: sent as 2"]);
  expect(await another().outbox.of(room)).toEqual([]);
});

test("a page that ends in the middle of sending leaves the message to the next, under the same key", async () => {
  const { page, another, storage } = start();
  page.outbox.open();
  await page.add("one");
  await settle();
  expect(page.sending).toEqual(["one"]);
  page.outbox.stop();
  await page.answer(new ParleyError("unavailable"));
  const next = another();
  next.outbox.open();
  await settle();
  expect(next.sends.map(({ act }) => keyOf(act))).toEqual(["key of one"]);
  await next.answer(1);
  expect(await storage.page().list()).toEqual([]);
});

test("a failure is kept with its reason, does not hold up the next, and is sent again when its author says so", async () => {
  const { page, another } = start();
  page.outbox.open();
  await page.add("bad");
  await page.add("good");
  await settle();
  await page.answer(new ParleyError("room_archived", "This room is archived."));
  await page.answer(1);
  page.outbox.stop();
  const next = another();
  next.outbox.open();
  await settle();
  expect(next.told).toEqual(["bad: This room is archived."]);
  expect(next.sending).toEqual([]);
  await next.outbox.change("key of bad", "better");
  await settle();
  expect(next.sends.map(({ act }) => [keyOf(act), inWords(act)])).toEqual([["key of bad", "better"]]);
});

test("what has failed is dropped when its author says so", async () => {
  const { page, storage } = start();
  await page.add("one");
  page.outbox.refuse(room, new ParleyError("not_found", "You are not in this room any more."));
  await settle();
  await page.outbox.drop("key of one");
  expect(page.told.slice(1)).toEqual(["one: You are not in this room any more.", "one: dropped"]);
  expect(await storage.page().list()).toEqual([]);
});

test("what cannot be kept is neither shown nor sent, and says why", async () => {
  const { page, storage } = start();
  page.outbox.open();
  storage.refusal = new ParleyError("limit_reached", "This browser has no space left.");
  expect(await page.add("one").catch((error: unknown) => error)).toMatchObject({ code: "limit_reached" });
  await settle();
  expect([page.told, page.sending]).toEqual([[], []]);
});

test("one page sends at a time for each room, and every page shows what comes of it", async () => {
  const { page, another } = start();
  const pages = [page, another()];
  for (const { outbox } of pages) outbox.open();
  await pages[0]?.add("one");
  await pages[1]?.add("two");
  await settle();
  expect(pages.flatMap(({ sending }) => sending)).toEqual(["one"]);
  await sender(pages).answer(1);
  expect(pages.flatMap(({ sending }) => sending)).toEqual(["two"]);
  await sender(pages).answer(2);
  await settle();
  for (const { told } of pages) expect(told).toEqual(["one: waits", "two: waits", "one: sent as 1", "two: sent as 2"]);
});

test("a page without a connection leaves its messages to one that has one", async () => {
  const { page, another } = start();
  const other = another();
  other.outbox.open();
  await page.add("one");
  await settle();
  expect(other.sending).toEqual(["one"]);
  await other.answer(1);
  expect(page.told).toEqual(["one: waits", "one: sent as 1"]);
});

test("a page that loses its connection gives its turn up", async () => {
  const { page, another } = start();
  const pages = [page, another()];
  for (const { outbox } of pages) outbox.open();
  await page.add("one");
  await settle();
  const first = sender(pages);
  first.outbox.close();
  await first.answer(new ParleyError("unavailable"));
  expect(sender(pages)).not.toBe(first);
  await sender(pages).answer(1);
  for (const { told } of pages) expect(told.at(-1)).toBe("one: sent as 1");
});

test("what has waited for more than a week is not sent before its author says so", async () => {
  const { page, another, clock } = start();
  await page.add("old");
  await clock.advance(7 * 24 * 60 * 60_000);
  await page.add("new");
  await clock.advance(1);
  page.outbox.stop();
  const next = another();
  next.outbox.open();
  await settle();
  expect(next.told).toEqual(["old: It has waited for more than 7 days.", "new: waits"]);
  expect(next.sending).toEqual(["new"]);
  await next.answer(1);
  await next.outbox.retry("key of old");
  await settle();
  expect(next.sending).toEqual(["old"]);
});

test("what the browser has lost is kept again, and sent", async () => {
  const { page, storage, clock } = start();
  await page.add("one");
  for (const { key } of await storage.page().list()) storage.lose(key);
  page.outbox.open();
  await clock.advance(500);
  expect(page.sending).toEqual(["one"]);
  expect((await storage.page().list()).map(({ key }) => key)).toEqual(["key of one"]);
});

test("signing out forgets everything", async () => {
  const { page, another } = start();
  await page.add("one");
  page.outbox.stop();
  await page.outbox.clear();
  const next = another();
  await settle();
  expect(next.told).toEqual([]);
});

test("messages, changes and deletions go in their order; a reaction and a receipt do not wait for them", async () => {
  const { page, clock } = start();
  const createdAt = new Date(clock.now()).toISOString();
  await page.add("one");
  await page.outbox.put({ kind: "edit", room, id: 1, content: "ONE", createdAt });
  await page.outbox.put({ kind: "delete", room, id: 2, createdAt });
  await page.outbox.put({ kind: "react", room, id: 1, emoji: "👍", on: true });
  await page.outbox.put({ kind: "read", room, upTo: 2, unread: false });
  page.outbox.open();
  await settle();
  expect(page.sending).toEqual(["one", "👍 on 1 true", "read 2"]);
  await page.answer(3);
  expect(page.sending).toEqual(["👍 on 1 true", "read 2", "1 to ONE"]);
});

test("the last of acts that make each other needless is sent, and nothing before it", async () => {
  const { page, clock } = start();
  const createdAt = new Date(clock.now()).toISOString();
  for (const content of ["a", "b"]) await page.outbox.put({ kind: "edit", room, id: 1, content, createdAt });
  for (const id of [1, 2]) await page.outbox.put({ kind: "edit", room, id, content: `c${id}`, createdAt });
  await page.outbox.put({ kind: "delete", room, id: 2, createdAt });
  for (const on of [true, false]) await page.outbox.put({ kind: "react", room, id: 1, emoji: "👍", on });
  for (const upTo of [4, 7]) await page.outbox.put({ kind: "read", room, upTo, unread: false });
  page.outbox.open();
  await settle();
  expect(page.sending).toEqual(["1 to c1", "👍 on 1 false", "read 7"]);
  await page.answer(1);
  expect(page.sending.at(-1)).toBe("2 deleted");
});

test("what is wished for while the state before it is on its way follows it", async () => {
  const { page, clock, storage } = start();
  page.outbox.open();
  await page.outbox.put({ kind: "react", room, id: 1, emoji: "👍", on: true });
  await settle();
  await page.outbox.put({ kind: "react", room, id: 1, emoji: "👍", on: false });
  expect(page.sending).toEqual(["👍 on 1 true"]);
  await page.answer(1);
  await clock.advance(300);
  expect(page.sending).toEqual(["👍 on 1 false"]);
  await page.answer(1);
  expect(await storage.page().list()).toEqual([]);
});

test("a message that was sent before its change was known is changed afterwards, also by the next page", async () => {
  const { page, another } = start();
  page.outbox.open();
  await page.add("one");
  await settle();
  page.outbox.stop();
  await page.answer(new ParleyError("unavailable"));
  const next = another();
  await settle();
  await next.outbox.change("key of one", "ONE");
  next.outbox.open();
  await settle();
  const [sending] = next.sends;
  if (!sending) throw new Error("nothing is being sent");
  // The server has the first one already, and answers with it.
  sending.answer.resolve({ ...toMessage(sending.act, 1), content: "one" });
  next.sends.shift();
  await settle();
  expect(next.sending).toEqual(["1 to ONE"]);
});

test("what reactions and receipts the server refuses are forgotten, and told; they go where nothing can be kept", async () => {
  const { page, storage } = start();
  storage.refusal = new ParleyError("limit_reached");
  page.outbox.open();
  await page.outbox.put({ kind: "react", room, id: 1, emoji: "👍", on: true });
  await settle();
  expect(page.sending).toEqual([]);
  await page.clock.advance(500);
  await page.answer(new ParleyError("message_deleted"));
  expect(page.told).toEqual(["👍 on 1 true: waits", "👍 on 1 true: dropped, message_deleted"]);
});

test("a message whose files are gone says so, and goes without them once its text is changed", async () => {
  const { page } = start();
  page.outbox.open();
  await page.add("look", { attachments: [{ id: "FILE1", name: "a.png", type: "image/png", bytes: 1 }] });
  await settle();
  await page.answer(new ParleyError("invalid"));
  expect(page.told.at(-1)).toContain("Its files are not on the server any more.");
  await page.outbox.retry("key of look");
  await settle();
  await page.answer(new ParleyError("invalid"));
  await page.outbox.change("key of look", "look, as text");
  await settle();
  expect(page.sends.map(({ act }) => "attachments" in act)).toEqual([false]);
});
