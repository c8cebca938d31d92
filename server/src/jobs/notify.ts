import { decideAlert } from "@parley/protocol/alerts";
import type { Message, MessageId, RoomId, UserId } from "@parley/protocol/model";
import type { App } from "../app.ts";
import { getPushKeys } from "../domain/notifications.ts";
import type { NotificationRecord, PushKeys, PushTarget } from "../store/notifications.ts";
import { Pool } from "./pool.ts";

/** Whoever has the room open reads it in this time, and needs no push. */
const graceMs = 2000;
/** What comes within this time is looked at together: in a busy room a look for each message would cost more than the message. */
const gatherMs = 100;
/** Messages that wait at once; what comes beyond is not pushed. */
const waitingMax = 10_000;
/** A flood is one line in the log this often. */
const countDroppedMs = 1000;
/** Browsers that one message is pushed to. */
const devicesMax = 5000;
/** Calls of push services that are under way at once, and messages that take turns at them. */
const parallel = 16;
const messagesAtOnce = 16;
/** Whom a message calls is looked up again before a push when that was longer ago. */
const freshMs = 500;
const keepMs = 7 * 24 * 60 * 60 * 1000;
const previewLength = 180;

type Called = Awaited<ReturnType<App["store"]["listAlertable"]>>[number];
/** By the address of the browser. */
type CalledNow = () => Promise<ReadonlyMap<string, Called>>;

/**
 * Pushes new messages to those whom they call and who have not read them. Rights, levels and receipts are looked at when
 * the push goes out, not when the message came: who was removed or has muted the room in between is not told, however many
 * are told before them.
 *
 *     messageSent ──grace──▶ which of a room's call anyone? ──▶ whom does it call? ──▶ decide ──▶ push, a few at a time ──▶ record
 *                            one look for all that is due       one look for each that does
 */
