import type { Message } from "@parley/protocol/model";
import type { Act } from "./outbox.ts";

/** What is on its way, as it is kept until the server has taken it or its author has given it up. */
export interface Kept {
  /** One for each thing on its way. */
  readonly key: string;
  readonly act: Act;
  /** Why the server has refused it, in words; null while it waits. */
  readonly failure: string | null;
}

/** What another page of this browser has done. */
export type Change =
  | { readonly kind: "put"; readonly kept: Kept }
  /** It was done, which has made or changed this message; or it was given up. */
  | { readonly kind: "removed"; readonly key: string; readonly done: Done | null }
  /** All that was kept is gone: somebody has cleared what this browser keeps. */
  | { readonly kind: "lost" };

export interface Done {
  readonly message: Message | null;
}

/**
 * Where one user's outbox is kept. Its two halves are the memory of one page, and what a browser keeps for all its pages
 * for good. Nothing else may write there.
 */
export interface OutboxStorage {
  /** All of it, in the order in which each was put first. */
  list(): Promise<readonly Kept[]>;
  /**
   * Keeps it, in place of what had its key before, which gives it its place. It is safe once this resolves. Rejects with
   * `limit_reached` where there is no space left, and with `internal` where it cannot be kept for another reason.
   */
  put(kept: Kept): Promise<void>;
  /** Forgets it: it is done, or given up. Does nothing where it is gone already. */
  remove(key: string, done: Done | null): Promise<void>;
  /**
   * Runs `act` while no other page runs one under this name, waiting for its turn. A page that ends gives its turn up. Where
   * a browser has no such turns, or another page keeps its own too long, each takes its own: then the same thing may be sent
   * twice, which is safe.
   */
  inTurn(name: string, act: () => Promise<void>): Promise<void>;
  /** Tells what other pages do, in their order; never what this one does. Answers how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Whether it outlives the page. */
  lasts(): Promise<boolean>;
}

/** What one page keeps. For tests, several pages may share one: each takes a `page()` of it. */
export class MemoryOutboxStorage {
  readonly #kept = new Map<string, Kept>();
  readonly #turns = new Turns();
  readonly #pages = new Map<object, Set<(change: Change) => void>>();
  /** What it refuses to keep anything with. */
  refusal: Error | null = null;

  /** Something is gone, and nobody is told. */
  lose(key: string): void {
    this.#kept.delete(key);
  }

  page(): OutboxStorage {
    const listeners = new Set<(change: Change) => void>();
    this.#pages.set(listeners, listeners);
    const tell = (change: Change) => {
      for (const [page, others] of this.#pages) {
        if (page !== listeners) for (const listener of others) listener(change);
      }
    };
    return {
      list: async () => [...this.#kept.values()],
      put: async (kept) => {
        if (this.refusal) throw this.refusal;
        this.#kept.set(kept.key, kept);
        tell({ kind: "put", kept });
      },
      remove: async (key, done) => {
        if (this.#kept.delete(key)) tell({ kind: "removed", key, done });
      },
      inTurn: (name, act) => this.#turns.take(name, act),
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      lasts: async () => false,
    };
  }
}

/** Runs what wants the same name one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take(name: string, act: () => Promise<void>): Promise<void> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(act);
    const settled = mine.catch(() => {});
    this.#last.set(name, settled);
    try {
      await mine;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}
