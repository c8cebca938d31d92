import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/model";
import { Outbox, type Outgoing } from "../src/outbox.ts";
import { MemoryOutboxStorage } from "../src/outbox-storage.ts";
import { ManualClock, settle } from "./harness/manual-clock.ts";

const room = "RGENERAL";

/** One page of a browser. Its sends wait for the test to answer them. */
class Page {
  readonly told: string[] = [];
  readonly sends: { readonly outgoing: Outgoing; readonly answer: PromiseWithResolvers<Message> }[] = [];
  readonly outbox: Outbox;

  constructor(
    readonly clock: ManualClock,
    storage: MemoryOutboxStorage,
  ) {
    this.outbox = new Outbox({
      clock,
      storage: storage.page(),
      send: (outgoing) => {
        const answer = Promise.withResolvers<Message>();
        this.sends.push({ outgoing, answer });
        return answer.promise;
      },
      onKept: ({ content }, failure) => this.told.push(`${content}: ${failure ?? "waits"}`),
      onSent: ({ content }, { id }) => this.told.push(`${content}: sent as ${id}`),
      onDropped: ({ content }) => this.told.push(`${content}: dropped`),
    });
  }

  add(content: string, more: Partial<Outgoing> = {}): Promise<void> {
    return this.outbox.add({
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
    if (typeof outcome === "number") first.answer.resolve(toMessage(first.outgoing, outcome));
    else first.answer.reject(outcome);
    await settle();
  }

  get sending(): readonly string[] {
    return this.sends.map(({ outgoing }) => outgoing.content);
  }
}

function sender(pages: readonly Page[]): Page {
  const found = pages.find(({ sends }) => sends.length > 0);
  if (!found) throw new Error("no page is sending");
  return found;
}

const toMessage = ({ content, clientMessageId, createdAt }: Outgoing, id: number): Message => ({
  id,
  seq: id,
  room,
  content,
  clientMessageId,
  createdAt,
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
  expect(next.sends.map(({ outgoing }) => outgoing.clientMessageId)).toEqual(["key of one"]);
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
  expect(next.sends.map(({ outgoing }) => outgoing.clientMessageId)).toEqual(["key of one"]);
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
  await next.outbox.retry("key of bad", "better");
  await settle();
  expect(next.sends.map(({ outgoing }) => [outgoing.clientMessageId, outgoing.content])).toEqual([
    ["key of bad", "better"],
  ]);
});

test("what has failed is dropped when its author says so, and not before", async () => {
  const { page, storage } = start();
  await page.add("one");
  await page.outbox.drop("key of one");
  expect(page.told).toEqual(["one: waits"]);
  page.outbox.refuse(room, "You are not in this room any more.");
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