export class Notifier {
  readonly #app: App;
  /** In the order in which they are due. */
  #waiting: { readonly room: RoomId; readonly id: MessageId; readonly dueAt: number }[] = [];
  /** Of messages whose rooms are being looked at. */
  #looking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #messages = new Pool(messagesAtOnce);
  readonly #calls = new Pool(parallel);
  #dropped = 0;
  #dropTimer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(app: App) {
    this.#app = app;
  }

  messageSent({ room, id }: Message): void {
    if (this.#stopped) return;
    if (this.#waiting.length + this.#looking + this.#messages.waiting >= waitingMax) {
      this.#drop();
    } else {
      this.#waiting.push({ room, id, dueAt: performance.now() + graceMs });
      this.#wait();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#dropTimer);
    this.#waiting = [];
    this.#messages.clear();
    this.#calls.clear();
  }

  #wait(): void {
    const [next] = this.#waiting;
    if (this.#timer !== undefined || !next) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#due();
        this.#wait();
      },
      Math.max(gatherMs, next.dueAt - performance.now()),
    );
  }

  #due(): void {
    const now = performance.now();
    const later = this.#waiting.findIndex(({ dueAt }) => dueAt > now);
    const due = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later);
    for (const [room, messages] of Map.groupBy(due, (message) => message.room)) {
      const ids = messages.map(({ id }) => id);
      this.#looking += ids.length;
      void this.#attempt(() => this.#look(room, ids)).finally(() => {
        this.#looking -= ids.length;
      });
    }
  }

  async #look(roomId: RoomId, ids: readonly MessageId[]): Promise<void> {
    const [from, to] = [Math.min(...ids), Math.max(...ids)];
    const calling = new Set(await this.#app.store.listCalling({ roomId, from, to }));
    for (const id of ids) {
      if (calling.has(id)) void this.#attempt(() => this.#messages.run(() => this.#notify(roomId, id)));
    }
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#stopped) this.#app.log.warn("notify.failed", { error: String(error) });
    }
  }

  #drop(): void {
    this.#dropped++;
    if (this.#dropped > 1) return;
    this.#dropTimer = setTimeout(() => {
      this.#app.log.warn("notify.dropped", { messages: this.#dropped });
      this.#dropped = 0;
    }, countDroppedMs);
  }

  async #notify(roomId: RoomId, messageId: MessageId): Promise<void> {
    const { store, clock } = this.#app;
    const calledNow = this.#lookUp(roomId, messageId);
    if ((await calledNow()).size === 0) return;
    const [found, message] = await Promise.all([
      store.findRoom({ reference: roomId, userId: null }),
      store.findMessage({ roomId, id: messageId }),
    ]);
    if (!found || !message) return;
    const room = { slug: found.room.slug, name: found.room.kind === "direct" ? "" : found.room.name };
    const keys = await getPushKeys(this.#app);
    const results = await this.#pushAll(calledNow, keys, (target) => toPayload(message, room, target));
    const gone = results.filter(({ result }) => result === "gone").map(({ endpoint }) => endpoint);
    if (gone.length > 0) await store.removePushEndpoints({ endpoints: gone });
    const keepFrom = clock.now() - keepMs;
    await store.recordNotifications({ roomId, messageId, decided: summarise(results, clock.now()), keepFrom });
  }

  /** Whom a message calls, as it was a moment ago at most. */
  #lookUp(roomId: RoomId, messageId: MessageId): CalledNow {
    const { store, clock } = this.#app;
    let readAt = Number.NEGATIVE_INFINITY;
    let called: ReturnType<CalledNow>;
    return () => {
      const at = clock.now();
      if (at - readAt > freshMs) {
        readAt = at;
        called = store
          .listAlertable({ roomId, messageId, limit: devicesMax, at })
          .then((list) => new Map(list.map((each) => [each.target.endpoint, each])));
      }
      return called;
    };
  }

  async #pushAll(calledNow: CalledNow, keys: PushKeys, payload: (target: PushTarget) => string) {
    const endpoints = [...(await calledNow()).keys()];
    const push = async (endpoint: string): Promise<Result | null> => {
      const called = (await calledNow()).get(endpoint);
      if (!called || this.#stopped) return null;
      const { userId, facts, target } = called;
      const { alerts, reason } = decideAlert(facts);
      const result = alerts ? await this.#app.push.send(keys, target, payload(target)) : "read";
      return { userId, reason: alerts ? reason : "read", endpoint, result };
    };
    const results: Result[] = [];
    const queue = endpoints.values();
    const work = async () => {
      for (const endpoint of queue) {
        const result = await this.#calls.run(() => push(endpoint));
        if (result) results.push(result);
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, endpoints.length) }, work));
    return results;
  }
}

interface Result {
  readonly userId: UserId;
  readonly reason: NotificationRecord["reason"];
  readonly endpoint: string;
  readonly result: "sent" | "gone" | "failed" | "read";
}

/** One decision for each person, over all of their browsers. */
function summarise(results: readonly Result[], at: number) {
  const people = Map.groupBy(results, ({ userId }) => userId);
  return [...people].map(([userId, own]) => {
    const devices = own.filter(({ result }) => result === "sent").length;
    const read = own.every(({ result }) => result === "read");
    const outcome: NotificationRecord["outcome"] = read ? "read" : devices > 0 ? "pushed" : "failed";
    return { userId, reason: own[0]?.reason ?? "all", outcome, devices, at };
  });
}

/** What the service worker shows: a few words, as plain text, or none of them where its owner wants it so. */
function toPayload(message: Message, room: { readonly slug: string; readonly name: string }, { preview }: PushTarget) {
  const { author, content, attachments = [] } = message;
  const words = plain(content) || (attachments[0] ? `Sent ${attachments[0].name}` : "");
  return JSON.stringify({
    title: room.name === "" ? author.displayName : `${author.displayName} in ${room.name}`,
    body: preview ? words : "New message",
    tag: message.room,
    url: `/rooms/${encodeURIComponent(room.slug)}#m${message.id}`,
  });
}

function plain(content: string): string {
  const line = content.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  const shown = Array.from(line).slice(0, previewLength);
  return shown.length < Array.from(line).length ? `${shown.join("")}…` : shown.join("");
}
