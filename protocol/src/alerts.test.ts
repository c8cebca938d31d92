import { describe, expect, test } from "bun:test";
import { type AlertFacts, decideAlert } from "./alerts.ts";
import type { NotifyLevel } from "./model.ts";

const facts: AlertFacts = { own: false, deleted: false, direct: false, mentioned: false, level: "all", read: false };
const levels: readonly NotifyLevel[] = ["all", "mentions", "none"];

describe("[NO1] a message calls", () => {
  test.each([
    ["all", false, true, "all"],
    ["all", true, true, "mentioned"],
    ["mentions", false, false, "not_mentioned"],
    ["mentions", true, true, "mentioned"],
    ["none", false, false, "muted"],
    ["none", true, false, "muted"],
  ] as const)("at level %s, naming them: %p", (level, mentioned, alerts, reason) => {
    expect(decideAlert({ ...facts, level, mentioned })).toEqual({ alerts, reason });
  });

  test("in a direct room like one at level all, and says so", () => {
    expect(decideAlert({ ...facts, direct: true })).toEqual({ alerts: true, reason: "direct" });
    expect(decideAlert({ ...facts, direct: true, level: "mentions" }).alerts).toBe(false);
  });

  test("nobody who said it, has read it, or for whom it is gone, whatever else holds", () => {
    for (const level of levels) {
      for (const mentioned of [false, true]) {
        for (const [name, reason] of [
          ["own", "own"],
          ["deleted", "deleted"],
          ["read", level === "none" ? "muted" : "read"],
        ] as const) {
          expect(decideAlert({ ...facts, level, mentioned, [name]: true })).toEqual({ alerts: false, reason });
        }
      }
    }
  });
});
