import type { Presence, UserId } from "@parley/protocol/model";
import type { Clock, Presences } from "../app.ts";

/**
 * Who is here now, in the memory of this process.
 *
 * A user is there through any number of sources: connections, and clients that ask again and again. Each source ends by
 * itself, so whatever happens to it, nobody stays behind as a ghost:
 *
 *     here ── every few seconds ──▶ here … silence for `aliveMs` ──▶ gone
 *       └── left, dropped: gone after `graceMs`, unless another source is there by then
 *       └── left, ended: gone at once
 */

/** A source counts this long after its last sign of life: two that are missed, and some. */
export const aliveMs = 35_000;
/** Whoever loses their connection and comes back within this time was never away. */
export const graceMs = 10_000;

interface Source {
  active: boolean;
  until: number;
}

interface Entry {
  shown: Presence;
  readonly sources: Map<string, Source>;
}

export class MemoryPresences implements Presences {
  readonly #clock: Clock;
  readonly #onChange: (user: UserId, presence: Presence) => void;
  readonly #entries = new Map<UserId, Entry>();
  /** Until then, whoever is not here may just not have come back to a server that was started again. */
  readonly #settledAt: number;
  readonly #unsettled = new Set<UserId>();

  constructor(clock: Clock, onChange: (user: UserId, presence: Presence) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#settledAt = clock.now() + graceMs;
  }

  here(user: UserId, source: string, active?: boolean): void {
    const entry = this.#entries.get(user) ?? { shown: "offline", sources: new Map<string, Source>() };
    this.#entries.set(user, entry);
    // Whoever comes back is as they were until their client has said otherwise.
    const before = entry.sources.get(source)?.active ?? entry.shown !== "away";
    entry.sources.set(source, { active: active ?? before, until: this.#clock.now() + aliveMs });
    this.#show(user, entry);
  }

  left(user: UserId, source: string, how: "dropped" | "ended"): void {
    const entry = this.#entries.get(user);
    const left = entry?.sources.get(source);
    if (!entry || !left) return;
    if (how === "dropped") {
      left.until = Math.min(left.until, this.#clock.now() + graceMs);
    } else {
      entry.sources.delete(source);
      this.#show(user, entry);
    }
  }

  of(users: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>> {
    const now = this.#clock.now();
    const known = new Map<UserId, Presence>();
    for (const user of users) {
      const entry = this.#entries.get(user);
      if (entry || now >= this.#settledAt) known.set(user, entry?.shown ?? "offline");
      else this.#unsettled.add(user);
    }
    return Promise.resolve(known);
  }

  count(): Promise<number> {
    return Promise.resolve(this.#entries.size);
  }

  /** Ends what has been silent for too long. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [user, entry] of this.#entries) {
      for (const [source, { until }] of entry.sources) if (now >= until) entry.sources.delete(source);
      this.#show(user, entry);
    }
    if (this.#unsettled.size === 0 || now < this.#settledAt) return;
    for (const user of this.#unsettled) if (!this.#entries.has(user)) this.#onChange(user, "offline");
    this.#unsettled.clear();
  }

  #show(user: UserId, entry: Entry): void {
    const before = entry.shown;
    entry.shown = presenceOf(entry.sources);
    if (entry.shown === "offline") this.#entries.delete(user);
    if (entry.shown !== before) this.#onChange(user, entry.shown);
  }
}

function presenceOf(sources: ReadonlyMap<string, Source>): Presence {
  if (sources.size === 0) return "offline";
  for (const { active } of sources.values()) if (active) return "online";
  return "away";
}
