import { ParleyError } from "@parley/protocol/errors";
import type { Attachment, Message, MessageId, RoomId } from "@parley/protocol/model";
import { backOffMs, type Clock, sleep } from "./clock.ts";
import type { Change, Kept, OutboxStorage } from "./outbox-storage.ts";

/** How often something is tried that the server stumbles over: it must not hold up the others for ever. */
const internalErrorsMax = 5;
/** What has waited longer than this may not be meant any more: its author is asked. */
const askAfterMs = 7 * 24 * 60 * 60_000;
const tooOld = "It has waited for more than 7 days.";
const filesGone = "Its files are not on the server any more. Change its text to send that alone.";
/** What another page has done is heard of within this time. */
const heardMs = 500;

/** Something that its author has done here, and that the server is to know. */
export type Act = Outgoing | Edit | Deletion | Wish | Mark;

/** A message on its way. */
export interface Outgoing {
  readonly kind: "send";
  readonly clientMessageId: string;
  readonly room: RoomId;
  readonly content: string;
  readonly attachments?: readonly Attachment[];
  /** When it was written, by the clock of its author. */
  readonly createdAt: string;
}

/** Another content for a message of one's own. */
export interface Edit {
  readonly kind: "edit";
  readonly room: RoomId;
  readonly id: MessageId;
  readonly content: string;
  readonly createdAt: string;
}

export interface Deletion {
  readonly kind: "delete";
  readonly room: RoomId;
  readonly id: MessageId;
  readonly createdAt: string;
}

/** Whether one's emoji is to be on a message. */
export interface Wish {
  readonly kind: "react";
  readonly room: RoomId;
  readonly id: MessageId;
  readonly emoji: string;
  readonly on: boolean;
}

/** How far one has read in a room. */
export interface Mark {
  readonly kind: "read";
  readonly room: RoomId;
  readonly upTo: MessageId;
  /** It may go back. */
  readonly unread: boolean;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly storage: OutboxStorage;
  /**
   * Does it, and resolves with the message that it has made or changed, if any. Repeating it is safe: the key of a message
   * makes it one, and the others say what is to be.
   */
  readonly send: (act: Act) => Promise<Message | null>;
  /** It is kept, as new or otherwise than before. `failure` says why it is not being sent; null when it waits. */
  readonly onKept: (act: Act, failure: string | null) => void;
  readonly onDone: (act: Act, message: Message | null) => void;
  /** Its author has given it up; or it was refused, and there is nothing to be done about it. */
  readonly onDropped: (act: Act, error: ParleyError | null) => void;
  /** The server has refused it. Told before `onKept` tells so in words. */
  readonly onFailed?: (act: Outgoing | Edit | Deletion, error: ParleyError) => void;
}

