import { describe, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { addressKey, createLimits, type Limit, type Limits, noLimits } from "./limits.ts";

/** Buckets with a burst of 6 and a token every second, and with a burst of 40 and a token every 200 ms. */
const slow: Limit = "typing";
const quick: Limit = "send";

function createClock(at = 1_800_000_000_000) {
  return { now: () => at, pass: (ms: number) => (at += ms) };
}

/** Zero when it was allowed, else how long to wait. */
function take(limits: Limits, limit: Limit, key: string): number {
  try {
    limits.take(limit, key);
    return 0;
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code !== "rate_limited") throw error;
    return error.retryAfterMs ?? Number.NaN;
  }
}

function takeMany(limits: Limits, limit: Limit, key: string, count: number): number {
  let allowed = 0;
  for (let each = 0; each < count; each++) if (take(limits, limit, key) === 0) allowed++;
  return allowed;
}

describe("a bucket", () => {
  test("[LM1] allows its burst at once, and then says how long to wait", () => {
    const limits = createLimits(createClock());
    expect(takeMany(limits, slow, "U1", 6)).toBe(6);
    expect(take(limits, slow, "U1")).toBe(1000);
    expect(takeMany(limits, quick, "U1", 100)).toBe(40);
    expect(take(limits, quick, "U1")).toBe(200);
  });

  test("[LM1] fills again with time, up to its burst and not beyond", () => {
    const clock = createClock();
    const limits = createLimits(clock);
    takeMany(limits, slow, "U1", 6);
    clock.pass(2500);
    expect(takeMany(limits, slow, "U1", 10)).toBe(2);
    expect(take(limits, slow, "U1")).toBe(500);
    clock.pass(3_600_000);
    expect(takeMany(limits, slow, "U1", 10)).toBe(6);
  });

  test("[LM1] is open again after exactly the time that it gave, and not a millisecond before", () => {
    for (const [limit, everyMs] of [
      [slow, 1000],
      [quick, 200],
      ["request", 25],
      ["sign-up", 60_000],
    ] as const) {
      const clock = createClock();
      const limits = createLimits(clock);
      while (take(limits, limit, "a") === 0);
      for (let round = 1; round < 500; round++) {
        clock.pass((round * 7) % everyMs);
        const wait = take(limits, limit, "a");
        expect(wait).toBeLessThanOrEqual(everyMs);
        if (wait === 0) continue;
        clock.pass(wait - 1);
        expect([limit, round, take(limits, limit, "a")]).toEqual([limit, round, 1]);
        clock.pass(1);
        expect([limit, round, take(limits, limit, "a")]).toEqual([limit, round, 0]);
      }
    }
  });

  test("[LM1] is not emptied further by what it refuses: who hammers waits no longer", () => {
    const clock = createClock();
    const limits = createLimits(clock);
    takeMany(limits, slow, "U1", 1000);
    clock.pass(999);
    expect(takeMany(limits, slow, "U1", 1000)).toBe(0);
    clock.pass(1);
    expect(take(limits, slow, "U1")).toBe(0);
  });

  test("[LM1] belongs to one limit and one user or address", () => {
    const limits = createLimits(createClock());
    takeMany(limits, slow, "U1", 7);
    expect(take(limits, slow, "U2")).toBe(0);
    expect(take(limits, quick, "U1")).toBe(0);
    expect(take(limits, slow, "U1")).toBeGreaterThan(0);
  });

  test("[LM1] is neither filled nor emptied by a clock that runs backwards", () => {
    const clock = createClock();
    const limits = createLimits(clock);
    takeMany(limits, slow, "U1", 6);
    clock.pass(-60_000);
    expect(take(limits, slow, "U1")).toBe(1000);
    clock.pass(1000);
    expect(take(limits, slow, "U1")).toBe(0);
  });
});

describe("the memory of all buckets", () => {
  test("[LM1] is bounded: of 100,000 the least recently used is forgotten first", () => {
    const limits = createLimits(createClock());
    takeMany(limits, slow, "first", 7);
    takeMany(limits, slow, "kept", 7);
    for (let each = 0; each < 99_998; each++) limits.take(slow, `address ${each}`);
    expect(take(limits, slow, "kept")).toBeGreaterThan(0);
    // One more than are remembered. "first" was the longest unused, so it has a whole burst again.
    limits.take(slow, "one more");
    expect(takeMany(limits, slow, "first", 7)).toBe(6);
    expect(take(limits, slow, "kept")).toBeGreaterThan(0);
  });
});

test("[LM2] without limits everything is allowed", () => {
  expect(takeMany(noLimits, "sign-in", "U1", 10_000)).toBe(10_000);
  expect(noLimits.on).toBe(false);
  expect(createLimits(createClock()).on).toBe(true);
});

describe("what counts as one address", () => {
  test("[LM1] of IPv4 is each address", () => {
    expect(addressKey("192.0.2.1")).toBe("192.0.2.1");
    expect(addressKey("192.0.2.1")).not.toBe(addressKey("192.0.2.2"));
    expect(addressKey("")).toBe("");
  });

  test("[LM1] of IPv6 is a /64, however the address is shortened", () => {
    for (const addresses of [
      ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2:0:0:0:9", "2001:db8:1:2:a::"],
      ["2001:db8::1", "2001:db8:0:0:1::", "2001:db8:0:0:a:b:c:d", "2001:db8::"],
      ["::1", "::", "0:0:0:0:1:2:3:4"],
      ["fe80::1%eth0", "fe80::2%eth0"],
    ]) {
      expect([addresses, new Set(addresses.map(addressKey)).size]).toEqual([addresses, 1]);
    }
    const others = ["2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2:2::1", "2001:db8::1", "2001:db9::1", "::1"];
    expect(new Set(others.map(addressKey)).size).toBe(others.length);
  });

  test("[LM1] of IPv4 within IPv6 is the IPv4 address", () => {
    expect(addressKey("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(addressKey("::FFFF:192.0.2.1")).toBe("192.0.2.1");
    expect(addressKey("::ffff:192.0.2.1")).not.toBe(addressKey("::ffff:192.0.2.2"));
  });
});
