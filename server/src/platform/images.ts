import { readFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import { ParleyError } from "@parley/protocol/errors";
import type { Images, Rendition } from "../app.ts";
import type { FromImageChild, ToImageChild } from "./image-child.ts";

export interface ImageBounds {
  /** From being handed to the child to its answer. */
  readonly timeMs: number;
  /** Resident, of the whole child: it is about 60 MiB before its first picture. */
  readonly memoryBytes: number;
  readonly pixels: number;
  /** A child without work is not kept for longer. */
  readonly idleMs: number;
}

const waitingMax = 64;
const watchEveryMs = 50;
const startMs = 10_000;

interface Job extends ToImageChild {
  readonly resolve: (rendition: Rendition | null) => void;
}

/**
 * Draws pictures anew in a process of its own, one at a time. Pictures are hostile input: one that crashes the child, hangs
 * it or eats its memory ends that child, and is refused; the next one gets a new child.
 *
 *     render ─▶ waiting ─▶ child (no environment, low priority) ─▶ rendition
 *                            └─ too long, too large, dead ──────▶ null
 */
export function createImages(bounds: ImageBounds): Images & { stop(): void } {
  const waiting: Job[] = [];
  let child: Child | null = null;
  let current: Job | null = null;
  let idle: Timer | undefined;

  const settle = (rendition: Rendition | null) => {
    current?.resolve(rendition);
    current = null;
    next();
  };
  const next = () => {
    clearTimeout(idle);
    if (current) return;
    current = waiting.shift() ?? null;
    if (current) {
      child ??= start();
      child.give(current);
    } else {
      idle = setTimeout(() => child?.kill(), bounds.idleMs);
      idle.unref();
    }
  };
  const start = (): Child =>
    startChild(bounds, settle, () => {
      child = null;
      settle(null);
    });
  return {
    async render(path, as) {
      if (waiting.length >= waitingMax) throw new ParleyError("unavailable", undefined, { retryAfterMs: 2000 });
      return new Promise((resolve) => {
        waiting.push({ path, as, pixels: bounds.pixels, resolve });
        next();
      });
    },
    stop() {
      clearTimeout(idle);
      for (const job of waiting.splice(0)) job.resolve(null);
      child?.kill();
    },
  };
}

interface Child {
  give(job: ToImageChild): void;
  /** It answers nothing more: whoever comes next, in this very moment, gets another. */
  kill(): void;
}

/** `onEnd` is called once, as soon as it is over with the child. */
function startChild(bounds: ImageBounds, onAnswer: (rendition: Rendition | null) => void, onEnd: () => void): Child {
  let ended = false;
  const ready = Promise.withResolvers<void>();
  let deadline: Timer | undefined;
  const native = Bun.spawn([process.execPath, join(import.meta.dirname, "image-child.ts")], {
    stdio: ["ignore", "ignore", "ignore"],
    // It has nothing to keep secret, and nobody to tell.
    env: {},
    serialization: "advanced",
    ipc(message: FromImageChild) {
      if (ended) return;
      clearTimeout(deadline);
      if (message.type === "ready") ready.resolve();
      else onAnswer(message.rendition);
    },
    onExit: () => kill(),
  });
  native.unref();
  const kill = () => {
    if (ended) return;
    ended = true;
    clearTimeout(deadline);
    clearInterval(watch);
    native.kill("SIGKILL");
    onEnd();
  };
  const killAfter = (ms: number) => {
    clearTimeout(deadline);
    deadline = setTimeout(kill, ms);
  };
  const watch = setInterval(async () => {
    if ((await residentBytes(native.pid)) > bounds.memoryBytes) kill();
  }, watchEveryMs);
  watch.unref();
  // Whoever writes messages comes first.
  setPriority(native.pid, 10);
  killAfter(startMs);
  return {
    async give({ path, as, pixels }) {
      await ready.promise;
      if (ended) return;
      killAfter(bounds.timeMs);
      native.send({ path, as, pixels } satisfies ToImageChild);
    },
    kill,
  };
}

/** 0 where the system does not say: then time and pixels are the bounds. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
