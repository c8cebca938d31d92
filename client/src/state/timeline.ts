import { mergeMessages } from "@parley/protocol/apply";
import type { MessagePage } from "@parley/protocol/http";
import { type Message, type MessageId, type RoomId, roomTopic, type UserId } from "@parley/protocol/model";
import { batch, createSignal } from "solid-js";
import type { Entry, Timeline } from "./client.ts";
import { LiveEntry } from "./entry.ts";
import type { Topics } from "./topics.ts";

/** What a timeline that nobody looks at keeps, and what one that is open keeps of what arrives while it is. */
const keep = 600;

export interface TimelineOptions {
  readonly room: RoomId;
  readonly me: UserId;
  readonly topics: Topics;
  /** A room's newest page, or the one before a message. */
  readonly load: (room: RoomId, before?: MessageId) => Promise<MessagePage>;
  /** Messages under their authors' names of now. */
  readonly named: (messages: readonly Message[]) => readonly Message[];
}

/**
 * The newest part of a room's history, without gaps, and behind it the *tail*: own messages that are not confirmed.
 *
 *     older pages ◀── 40 41 42 43 44 │ pending  failed  pending
 *                      confirmed     │ tail
 *
 * A confirmed message never moves: an entry leaves the tail only for the place after the last confirmed one.
 */
export class RoomTimeline implements Timeline {
  readonly state: Timeline["state"];
  readonly entries: Timeline["entries"];
  readonly hasOlder: Timeline["hasOlder"];
  readonly loadingOlder: Timeline["loadingOlder"];

  readonly #options: TimelineOptions;
  readonly #setState: (state: "loading" | "ready" | "failed") => void;
  readonly #setEntries: (entries: readonly Entry[]) => void;
  readonly #setHasOlder: (hasOlder: boolean) => void;
  readonly #setLoadingOlder: (loading: boolean) => void;

  #messages: readonly Message[] = [];
  readonly #confirmed = new Map<MessageId, LiveEntry>();
  #tail: readonly LiveEntry[] = [];
  #shown: readonly Entry[] = [];
  #phase: "loading" | "ready" | "failed" = "loading";
  /** Counts loads of the newest page: an answer to an earlier one is void. */
  #loads = 0;
  #olderLoad: Promise<void> | null = null;
  /** Changes of messages before the first one, which an older page on its way may not have yet. */
  #strays: Message[] = [];
  #atStart = false;
  /** Messages that came at the end since the reader last went back. */
  #live = 0;

  constructor(options: TimelineOptions) {
    this.#options = options;
    const [state, setState] = createSignal<"loading" | "ready" | "failed">("loading");
    const [entries, setEntries] = createSignal<readonly Entry[]>([]);
    const [hasOlder, setHasOlder] = createSignal(false);
    const [loadingOlder, setLoadingOlder] = createSignal(false);
    this.state = state;
    this.entries = entries;
    this.hasOlder = hasOlder;
    this.loadingOlder = loadingOlder;
    this.#setState = setState;
    this.#setEntries = setEntries;
    this.#setHasOlder = setHasOlder;
    this.#setLoadingOlder = setLoadingOlder;
    void this.#load();
  }

  get hasTail(): boolean {
    return this.#tail.length > 0;
  }

  get phase(): "loading" | "ready" | "failed" {
    return this.#phase;
  }

  /** Forgets what was confirmed and loads the newest page. */
  reload(): void {
    batch(() => {
      this.#messages = [];
      this.#setPhase("loading");
      this.#show();
    });
    void this.#load();
  }

