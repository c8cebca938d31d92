import { beforeEach, describe, expect, test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import type { HistoryCursor } from "../messages.ts";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of messages and history. */
export function messagesContract(stageOf: () => Stage): void {
  describe("messages", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("a repeated clientMessageId returns the first message as it is now, and announces nothing", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      const first = value(await stage.trySay(room, ada, "hello", { clientMessageId: "k" }));
      expect(first).toMatchObject({ created: true, message: { clientMessageId: "k" } });
      value(await stage.edit(room, 1, ada, "hello there"));
      const before = stage.seen.length;
      const again = value(await stage.trySay(room, ada, "something else", { clientMessageId: "k" }));
      expect(again).toMatchObject({ created: false, message: { id: 1, content: "hello there" } });
      expect(stage.seen).toHaveLength(before);
      value(await stage.remove(room, 1, ada));
      expect(value(await stage.trySay(room, ada, "x", { clientMessageId: "k" })).message).toMatchObject({
        id: 1,
        content: "",
      });
      expect(value(await stage.trySay(room, bob, "mine", { clientMessageId: "k" })).created).toBe(true);
    });

    test("of 50 sends at once with one clientMessageId one makes a message", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => stage.trySay(general, ada, "once", { clientMessageId: "k" })),
      );
      expect(outcomes.filter((outcome) => value(outcome).created)).toHaveLength(1);
      expect(new Set(outcomes.map((outcome) => value(outcome).message.id))).toEqual(new Set([1]));
    });

    test("[MS2] a repeat gets the first message whatever has become of the room since, and its author alone", async () => {
      const [ada, bob, cyd] = await stage.cast("ada", "bob", "cyd");
      const room = await stage.createRoom(ada, "private", bob);
      const general = await stage.general();
      const first = value(await stage.trySay(room, bob, "private", { clientMessageId: "k" })).message;
      value(await stage.react(room, 1, ada, "👍"));
      const before = stage.seen.length;
      const repeat = async (where: Room) => value(await stage.trySay(where, bob, "private", { clientMessageId: "k" }));
      const find = (user: User) => stage.store.findSent({ userId: user.id, clientMessageId: "k" });
      for (const where of [room, general]) {
        expect(await repeat(where)).toMatchObject({ created: false, message: { id: 1, reactions: [{ count: 1 }] } });
      }
      expect(stage.seen).toHaveLength(before);
      value(await stage.putRoom(room, { archived: true }));
      expect(await repeat(room)).toMatchObject({ created: false, message: { id: 1 } });
      expect(refusal(await stage.trySay(room, bob, "new", { clientMessageId: "l" }))).toBe("room_archived");
      value(await stage.leave(room, bob));
      for (const message of [(await repeat(room)).message, await find(bob)]) {
        // What others have put on it is not theirs to read any more.
        expect(message).toEqual({ ...first, seq: first.seq + 1 });
      }
      expect(refusal(await stage.trySay(room, bob, "new", { clientMessageId: "l" }))).toBe("not_found");
      expect(refusal(await stage.trySay(room, cyd, "private", { clientMessageId: "k" }))).toBe("not_found");
      for (const user of [ada, cyd]) expect(await find(user)).toBeNull();
      value(await stage.removeRoom(room));
      for (const where of [room, general]) {
        expect(refusal(await stage.trySay(where, bob, "private", { clientMessageId: "k" }))).toBe("not_found");
      }
      expect(await find(bob)).toBeNull();
    });

    test("[RM13] an edit or reaction that was there when its room was archived may be repeated", async () => {
      const [ada] = await stage.cast("ada");
      const room = await stage.createRoom(ada);
      await stage.say(room, ada, "helo");
      value(await stage.edit(room, 1, ada, "hello"));
      const message = value(await stage.react(room, 1, ada, "👍"));
      value(await stage.putRoom(room, { archived: true }));
      const before = stage.seen.length;
      expect(value(await stage.edit(room, 1, ada, "hello"))).toEqual(message);
      expect(value(await stage.react(room, 1, ada, "👍"))).toEqual(message);
      expect(value(await stage.unreact(room, 1, ada, "👋"))).toEqual(message);
      expect(refusal(await stage.unreact(room, 1, ada, "👍"))).toBe("room_archived");
      expect(await stage.store.findMessage({ roomId: room.id, id: 1 })).toEqual(message);
      expect(value(await stage.react(room, 1, ada, "👍"))).toEqual(message);
      expect(stage.seen).toHaveLength(before);
    });

    test("only members say something", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada);
      expect(refusal(await stage.trySay(room, bob, "hello"))).toBe("not_found");
      value(await stage.join(room, bob));
      await stage.say(room, bob, "hello");
      value(await stage.leave(room, bob));
      expect(refusal(await stage.trySay(room, bob, "hello"))).toBe("not_found");
      expect(refusal(await stage.edit(room, 1, bob, "x"))).toBe("not_found");
      expect(refusal(await stage.remove(room, 1, bob))).toBe("not_found");
    });

    test("a message replies to one of its own room", async () => {
      const [ada] = await stage.cast("ada");
      const [room, other] = [await stage.createRoom(ada), await stage.createRoom(ada)];
      await stage.say(other, ada, "elsewhere");
      expect(refusal(await stage.trySay(room, ada, "x", { replyTo: 1 }))).toBe("invalid");
      await stage.say(room, ada, "question");
      expect(value(await stage.trySay(room, ada, "answer", { replyTo: 1 })).message.replyTo).toBe(1);
      expect(refusal(await stage.trySay(room, ada, "x", { replyTo: 3 }))).toBe("invalid");
    });

    test("what one sends in a row stands in a row, whomever it calls and whatever it answers", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      await stage.say(general, bob, "hello");
      const contents = ["one", "@bob two", "three", "@all four", "five", "six"];
      const sent = await Promise.all(
        contents.map((content, index) => stage.trySay(general, ada, content, index % 3 === 2 ? { replyTo: 1 } : {})),
      );
      expect(sent.map((outcome) => value(outcome).message.id)).toEqual([2, 3, 4, 5, 6, 7]);
      const repeated = await Promise.all(
        ["again", "again", "last"].map((content) => stage.trySay(general, ada, content, { clientMessageId: content })),
      );
      expect(repeated.map((outcome) => value(outcome)).map(({ message, created }) => [message.id, created])).toEqual([
        [8, true],
        [8, false],
        [9, true],
      ]);
    });

    test("times of a room never run backwards", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      const times: string[] = [];
      for (const offset of [10, 5, 20]) {
        const sent = value(await stage.trySay(general, ada, "tick", { at: stage.at + offset }));
        times.push(sent.message.createdAt);
      }
      expect(times).toEqual([10, 10, 20].map((offset) => new Date(stage.at + offset).toISOString()));
    });

    test("an edit is for the author alone, and the same content again changes nothing", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      const message = await stage.say(general, ada, "helo");
      stage.at += 5;
      const edited = value(await stage.edit(general, 1, ada, "hello"));
      expect(edited).toEqual({
        ...message,
        content: "hello",
        seq: message.seq + 1,
        editedAt: new Date(stage.at).toISOString(),
      });
      expect(stage.seen.at(-1)?.messages).toEqual([edited]);
      expect(await stage.store.findMessage({ roomId: general.id, id: 1 })).toEqual(edited);
      const before = stage.seen.length;
      expect(value(await stage.edit(general, 1, ada, "hello"))).toEqual(edited);
      expect(refusal(await stage.edit(general, 1, bob, "mine"))).toBe("not_allowed");
      expect(refusal(await stage.edit(general, 2, ada, "none"))).toBe("not_found");
      expect(stage.seen).toHaveLength(before);
    });

    test("a deleted message keeps its place without its content, wherever one looks", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      await stage.say(general, bob, "oh no");
      await stage.say(general, ada, "what?");
      expect(refusal(await stage.remove(general, 2, bob))).toBe("not_allowed");
      const since = await stage.head(topicOf(general));
      const deleted = value(await stage.remove(general, 1, ada));
      expect(deleted).toMatchObject({ id: 1, content: "", deletedAt: expect.any(String), seq: since + 1 });
      expect(stage.seen.at(-1)?.messages).toEqual([deleted]);
      expect((await stage.store.listMessages({ roomId: general.id, cursor: {}, limit: 9 })).messages[0]).toEqual(
        deleted,
      );
      const resumed = await stage.store.changesSince({ topic: topicOf(general), since, limit: 9 });
      expect(resumed).toMatchObject({ delta: { messages: [deleted] } });
      const before = stage.seen.length;
      expect(value(await stage.remove(general, 1, bob))).toEqual(deleted);
      expect(refusal(await stage.edit(general, 1, bob, "back"))).toBe("message_deleted");
      expect(refusal(await stage.remove(general, 9, bob))).toBe("not_found");
      expect(stage.seen).toHaveLength(before);
    });

    test("history is paged from either end and around a message", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      await Promise.all(Array.from({ length: 30 }, (_, index) => stage.say(general, ada, `${index}`)));
      const head = await stage.head(topicOf(general));
      const page = async (cursor: HistoryCursor, limit: number) => {
        const answer = await stage.store.listMessages({ roomId: general.id, cursor, limit });
        expect(answer.head).toBe(head);
        return answer.messages.map(({ id }) => id);
      };
      expect(await page({}, 3)).toEqual([28, 29, 30]);
      expect(await page({}, 100)).toHaveLength(30);
      expect(await page({ before: 28 }, 3)).toEqual([25, 26, 27]);
      expect(await page({ before: 3 }, 9)).toEqual([1, 2]);
      expect(await page({ before: 1 }, 9)).toEqual([]);
      expect(await page({ before: 1_000_000 }, 2)).toEqual([29, 30]);
      expect(await page({ after: 0 }, 2)).toEqual([1, 2]);
      expect(await page({ after: 28 }, 9)).toEqual([29, 30]);
      expect(await page({ after: 30 }, 9)).toEqual([]);
      expect(await page({ around: 15 }, 1)).toEqual([15]);
      expect(await page({ around: 15 }, 4)).toEqual([13, 14, 15, 16]);
      expect(await page({ around: 15 }, 5)).toEqual([13, 14, 15, 16, 17]);
      expect(await page({ around: 1 }, 5)).toEqual([1, 2, 3, 4, 5]);
      expect(await page({ around: 30 }, 4)).toEqual([27, 28, 29, 30]);
      expect(await page({ around: 99 }, 2)).toEqual([29, 30]);
      const empty = await stage.createRoom(ada);
      const cursors: readonly HistoryCursor[] = [{}, { before: 5 }, { after: 0 }, { around: 3 }];
      for (const cursor of cursors) {
        expect((await stage.store.listMessages({ roomId: empty.id, cursor, limit: 5 })).messages).toEqual([]);
      }
    });

    test("sending costs the same number of statements with 10 members and with 1,000", async () => {
      const [ada] = await stage.cast("ada");
      const members = await Promise.all(Array.from({ length: 999 }, (_, index) => stage.signUp(`user${index}`)));
      const small = await stage.createRoom(ada, "public", ...members.slice(0, 9));
      const general = await stage.general();
      expect(general.memberCount).toBe(1000);
      const cost = async (room: typeof general) => {
        const before = stage.engine.statements();
        await stage.say(room, ada, "hello");
        await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 25 });
        await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 10 });
        await stage.store.listRooms({ userId: ada.id });
        await stage.store.changesSince({
          topic: topicOf(room),
          since: (await stage.head(topicOf(room))) - 1,
          limit: 9,
        });
        return stage.engine.statements() - before;
      };
      expect(await cost(general)).toBe(await cost(small));
    });
  });
}
