import { beforeEach, describe, expect, test } from "bun:test";
import type { Topic } from "@parley/protocol/model";
import { type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of catching up. */
export function catchingUpContract(stageOf: () => Stage): void {
  describe("catching up", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("changes are each thing once as it is now, in one delta up to the head", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada);
      const since = await stage.head(topicOf(room));
      await stage.say(room, ada, "one");
      await stage.say(room, ada, "two");
      value(await stage.join(room, bob));
      value(await stage.leave(room, bob));
      value(await stage.edit(room, 1, ada, "1"));
      const answer = await stage.store.changesSince({ topic: topicOf(room), since, limit: 10 });
      expect(answer).toMatchObject({
        kind: "changes",
        delta: { type: "delta", topic: topicOf(room), from: since, to: since + 5, rooms: [{ memberCount: 1 }] },
      });
      if (answer.kind !== "changes") return;
      expect(answer.delta.messages?.map(({ id, content }) => [id, content])).toEqual([
        [1, "1"],
        [2, "two"],
      ]);
      expect(answer.delta.memberships).toMatchObject([{ user: { id: bob.id }, leftAt: expect.any(String) }]);
    });

    test("the head itself is current; what lies ahead of it or too far behind is a reset", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      for (let n = 0; n < 5; n++) await stage.say(general, ada, `${n}`);
      const topic = topicOf(general);
      const head = await stage.head(topic);
      expect(await stage.store.changesSince({ topic, since: head, limit: 5 })).toEqual({ kind: "current", head });
      expect(await stage.store.changesSince({ topic, since: head + 1, limit: 5 })).toEqual({ kind: "reset", head });
      expect(await stage.store.changesSince({ topic, since: head - 5, limit: 6 })).toMatchObject({ kind: "changes" });
      expect(await stage.store.changesSince({ topic, since: head - 5, limit: 4 })).toEqual({ kind: "reset", head });
      // Membership, receipt and room count too.
      expect(await stage.store.changesSince({ topic, since: 0, limit: 7 })).toEqual({ kind: "reset", head });
      expect(await stage.store.changesSince({ topic, since: 0, limit: 8 })).toMatchObject({ kind: "changes" });
      expect(await stage.store.changesSince({ topic: "room:RNONE", since: 3, limit: 5 })).toEqual({
        kind: "reset",
        head: 0,
      });
      expect(await stage.store.changesSince({ topic: "user:UNONE", since: 3, limit: 5 })).toEqual({
        kind: "reset",
        head: 0,
      });
    });

    test("the heads of any number of topics are told, and nothing of those that do not exist", async () => {
      const people = await stage.cast("ada", "bob");
      const rooms = await Promise.all(Array.from({ length: 120 }, () => stage.createRoom(people[0])));
      const [spoken] = rooms;
      if (spoken) await stage.say(spoken, people[0], "one");
      const topics = ["workspace", ...[...people, ...rooms].map(topicOf), "room:RNONE", "user:UNONE"] as Topic[];
      const heads = await stage.store.listHeads({ topics });
      const expected = await Promise.all(topics.slice(0, -2).map(async (topic) => [topic, await stage.head(topic)]));
      expect(Object.fromEntries(heads.map(({ topic, head }) => [topic, head]))).toEqual(Object.fromEntries(expected));
      expect(heads).toHaveLength(expected.length);
      expect(await stage.store.listHeads({ topics: ["room:RNONE"] })).toEqual([]);
      expect(await stage.store.listHeads({ topics: [] })).toEqual([]);
    });

    test("what someone has missed is told of their topics alone, as each would tell it, and of one epoch", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const [room, closed, quiet] = [
        await stage.createRoom(ada, "private", bob),
        await stage.createRoom(ada, "private"),
        await stage.createRoom(ada, "private", bob),
      ];
      await stage.say(room, ada, "one");
      await stage.say(closed, ada, "two");
      const positions = {
        [topicOf(room)]: 1,
        [topicOf(closed)]: 1,
        [topicOf(quiet)]: await stage.head(topicOf(quiet)),
        [topicOf(bob)]: 99,
        "room:RNONE": 1,
      };
      const { epoch } = await stage.store.getWorkspace({});
      const ask = (of: string | null) =>
        stage.store.listMissed({ userId: bob.id, epoch: of, positions, limit: 10, limitInAll: 20 });
      const told = await ask(null);
      expect(told).toMatchObject({ topics: await stage.store.listTopics({ userId: bob.id }), epoch });
      const changes = (topic: Topic) => stage.store.changesSince({ topic, since: positions[topic] ?? 0, limit: 10 });
      expect(Object.fromEntries(told.missed)).toEqual({
        [topicOf(room)]: await changes(topicOf(room)),
        [topicOf(bob)]: await changes(topicOf(bob)),
      });
      expect(await ask(epoch)).toEqual(told);
      expect((await ask("another")).missed.size).toBe(0);
    });

    test("[SO5] what someone has missed is read up to a limit, from the topics with least to tell", async () => {
      const [ada] = await stage.cast("ada");
      const rooms = [await stage.createRoom(ada), await stage.createRoom(ada), await stage.createRoom(ada)];
      const said = [9, 4, 2];
      for (const [index, room] of rooms.entries()) {
        for (let count = 0; count < (said[index] ?? 0); count++) await stage.say(room, ada, `${count}`);
      }
      // After its founding, and everything else that is not a message.
      const positions = Object.fromEntries(rooms.map((room) => [topicOf(room), 1]));
      const kinds = async (limitInAll: number, limit = 20) => {
        const ask = { userId: ada.id, epoch: null, positions, limit, limitInAll };
        const { missed } = await stage.store.listMissed(ask);
        return rooms.map((room) => missed.get(topicOf(room))?.kind);
      };
      expect(await kinds(18)).toEqual(["changes", "changes", "changes"]);
      expect(await kinds(12)).toEqual(["reset", "changes", "changes"]);
      expect(await kinds(3)).toEqual(["reset", "reset", "changes"]);
      expect(await kinds(18, 3)).toEqual(["reset", "reset", "changes"]);
      // What a topic that is too far behind has cost counts as well: the last one is not looked at.
      const statements = async (limitInAll: number) => {
        const before = stage.engine.statements();
        await kinds(limitInAll, 4);
        return stage.engine.statements() - before;
      };
      expect(await statements(7)).toBeLessThan(await statements(8));
    });

    test("one's own topic tells which rooms one is in now", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const [stayed, left] = [await stage.createRoom(ada, "private", bob), await stage.createRoom(ada, "private", bob)];
      value(await stage.leave(left, bob));
      const answer = await stage.store.changesSince({ topic: topicOf(bob), since: 2, limit: 10 });
      expect(answer).toMatchObject({ kind: "changes", delta: { rooms: [{ id: stayed.id }] } });
      if (answer.kind !== "changes") return;
      expect(answer.delta.memberships?.map(({ room, leftAt }) => [room, leftAt !== undefined])).toEqual([
        [stayed.id, false],
        [left.id, true],
      ]);
    });
  });
}
