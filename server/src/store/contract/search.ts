import { beforeEach, describe, expect, test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import { parseSearch } from "@parley/protocol/search";
import type { SearchPage } from "../search.ts";
import { type Stage, value } from "./stage.ts";

/** All that is found, newest first. A page whose time is up is short, or empty, and there is more behind it. */
export async function findContents(stage: Stage, user: User, text: string): Promise<readonly string[]> {
  const parsed = parseSearch(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const contents: string[] = [];
  let before: number | null = null;
  do {
    const input = { userId: user.id, query: parsed.query, roomId: null, before, limit: 1000 };
    const { hits, cursor }: SearchPage = await stage.store.searchMessages(input);
    contents.push(...hits.map(({ message }) => message.content));
    before = cursor;
  } while (before !== null);
  return contents;
}

/** What each engine owes of searching. */
export function searchContract(stageOf: () => Stage): void {
  describe("search", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    const search = async (user: User, text: string, more: { before?: number; limit?: number; room?: Room } = {}) => {
      const parsed = parseSearch(text);
      if (!parsed.ok) throw new Error(parsed.problem);
      const { before = null, limit = 25, room } = more;
      const { query } = parsed;
      return stage.store.searchMessages({ userId: user.id, query, roomId: room?.id ?? null, before, limit });
    };
    const found = (user: User, text: string) => findContents(stage, user, text);

    test("[SE1] [SE5] what members said is found at once, as it is now, by those who are in the room now", async () => {
      const [ada, bob, cleo] = await stage.cast("ada", "bob", "cleo");
      const room = await stage.createRoom(ada, "private", bob);
      stage.at += 1;
      await stage.say(room, ada, "a heron at dawn");
      stage.at += 1;
      await stage.say(await stage.general(), bob, "the heron again");
      expect(await found(bob, "heron")).toEqual(["the heron again", "a heron at dawn"]);
      expect(await found(cleo, "heron")).toEqual(["the heron again"]);
      value(await stage.edit(room, 1, ada, "an egret at dawn"));
      expect(await found(bob, "heron")).toEqual(["the heron again"]);
      expect(await found(bob, "egret")).toEqual(["an egret at dawn"]);
      value(await stage.remove(room, 1, ada));
      expect(await found(bob, "egret")).toEqual([]);
      value(await stage.leave(await stage.general(), bob));
      expect(await found(bob, "heron")).toEqual([]);
      await stage.reopen();
      expect(await found(cleo, "heron")).toEqual(["the heron again"]);
      expect(await found(cleo, "egret")).toEqual([]);
    });

    test("[SE9] pages hold every message of one millisecond once", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      await Promise.all(Array.from({ length: 60 }, (_, index) => stage.say(general, ada, `gull ${index}`)));
      const ids: number[] = [];
      for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
        const page = await search(ada, "gull", { before, limit: 7 });
        ids.push(...page.hits.map(({ message }) => message.id));
        before = page.cursor;
      }
      expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    });

    test("[SE10] a search costs no statements of those who write", async () => {
      const [ada] = await stage.cast("ada");
      await stage.say(await stage.general(), ada, "a tern");
      const before = stage.engine.statements();
      expect(await found(ada, "tern")).toHaveLength(1);
      expect(stage.engine.statements()).toBe(before);
    });
  });
}