  loadOlder(): Promise<void> {
    this.#olderLoad ??= this.#loadOlder().finally(() => {
      this.#olderLoad = null;
      this.#strays = [];
      this.#setLoadingOlder(false);
    });
    return this.#olderLoad;
  }

  /** Takes in messages as the server has them now, in any order. */
  apply(changed: readonly Message[]): void {
    if (this.#phase !== "ready") return;
    const first = this.#messages[0]?.id ?? 0;
    if (this.#olderLoad) this.#strays.push(...changed.filter(({ id }) => id < first));
    const before = this.#messages.length;
    this.#merge(changed);
    this.#live += this.#messages.length - before;
    if (this.#live > keep && this.#messages.length > 2 * keep) this.trim();
    this.#show();
  }

  /** Nobody looks at it: keeps the newest messages only. */
  trim(): void {
    this.#live = 0;
    if (this.#messages.length <= keep) return;
    this.#messages = this.#messages.slice(-keep);
    this.#atStart = false;
    this.#show();
  }

  /** Names of users have changed; messages carry them. */
  rename(): void {
    this.#messages = this.#options.named(this.#messages);
    this.#show();
  }

  addPending(entry: LiveEntry): void {
    this.#tail = [...this.#tail.filter((other) => other !== entry), entry];
    this.#show();
  }

  discard(entry: LiveEntry): void {
    this.#tail = this.#tail.filter((other) => other !== entry);
    this.#show();
  }

  /** The server has answered that this is the entry's message. It is shown as sent when its turn has come. */
  acknowledge(entry: LiveEntry, message: Message): void {
    if (!this.#tail.includes(entry)) return;
    entry.acked = message;
    this.apply([]);
    if (this.#tail.includes(entry)) this.#options.topics.suspect(roomTopic(this.#options.room));
  }

  /** Nothing that is still on its way changes it any more. */
  close(): void {
    this.#loads++;
    this.#options.topics.forget(roomTopic(this.#options.room));
  }

  async #load(): Promise<void> {
    const { topics, room, load } = this.#options;
    const topic = roomTopic(room);
    const mine = ++this.#loads;
    topics.hold(topic);
    try {
      const page = await load(room);
      if (mine !== this.#loads) return;
      batch(() => {
        this.#messages = this.#options.named(page.messages);
        this.#atStart = false;
        this.#live = 0;
        this.#setPhase("ready");
        this.#merge([]);
        this.#show();
        topics.settle(topic, page.head, page.epoch);
      });
    } catch {
      if (mine !== this.#loads) return;
      topics.forget(topic);
      this.#setPhase("failed");
    }
  }

  async #loadOlder(): Promise<void> {
    const first = this.#messages[0]?.id;
    if (this.#phase !== "ready" || this.#atStart || first === undefined || first === 1) return;
    const mine = this.#loads;
    this.#setLoadingOlder(true);
    const page = await this.#options.load(this.#options.room, first);
    if (mine !== this.#loads) return;
    const older = mergeMessages(page.messages, this.#strays);
    batch(() => {
      this.#live = 0;
      this.#atStart = page.messages.length === 0;
      this.#messages = mergeMessages(this.#messages, this.#options.named(older));
      this.#show();
    });
  }

  /** Merges what changed, and own acked messages whose turn has come. */
  #merge(changed: readonly Message[]): void {
    const { named } = this.#options;
    this.#messages = mergeMessages(this.#messages, named(changed));
    for (const { acked } of this.#tail) {
      const last = this.#messages.at(-1)?.id ?? 0;
      if (acked && acked.id <= last + 1) this.#messages = mergeMessages(this.#messages, named([acked]));
    }
  }

  /** Brings the entries in line with the messages. */
  #show(): void {
    batch(() => {
      const kept = new Set<MessageId>();
      const confirmed = this.#messages.map((message) => {
        const entry = this.#confirmed.get(message.id) ?? this.#takeFromTail(message) ?? LiveEntry.ofMessage(message);
        this.#confirmed.set(message.id, entry);
        kept.add(message.id);
        entry.confirm(message);
        return entry;
      });
      for (const id of this.#confirmed.keys()) if (!kept.has(id)) this.#confirmed.delete(id);
      const last = this.#messages.at(-1)?.id ?? 0;
      this.#tail = this.#tail.filter(({ acked }) => !acked || acked.id > last);
      const shown = [...confirmed, ...this.#tail];
      const same = shown.length === this.#shown.length && shown.every((entry, index) => entry === this.#shown[index]);
      if (!same) {
        this.#shown = shown;
        this.#setEntries(shown);
      }
      const first = this.#messages[0]?.id;
      this.#setHasOlder(first !== undefined && first > 1 && !this.#atStart);
    });
  }

  #takeFromTail({ author, clientMessageId }: Message): LiveEntry | undefined {
    if (clientMessageId === undefined || author.id !== this.#options.me) return undefined;
    const entry = this.#tail.find((candidate) => candidate.clientMessageId === clientMessageId);
    if (entry) this.#tail = this.#tail.filter((other) => other !== entry);
    return entry;
  }

  #setPhase(phase: "loading" | "ready" | "failed"): void {
    this.#phase = phase;
    this.#setState(phase);
  }
}
