import { mergeMessages } from "@parley/protocol/apply";
import type { MessagePage } from "@parley/protocol/http/messages";
import { type Author, type Message, type MessageId, type RoomId, roomTopic, type UserId } from "@parley/protocol/model";
import { type Act, type Deletion, type Edit, keyOf, type Outgoing } from "@parley/sdk/outbox";
import type { Kept } from "@parley/sdk/outbox-storage";
import type { Topics } from "@parley/sdk/topics";
import { batch, createSignal } from "solid-js";
import type { Entry, Timeline } from "./client.ts";
import { LiveEntry } from "./entry.ts";

/** What a timeline that nobody looks at keeps, and what one that is open keeps of what arrives while it is. */
const keep = 600;

export interface TimelineOptions {
  readonly room: RoomId;
  readonly me: UserId;
  /** Myself, as the author of what waits to be sent. */
  readonly author: () => Author;
  /** What the outbox has for this room already. */
  readonly waiting: readonly Kept[];
  readonly topics: Topics;
  readonly load: LoadPage;
  /** It begins anew, or ends: what went along with the room's changes until now is void. */
  readonly onUnfollowed: (room: RoomId) => void;
  /** A message that waited to be sent has come from the server. */
  readonly onConfirmed: (message: Message) => void;
  /** Messages under their authors' names of now. */
  readonly named: (messages: readonly Message[]) => readonly Message[];
}

/** Loads a room's newest page, the one before or after a message, or the one around it. */
export type LoadPage = (
  room: RoomId,
  cursor: { readonly [place in "before" | "after" | "around"]?: MessageId },
) => Promise<MessagePage>;

/**
 * One part of a room's history, without gaps, and behind it the *tail*: own messages that are not confirmed.
 *
 *     older pages ◀── 40 41 42 43 44 │ pending  failed  pending
 *                      confirmed     │ tail
 *
 * A confirmed message never moves: an entry leaves the tail only for the place after the last confirmed one.
 *
 * Mostly it is the newest part. Whoever goes to a message far above gets the part around it instead, which newer pages
 * bring back to the newest. Until then what is new has no place in it, and the tail waits unseen.
 *
 *     older pages ◀── 7 8 9 10 11 ──▶ newer pages        (12 … 44)
 */
export class RoomTimeline implements Timeline {
  readonly state: Timeline["state"];
  readonly entries: Timeline["entries"];
  readonly hasOlder: Timeline["hasOlder"];
  readonly loadingOlder: Timeline["loadingOlder"];
  readonly hasNewer: Timeline["hasNewer"];
  readonly brokenAfter: Timeline["brokenAfter"];

  readonly #options: TimelineOptions;
  readonly #setState: (state: "loading" | "ready" | "failed") => void;
  readonly #setEntries: (entries: readonly Entry[]) => void;
  readonly #setHasOlder: (hasOlder: boolean) => void;
  readonly #setLoadingOlder: (loading: boolean) => void;
  readonly #setHasNewer: (hasNewer: boolean) => void;
  readonly #setBrokenAfter: (id: MessageId | null) => void;

  #messages: readonly Message[] = [];
  readonly #confirmed = new Map<MessageId, LiveEntry>();
  /** What I have made of confirmed messages, and the server does not know yet. */
  readonly #changes = new Map<MessageId, { readonly act: Edit | Deletion; readonly failure: string | null }>();
  #tail: readonly LiveEntry[] = [];
  #shown: readonly Entry[] = [];
  #phase: "loading" | "ready" | "failed" = "loading";
  /** Counts loads that begin anew: what was asked for before is void. */
  #loads = 0;
  #olderLoad: Promise<void> | null = null;
  #newerLoad: Promise<void> | null = null;
  /** For each page on its way, what has changed since it was asked for: it may not have that yet. */
  readonly #strays = new Set<Message[]>();
  #atStart = false;
  #isNewest = true;
  /** Messages that came at the end since the reader last went back. */
  #live = 0;
  #place: () => MessageId | null = () => null;

