import { ParleyError } from "@parley/protocol/errors";
import type { Passwords } from "../app.ts";

/** argon2id with OWASP's minimum: 19 MiB, two passes, one lane. */
const parameters = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;
/** Bounds memory (19 MiB each) and leaves processor time to everyone else. */
const parallel = 2;
const waitingMax = 64;

export function createPasswords(): Passwords {
  const gate = createGate();
  let decoy: Promise<string> | null = null;
  return {
    hash: (password) => gate(() => Bun.password.hash(password, parameters)),
    verify: (password, hash) =>
      gate(async () => {
        decoy ??= Bun.password.hash("a password that nobody has", parameters);
        const matches = await Bun.password.verify(password, hash ?? (await decoy));
        return matches && hash !== null;
      }),
  };
}

function createGate() {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= parallel) {
      if (waiting.length >= waitingMax) throw new ParleyError("unavailable", undefined, { retryAfterMs: 2000 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
