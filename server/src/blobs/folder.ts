import { mkdir, open, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ParleyError } from "@parley/protocol/errors";
import type { Blobs } from "../app.ts";

const chunkBytes = 64 * 1024;

export interface FolderOptions {
  /** What files leave free on the disk, so that messages can still be written. */
  readonly reserveBytes: number;
}

/**
 * Bytes in a folder of this machine, for this user alone. A file is on disk before it gets its name, and its name is on
 * disk before `put` resolves; what is spooled lies on the same disk, so that nothing is copied.
 */
export async function openFolderBlobs(folder: string, { reserveBytes }: FolderOptions): Promise<Blobs> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pathOf = (key: string) => pathOfBlob(folder, key);
  const free = async () => {
    const { bavail, bsize } = await statfs(folder);
    return Math.max(0, bavail * bsize - reserveBytes);
  };
  return {
    async put(key, { path, bytes }) {
      const target = pathOf(key);
      try {
        if ((await free()) < bytes) throw new Error("the disk is nearly full");
        const created = await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await sync(path);
        await rename(path, target);
        await sync(dirname(target));
        if (created !== undefined) await sync(folder);
      } catch {
        throw new ParleyError("unavailable", "There is no place for files at the moment. Try again later.");
      }
    },
    async get(key, range) {
      const file = await open(pathOf(key), "r").catch(() => null);
      if (!file) return null;
      const { size } = await file.stat();
      let at = range?.first ?? 0;
      const end = range ? Math.min(range.last + 1, size) : size;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          try {
            const length = Math.min(chunkBytes, end - at);
            const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
            at += bytesRead;
            if (bytesRead > 0) controller.enqueue(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead));
            if (bytesRead > 0 && at < end) return;
            await file.close();
            controller.close();
          } catch (error) {
            await file.close();
            throw error;
          }
        },
        cancel: () => file.close(),
      });
      return { stream, bytes: Math.max(0, end - at) };
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
    freeBytes: () => free().catch(() => null),
  };
}

/** Folders of a thousand files are slow to look through, and ids are random from their first letter. */
export const pathOfBlob = (folder: string, key: string): string => join(folder, key.slice(1, 3), key);

/** Waits until a file, or the names in a folder, are on the disk: in a thread of the runtime's, not on the event loop. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
