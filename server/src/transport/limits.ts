import { ParleyError } from "@parley/protocol/errors";
import type { Clock, SharedBuckets } from "../app.ts";

/**
 * Rate limits: token buckets per user or address. A bucket holds `burst` tokens and gains one every `everyMs`; each act
 * takes one. HTTP and the socket share the buckets, so neither is a way around the other.
 */
export const buckets = {
  /** Every request of an address to routes that need no login. */
  anonymous: { burst: 120, everyMs: 250 },
  /** Attempts per address, and per login name so that many addresses do not help. */
  "sign-in": { burst: 30, everyMs: 30_000 },
  "sign-in-login": { burst: 10, everyMs: 30_000 },
  /** Instead, from where the owner of the login has signed in. */
  "sign-in-device": { burst: 10, everyMs: 30_000 },
  /** Of whoever is signed in, and is asked for the password once more. */
  "own-password": { burst: 10, everyMs: 30_000 },
  "reset-request": { burst: 10, everyMs: 60_000 },
  "reset-request-login": { burst: 3, everyMs: 600_000 },
  /** Letters per address that they go to, and per user who asks for them. */
  letter: { burst: 5, everyMs: 600_000 },
  "sign-up": { burst: 20, everyMs: 60_000 },
  /** Of whoever opens accounts for others. */
  "create-user": { burst: 30, everyMs: 20_000 },
  request: { burst: 300, everyMs: 25 },
  send: { burst: 40, everyMs: 200 },
  upload: { burst: 60, everyMs: 1000 },
  picture: { burst: 10, everyMs: 10_000 },
  edit: { burst: 30, everyMs: 1000 },
  react: { burst: 60, everyMs: 100 },
  receipt: { burst: 60, everyMs: 100 },
  typing: { burst: 6, everyMs: 1000 },
  /** What looks at all rooms of a user: some hundredths of a second where they are in five hundred. */
  rooms: { burst: 40, everyMs: 500 },
  /** What looks through names: some hundredths of a second where tens of thousands fit. */
  people: { burst: 30, everyMs: 250 },
  resume: { burst: 60, everyMs: 100 },
  search: { burst: 15, everyMs: 1000 },
  overview: { burst: 10, everyMs: 3000 },
  "create-room": { burst: 20, everyMs: 60_000 },
  "direct-room": { burst: 60, everyMs: 10_000 },
  invite: { burst: 30, everyMs: 30_000 },
  command: { burst: 200, everyMs: 50 },
  connect: { burst: 60, everyMs: 1000 },
} as const;

export type Limit = keyof typeof buckets;

/** Attempts at what is not one's own. Many nodes are no way to make more of them than one would allow. */
const shared: ReadonlySet<Limit> = new Set([
  "sign-in",
  "sign-in-login",
  "sign-in-device",
  "own-password",
  "reset-request",
  "reset-request-login",
  "letter",
  "sign-up",
]);

/** Connections that one user may hold at a time, to each node. */
export const connectionsPerUser = 20;
/** Buckets remembered at most: about 10 MB. The least recently used are forgotten first. */
const remembered = 100_000;

export interface Limits {
  readonly on: boolean;
  /** Takes a token of `key`; throws `rate_limited` with the time to wait when there is none. */
  take(limit: Limit, key: string): void;
  /** Likewise, for what anyone may try: attempts are counted over all nodes. */
  attempt(limit: Limit, key: string): Promise<void>;
}

/** No limits at all: for load tests. */
export const noLimits: Limits = { on: false, take() {}, async attempt() {} };

/** Without `elsewhere`, or while it cannot say, the buckets of this process alone count. */
export function createLimits(clock: Clock, elsewhere: SharedBuckets | null = null): Limits {
  // In milliseconds of gaining, which are whole numbers: the time to wait is exact.
  const levels = new Map<string, { saved: number; at: number }>();
  const limits: Limits = {
    on: true,
    async attempt(limit, key) {
      limits.take(limit, key);
      if (!shared.has(limit)) return;
      const waitMs = await elsewhere?.take(nameOf(limit, key), buckets[limit]);
      if (waitMs) throw new ParleyError("rate_limited", undefined, { retryAfterMs: Math.ceil(waitMs) });
    },
    take(limit, key) {
      const { burst, everyMs } = buckets[limit];
      const name = nameOf(limit, key);
      const now = clock.now();
      const level = levels.get(name);
      const full = burst * everyMs;
      const saved = level ? Math.min(full, level.saved + Math.max(0, now - level.at)) : full;
      const allowed = saved >= everyMs;
      levels.delete(name);
      levels.set(name, { saved: allowed ? saved - everyMs : saved, at: now });
      if (levels.size > remembered) forgetOldest(levels);
      if (!allowed) {
        throw new ParleyError("rate_limited", undefined, { retryAfterMs: Math.ceil(everyMs - saved) });
      }
    },
  };
  return limits;
}

const nameOf = (limit: Limit, key: string): string => `${limit} ${key}`;

function forgetOldest(levels: Map<string, unknown>): void {
  const oldest = levels.keys().next();
  if (!oldest.done) levels.delete(oldest.value);
}

/** What is limited as one address: an IPv6 subscriber has a whole /64. */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return groups.slice(0, 4).join(":");
}
