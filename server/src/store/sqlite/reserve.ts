import { randomFillSync } from "node:crypto";
import { closeSync, fstatSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const chunkBytes = 1024 * 1024;

/**
 * Room on the disk that nobody else gets: a file that is given up when the disk is full, so that what has to be written
 * then (who signs in, what is deleted) can be. It is taken again when there is room for it and `spareBytes` besides.
 */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  readonly #spareBytes: number;

  constructor(path: string, { bytes, spareBytes }: { readonly bytes: number; readonly spareBytes: number }) {
    this.#path = path;
    this.#bytes = bytes;
    this.#spareBytes = spareBytes;
  }

  /** False when there is too little room, and then it takes none. What is there already is only added to. */
  take(): boolean {
    try {
      const file = openSync(this.#path, "a", 0o600);
      try {
        const missing = this.#bytes - fstatSync(file).size;
        if (missing <= 0) return true;
        if (this.#freeBytes() < missing + this.#spareBytes) return false;
        // Nothing that a file system could store in less room.
        const chunk = randomFillSync(Buffer.alloc(chunkBytes));
        for (let left = missing; left > 0; ) left -= writeSync(file, chunk, 0, Math.min(left, chunkBytes));
        return true;
      } finally {
        closeSync(file);
      }
    } catch {
      this.#remove();
      return false;
    }
  }

  /** Where there is room, something else is the matter, and it would not help. */
  giveUp(): void {
    if (this.#freeBytes() < this.#bytes) this.#remove();
  }

  #remove(): void {
    rmSync(this.#path, { force: true });
  }

  #freeBytes(): number {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    return bavail * bsize;
  }
}
