import { beforeEach, expect, test } from "bun:test";
import { aliveMs, graceMs, MemoryPresences } from "./presence.ts";

let now: number;
let told: string[];
let presences: MemoryPresences;

beforeEach(() => {
  now = 1_000_000;
  told = [];
  presences = new MemoryPresences({ now: () => now }, (user, presence) => told.push(`${user} ${presence}`));
  now += graceMs;
});

function pass(ms: number): void {
  now += ms;
  presences.sweep();
}

const of = async (...users: string[]) => Object.fromEntries(await presences.of(users));

test("[PS1] someone is online while any of their sources is in use, away while none is, offline without one", async () => {
  presences.here("UA", "laptop", false);
  presences.here("UA", "phone", true);
  expect(await of("UA", "UB")).toEqual({ UA: "online", UB: "offline" });
  presences.here("UA", "phone", false);
  expect(await of("UA")).toEqual({ UA: "away" });
  presences.left("UA", "phone", "ended");
  presences.left("UA", "laptop", "ended");
  expect(await of("UA")).toEqual({ UA: "offline" });
  expect(told).toEqual(["UA away", "UA online", "UA away", "UA offline"]);
});

test("[PS2] a source that falls silent ends by itself, one that gives signs of life does not", () => {
  presences.here("UA", "laptop");
  presences.here("UB", "laptop");
  pass(aliveMs - 1);
  presences.here("UB", "laptop");
  expect(told).toEqual(["UA online", "UB online"]);
  pass(1);
  expect(told).toEqual(["UA online", "UB online", "UA offline"]);
});

test("[AD11] whoever is here is counted once, away or not", async () => {
  presences.here("UA", "laptop");
  presences.here("UA", "phone");
  presences.here("UB", "laptop", false);
  expect(await presences.count()).toBe(2);
  presences.left("UA", "phone", "ended");
  expect(await presences.count()).toBe(2);
  presences.left("UA", "laptop", "ended");
  expect(await presences.count()).toBe(1);
});

test("[PS3] who comes back within the grace was never away, and an away one comes back as away", () => {
  presences.here("UA", "before");
  presences.here("UB", "before", false);
  presences.left("UA", "before", "dropped");
  presences.left("UB", "before", "dropped");
  pass(graceMs - 1);
  presences.here("UA", "after");
  presences.here("UB", "after");
  pass(graceMs);
  expect(told).toEqual(["UA online", "UB away"]);
  presences.left("UA", "after", "dropped");
  pass(graceMs);
  expect(told.at(-1)).toBe("UA offline");
});

test("[PS3] a server that was just started does not call anyone offline who may be on the way back", async () => {
  presences = new MemoryPresences({ now: () => now }, (user, presence) => told.push(`${user} ${presence}`));
  presences.here("UA", "laptop");
  expect(await of("UA", "UB", "UC")).toEqual({ UA: "online" });
  presences.here("UB", "laptop");
  pass(graceMs);
  expect(told).toEqual(["UA online", "UB online", "UC offline"]);
  expect(await of("UC")).toEqual({ UC: "offline" });
});

test("keeps nothing of those who are gone", async () => {
  for (let each = 0; each < 1000; each++) {
    presences.here(`U${each}`, "laptop");
    presences.left(`U${each}`, "laptop", "dropped");
  }
  pass(graceMs);
  told = [];
  pass(graceMs);
  expect(told).toEqual([]);
  expect(await of("U1")).toEqual({ U1: "offline" });
});
