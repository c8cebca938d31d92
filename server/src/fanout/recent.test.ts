import { expect, test } from "bun:test";
import type { Topic } from "@parley/protocol/model";
import fc from "fast-check";
import { Encoded } from "./encoded.ts";
import { Recent } from "./recent.ts";

const delta = (topic: Topic, from: number, to: number, content = "") =>
  new Encoded({ type: "delta", topic, from, to, messages: [] }, `${from}-${to} ${content}`);

const endless = { deltas: 1000, ageMs: 1000, bytes: 1_000_000 };

test("[SO13] what was delivered is told from each position at which one of it begins", () => {
  const recent = new Recent(endless, () => 0);
  recent.add(delta("room:R1", 4, 5));
  recent.add(delta("room:R1", 5, 8));
  recent.add(delta("room:R2", 1, 2));
  recent.add(delta("room:R1", 8, 9));
  expect(recent.between("room:R1", 4, 9)).toEqual(["4-5 ", "5-8 ", "8-9 "]);
  expect(recent.between("room:R1", 5, 9)).toEqual(["5-8 ", "8-9 "]);
  expect(recent.between("room:R1", 6, 9)).toBeNull();
  expect(recent.between("room:R1", 3, 9)).toBeNull();
  expect(recent.between("room:R1", 4, 10)).toBeNull();
  expect(recent.between("room:R3", 0, 1)).toBeNull();
});

test("[SO13] after a gap, only what came since is told", () => {
  const recent = new Recent(endless, () => 0);
  recent.add(delta("room:R1", 4, 5));
  recent.add(delta("room:R1", 6, 7));
  expect(recent.between("room:R1", 4, 7)).toBeNull();
  expect(recent.between("room:R1", 6, 7)).toEqual(["6-7 "]);
});

test("[SO13] what is too old, and the oldest of too many, are forgotten", () => {
  let now = 0;
  const recent = new Recent({ ...endless, deltas: 2 }, () => now);
  for (let seq = 0; seq < 4; seq++) recent.add(delta("room:R1", seq, seq + 1));
  expect(recent.between("room:R1", 1, 4)).toBeNull();
  expect(recent.between("room:R1", 2, 4)).toHaveLength(2);
  now = 999;
  recent.add(delta("room:R1", 4, 5));
  now = 1001;
  expect(recent.between("room:R1", 3, 5)).toBeNull();
  expect(recent.between("room:R1", 4, 5)).toHaveLength(1);
  now = 2000;
  expect(recent.between("room:R1", 4, 5)).toBeNull();
  expect(recent.bytes).toBe(0);
});

test("[SO13] whatever comes, it takes no more than its bound, and tells nothing with a hole", () => {
  const step = fc.record({
    room: fc.integer({ min: 1, max: 5 }),
    by: fc.integer({ min: 1, max: 3 }),
    gap: fc.constantFrom(0, 0, 0, 0, 1),
    bytes: fc.integer({ min: 0, max: 400 }),
    ms: fc.constantFrom(0, 0, 1, 100),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      let now = 0;
      const recent = new Recent({ deltas: 10, ageMs: 1000, bytes: 8000 }, () => now);
      const heads = new Map<Topic, number>();
      for (const { room, by, gap, bytes, ms } of steps) {
        now += ms;
        const topic: Topic = `room:R${room}`;
        const from = (heads.get(topic) ?? 0) + gap;
        recent.add(delta(topic, from, from + by, "x".repeat(bytes)));
        heads.set(topic, from + by);
        expect(recent.bytes).toBeLessThanOrEqual(8000);
        for (const [each, head] of heads) {
          for (let since = Math.max(0, head - 20); since < head; since++) {
            const texts = recent.between(each, since, head) ?? [];
            const ranges = texts.map((text) => (text.split(" ")[0] ?? "").split("-").map(Number));
            if (ranges.length === 0) continue;
            expect(ranges[0]?.[0]).toBe(since);
            expect(ranges.at(-1)?.[1]).toBe(head);
            for (let at = 1; at < ranges.length; at++) expect(ranges[at]?.[0]).toBe(ranges[at - 1]?.[1] ?? -1);
          }
        }
      }
    }),
    { numRuns: 50 },
  );
});
