import { beforeEach, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of rooms. */
export function roomsContract(stageOf: () => Stage): void {
  describe("rooms", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("a room is found by id and by slug, with the asker's own place in it", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = value(await stage.tryCreateRoom(ada, { name: "Tea Time", slug: "tea" }));
      expect(room).toMatchObject({ slug: "tea", memberCount: 1, lastMessageId: 0, membership: { role: "owner" } });
      const { membership: _, ...record } = room;
      for (const reference of [room.id, "tea"]) {
        expect(await stage.store.findRoom({ reference, userId: ada.id })).toEqual({ room: record, role: "owner" });
        const asBob = await stage.store.findRoom({ reference, userId: bob.id });
        expect(asBob).toMatchObject({ room: { id: room.id }, role: null });
        expect(asBob?.room.membership).toBeUndefined();
      }
      expect(await stage.store.findRoom({ reference: "coffee", userId: ada.id })).toBeNull();
    });

    test("a slug is made from the name, with a number when it is taken", async () => {
      const [ada] = await stage.cast("ada");
      const slugs: string[] = [];
      for (const name of ["Général!", "Crème brûlée", "Crème brûlée", "crème-brûlée", "☕", "☕", "x".repeat(64)]) {
        slugs.push(value(await stage.tryCreateRoom(ada, { name })).slug);
      }
      expect(slugs.slice(0, 6)).toEqual([
        "general-2",
        "creme-brulee",
        "creme-brulee-2",
        "creme-brulee-3",
        "room",
        "room-2",
      ]);
      for (const slug of slugs) {
        expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slug.length).toBeLessThanOrEqual(limits.slugLength);
      }
    });

    test("a very popular name still gets a slug", async () => {
      const [ada] = await stage.cast("ada");
      const rooms = await Promise.all(
        Array.from({ length: 30 }, () => stage.tryCreateRoom(ada, { name: "y".repeat(64) })),
      );
      const slugs = new Set(rooms.map((room) => value(room).slug));
      expect(slugs.size).toBe(30);
      for (const slug of slugs) expect(slug.length).toBeLessThanOrEqual(limits.slugLength);
    });

    test("a public room is told to the workspace, a private one is not", async () => {
      const [ada] = await stage.cast("ada");
      let room = await stage.createRoom(ada, "private");
      expect(
        await stage.during("workspace", async () => {
          room = await stage.createRoom(ada, "private");
          await stage.putRoom(room, { name: "Hidden" });
        }),
      ).toEqual([]);
      const told = await stage.during("workspace", () => stage.putRoom(room, { kind: "public" }));
      expect(told.flatMap(({ rooms }) => rooms)).toMatchObject([{ id: room.id, name: "Hidden", kind: "public" }]);
      const hidden = await stage.during("workspace", () => stage.putRoom(room, { kind: "private" }));
      expect(hidden.flatMap(({ rooms }) => rooms)).toEqual([{ id: room.id, gone: true }]);
      expect(await stage.during("workspace", () => stage.putRoom(room, { name: "Secret" }))).toEqual([]);
      expect(
        JSON.stringify(await stage.store.changesSince({ topic: "workspace", since: 0, limit: 100 })),
      ).not.toContain("Hidden");
    });

    test("a change of details is told to the room's topic; the same again changes nothing", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      const before = stage.seen.length;
      const changed = value(await stage.putRoom(room, { slug: "tee", description: "Tee" }));
      expect(changed).toMatchObject({ slug: "tee", name: "Tea", description: "Tee", memberCount: 2 });
      const told = stage.seen.slice(before);
      expect(new Set(told.map(({ topic }) => topic))).toEqual(new Set([topicOf(room), "workspace"]));
      for (const delta of told) expect(delta.rooms).toEqual([changed]);
      expect(value(await stage.putRoom(room, { slug: "tee" }))).toEqual(changed);
      expect(stage.seen).toHaveLength(before + 2);
      expect(refusal(await stage.putRoom(room, { slug: "general" }))).toBe("slug_taken");
      expect(refusal(await stage.putRoom({ id: "RNONE" }, { name: "x" }))).toBe("not_found");
    });

    test("lists hold one's own rooms and open ones, by name, with the positions that continue them", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const zoo = value(await stage.tryCreateRoom(ada, { name: "zoo" }));
      const beta = value(await stage.tryCreateRoom(ada, { name: "Beta", kind: "private" }));
      const alpha = value(await stage.tryCreateRoom(bob, { name: "alpha", kind: "private" }));
      await stage.say(zoo, ada, "lions");
      const list = await stage.store.listRooms({ userId: bob.id });
      expect(list.rooms.map(({ name, lastMessageId, membership }) => [name, lastMessageId, membership?.role])).toEqual([
        ["alpha", 0, "owner"],
        ["general", 0, "member"],
        ["zoo", 1, undefined],
      ]);
      expect(list.workspaceHead).toBe(await stage.head("workspace"));
      expect(list.userHead).toBe(await stage.head(topicOf(bob)));
      const topics = await stage.store.listTopics({ userId: bob.id });
      const expected = ["workspace", topicOf(bob), topicOf(alpha), topicOf(await stage.general())] as const;
      expect(topics.map(({ topic }) => topic).sort()).toEqual([...expected].sort());
      for (const { topic, head } of topics) expect(head).toBe(await stage.head(topic));
      expect(topics.map(({ topic }) => topic)).not.toContain(topicOf(beta));
    });

    test("a removed room is gone at once for everyone, and its slug is free", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = value(await stage.tryCreateRoom(ada, { slug: "tea" }));
      const { code } = await stage.invite(room, ada);
      value(await stage.join(room, bob));
      await stage.say(room, bob, "hello");
      const position = await stage.head("workspace");
      const before = stage.seen.length;
      value(await stage.removeRoom(room));
      expect(stage.seen.slice(before).map(({ topic, rooms }) => ({ topic, rooms }))).toEqual([
        { topic: topicOf(room), rooms: [{ id: room.id, gone: true }] },
        { topic: "workspace", rooms: [{ id: room.id, gone: true }] },
      ]);
      const gone = async () => {
        expect(await stage.store.findRoom({ reference: room.id, userId: bob.id })).toBeNull();
        expect(await stage.store.findRoom({ reference: "tea", userId: bob.id })).toBeNull();
        expect((await stage.store.listRooms({ userId: bob.id })).rooms.map(({ slug }) => slug)).toEqual(["general"]);
        expect((await stage.store.listTopics({ userId: bob.id })).map(({ topic }) => topic)).not.toContain(
          topicOf(room),
        );
        expect(await stage.store.findMessage({ roomId: room.id, id: 1 })).toBeNull();
        expect(await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 9 })).toEqual({
          messages: [],
          head: 0,
        });
        expect((await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 9 })).members).toEqual([]);
        expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toBeNull();
        const resumed = await stage.store.changesSince({ topic: topicOf(room), since: 1, limit: 100 });
        expect(resumed).toMatchObject({
          kind: "changes",
          delta: { messages: [], rooms: [{ id: room.id, gone: true }] },
        });
        const away = await stage.store.changesSince({ topic: "workspace", since: position, limit: 100 });
        expect(away).toMatchObject({ delta: { rooms: [{ id: room.id, gone: true }] } });
      };
      await gone();
      expect(refusal(await stage.trySay(room, bob, "still there?"))).toBe("not_found");
      expect(refusal(await stage.edit(room, 1, bob, "x"))).toBe("not_found");
      expect(refusal(await stage.remove(room, 1, bob))).toBe("not_found");
      expect(refusal(await stage.join(room, bob))).toBe("not_found");
      expect(refusal(await stage.leave(room, bob))).toBe("not_found");
      expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
      expect(refusal(await stage.removeRoom(room))).toBe("not_found");
      expect(await stage.store.purgeRooms({ limit: 2 })).toBe(true);
      while (await stage.store.purgeRooms({ limit: 2 }));
      await gone();
      expect(value(await stage.tryCreateRoom(bob, { slug: "tea" })).slug).toBe("tea");
    });

    test("the room that everyone joins cannot be removed", async () => {
      await stage.cast("ada");
      expect(refusal(await stage.removeRoom(await stage.general()))).toBe("not_allowed");
    });

    test("purging touches only removed rooms, and ends", async () => {
      const [ada] = await stage.cast("ada");
      const [kept, removed] = [await stage.createRoom(ada), await stage.createRoom(ada)];
      for (const room of [kept, removed]) for (let n = 0; n < 5; n++) await stage.say(room, ada, `${n}`);
      value(await stage.removeRoom(removed));
      let calls = 1;
      while (await stage.store.purgeRooms({ limit: 3 })) calls += 1;
      expect(calls).toBeGreaterThan(1);
      expect(calls).toBeLessThan(6);
      expect(await stage.store.purgeRooms({ limit: 3 })).toBe(false);
      expect((await stage.store.listMessages({ roomId: kept.id, cursor: {}, limit: 9 })).messages).toHaveLength(5);
    });
  });
}
