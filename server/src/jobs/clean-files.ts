import type { FileId } from "@parley/protocol/model";
import type { App } from "../app.ts";
import { removeBytes } from "../domain/files.ts";

const chunk = 100;
const everyMs = 60_000;
/** How long an upload waits for its message. */
const keptMs = 24 * 60 * 60 * 1000;
/** So many in a row that cannot be removed mean that the store of the bytes is away. */
const failuresMax = 10;

/**
 * Removes uploads that no message took within a day, and the bytes of files whose message, room or place is gone: at the
 * start and then every minute. What a kill interrupts goes on at the next start, since the rows themselves say it.
 */
export function cleanFilesLater(app: App): { stop(): void } {
  let stopped = false;
  let running = false;
  /** The last that was tried: after a failure the next round goes on behind it, so that none is in the way of the others. */
  let after: FileId = "";
  const run = async () => {
    if (running) return;
    running = true;
    try {
      const before = app.clock.now() - keptMs;
      while (!stopped && (await app.store.expireUploads({ before, limit: chunk })));
      let failures = 0;
      for (;;) {
        const ids = await app.store.listRemovedFiles({ after, limit: chunk });
        for (const id of ids) {
          if (stopped || failures >= failuresMax) return;
          failures = (await removeBytes(app, id)) ? 0 : failures + 1;
          after = id;
        }
        if (ids.length === chunk) continue;
        after = "";
        return;
      }
    } catch (error) {
      if (!stopped) app.log.warn("clean_files.failed", { error: String(error) });
    } finally {
      running = false;
    }
  };
  void run();
  const timer = setInterval(() => void run(), everyMs);
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
