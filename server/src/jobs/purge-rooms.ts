import type { App } from "../app.ts";

/** Rows removed per write: small enough that other writes do not wait noticeably. */
const chunk = 500;
const everyMs = 60_000;

/**
 * Removes the rows of deleted rooms, a chunk at a time, at the start and then every minute. What a kill interrupts goes
 * on at the next start, since the rooms themselves say that they are deleted.
 */
export function purgeRoomsLater(app: App): { stop(): void } {
  let stopped = false;
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    try {
      while (!stopped && (await app.store.purgeRooms({ limit: chunk })));
    } catch (error) {
      if (!stopped) app.log.warn("purge_rooms.failed", { error: String(error) });
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
