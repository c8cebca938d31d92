import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Presence, UserId } from "@parley/protocol/model";
import { backOffMs, type Clock } from "@parley/sdk/clock";
import { createSignal, getListener, onCleanup } from "solid-js";

/** Without any use for this long, this page is not in use. */
const idleMs = 5 * 60_000;
/** How finely that is measured. */
const noteEveryMs = 1000;
/** The list of whom is looked at is told at most this often. */
const watchEveryMs = 1000;
/** As many come on the screen at once, they are told together. */
const gatherMs = 50;
/** What was known is shown this long without a connection. */
const staleMs = 10_000;

export interface PresencesOptions {
  readonly clock: Clock;
  /** Whether this page is in use. */
  readonly tell: (active: boolean) => void;
  /** Names everyone who is looked at; answers how they are now. */
  readonly watch: (users: readonly UserId[]) => Promise<Readonly<Record<UserId, Presence>>>;
}

interface Watched {
  readonly presence: () => Presence | undefined;
  readonly set: (presence: Presence | undefined) => void;
  /** By how many places on the screen. */
  lookers: number;
}

/** How those are now who are on the screen, and whether I am. Never caught up: after every welcome it is asked again. */
export class Presences {
  readonly #options: PresencesOptions;
  readonly #watched = new Map<UserId, Watched>();
  #online = false;
  #active = true;
  #usedAt: number;
  /** Whom the server knows to be looked at; null when that has to be told again. */
  #told: string | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #cancelWatch: (() => void) | null = null;
  #cancelIdle: () => void;
  #cancelStale: (() => void) | null = null;

  constructor(options: PresencesOptions) {
    this.#options = options;
    this.#usedAt = options.clock.now();
    this.#cancelIdle = this.#idleLater(idleMs);
  }

  /** Whoever reads it in a reactive scope looks at this user, until the scope ends or runs again. */
  of(user: UserId): Presence | undefined {
    if (!getListener()) return this.#watched.get(user)?.presence();
    const watched = this.#watched.get(user) ?? newWatched();
    this.#watched.set(user, watched);
    watched.lookers++;
    this.#watchLater(gatherMs);
    onCleanup(() => {
      watched.lookers--;
      this.#watchLater(gatherMs);
    });
    return watched.presence();
  }

  noteUse(): void {
    const now = this.#options.clock.now();
    if (now - this.#usedAt < noteEveryMs && this.#active) return;
    this.#usedAt = now;
    if (this.#active) return;
    this.#active = true;
    this.#options.tell(true);
    this.#cancelIdle = this.#idleLater(idleMs);
  }

  onWelcome(): void {
    this.#online = true;
    this.#cancelStale?.();
    this.#cancelStale = null;
    this.#options.tell(this.#active);
    this.#told = null;
    this.#toldAt = Number.NEGATIVE_INFINITY;
    this.#watchLater(0);
  }

  onLost(): void {
    this.#online = false;
    this.#cancelStale ??= this.#options.clock.after(staleMs, () => {
      for (const { set } of this.#watched.values()) set(undefined);
    });
  }

  onPresence(users: Readonly<Record<UserId, Presence>>): void {
    for (const [user, presence] of Object.entries(users)) this.#watched.get(user)?.set(presence);
  }

  close(): void {
    this.#online = false;
    this.#cancelIdle();
    this.#cancelWatch?.();
    this.#cancelStale?.();
  }

  #idleLater(ms: number): () => void {
    return this.#options.clock.after(ms, () => {
      const left = this.#usedAt + idleMs - this.#options.clock.now();
      if (left > 0) {
        this.#cancelIdle = this.#idleLater(left);
      } else {
        this.#active = false;
        this.#options.tell(false);
      }
    });
  }

  #watchLater(ms: number): void {
    if (!this.#online || this.#cancelWatch) return;
    const { clock } = this.#options;
    const wait = Math.max(ms, this.#toldAt + watchEveryMs - clock.now());
    this.#cancelWatch = clock.after(wait, () => {
      this.#cancelWatch = null;
      void this.#watch();
    });
  }

  async #watch(): Promise<void> {
    for (const [user, { lookers }] of this.#watched) if (lookers === 0) this.#watched.delete(user);
    const users = [...this.#watched.keys()].slice(-limits.watchedUsers).sort();
    const told = users.join();
    if (!this.#online || told === (this.#told ?? "")) return;
    this.#told = told;
    this.#toldAt = this.#options.clock.now();
    try {
      this.onPresence(await this.#options.watch(users));
      this.#failures = 0;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      this.#told = null;
      if (error.retryable) this.#watchLater(error.retryAfterMs ?? backOffMs(this.#options.clock, ++this.#failures));
    }
  }
}

function newWatched(): Watched {
  const [presence, set] = createSignal<Presence | undefined>();
  return { presence, set, lookers: 0 };
}
