import { createHash } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ParleyError } from "@parley/protocol/errors";
import type { Spool, SpooledFile } from "../app.ts";

/** What the type of a file is told from. */
const headBytes = 4096;
/** Longer than a patient upload, much shorter than what an upload that nobody finishes is kept. */
const longestMs = 60 * 60 * 1000;

/**
 * Received bytes, on this machine's disk until a store has them: a chunk in memory at a time, however large the file.
 * What a killed process left behind is removed when the next one starts; in a folder that others work in as well
 * (`shared`), only what none of them can still be at work on.
 */
export async function openSpool(folder: string, { shared = false } = {}): Promise<Spool> {
  if (shared) await removeOld(folder);
  else await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const own = crypto.randomUUID();
  let count = 0;
  return {
    async receive(stream, maxBytes) {
      const path = join(folder, `${own}-${++count}`);
      // Where there is no place there is nothing to remove either, and the next start removes the rest.
      const discard = () => rm(path, { force: true }).catch(() => {});
      try {
        return { path, discard, ...(await write(path, stream, maxBytes)) };
      } catch (error) {
        await discard();
        throw error;
      }
    },
  };
}

async function removeOld(folder: string): Promise<void> {
  const before = Date.now() - 2 * longestMs;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found && found.mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
}

async function write(
  path: string,
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Omit<SpooledFile, "path" | "discard">> {
  const reader = stream.getReader();
  const hash = createHash("sha256");
  const until = Date.now() + longestMs;
  const head = Buffer.alloc(headBytes);
  let bytes = 0;
  try {
    const file = await open(path, "wx", 0o600).catch(refuseFull);
    try {
      for (;;) {
        const { done, value } = await reader.read().catch(refuseCut);
        if (done) break;
        if (bytes < headBytes) head.set(value.subarray(0, headBytes - bytes), bytes);
        bytes += value.byteLength;
        if (bytes > maxBytes) throw new ParleyError("too_large");
        if (Date.now() > until) throw new ParleyError("malformed", "The upload took too long.");
        hash.update(value);
        await file.writeFile(value).catch(refuseFull);
      }
      return { bytes, sha256: hash.digest("hex"), head: head.subarray(0, Math.min(bytes, headBytes)) };
    } finally {
      await file.close();
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  }
}

function refuseCut(): never {
  throw new ParleyError("malformed", "The upload was cut off.");
}

/** Disks fill up, and folders go away: that is a matter of files alone. */
function refuseFull(): never {
  throw new ParleyError("unavailable", "There is no place for files at the moment. Try again later.");
}
