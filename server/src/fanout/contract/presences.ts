import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { UserId } from "@parley/protocol/model";
import { aliveMs, graceMs } from "../presence.ts";
import { type PresenceBook, type PresenceText, SharedPresences } from "../shared-presences.ts";

export interface BookEngine {
  readonly book: PresenceBook;
  /** Takes away everything that is written. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

interface Node {
  readonly presences: SharedPresences;
  readonly told: string[];
  ended: boolean;
}

/** What several nodes owe to those who look at who is here, with each kind of book. */
export function presenceContract(name: string, open: () => Promise<BookEngine>): void {
  describe(`presences of several nodes with ${name}`, () => {
    let engine: BookEngine;
    let now: number;
    let nodes: Node[];
    /** Texts that are lost on their way. */
    let deaf: boolean;
    let names = 0;

    const join = (): Node => {
      const told: string[] = [];
      const say = (text: PresenceText) => {
        if (deaf) return;
        for (const other of nodes) {
          if (other !== node && !other.ended) other.presences.hear(JSON.parse(JSON.stringify(text)));
        }
      };
      const presences = new SharedPresences({
        node: `N${++names}`,
        clock: { now: () => now },
        book: engine.book,
        say,
        onChange: (user, presence) => told.push(`${user} ${presence}`),
      });
      const node: Node = { presences, told, ended: false };
      nodes.push(node);
      return node;
    };
    /** Half a second passes, and whatever it brings about is done. */
    const beat = async (times = 1) => {
      for (let each = 0; each < times; each++) {
        now += 500;
        for (const node of nodes) {
          if (node.ended) continue;
          node.presences.sweep();
          node.presences.beat();
          await node.presences.settled();
        }
        for (const node of nodes) await node.presences.settled();
      }
    };
    const of = async (node: Node, ...users: UserId[]) => Object.fromEntries(await node.presences.of(users));

    let one: Node;
    let two: Node;
    beforeEach(async () => {
      engine = await open();
      now = 1_000_000;
      nodes = [];
      deaf = false;
      [one, two] = [join(), join()];
      now += graceMs;
      await beat(2);
    });
    afterEach(() => engine.dispose());

    test("[ND5] someone is here who is here on any node, and as active as on the most active one", async () => {
      one.presences.here("UA", "phone", false);
      two.presences.here("UA", "laptop", true);
      two.presences.here("UB", "laptop", false);
      await beat();
      expect(await of(one, "UA", "UB", "UC")).toEqual({ UA: "online", UB: "away", UC: "offline" });
      expect(await of(two, "UA", "UB", "UC")).toEqual({ UA: "online", UB: "away", UC: "offline" });
      expect(await one.presences.count()).toBe(2);
      two.presences.left("UA", "laptop", "ended");
      await beat();
      expect(await of(one, "UA")).toEqual({ UA: "away" });
      expect(one.told).toEqual(["UA away", "UA online", "UB away", "UA away"]);
      one.presences.left("UA", "phone", "ended");
      await beat();
      expect([one.told.at(-1), two.told.at(-1)]).toEqual(["UA offline", "UA offline"]);
      expect(await two.presences.count()).toBe(1);
    });

    test("[PS3] who comes back on another node was never away, and an away one comes back as away", async () => {
      one.presences.here("UA", "before");
      one.presences.here("UB", "before", false);
      await beat();
      one.presences.left("UA", "before", "dropped");
      one.presences.left("UB", "before", "dropped");
      await beat(2);
      two.presences.here("UA", "after");
      two.presences.here("UB", "after");
      for (let each = 0; each < 60; each++) {
        two.presences.here("UA", "after");
        two.presences.here("UB", "after");
        await beat();
      }
      expect(one.told).toEqual(["UA online", "UB away"]);
      expect(two.told).toEqual(["UA online", "UB away"]);
    });

    test("[ND5] a node that was killed takes its people with it, within 45 s and for good", async () => {
      one.presences.here("UA", "laptop");
      await beat();
      expect(await of(two, "UA")).toEqual({ UA: "online" });
      one.ended = true;
      await beat((aliveMs - 1000) / 500);
      expect(await of(two, "UA")).toEqual({ UA: "online" });
      await beat(4);
      expect(await of(two, "UA")).toEqual({ UA: "offline" });
      const three = join();
      await beat(100);
      expect(await of(three, "UA")).toEqual({ UA: "offline" });
    });

    test("a node that ends leaves its people the time to come back on another", async () => {
      one.presences.here("UA", "laptop");
      one.presences.here("UB", "laptop");
      await beat();
      await one.presences.close();
      one.ended = true;
      await beat(10);
      two.presences.here("UA", "laptop");
      await beat(12);
      expect(await of(two, "UA", "UB")).toEqual({ UA: "online", UB: "offline" });
      expect(two.told).toEqual(["UA online", "UB online", "UB offline"]);
    });

    test("what a node did not hear it looks up, and so does one that comes later", async () => {
      one.presences.here("UA", "laptop");
      await beat();
      deaf = true;
      one.presences.here("UB", "laptop", false);
      one.presences.left("UA", "laptop", "ended");
      await beat(3);
      expect(await of(two, "UA", "UB")).toEqual({ UA: "online", UB: "offline" });
      deaf = false;
      await beat(2);
      expect(await of(two, "UA", "UB")).toEqual({ UA: "offline", UB: "away" });
      const three = join();
      await beat(2);
      expect(await of(three, "UB")).toEqual({ UB: "away" });
    });

    test("what is taken out of the book is written again", async () => {
      one.presences.here("UA", "laptop");
      await beat(2);
      await engine.clear();
      one.presences.here("UB", "laptop");
      await beat(2);
      const three = join();
      await beat(2);
      expect(await of(three, "UA", "UB")).toEqual({ UA: "online", UB: "online" });
      expect(await of(two, "UA", "UB")).toEqual({ UA: "online", UB: "online" });
    });

    test("a crowd comes and goes like anyone", async () => {
      const crowd = Array.from({ length: 5000 }, (_, each) => `U${each}`);
      for (const user of crowd) one.presences.here(user, "laptop", user.endsWith("1") ? false : undefined);
      await beat(2);
      expect(await two.presences.count()).toBe(5000);
      expect(await of(two, "U0", "U1", "U4999")).toEqual({ U0: "online", U1: "away", U4999: "online" });
      for (const user of crowd.slice(1)) one.presences.left(user, "laptop", "ended");
      await beat(2);
      expect(await two.presences.count()).toBe(1);
      const three = join();
      await beat(2);
      expect(await three.presences.count()).toBe(1);
    });
  });
}
