import type { Log } from "../app.ts";

const everyMs = 60_000;

/**
 * Does a round of work at the start and then every minute, one at a time. One that fails is logged under `event`, and the
 * next goes on. `isStopped` is to be asked again and again.
 */
export function repeat(log: Log, event: string, round: (isStopped: () => boolean) => Promise<void>): { stop(): void } {
  let stopped = false;
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    try {
      await round(() => stopped);
    } catch (error) {
      if (!stopped) log.warn(event, { error: String(error) });
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