/**
 * What someone has done and the server does not know yet. Each act is kept before it is shown, and sent, again and again,
 * until the server has taken or refused it. While there is no connection it waits.
 *
 *     put ──▶ waits ──▶ done
 *             │   ▲
 *     refused │   │ retry, change
 *             ▼   │
 *             failed ──▶ dropped
 *
 * What a room's people read goes one at a time and in order: messages, changes, deletions. Reactions and receipts overtake
 * them. An act takes the place of the one before it that it makes needless: the last content, the last state of an emoji,
 * the last place read.
 *
 * All pages of a browser show the same outbox. Whichever has a connection sends, one page at a time: when it ends, the
 * next one goes on. Which of them has done it does not matter, since doing it twice is doing it once.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #storage: OutboxStorage;
  readonly #kept = new Map<string, Kept>();
  /** Keys of messages that were given up, and may have been sent all the same. */
  readonly #unwanted = new Set<string>();
  readonly #busy = new Set<string>();
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
    return [...this.#kept.values()].filter(({ act }) => act.room === room);
  }

  /** Whether it outlives this page. */
  lasts(): Promise<boolean> {
    return this.#storage.lasts();
  }

  /**
   * Keeps an act and sends it; with a `failure`, only keeps it. Rejects, and has shown nothing, where it could not be kept
   * (see `OutboxStorage.put`). Reactions and receipts are sent all the same.
   */
  async put(act: Act, failure: string | null = null): Promise<void> {
    await this.#loaded;
    const kept = { key: keyOf(act), act, failure };
    await (isSaid(act) ? this.#storage.put(kept) : ignoringFaults(this.#storage.put(kept)));
    this.#take(kept);
    void this.#send(laneOf(act));
  }

  /** Sends what has failed again. */
  async retry(key: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept?.failure) await this.put(kept.act);
  }

  /**
   * Gives a message that is not sent another content. Should it turn out to be sent, the content changes there. It goes
   * without its files, if the server has told that they are gone.
   */
  async change(key: string, content: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept?.act.kind !== "send") return;
    const { attachments, ...text } = kept.act;
    const files = attachments && kept.failure !== filesGone && { attachments };
    await this.put({ ...text, ...files, content });
  }

  /** Gives it up. Should a message turn out to be sent, it is deleted there. */
  async drop(key: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (!kept) return;
    await this.#storage.remove(key, null);
    this.#dropped(kept);
  }

  /** A message of mine has come from the server, perhaps before its ack: it is sent, and need not be sent again. */
  arrived(message: Message): void {
    const { clientMessageId: key = "" } = message;
    const kept = this.#kept.get(key);
    if (kept) void this.#done(kept, message);
    else void this.#takeBack(key, message);
  }

  /** Nothing more can be done in this room. */
  refuse(room: RoomId, error: ParleyError): void {
    for (const kept of this.of(room)) if (kept.failure === null) void this.#fail(kept, error);
  }

  /** The connection is there, and what it missed has been caught up: something may have turned out to be done. */
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

  #take(kept: Kept): void {
    if (this.#isStopped) return;
    const { key, act } = kept;
    const isOld = isSaid(act) && this.#options.clock.now() - Date.parse(act.createdAt) > askAfterMs;
    const failure = kept.failure ?? (isOld && !this.#kept.has(key) ? tooOld : null);
    this.#kept.set(key, { ...kept, failure });
    this.#options.onKept(act, failure);
  }

  #onChange(change: Change): void {
    switch (change.kind) {
      case "put":
        this.#take(change.kept);
        // Should the page that it comes from end, it is this one's to send.
        void this.#send(laneOf(change.kept.act));
        return;
      case "removed": {
        const kept = this.#kept.get(change.key);
        if (!kept) return;
        if (!change.done) {
          this.#dropped(kept);
          return;
        }
        this.#kept.delete(change.key);
        this.#options.onDone(kept.act, change.done.message);
        return;
      }
      case "lost":
        for (const kept of this.#kept.values()) void ignoringFaults(this.#storage.put(kept));
        return;
    }
  }

  #sendAll(): void {
    for (const lane of new Set([...this.#kept.values()].map(({ act }) => laneOf(act)))) void this.#send(lane);
  }

  async #send(lane: string): Promise<void> {
    if (this.#busy.has(lane) || !this.#next(lane)) return;
    this.#busy.add(lane);
    await this.#storage.inTurn(lane, () => this.#sendInTurn(lane));
    this.#busy.delete(lane);
    // What was added in the moment between.
    void this.#send(lane);
  }

  async #sendInTurn(lane: string): Promise<void> {
    await this.#settleMissing(lane);
    let failures = 0;
    for (let kept = this.#next(lane); kept; kept = this.#next(lane)) {
      const delay = await this.#sendOne(kept, failures + 1);
      failures = delay === null ? 0 : failures + 1;
      const wait = delay ?? restMs[kept.act.kind];
      if (this.#isOpen && wait > 0) await sleep(this.#options.clock, wait);
    }
  }

  /** What is not kept any more, another page has dealt with, and tells so. Else it was lost, and is kept again. */
  async #settleMissing(lane: string): Promise<void> {
    const there = new Set((await this.#list()).map(({ key }) => key));
    const missing = [...this.#kept.values()].filter(({ key, act }) => laneOf(act) === lane && !there.has(key));
    if (missing.length === 0) return;
    await sleep(this.#options.clock, heardMs);
    for (const kept of missing) {
      if (this.#kept.get(kept.key) === kept) await ignoringFaults(this.#storage.put(kept));
    }
  }

  #next(lane: string): Kept | undefined {
    if (!this.#isOpen) return undefined;
    return [...this.#kept.values()].find(({ act, failure }) => failure === null && laneOf(act) === lane);
  }

  /** Null when it is done with, else how long to wait before the next try. */
  async #sendOne(kept: Kept, tries: number): Promise<number | null> {
    const { send, clock } = this.#options;
    try {
      await this.#done(kept, await send(kept.act));
      return null;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.retryable && !(error.code === "internal" && tries >= internalErrorsMax)) {
        return error.retryAfterMs ?? backOffMs(clock, tries);
      }
      await this.#fail(kept, error);
      return null;
    }
  }

  /** The server has done it. What has come in its place meanwhile is still to be sent. */
  async #done(kept: Kept, message: Message | null): Promise<void> {
    if (this.#isStopped) return;
    const now = this.#kept.get(kept.key);
    if (!now && message) await this.#takeBack(kept.key, message);
    if (!now || (now !== kept && kept.act.kind !== "send")) return;
    const edit = findEdit(now.act, message);
    if (edit) await ignoringFaults(this.put(edit));
    if (this.#kept.get(now.key) !== now) return;
    this.#kept.delete(now.key);
    this.#options.onDone(now.act, message);
    // Kept all the same, it would be sent again one day, and the server would answer that it has it.
    await ignoringFaults(this.#storage.remove(now.key, { message }));
  }

  /** A message that was given up was sent all the same. */
  async #takeBack(key: string, { room, id, createdAt }: Message): Promise<void> {
    if (this.#unwanted.delete(key)) await ignoringFaults(this.put({ kind: "delete", room, id, createdAt }));
  }

  #dropped({ key, act }: Kept): void {
    this.#kept.delete(key);
    if (act.kind === "send") this.#unwanted.add(key);
    this.#options.onDropped(act, null);
  }

  async #fail(kept: Kept, error: ParleyError): Promise<void> {
    const { key, act } = kept;
    if (this.#kept.get(key) !== kept) return;
    if (isSaid(act)) {
      const failed = { ...kept, failure: failureOf(act, error) };
      await ignoringFaults(this.#storage.put(failed));
      if (this.#kept.get(key) !== kept) return;
      this.#options.onFailed?.(act, error);
      this.#take(failed);
    } else {
      this.#kept.delete(key);
      this.#options.onDropped(act, error);
      await ignoringFaults(this.#storage.remove(key, null));
    }
  }
}

/** Of a message with files the server refuses as invalid those that it does not have. */
const failureOf = (act: Act, { code, message }: ParleyError): string =>
  act.kind === "send" && act.attachments && code === "invalid" ? filesGone : message;

/** What is left to do where a message was sent with another content than its author has given it since. */
function findEdit(act: Act, message: Message | null): Edit | null {
  if (act.kind !== "send" || !message || message.editedAt || message.deletedAt) return null;
  const { room, content, createdAt } = act;
  if (message.content === content.replace(/\r\n?/g, "\n")) return null;
  return { kind: "edit", room, id: message.id, content, createdAt };
}

/** How long after one act of a kind its next one waits: what comes meanwhile takes its place. */
const restMs = { send: 0, edit: 0, delete: 0, react: 300, read: 1000 } as const;

/** Acts that an author wants to know of when they fail, and not to be done long after. */
const isSaid = (act: Act): act is Outgoing | Edit | Deletion => act.kind !== "react" && act.kind !== "read";

/** One key for acts that take each other's place. */
export function keyOf(act: Act): string {
  switch (act.kind) {
    case "send":
      return act.clientMessageId;
    case "edit":
    case "delete":
      return `message ${act.room} ${act.id}`;
    case "react":
      return `reaction ${act.room} ${act.id} ${act.emoji}`;
    case "read":
      return `receipt ${act.room}`;
  }
}

/** What shares a lane goes one at a time and in order. */
const laneOf = (act: Act): string => (isSaid(act) ? act.room : keyOf(act));

async function ignoringFaults(promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
  }
}
