import type { TypingFrame } from "@parley/protocol/frames";
import type { Presence, SignUpPolicy, Topic, UserId } from "@parley/protocol/model";
import type { Store } from "./store/store.ts";

/** What domain functions work with. Each is a contract; the assembly chooses what keeps it. */
export interface App {
  readonly store: Store;
  readonly fanout: Fanout;
  readonly presences: Presences;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
}

/** Passing announcements. Durable ones need no call: the store hands every commit to the hub itself. */
export interface Fanout {
  /** Sends to every connection that follows `topic`, now or never. */
  broadcast(topic: Topic, frame: TypingFrame): void;
}

/** Who is here now. What it learns passes: after a restart everyone comes again. */
export interface Presences {
  /**
   * This user is here through `source`: a connection, or a client that asks again and again. It counts for some time
   * only, so it is said again with every sign of life. Without `active` the source is as it was.
   */
  here(user: UserId, source: string, active?: boolean): void;
  /** The source is gone. A `dropped` one may come back as another within a grace; an `ended` one is gone at once. */
  left(user: UserId, source: string, how: "dropped" | "ended"): void;
  /** How they are now. Whoever is left out cannot be told yet; that, and each change, is told afterwards. */
  of(users: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>>;
}

/** Slow on purpose, so bounded: `hash` and `verify` throw `unavailable` when too many wait already. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** With a null hash it does the same work and answers false, so that unknown logins cannot be told by time. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** Never given message text, passwords or tokens. */
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Settings {
  /** The public origin; null: derived from each request. */
  readonly publicUrl: string | null;
  /** Holds until an owner chooses another in the workspace's settings. */
  readonly signUp: SignUpPolicy;
}
