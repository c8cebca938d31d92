import { beforeEach, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { MessageId, UserId } from "@parley/protocol/model";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of reactions. */
export function reactionsContract(stageOf: () => Stage): void {
  describe("reactions", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("[RE1] [RE2] a reaction is one change of its message, and a repeat is none", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private", bob);
      await stage.say(room, ada, "tea?");
      const since = await stage.head(topicOf(room));
      const liked = value(await stage.react(room, 1, bob, "👍"));
      expect(liked).toMatchObject({ seq: since + 1, reactions: [{ emoji: "👍", users: [bob.id], count: 1 }] });
      expect(stage.seen.at(-1)?.messages).toEqual([liked]);
      expect(value(await stage.react(room, 1, bob, "👍"))).toEqual(liked);
      expect(await stage.head(topicOf(room))).toBe(since + 1);
      const both = value(await stage.react(room, 1, ada, "👍"));
      expect(both.reactions).toEqual([{ emoji: "👍", users: [bob.id, ada.id], count: 2 }]);
      expect((await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 5 })).messages).toEqual([both]);
      expect(await stage.store.findMessage({ roomId: room.id, id: 1 })).toEqual(both);
      value(await stage.unreact(room, 1, bob, "👍"));
      const none = value(await stage.unreact(room, 1, ada, "👍"));
      expect(none.reactions).toBeUndefined();
      expect(value(await stage.unreact(room, 1, ada, "👍"))).toEqual(none);
      expect(none.seq).toBe(since + 4);
    });

    test("[RE2] an emoji keeps its place until nobody is left who put it there", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      await stage.say(general, ada, "tea?");
      for (const [who, emoji] of [
        [ada, "👍"],
        [ada, "❤️"],
        [bob, "👍"],
      ] as const) {
        value(await stage.react(general, 1, who, emoji));
      }
      const order = async () => (await stage.store.findMessage({ roomId: general.id, id: 1 }))?.reactions;
      value(await stage.unreact(general, 1, ada, "👍"));
      expect((await order())?.map(({ emoji }) => emoji)).toEqual(["👍", "❤️"]);
      value(await stage.unreact(general, 1, bob, "👍"));
      value(await stage.react(general, 1, bob, "👍"));
      expect((await order())?.map(({ emoji }) => emoji)).toEqual(["❤️", "👍"]);
    });

    test("[RE2] of many who react the first are named, all are counted, and the next takes a free place", async () => {
      const [ada] = await stage.cast("ada");
      const others = await Promise.all(
        Array.from({ length: limits.reactionUsers + 2 }, (_, index) => stage.signUp(`user${index}`)),
      );
      const general = await stage.general();
      await stage.say(general, ada, "all here?");
      for (const user of others) value(await stage.react(general, 1, user, "👋"));
      const names = others.map(({ id }) => id);
      const shown = async () => (await stage.store.findMessage({ roomId: general.id, id: 1 }))?.reactions;
      const count = others.length;
      expect(await shown()).toEqual([{ emoji: "👋", users: names.slice(0, limits.reactionUsers), count }]);
      const [first = ada, second = ada] = others;
      const last = others.at(-1) ?? ada;
      value(await stage.unreact(general, 1, last, "👋"));
      value(await stage.unreact(general, 1, second, "👋"));
      const left = names.filter((id) => id !== second.id && id !== last.id);
      expect(await shown()).toEqual([{ emoji: "👋", users: left.slice(0, limits.reactionUsers), count: count - 2 }]);
      value(await stage.unreact(general, 1, first, "👋"));
      expect(await shown()).toEqual([{ emoji: "👋", users: left.slice(1), count: count - 3 }]);
    });

    test("[RE6] one's own are told of however many reacted before, of the room and the messages that are asked for", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const others = await Promise.all(
        Array.from({ length: limits.reactionUsers }, (_, index) => stage.signUp(`user${index}`)),
      );
      const general = await stage.general();
      const room = await stage.createRoom(ada, "private", bob);
      for (let id = 1; id <= 3; id++) await stage.say(general, ada, `${id}`);
      await stage.say(room, ada, "elsewhere");
      for (const user of [...others, bob]) value(await stage.react(general, 1, user, "👋"));
      for (const emoji of ["👍", "❤️"]) value(await stage.react(general, 3, bob, emoji));
      value(await stage.react(general, 2, bob, "👍"));
      value(await stage.react(room, 1, bob, "🤫"));
      const of = async (userId: UserId, ...messages: readonly MessageId[]) => {
        const { reactions, head } = await stage.store.listOwnReactions({ roomId: general.id, userId, messages });
        expect(head).toBe(await stage.head(topicOf(general)));
        return reactions;
      };
      const last = await stage.store.findMessage({ roomId: general.id, id: 1 });
      expect(last?.reactions?.[0]?.users).not.toContain(bob.id);
      expect(await of(bob.id, 3, 1, 9)).toEqual([
        { message: 1, emoji: ["👋"] },
        { message: 3, emoji: ["❤️", "👍"] },
      ]);
      expect(await of(ada.id, 1, 2, 3)).toEqual([]);
      value(await stage.unreact(general, 1, bob, "👋"));
      expect(await of(bob.id, 1)).toEqual([]);
      value(await stage.remove(general, 3, ada));
      expect(await of(bob.id, 3)).toEqual([]);
    });

    test("[RE3] a message has so many kinds at most; one that is there can still be joined", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      await stage.say(general, ada, "everything");
      for (let kind = 0; kind < limits.reactionKinds; kind++) value(await stage.react(general, 1, ada, `e${kind}`));
      const before = stage.seen.length;
      expect(refusal(await stage.react(general, 1, bob, "one more"))).toBe("limit_reached");
      expect(stage.seen).toHaveLength(before);
      value(await stage.react(general, 1, bob, "e0"));
      value(await stage.unreact(general, 1, ada, "e1"));
      value(await stage.react(general, 1, bob, "one more"));
    });

    test("[RE4] only members react, to messages that are there and not deleted", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      await stage.say(room, ada, "mine");
      await stage.say(room, ada, "gone");
      value(await stage.react(room, 2, ada, "👍"));
      expect(value(await stage.remove(room, 2, ada)).reactions).toBeUndefined();
      const before = stage.seen.length;
      for (const act of ["react", "unreact"] as const) {
        expect(refusal(await stage[act](room, 1, bob, "👍"))).toBe("not_found");
        expect(refusal(await stage[act](room, 9, ada, "👍"))).toBe("not_found");
        expect(refusal(await stage[act](room, 2, ada, "👍"))).toBe("message_deleted");
      }
      expect(stage.seen).toHaveLength(before);
      expect((await stage.store.findMessage({ roomId: room.id, id: 2 }))?.reactions).toBeUndefined();
    });

    test("[RE5] a hundred toggles at once are one frame each commit, and all views end in the last state", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      await stage.say(general, ada, "flicker");
      const announced = await stage.during(topicOf(general), () =>
        Promise.all(
          Array.from({ length: 101 }, (_, index) =>
            index % 2 === 0 ? stage.react(general, 1, bob, "👍") : stage.unreact(general, 1, bob, "👍"),
          ),
        ),
      );
      expect(announced.length).toBeLessThan(20);
      expect(announced.at(-1)?.messages?.[0]?.reactions).toEqual([{ emoji: "👍", users: [bob.id], count: 1 }]);
    });

    test("reactions cost no statement more when a page is read", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      for (let id = 1; id <= 10; id++) await stage.say(general, ada, `${id}`);
      const cost = async () => {
        const before = stage.engine.statements();
        await stage.store.listMessages({ roomId: general.id, cursor: {}, limit: 25 });
        await stage.store.changesSince({ topic: topicOf(general), since: 1, limit: 99 });
        await stage.say(general, ada, "hello");
        return stage.engine.statements() - before;
      };
      const bare = await cost();
      for (let id = 1; id <= 10; id++) for (const who of [ada, bob]) value(await stage.react(general, id, who, "👍"));
      expect(await cost()).toBe(bare);
    });
  });
}
