import type { FileId } from "@parley/protocol/model";
import type { App } from "../app.ts";
import { removeBytes } from "../domain/files.ts";

const chunk = 100;
const everyMs = 60_000;
/** How long an upload waits for its message. */
const keptMs = 24 * 60 * 60 * 1000;

/**
 * Removes uploads that no message took within a day, and the bytes of files whose message, room or place is gone: at the
 * start and then every minute. What a kill interrupts goes on at the next start, since the rows themselves say it.
 */
export function cleanFilesLater(app: App): { stop(): void } {
  let stopped = false;
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    try {
      const before = app.clock.now() - keptMs;
      while (!stopped && (await app.store.expireUploads({ before, limit: chunk })));
      // Each once: what cannot be removed now waits for the next time.
      let after: FileId | undefined = "";
      while (!stopped && after !== undefined) {
        const ids: readonly FileId[] = await app.store.listRemovedFiles({ after, limit: chunk });
        for (const id of ids) if (!stopped) await removeBytes(app, id);
        after = ids.at(-1);
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
