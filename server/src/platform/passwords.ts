import { ParleyError } from "@parley/protocol/errors";
import type { Passwords } from "../app.ts";

/** argon2id with OWASP's minimum: 19 MiB, two passes, one lane. */
const parameters = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;
/** Verified in place of the hash that an unknown login does not have: made with the same parameters, so it costs the same. */
const decoy =
  "$argon2id$v=19$m=19456,t=2,p=1$/7ZekExHj87qC2mJxHoRRzLUMVPuSs3CK/d7boOLgUU$byHEcJxeR5rpXjHHlAIk8lO6/KWWubAkMJ6YloxLtsY";
/** Bounds memory (19 MiB each) and leaves processor time to everyone else. */
const parallel = 2;
const waitingMax = 64;

export function createPasswords(): Passwords {
  const gate = createGate();
  return {
    hash: (password) => gate(() => Bun.password.hash(password, parameters)),
    verify: (password, hash) =>
      gate(async () => {
        const matches = await Bun.password.verify(password, hash ?? decoy);
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
