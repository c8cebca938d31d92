import { ParleyError } from "@parley/protocol/errors";
import type { Attachment, Message, RoomId } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "./clock.ts";
import type { Change, Kept, OutboxStorage } from "./outbox-storage.ts";

/** How often a message is tried that the server stumbles over: it must not hold up the others for ever. */
const internalErrorsMax = 5;
/** What has waited longer than this may not be meant any more: its author is asked. */
const askAfterMs = 7 * 24 * 60 * 60_000;
const tooOld = "It has waited for more than 7 days.";
/** What another page has done is heard of within this time. */
const heardMs = 500;

/** A message on its way. */
export interface Outgoing {
  readonly clientMessageId: string;
  readonly room: RoomId;
  readonly content: string;
  readonly attachments?: readonly Attachment[];
  /** When it was written, by the clock of its author. */
  readonly createdAt: string;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly storage: OutboxStorage;
  /** Sends a message and resolves with it as the server has it. Repeating it is safe: the key makes it one message. */
  readonly send: (outgoing: Outgoing) => Promise<Message>;
  /** It is kept, as new or otherwise than before. `failure` says why it is not being sent; null when it waits. */
  readonly onKept: (outgoing: Outgoing, failure: string | null) => void;
  readonly onSent: (outgoing: Outgoing, message: Message) => void;
  /** Its author has given it up. */
  readonly onDropped: (outgoing: Outgoing) => void;
  /** The server has refused it. Told before `onKept` tells so in words. */
  readonly onFailed?: (outgoing: Outgoing, error: ParleyError) => void;
}