  constructor(options: TimelineOptions) {
    this.#options = options;
    const [state, setState] = createSignal<"loading" | "ready" | "failed">("loading");
    const [entries, setEntries] = createSignal<readonly Entry[]>([]);
    const [hasOlder, setHasOlder] = createSignal(false);
    const [loadingOlder, setLoadingOlder] = createSignal(false);
    const [hasNewer, setHasNewer] = createSignal(false);
    const [brokenAfter, setBrokenAfter] = createSignal<MessageId | null>(null);
    this.state = state;
    this.entries = entries;
    this.hasOlder = hasOlder;
    this.loadingOlder = loadingOlder;
    this.hasNewer = hasNewer;
    this.brokenAfter = brokenAfter;
    this.#setState = setState;
    this.#setEntries = setEntries;
    this.#setHasOlder = setHasOlder;
    this.#setLoadingOlder = setLoadingOlder;
    this.#setHasNewer = setHasNewer;
    this.#setBrokenAfter = setBrokenAfter;
    for (const { act, failure } of options.waiting) this.put(act, failure);
    void this.#load({});
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
      this.#isNewest = true;
      this.#setPhase("loading");
      this.#show();
    });
    void this.#load({});
  }

  /** What is known is void, and stays in sight until the part around the reader has come as it is now. */
  reset(): void {
    const around = this.#place();
    this.#setPhase("loading");
    void this.#load(around === null ? {} : { around });
  }

  keepPlace(place: () => MessageId | null): () => void {
    this.#place = place;
    return () => {
      if (this.#place === place) this.#place = () => null;
    };
  }

  loadOlder(): Promise<void> {
    this.#olderLoad ??= this.#loadOlder().finally(() => {
      this.#olderLoad = null;
      this.#setLoadingOlder(false);
    });
    return this.#olderLoad;
  }

  loadNewer(): Promise<void> {
    this.#newerLoad ??= this.#loadNewer().finally(() => {
      this.#newerLoad = null;
    });
    return this.#newerLoad;
  }

  async loadAround(id: MessageId): Promise<void> {
    if (this.#phase !== "ready" || this.#confirmed.has(id)) return;
    this.#loads++;
    const page = await this.#loadPage({ around: id });
    if (!page || page.length === 0) return;
    batch(() => {
      this.#live = 0;
      this.#atStart = false;
      this.#isNewest = false;
      this.#messages = page;
      this.#show();
    });
  }

  /** Takes in messages as the server has them now, in any order. */
  apply(changed: readonly Message[]): void {
    if (this.#phase !== "ready") return;
    for (const strays of this.#strays) strays.push(...changed);
    const before = this.#messages.length;
    const last = this.#messages.at(-1)?.id ?? 0;
    this.#merge(this.#isNewest ? changed : changed.filter(({ id }) => id <= last));
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

  /** The outbox keeps this: shows it, or shows it as it is now. */
  put(act: Act, failure: string | null): void {
    if (act.kind === "send") this.#putOutgoing(act, failure);
    if (act.kind !== "edit" && act.kind !== "delete") return;
    this.#changes.set(act.id, { act, failure });
    this.#confirmed.get(act.id)?.putChange(keyOf(act), act, failure);
  }

  /** What I have made of a message is done, or given up. */
  dropChange({ id }: Edit | Deletion): void {
    this.#changes.delete(id);
    this.#confirmed.get(id)?.dropChange();
  }

  /** Its author has given it up. */
  drop(clientMessageId: string): void {
    this.#tail = this.#tail.filter((entry) => entry.clientMessageId !== clientMessageId);
    this.#show();
  }

  /** The server has taken what I sent under this key. It is shown as sent when its turn has come. */
  acknowledge(clientMessageId: string, message: Message): void {
    const entry = this.#findInTail(clientMessageId);
    if (!entry) return;
    entry.acked = message;
    this.apply([]);
    if (this.#isNewest && this.#tail.includes(entry)) this.#options.topics.suspect(roomTopic(this.#options.room));
  }

  /** Nothing that is still on its way changes it any more. */
  close(): void {
    this.#loads++;
    this.#options.onUnfollowed(this.#options.room);
    this.#options.topics.forget(roomTopic(this.#options.room));
  }

  #putOutgoing(outgoing: Outgoing, failure: string | null): void {
    const { clientMessageId } = outgoing;
    const known = this.#findInTail(clientMessageId);
    const sent = this.#messages.find((message) => this.#isMine(message) && message.clientMessageId === clientMessageId);
    if (sent) {
      this.#options.onConfirmed(sent);
      return;
    }
    const entry = known ?? LiveEntry.ofOutgoing(outgoing, this.#options.author());
    entry.put(outgoing, failure);
    if (!known) this.#tail = [...this.#tail, entry];
    this.#show();
  }

  async #load(cursor: { readonly around?: MessageId }): Promise<void> {
    const { topics, room, load } = this.#options;
    const topic = roomTopic(room);
    const mine = ++this.#loads;
    this.#options.onUnfollowed(room);
    topics.hold(topic);
    try {
      const page = await load(room, cursor);
      if (mine !== this.#loads) return;
      batch(() => {
        const known = this.#messages.at(-1)?.id ?? null;
        this.#messages = this.#options.named(page.messages);
        this.#atStart = false;
        this.#isNewest = cursor.around === undefined;
        this.#live = 0;
        const first = this.#messages[0]?.id ?? 1;
        this.#setBrokenAfter(this.#isNewest && known !== null && first > known + 1 ? known : null);
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
    this.#setLoadingOlder(true);
    const page = await this.#loadPage({ before: first });
    if (!page) return;
    batch(() => {
      this.#live = 0;
      this.#atStart = page.length === 0;
      this.#messages = mergeMessages(this.#messages, page);
      this.#show();
    });
  }

  /** An empty page shows that there is nothing newer; what has come since it was asked for is among the strays. */
  async #loadNewer(): Promise<void> {
    const last = this.#messages.at(-1)?.id;
    if (this.#phase !== "ready" || this.#isNewest || last === undefined) return;
    const strays: Message[] = [];
    this.#strays.add(strays);
    try {
      const page = await this.#loadPage({ after: last });
      if (!page) return;
      batch(() => {
        this.#isNewest = page.length === 0;
        this.#merge(this.#isNewest ? strays.filter(({ id }) => id > last) : page);
        this.#show();
      });
    } finally {
      this.#strays.delete(strays);
    }
  }

  /** A page as it is now, with what has changed on its way; null when it is void. */
  async #loadPage(cursor: Parameters<LoadPage>[1]): Promise<readonly Message[] | null> {
    const { load, room, named } = this.#options;
    const mine = this.#loads;
    const strays: Message[] = [];
    this.#strays.add(strays);
    try {
      const { messages } = await load(room, cursor);
      const known = new Set(messages.map(({ id }) => id));
      const changed = strays.filter(({ id }) => known.has(id));
      return mine === this.#loads ? named(mergeMessages(messages, changed)) : null;
    } finally {
      this.#strays.delete(strays);
    }
  }

  /** Merges what changed, and own acked messages whose turn has come. */
  #merge(changed: readonly Message[]): void {
    const { named } = this.#options;
    this.#messages = mergeMessages(this.#messages, named(changed));
    for (const { acked } of this.#isNewest ? this.#tail : []) {
      const last = this.#messages.at(-1)?.id ?? 0;
      if (acked && acked.id <= last + 1) this.#messages = mergeMessages(this.#messages, named([acked]));
    }
  }

  /** Brings the entries in line with the messages. */
  #show(): void {
    batch(() => {
      const kept = new Set<MessageId>();
      const confirmed = this.#messages.map((message) => {
        const known = this.#confirmed.get(message.id);
        const entry = known ?? this.#takeFromTail(message) ?? LiveEntry.ofMessage(message);
        this.#confirmed.set(message.id, entry);
        kept.add(message.id);
        entry.confirm(message);
        const change = known ? undefined : this.#changes.get(message.id);
        if (change) entry.putChange(keyOf(change.act), change.act, change.failure);
        return entry;
      });
      for (const id of this.#confirmed.keys()) if (!kept.has(id)) this.#confirmed.delete(id);
      const last = this.#messages.at(-1)?.id ?? 0;
      this.#tail = this.#tail.filter(({ acked }) => !acked || acked.id > last);
      const shown = this.#isNewest ? [...confirmed, ...this.#tail] : confirmed;
      const same = shown.length === this.#shown.length && shown.every((entry, index) => entry === this.#shown[index]);
      if (!same) {
        this.#shown = shown;
        this.#setEntries(shown);
      }
      const first = this.#messages[0]?.id;
      this.#setHasNewer(!this.#isNewest);
      this.#setHasOlder(first !== undefined && first > 1 && !this.#atStart);
    });
  }

  #takeFromTail(message: Message): LiveEntry | undefined {
    const { clientMessageId } = message;
    if (clientMessageId === undefined || !this.#isMine(message)) return undefined;
    const entry = this.#findInTail(clientMessageId);
    if (entry) {
      this.#tail = this.#tail.filter((other) => other !== entry);
      this.#options.onConfirmed(message);
    }
    return entry;
  }

  #isMine({ author }: Message): boolean {
    return author.id === this.#options.me;
  }

  #findInTail(clientMessageId: string): LiveEntry | undefined {
    return this.#tail.find((entry) => entry.clientMessageId === clientMessageId);
  }

  #setPhase(phase: "loading" | "ready" | "failed"): void {
    this.#phase = phase;
    this.#setState(phase);
  }
}
