import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { ParleyError } from "@parley/protocol/errors";
import { type Kept, type OutboxStorage, Turns } from "./outbox-storage.ts";

/**
 * Keeps the outbox of a program in a file, over its end and that of its machine. Only one program at a time may use it.
 * Throws when the file is there and cannot be read: what is in it is not to be lost.
 */
export async function openOutboxFile(path: string): Promise<OutboxStorage> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "[]";
    throw error;
  });
  return new OutboxFile(path, JSON.parse(text) as readonly Kept[]);
}

/** The file is written anew as a whole, beside itself, and put in its own place: it is as it was, or as it will be. */
class OutboxFile implements OutboxStorage {
  readonly #path: string;
  readonly #kept: Map<string, Kept>;
  readonly #turns = new Turns();
  #written: Promise<void> = Promise.resolve();
  /** What changes while the file is being written goes with the next time, all of it at once. */
  #next: Promise<void> | null = null;

  constructor(path: string, kept: readonly Kept[]) {
    this.#path = path;
    this.#kept = new Map(kept.map((each) => [each.key, each]));
  }

  async list(): Promise<readonly Kept[]> {
    return [...this.#kept.values()];
  }

  async put(kept: Kept): Promise<void> {
    const before = this.#kept.get(kept.key);
    this.#kept.set(kept.key, kept);
    try {
      await this.#write();
    } catch (error) {
      if (this.#kept.get(kept.key) === kept) {
        if (before) this.#kept.set(kept.key, before);
        else this.#kept.delete(kept.key);
      }
      const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
      throw new ParleyError(isFull ? "limit_reached" : "internal", `The outbox cannot be kept in ${this.#path}.`);
    }
  }

  async remove(key: string): Promise<void> {
    if (!this.#kept.delete(key)) return;
    // Kept all the same, it would be sent again one day, and the server would answer that it has it.
    await this.#write().catch(() => {});
  }

  inTurn(lane: string, act: () => Promise<void>): Promise<void> {
    return this.#turns.take(lane, act);
  }

  /** Nobody else writes here. */
  onChange(): () => void {
    return () => {};
  }

  async lasts(): Promise<boolean> {
    return true;
  }

  #write(): Promise<void> {
    this.#next ??= this.#written
      .catch(() => {})
      .then(() => {
        this.#next = null;
        this.#written = this.#writeNow();
        return this.#written;
      });
    return this.#next;
  }

  async #writeNow(): Promise<void> {
    const beside = `${this.#path}.new`;
    const file = await open(beside, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify([...this.#kept.values()]));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#path);
    const folder = await open(dirname(this.#path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
