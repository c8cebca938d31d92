import type { UserId } from "@parley/protocol/model";
import type { App, SignInRefusal } from "../app.ts";

/** How long failures are gathered. */
const gatherMs = 60_000;
/** Logins and addresses told apart in that time; all beyond are one entry that names neither. */
const toldApart = 20;
const restKey = "rest";

interface Refusals {
  readonly userId: UserId | null;
  readonly address: string | null;
  count: number;
  /** Of the last one. */
  at: number;
}

/**
 * Writes failed sign-ins to the audit log, so that guessing shows and cannot flood it: what is alike within a minute is
 * one entry with a number. What waits is written when the server stops, and lost when it is killed.
 */
export class RefusedSignIns {
  readonly #app: Pick<App, "store" | "clock" | "log">;
  readonly #gathered = new Map<string, Refusals>();
  #since: number | null = null;

  constructor(app: Pick<App, "store" | "clock" | "log">) {
    this.#app = app;
  }

  refused(refusal: SignInRefusal): void {
    const entry = this.#entryOf(refusal);
    entry.count++;
    entry.at = this.#app.clock.now();
    this.#since ??= entry.at;
  }

  /** To be called again and again. */
  sweep(): void {
    if (this.#since !== null && this.#app.clock.now() - this.#since >= gatherMs) void this.#write();
  }

  stop(): Promise<void> {
    return this.#write();
  }

  #entryOf({ userId, address }: SignInRefusal): Refusals {
    const key = `${userId} ${address}`;
    const known = this.#gathered.get(key);
    if (known) return known;
    const isFull = this.#gathered.size >= toldApart;
    const rest = isFull ? this.#gathered.get(restKey) : undefined;
    const entry = rest ?? { ...(isFull ? { userId: null, address: null } : { userId, address }), count: 0, at: 0 };
    this.#gathered.set(isFull ? restKey : key, entry);
    return entry;
  }

  async #write(): Promise<void> {
    const refusals = [...this.#gathered.values()];
    this.#gathered.clear();
    this.#since = null;
    if (refusals.length === 0) return;
    await this.#app.store.recordRefusals({ refusals }).catch((error: unknown) => {
      this.#app.log.warn("sign_in.refusals_lost", { error: String(error) });
    });
  }
}
