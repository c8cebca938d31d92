import { ParleyError } from "@parley/protocol/errors";
import type { Clock } from "../app.ts";

/** When who is refused may come again: spread, so that they do not come together once more. */
const [soonestMs, spreadMs] = [1000, 2000];
/** So much of a second's arrivals may come at once: the loop is busy with them for as long. */
const burst = 0.2;

export interface ArrivalsOptions {
  /** Infinity: as many as come. */
  readonly perSecond: number;
  /** How many connections there may be. */
  readonly most: number;
  readonly clock: Clock;
}

/**
 * Lets connections in at a pace that leaves time for those who are here. Letting one in, with its session, its topics and what it
 * has missed, takes 0.3 ms of a processor; a server that everyone returns to at once would do nothing else for seconds.
 */
export class Arrivals {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  constructor({ perSecond, most, clock }: ArrivalsOptions) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#clock = clock;
    this.#tokens = this.#full;
    this.#at = clock.now();
  }

  /** Before anything is looked up for one more connection than the `open` ones. Throws `unavailable` with a time to wait. */
  admit(open: number): void {
    if (this.#perSecond !== Number.POSITIVE_INFINITY) this.#gain();
    if (open >= this.#most || this.#tokens < 1) {
      throw new ParleyError("unavailable", undefined, { retryAfterMs: soonestMs + Math.random() * spreadMs });
    }
    this.#tokens -= 1;
  }

  get #full(): number {
    return Math.max(1, this.#perSecond * burst);
  }

  #gain(): void {
    const now = this.#clock.now();
    const gained = (Math.max(0, now - this.#at) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#full, this.#tokens + gained);
    this.#at = now;
  }
}
