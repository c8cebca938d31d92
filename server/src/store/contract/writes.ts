import { beforeEach, describe, expect, test } from "bun:test";
import { operator, refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of every write: durable, announced once, alone in its failure. */
export function writesContract(stageOf: () => Stage): void {
  describe("writes", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("a write is announced once, before its promise resolves", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      const announced = await stage.during(topicOf(general), async () => {
        const message = await stage.say(general, ada, "hello");
        expect(stage.seen.at(-1)?.messages).toEqual([message]);
      });
      expect(announced).toHaveLength(1);
    });

    test("a refused write changes nothing and announces nothing", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      const { code } = await stage.invite(room, ada, { expiresAt: stage.at });
      const before = [...stage.seen];
      const counts = await stage.store.getWorkspace({});
      expect(refusal(await stage.trySignUp("Bob"))).toBe("username_taken");
      expect(refusal(await stage.trySay(room, bob, "let me in"))).toBe("not_found");
      expect(refusal(await stage.join(room, bob))).toBe("not_found");
      expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
      expect(refusal(await stage.tryCreateRoom(bob, { slug: "general" }))).toBe("slug_taken");
      expect(stage.seen).toEqual(before);
      expect(await stage.store.getWorkspace({})).toEqual(counts);
    });

    test("a write that fails rejects alone and takes no number; those beside it succeed", async () => {
      const session = stage.newSession();
      const ada = value(await stage.trySignUp("ada", { session }));
      const general = await stage.general();
      const signIn = (id: string) =>
        stage.store.createSession({
          userId: ada.id,
          passwordHash: "hash of ada",
          session: { ...session, id },
          keep: 5,
          at: stage.at,
        });
      const outcomes = await Promise.allSettled([
        stage.say(general, ada, "one"),
        signIn(stage.newId("S")), // A token that exists: a fault, found after the number was taken.
        stage.say(general, ada, "two"),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(await stage.store.listSessions({ userId: ada.id, at: stage.at })).toHaveLength(1);
    });

    test("what was acknowledged is there after the store is opened again", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private", bob);
      await stage.say(room, bob, "remember this");
      const read = async () => [
        await stage.store.getWorkspace({}),
        await stage.store.listRooms({ userId: bob.id }),
        await stage.store.listTopics({ userId: bob.id }),
        await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 10 }),
        await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 10 }),
        await stage.store.findAccountByLogin({ login: "bob" }),
      ];
      const before = await read();
      await stage.reopen();
      expect(await read()).toEqual(before);
      expect((await stage.say(room, ada, "I did")).id).toBe(2);
    });

    test("closing finishes what was accepted; later calls reject", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      const accepted = Array.from({ length: 1200 }, (_, index) => stage.say(general, ada, `${index}`));
      const { store } = stage;
      const reopened = stage.reopen();
      expect((await Promise.all(accepted)).map(({ id }) => id)).toEqual(accepted.map((_, index) => index + 1));
      await reopened;
      for (const late of [store.getWorkspace({}), store.putWorkspace({ name: "Late", by: operator, at: 0 })]) {
        expect(await late.catch((error: unknown) => error)).toMatchObject({ code: "unavailable" });
      }
    });

    test("200 concurrent messages share a few commits", async () => {
      const [ada] = await stage.cast("ada");
      const general = await stage.general();
      const told = await stage.during(topicOf(general), () =>
        Promise.all(Array.from({ length: 200 }, (_, index) => stage.say(general, ada, `${index}`))),
      );
      expect(told.flatMap(({ messages }) => messages ?? [])).toHaveLength(200);
      expect(told.length).toBeLessThanOrEqual(6);
    });

    test("whoever comes when too many wait is told so, and those before are served", async () => {
      const touch = () => stage.store.touchSession({ id: "SNONE", expiresAt: 1, at: 0 });
      const outcomes = await Promise.allSettled(Array.from({ length: 10_050 }, touch));
      const rejected = outcomes.filter((outcome) => outcome.status === "rejected");
      expect(rejected).toHaveLength(50);
      for (const { reason } of rejected) expect(reason).toMatchObject({ name: "ParleyError", code: "unavailable" });
      await touch();
    });

    test("500 concurrent messages get ids and seqs without gaps, in the order of their deltas", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "public", bob);
      const from = await stage.head(topicOf(room));
      const sent = await Promise.all(
        Array.from({ length: 500 }, (_, index) => stage.say(room, index % 2 === 0 ? ada : bob, `message ${index}`)),
      );
      expect(sent.map(({ id }) => id).sort((a, b) => a - b)).toEqual(sent.map((_, index) => index + 1));
      for (const message of sent) expect(message.seq).toBe(from + message.id);
      const heard = stage.seen.filter(({ topic }) => topic === topicOf(room)).flatMap((delta) => delta.messages ?? []);
      expect(heard.map(({ id }) => id)).toEqual(sent.map((_, index) => index + 1));
    });
  });
}
