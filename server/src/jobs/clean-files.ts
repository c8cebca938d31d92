import type { FileId } from "@parley/protocol/model";
import type { App } from "../app.ts";
import { removeBytes } from "../domain/files.ts";
import { repeat } from "./rounds.ts";

const chunk = 100;
/** How long an upload waits for its message. */
const keptMs = 24 * 60 * 60 * 1000;
/** So many in a row that cannot be removed mean that the store of the bytes is away. */
const failuresMax = 10;

/**
 * Removes uploads that no message took within a day, and the bytes of files whose message, room or place is gone. What a
 * kill interrupts goes on at the next start, since the rows themselves say it.
 */
export function cleanFilesLater(app: App): { stop(): void } {
  /** The last that was tried: after a failure the next round goes on behind it, so that none is in the way of the others. */
  let after: FileId = "";
  return repeat(app.log, "clean_files.failed", async (isStopped) => {
    const before = app.clock.now() - keptMs;
    while (!isStopped() && (await app.store.expireUploads({ before, limit: chunk })));
    let failures = 0;
    for (;;) {
      const ids = await app.store.listRemovedFiles({ after, limit: chunk });
      for (const id of ids) {
        if (isStopped() || failures >= failuresMax) return;
        failures = (await removeBytes(app, id)) ? 0 : failures + 1;
        after = id;
      }
      if (ids.length === chunk) continue;
      after = "";
      return;
    }
  });
}