/**
 * Messages on their way. Each is kept before it is shown, and sent under one key for ever, until the server has taken or
 * refused it. Each room's go one at a time and in order. While there is no connection they wait.
 *
 *     add ──▶ waits ──▶ sent
 *             │   ▲
 *     refused │   │ retry, change
 *             ▼   │
 *             failed ──▶ dropped
 *
 * All pages of a browser show the same outbox. Whichever has a connection sends, one at a time for each room: when it
 * ends, the next one goes on. Which of them has sent a message does not matter, since its key is the same.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #storage: OutboxStorage;
  readonly #kept = new Map<string, Kept>();
  readonly #busy = new Set<RoomId>();
  readonly #stopListening: () => void;
  readonly #loaded: Promise<void>;
  #isOpen = false;
  #isStopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#storage = options.storage;
    this.#stopListening = this.#storage.onChange((change) => this.#onChange(change));
    this.#loaded = this.#load();
  }

  /** What is kept for a room, in order. */
  of(room: RoomId): readonly Kept[] {
    return [...this.#kept.values()].filter(({ outgoing }) => outgoing.room === room);
  }

  /** Whether it outlives this page. */
  lasts(): Promise<boolean> {
    return this.#storage.lasts();
  }

  /**
   * Keeps a message and sends it; with a `failure`, only keeps it. Rejects, and has shown nothing, where it could not be
   * kept (see `OutboxStorage.put`).
   */
  async add(outgoing: Outgoing, failure: string | null = null): Promise<void> {
    await this.#put({ key: outgoing.clientMessageId, outgoing, failure });
  }

  /** Sends one that has failed again, under the same key, perhaps with other content. */
  async retry(key: string, content?: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (!kept?.failure) return;
    const outgoing = content === undefined ? kept.outgoing : { ...kept.outgoing, content };
    await this.#put({ key, outgoing, failure: null });
  }

  /** Gives up one that has failed. */
  async drop(key: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (!kept?.failure) return;
    await this.#storage.remove(key, null);
    this.#forget(key);
    this.#options.onDropped(kept.outgoing);
  }

  /** A message of mine has come from the server, perhaps before its ack: it is sent, and need not be sent again. */
  arrived(message: Message): void {
    const kept = message.clientMessageId === undefined ? undefined : this.#kept.get(message.clientMessageId);
    if (kept) void this.#sent(kept, message);
  }

  /** Nothing more can be sent in this room. */
  refuse(room: RoomId, failure: string): void {
    for (const kept of this.of(room)) if (kept.failure === null) void this.#fail(kept, failure);
  }

  /** The connection is there, and what it missed has been caught up: an entry may have turned out to be sent. */
  open(): void {
    this.#isOpen = true;
    this.#sendAll();
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Ends it. What is kept stays so, for the next time its author is here. */
  stop(): void {
    this.#isOpen = false;
    this.#isStopped = true;
    this.#stopListening();
  }

  /** Forgets everything for good. */
  async clear(): Promise<void> {
    for (const { key } of await this.#list()) await this.#storage.remove(key, null);
  }

  /** Takes up what was kept before. */
  async #load(): Promise<void> {
    for (const kept of await this.#list()) this.#take(kept);
    this.#sendAll();
  }

  /** What cannot be read is not there: what this page knows goes on its way all the same. */
  async #list(): Promise<readonly Kept[]> {
    try {
      return await this.#storage.list();
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      return [];
    }
  }

  async #put(kept: Kept): Promise<void> {
    await this.#loaded;
    await this.#storage.put(kept);
    this.#take(kept);
    void this.#send(kept.outgoing.room);
  }

  #take(kept: Kept): void {
    if (this.#isStopped) return;
    const { outgoing } = kept;
    const isOld = this.#options.clock.now() - Date.parse(outgoing.createdAt) > askAfterMs;
    const known = this.#kept.has(kept.key);
    const failure = kept.failure ?? (isOld && !known ? tooOld : null);
    this.#kept.set(kept.key, { ...kept, failure });
    this.#options.onKept(outgoing, failure);
  }

  #forget(key: string): void {
    this.#kept.delete(key);
  }

  #onChange(change: Change): void {
    switch (change.kind) {
      case "put":
        this.#take(change.kept);
        // Should the page that it comes from end, it is this one's to send.
        void this.#send(change.kept.outgoing.room);
        return;
      case "removed": {
        const kept = this.#kept.get(change.key);
        if (!kept) return;
        this.#forget(change.key);
        if (change.sent) this.#options.onSent(kept.outgoing, change.sent);
        else this.#options.onDropped(kept.outgoing);
        return;
      }
      case "lost":
        for (const kept of this.#kept.values()) void ignoringFaults(this.#storage.put(kept));
        return;
    }
  }

  #sendAll(): void {
    for (const room of new Set([...this.#kept.values()].map(({ outgoing }) => outgoing.room))) void this.#send(room);
  }

  async #send(room: RoomId): Promise<void> {
    if (this.#busy.has(room) || !this.#next(room)) return;
    this.#busy.add(room);
    await this.#storage.inTurn(room, () => this.#sendInTurn(room));
    this.#busy.delete(room);
    // What was added in the moment between.
    void this.#send(room);
  }

  async #sendInTurn(room: RoomId): Promise<void> {
    await this.#settleMissing(room);
    let failures = 0;
    for (let kept = this.#next(room); kept; kept = this.#next(room)) {
      const delay = await this.#sendOne(kept, failures + 1);
      if (delay === null) {
        failures = 0;
      } else {
        failures++;
        if (this.#isOpen) await sleep(this.#options.clock, delay);
      }
    }
  }

  /** What is not kept any more, another page has dealt with, and tells so. Else it was lost, and is kept again. */
  async #settleMissing(room: RoomId): Promise<void> {
    const there = new Set((await this.#list()).map(({ key }) => key));
    const missing = this.of(room).filter(({ key }) => !there.has(key));
    if (missing.length === 0) return;
    await sleep(this.#options.clock, heardMs);
    for (const kept of missing) {
      if (this.#kept.get(kept.key) === kept) await ignoringFaults(this.#storage.put(kept));
    }
  }

  #next(room: RoomId): Kept | undefined {
    return this.#isOpen ? this.of(room).find(({ failure }) => failure === null) : undefined;
  }

  /** Null when it is done with, else how long to wait before the next try. */
  async #sendOne(kept: Kept, tries: number): Promise<number | null> {
    const { send, clock } = this.#options;
    try {
      await this.#sent(kept, await send(kept.outgoing));
      return null;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.retryable && !(error.code === "internal" && tries >= internalErrorsMax)) {
        return error.retryAfterMs ?? backOffMs(clock, tries);
      }
      if (this.#kept.get(kept.key) === kept) this.#options.onFailed?.(kept.outgoing, error);
      await this.#fail(kept, error.message);
      return null;
    }
  }

  async #sent({ key, outgoing }: Kept, message: Message): Promise<void> {
    if (this.#isStopped || !this.#kept.has(key)) return;
    this.#forget(key);
    this.#options.onSent(outgoing, message);
    // Kept all the same, it would be sent again one day, and the server would answer that it has it.
    await ignoringFaults(this.#storage.remove(key, message));
  }

  async #fail(kept: Kept, failure: string): Promise<void> {
    if (this.#kept.get(kept.key) !== kept) return;
    const failed = { ...kept, failure };
    await ignoringFaults(this.#storage.put(failed));
    if (this.#kept.get(kept.key) === kept) this.#take(failed);
  }
}

async function ignoringFaults(promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
  }
}
