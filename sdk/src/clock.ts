/** Time and chance, injected so that tests drive them by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs something once, later. Returns what calls it off. */
  after(ms: number, run: () => void): () => void;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Whoever waits for a server that is back should not wait much longer than they would by hand. */
const slowestMs = 10_000;

/**
 * How long to wait after `failures` failures in a row: full jitter, so that many clients that lost the same server do
 * not come back together. The first wait is less than a second.
 */
export const backOffMs = (clock: Clock, failures: number): number =>
  clock.random() * Math.min(slowestMs, 500 * 2 ** failures);

export const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
