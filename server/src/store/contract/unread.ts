import { beforeEach, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { Message, Room, User } from "@parley/protocol/model";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of receipts, counts, mentions and levels. */
export function unreadContract(stageOf: () => Stage): void {
  describe("receipts and counts", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("[UN1] who joins has read what was there; what others say then is unread", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      const room = await stage.createRoom(ada, "public");
      await stage.say(room, ada, "one");
      expect(value(await stage.join(room, bob)).membership).toMatchObject({ receipt: 1, unread: 0, mentions: 0 });
      await stage.say(room, ada, "two");
      await stage.say(room, ada, "three");
      expect(await stage.place(room, bob)).toMatchObject({ receipt: 1, unread: 2 });
      expect(await stage.place(general, bob)).toMatchObject({ unread: 0 });
      value(await stage.leave(room, bob));
      expect(await stage.store.findOwnRoom({ roomId: room.id, userId: bob.id })).toBeNull();
      await stage.say(room, ada, "four");
      value(await stage.join(room, bob));
      expect(await stage.place(room, bob)).toMatchObject({ receipt: 4, unread: 0 });
      await expectCounts(stage, [room, general], [ada, bob]);
    });

    test("[UN2] own and deleted messages are never unread, and counting stops at the limit", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      for (let id = 1; id <= 4; id++) await stage.say(general, id % 2 === 0 ? bob : ada, "hello");
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 0, unread: 2 });
      value(await stage.remove(general, 3, ada));
      expect(await stage.place(general, bob)).toMatchObject({ unread: 1 });
      await Promise.all(Array.from({ length: limits.unreadCount + 5 }, () => stage.say(general, ada, "@bob")));
      const place = await stage.place(general, bob);
      expect(place).toMatchObject({ unread: limits.unreadCount, mentions: limits.unreadCount });
      const { rooms } = await stage.store.listRooms({ userId: bob.id });
      expect(rooms.map(({ membership }) => membership)).toEqual([place]);
    });

    test("[UN2] counting looks at a thousand messages, whatever one has said or taken back oneself", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      await stage.say(general, ada, "@all one");
      const own = Array.from({ length: 10 * limits.unreadCount }, () => stage.say(general, bob, "@all still here"));
      await Promise.all(own);
      await stage.say(general, ada, "@all two");
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 0, unread: 1, mentions: 1 });
      for (let id = 2; id <= 5; id++) value(await stage.remove(general, id, bob));
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 0, unread: 2, mentions: 2 });
      expect(await stage.place(general, ada)).toMatchObject({ receipt: 1, unread: limits.unreadCount });
    });

    test("[RR1] [RR2] a receipt goes forward, at most to the newest message, and standing still takes no number", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      for (let id = 1; id <= 5; id++) await stage.say(general, ada, "hello");
      expect(value(await stage.read(general, bob, 3))).toEqual({ room: general.id, user: bob.id, upTo: 3 });
      const heads = [await stage.head(topicOf(general)), await stage.head(topicOf(bob))];
      for (const upTo of [3, 2, 0]) expect(value(await stage.read(general, bob, upTo))).toMatchObject({ upTo: 3 });
      expect([await stage.head(topicOf(general)), await stage.head(topicOf(bob))]).toEqual(heads);
      expect(value(await stage.read(general, bob, 1_000_000))).toMatchObject({ upTo: 5 });
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 5, unread: 0 });
      expect(refusal(await stage.read(await stage.createRoom(ada, "private"), bob, 1))).toBe("not_found");
    });

    test("[RR4] marked as unread, it goes back for its user; others still know that it was read", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      for (let id = 1; id <= 3; id++) await stage.say(general, ada, "hello");
      value(await stage.read(general, bob, 3));
      const told = await stage.during(topicOf(general), () => stage.read(general, bob, 1, true));
      expect(told).toEqual([]);
      expect(stage.seen.at(-1)).toMatchObject({
        topic: topicOf(bob),
        receipts: [{ room: general.id, user: bob.id, upTo: 1 }],
      });
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 1, unread: 2 });
      expect((await stage.store.listReaders({ roomId: general.id, id: 3 })).map(({ id }) => id)).toEqual([bob.id]);
      value(await stage.read(general, bob, 2));
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 2, unread: 1 });
    });

    test("[RR3] sending takes the receipt along when everything before was read, in the same change", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      const announced = await stage.during(topicOf(general), () => stage.say(general, ada, "one"));
      expect(announced).toMatchObject([{ messages: [{ id: 1 }], receipts: [{ user: ada.id, upTo: 1 }] }]);
      expect(await stage.place(general, ada)).toMatchObject({ receipt: 1 });
      await stage.say(general, bob, "two");
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 0, unread: 1 });
      value(await stage.read(general, bob, 2));
      await stage.say(general, bob, "three");
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 3, unread: 0 });
    });

    test("[RR5] in a large room nobody is told how far others have read", async () => {
      const [ada] = await stage.cast("ada");
      const others = await Promise.all(
        Array.from({ length: limits.receiptMembers }, (_, index) => stage.signUp(`user${index}`)),
      );
      const general = await stage.general();
      const [bob = ada] = others;
      await stage.say(general, ada, "hello");
      expect(await stage.during(topicOf(general), () => stage.read(general, bob, 1))).toEqual([]);
      expect(await stage.place(general, bob)).toMatchObject({ receipt: 1, unread: 0 });
      expect(await stage.store.listReceipts({ roomId: general.id })).toEqual([]);
      expect(await stage.store.listReaders({ roomId: general.id, id: 1 })).toEqual([]);
    });

    test("[RR6] who does not share receipts is not told of", async () => {
      const [ada, bob, cleo] = await stage.cast("ada", "bob", "cleo");
      expect(value(await stage.store.putUser({ userId: bob.id, sharesReceipts: false }))).toMatchObject({
        sharesReceipts: false,
      });
      const room = await stage.createRoom(ada, "private", bob, cleo);
      await stage.say(room, ada, "hello");
      expect(await stage.during(topicOf(room), () => stage.read(room, bob, 1))).toEqual([]);
      expect(await stage.during(topicOf(room), () => stage.read(room, cleo, 1))).toMatchObject([
        { messages: [], receipts: [{ user: cleo.id, upTo: 1 }] },
      ]);
      const readers = await stage.store.listReaders({ roomId: room.id, id: 1 });
      expect(readers.map(({ id }) => id)).toEqual([cleo.id]);
      const receipts = await stage.store.listReceipts({ roomId: room.id });
      expect(receipts.map(({ user }) => user)).toEqual([ada.id, cleo.id]);
    });

    test("listing 500 rooms costs the same number of statements as listing one", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const cost = async () => {
        const before = stage.engine.statements();
        await stage.store.listRooms({ userId: bob.id });
        return stage.engine.statements() - before;
      };
      const one = await cost();
      for (let n = 0; n < 20; n++) value(await stage.join(await stage.createRoom(ada), bob));
      expect(await cost()).toBe(one);
    });
  });

  describe("mentions", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("[MN1] [MN2] members are mentioned by name, once each; other names are only text", async () => {
      const [ada, bob, cleo] = await stage.cast("ada", "bob", "Cleo.");
      const room = await stage.createRoom(ada, "private", bob);
      const message = await stage.say(room, ada, "@bob, @BOB and @cleo. and @nobody, ada@bob.example `@bob`");
      expect(message.mentions).toEqual(["bob"]);
      expect(await stage.place(room, bob)).toMatchObject({ unread: 1, mentions: 1 });
      const general = await stage.general();
      expect((await stage.say(general, ada, "hi @cleo.")).mentions).toEqual(["cleo."]);
      expect((await stage.say(general, ada, "hi")).mentions).toBeUndefined();
      expect(await stage.place(general, cleo)).toMatchObject({ unread: 2, mentions: 1 });
      expect((await stage.say(general, cleo, "I am @cleo.")).mentions).toEqual(["cleo."]);
      expect(await stage.place(general, cleo)).toMatchObject({ unread: 2, mentions: 1 });
      await expectCounts(stage, [room, general], [ada, bob]);
    });

    test("[MN3] an edit makes and unmakes mentions, a deletion ends them", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      const mentions = async () => (await stage.place(general, bob)).mentions;
      await stage.say(general, ada, "hello @bob");
      expect(value(await stage.edit(general, 1, ada, "hello @bob, again")).mentions).toEqual(["bob"]);
      expect(await mentions()).toBe(1);
      expect(value(await stage.edit(general, 1, ada, "hello")).mentions).toBeUndefined();
      expect(await mentions()).toBe(0);
      expect(value(await stage.edit(general, 1, ada, "hello @all @bob")).mentions).toEqual(["all", "bob"]);
      expect(await mentions()).toBe(1);
      value(await stage.read(general, bob, 1));
      expect(value(await stage.edit(general, 1, ada, "hello @here")).mentions).toEqual(["here"]);
      expect(await mentions()).toBe(0);
      value(await stage.read(general, bob, 0, true));
      expect(await mentions()).toBe(1);
      expect(value(await stage.remove(general, 1, ada)).mentions).toBeUndefined();
      expect(await mentions()).toBe(0);
    });

    test("[MN4] in a large room only those who look after it call everyone", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const general = await stage.general();
      expect((await stage.say(general, bob, "@all")).mentions).toEqual(["all"]);
      await Promise.all(Array.from({ length: limits.callAllMembers }, (_, index) => stage.signUp(`user${index}`)));
      expect((await stage.say(general, bob, "@all @here @ada")).mentions).toEqual(["ada"]);
      expect((await stage.say(general, ada, "@here")).mentions).toEqual(["here"]);
      expect(await stage.place(general, bob)).toMatchObject({ unread: 1, mentions: 1 });
    });

    test("calling fifty people costs the same number of statements as calling one", async () => {
      const [ada] = await stage.cast("ada");
      const names = Array.from({ length: limits.mentionsPerMessage }, (_, index) => `user${index}`);
      for (const name of names) await stage.signUp(name);
      const general = await stage.general();
      const cost = async (content: string) => {
        const before = stage.engine.statements();
        const { mentions = [] } = await stage.say(general, ada, content);
        return [stage.engine.statements() - before, mentions.length];
      };
      const [one = 0] = await cost("@user1");
      expect(await cost(names.map((name) => `@${name}`).join(" "))).toEqual([one, 50]);
      const [none = 0] = await cost("nobody");
      expect(one).toBe(none + 2);
    });
  });

  describe("levels", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("[NL1] [NL2] a level is told to its user alone, and leaving forgets it", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      const put = (notifyLevel: "all" | "mentions" | "none") =>
        stage.store.putPlace({ roomId: room.id, userId: bob.id, notifyLevel });
      expect(await stage.place(room, bob)).toMatchObject({ notifyLevel: "mentions" });
      const told = await stage.during(topicOf(bob), () => put("none"));
      expect(told).toMatchObject([{ levels: [{ room: room.id, notifyLevel: "none" }] }]);
      expect(await stage.during(topicOf(bob), () => put("none"))).toEqual([]);
      expect(await stage.place(room, bob)).toMatchObject({ notifyLevel: "none" });
      expect(await stage.place(room, ada)).toMatchObject({ notifyLevel: "mentions" });
      value(await stage.leave(room, bob));
      expect(refusal(await put("all"))).toBe("not_found");
      value(await stage.join(room, bob));
      expect(await stage.place(room, bob)).toMatchObject({ notifyLevel: "mentions" });
    });
  });
}

/** [UN3] The counts are what the messages themselves say. */
export async function expectCounts(stage: Stage, rooms: readonly Room[], users: readonly User[]): Promise<void> {
  for (const room of rooms) {
    const messages: Message[] = [];
    for (let page = [messages[0]]; page.length > 0; ) {
      const read = await stage.store.listMessages({ roomId: room.id, cursor: { after: messages.length }, limit: 100 });
      page = [...read.messages];
      messages.push(...read.messages);
    }
    for (const user of users) {
      const place = (await stage.store.findOwnRoom({ roomId: room.id, userId: user.id }))?.membership;
      if (!place) continue;
      const unread = messages.filter(
        ({ id, author, deletedAt }) => id > place.receipt && author.id !== user.id && deletedAt === undefined,
      );
      const called = [user.username.toLowerCase(), "all", "here"];
      const mentions = unread.filter((message) => message.mentions?.some((name) => called.includes(name)));
      expect(place).toMatchObject({ unread: unread.length, mentions: mentions.length });
    }
  }
}
