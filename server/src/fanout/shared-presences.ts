import type { Presence, UserId } from "@parley/protocol/model";
import type { Clock, Presences } from "../app.ts";
import { aliveMs, graceMs, MemoryPresences } from "./presence.ts";

/** What a node says of those who are here through it. */
export interface PresenceText {
  readonly type: "presence";
  readonly node: string;
  /** `changes` lead from one version of them to the other; null: they are to be looked up. */
  readonly from: number;
  readonly to: number;
  readonly changes: Readonly<Record<UserId, Presence>> | null;
  /** The node goes. Its people may come back on another. */
  readonly ended: boolean;
}

/** Where each node writes down who is here through it, for nodes that have not heard all of it. */
export interface PresenceBook {
  /**
   * Keeps these changes for `aliveMs` and some. False when there is nothing that they could be changes of: then the whole
   * is to be written.
   */
  change(node: string, version: number, changes: ReadonlyMap<UserId, Presence>): Promise<boolean>;
  write(node: string, version: number, here: ReadonlyMap<UserId, Presence>): Promise<void>;
  /** Null when nothing is known of the node. */
  read(node: string): Promise<{ readonly version: number; readonly here: ReadonlyMap<UserId, Presence> } | null>;
}

export interface SharedPresencesOptions {
  readonly node: string;
  readonly clock: Clock;
  readonly book: PresenceBook;
  /** Says something to all other nodes, or to none of them. */
  readonly say: (text: PresenceText) => void;
  readonly onChange: (user: UserId, presence: Presence) => void;
}

interface OtherNode {
  version: number;
  here: Map<UserId, Presence>;
  until: number;
  reading: Promise<void> | null;
}

/** Changes in one text; with more it is quicker to look them up. */
const changesMax = 2000;

/**
 * Who is here on any node.
 *
 * Each node knows its own people as ever, writes them into a book with an expiry, and tells the changes, numbered, with
 * every beat. The others keep a copy: what a number shows to be missing is looked up in the book, and a node that has
 * fallen silent takes its people with it.
 */
export class SharedPresences implements Presences {
  readonly #node: string;
  readonly #clock: Clock;
  readonly #book: PresenceBook;
  readonly #say: (text: PresenceText) => void;
  readonly #onChange: (user: UserId, presence: Presence) => void;
  readonly #own: MemoryPresences;
  /** Who is here through this node, and what of that has not been told. */
  readonly #here = new Map<UserId, Presence>();
  #untold = new Map<UserId, Presence>();
  #version = 1;
  /** What the book has of this node is not to be relied on. */
  #isUnwritten = true;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  readonly #others = new Map<string, OtherNode>();
  /** Everyone who is here on any node. */
  readonly #shown = new Map<UserId, Presence>();

  constructor({ node, clock, book, say, onChange }: SharedPresencesOptions) {
    this.#node = node;
    this.#clock = clock;
    this.#book = book;
    this.#say = say;
    this.#onChange = onChange;
    this.#own = new MemoryPresences(clock, (user, presence) => this.#onOwnChange(user, presence));
  }

  here(user: UserId, source: string, active?: boolean): void {
    // Whoever comes back is as they were, also when that was on another node.
    const isAwayElsewhere = !this.#here.has(user) && this.#shown.get(user) === "away";
    this.#own.here(user, source, active ?? (isAwayElsewhere ? false : undefined));
  }

  left(user: UserId, source: string, how: "dropped" | "ended"): void {
    this.#own.left(user, source, how);
  }

  async of(users: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>> {
    const known = new Map(await this.#own.of(users));
    for (const user of users) {
      const shown = this.#shown.get(user);
      if (shown) known.set(user, shown);
    }
    return known;
  }

  async count(): Promise<number> {
    return this.#shown.size;
  }

  /** Ends what has been silent for too long, here and elsewhere. */
  sweep(): void {
    this.#own.sweep();
    for (const [node, { until }] of this.#others) if (this.#clock.now() >= until) this.#forget(node);
  }

  /** Tells the others what has changed here: at every beat, also when it is nothing. */
  beat(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writing = this.#tell().finally(() => {
      this.#isWriting = false;
    });
  }

  hear({ node, from, to, changes, ended }: PresenceText): void {
    const other = this.#others.get(node) ?? { version: 0, here: new Map(), until: 0, reading: null };
    this.#others.set(node, other);
    other.until = this.#clock.now() + (ended ? graceMs : aliveMs);
    if (to <= other.version) return;
    if (changes === null || from > other.version) {
      other.reading ??= this.#read(node, other).finally(() => {
        other.reading = null;
      });
      return;
    }
    other.version = to;
    for (const [user, presence] of Object.entries(changes)) {
      if (presence === "offline") other.here.delete(user);
      else other.here.set(user, presence);
      this.#show(user);
    }
  }

  /** Resolves when what is under way has been written and read. */
  async settled(): Promise<void> {
    await this.#writing;
    await Promise.all([...this.#others.values()].map(({ reading }) => reading));
  }

  /** Tells the others that who was here may come to them. */
  async close(): Promise<void> {
    await this.settled();
    this.#say({ type: "presence", node: this.#node, from: this.#version, to: this.#version, changes: {}, ended: true });
  }

  async #tell(): Promise<void> {
    const changes = this.#untold;
    this.#untold = new Map();
    const from = this.#version;
    if (changes.size > 0 || this.#isUnwritten) this.#version++;
    const to = this.#version;
    const isWhole = this.#isUnwritten;
    try {
      if (isWhole) await this.#book.write(this.#node, to, new Map(this.#here));
      this.#isUnwritten = !isWhole && !(await this.#book.change(this.#node, to, changes));
    } catch {
      this.#isUnwritten = true;
    }
    const told = isWhole || changes.size > changesMax ? null : Object.fromEntries(changes);
    this.#say({ type: "presence", node: this.#node, from, to, changes: told, ended: false });
  }

  /** What cannot be read now is asked for again by the node's next beat. */
  async #read(node: string, other: OtherNode): Promise<void> {
    const found = await this.#book.read(node).catch(() => null);
    if (!found || found.version <= other.version || this.#others.get(node) !== other) return;
    const before = other.here;
    other.version = found.version;
    other.here = new Map(found.here);
    for (const user of new Set([...before.keys(), ...other.here.keys()])) this.#show(user);
  }

  #forget(node: string): void {
    const other = this.#others.get(node);
    this.#others.delete(node);
    for (const user of other?.here.keys() ?? []) this.#show(user);
  }

  #onOwnChange(user: UserId, presence: Presence): void {
    if (presence === "offline") this.#here.delete(user);
    else this.#here.set(user, presence);
    this.#untold.set(user, presence);
    // Offline from the first: somebody has asked for one of whom that could not be said until now.
    if (!this.#show(user) && presence === "offline" && !this.#shown.has(user)) this.#onChange(user, "offline");
  }

  /** True when it is a change. */
  #show(user: UserId): boolean {
    const before = this.#shown.get(user) ?? "offline";
    const now = this.#presenceOf(user);
    if (now === before) return false;
    if (now === "offline") this.#shown.delete(user);
    else this.#shown.set(user, now);
    this.#onChange(user, now);
    return true;
  }

  #presenceOf(user: UserId): Presence {
    let found: Presence = this.#here.get(user) ?? "offline";
    for (const { here } of this.#others.values()) {
      if (found === "online") break;
      found = here.get(user) ?? found;
    }
    return found;
  }
}
