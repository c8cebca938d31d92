import { beforeEach, describe, expect, test } from "bun:test";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of sessions. */
export function sessionsContract(stageOf: () => Stage): void {
  describe("sessions", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    const find = (tokenHash: string, at = stage.at) => stage.store.findSession({ tokenHash, at });

    test("a session is found by its token until it expires or is revoked", async () => {
      const session = stage.newSession();
      const ada = value(await stage.trySignUp("ada", { session }));
      expect(await find(session.tokenHash)).toMatchObject({ user: { id: ada.id }, session: { id: session.id } });
      expect(await find("another")).toBeNull();
      expect(await find(session.tokenHash, session.expiresAt)).toBeNull();
      await stage.store.touchSession({ id: session.id, expiresAt: session.expiresAt + 500, at: stage.at + 7 });
      expect(await find(session.tokenHash, session.expiresAt)).toMatchObject({
        session: { lastSeenAt: new Date(stage.at + 7).toISOString() },
      });
      const end = { id: session.id, userId: ada.id, at: stage.at + 8 };
      const told = await stage.during(topicOf(ada), async () => value(await stage.store.revokeSession(end)));
      expect(told[0]?.sessions).toMatchObject([{ id: session.id, revokedAt: new Date(stage.at + 8).toISOString() }]);
      expect(await find(session.tokenHash)).toBeNull();
      expect(refusal(await stage.store.revokeSession(end))).toBe("not_found");
    });

    test("a session tells of itself and its user as they are, whatever was written last", async () => {
      const bob = await stage.signUp("bob");
      const session = stage.newSession();
      const ada = value(await stage.trySignUp("ada", { session }));
      const general = await stage.general();
      const { store } = stage;
      const [roomId, userId] = [general.id, ada.id];
      const acts: readonly (() => Promise<unknown>)[] = [
        () => stage.say(general, ada, "hello"),
        () => stage.say(general, bob, "@ada hello"),
        () => stage.edit(general, 1, ada, "hello, all"),
        () => stage.react(general, 1, ada, "👍"),
        () => stage.unreact(general, 1, ada, "👍"),
        () => stage.read(general, ada, 2),
        () => stage.remove(general, 1, ada),
        () => store.putPlace({ roomId, userId, notifyLevel: "none" }),
        () => stage.upload(general, ada),
        () => store.recordNotifications({ roomId, messageId: 2, decided: [], keepFrom: 0 }),
        () => store.touchSession({ id: session.id, expiresAt: session.expiresAt + 500, at: stage.at + 7 }),
        () => store.putUser({ userId, displayName: "Ada L", status: "away", sharesReceipts: false }),
        async () => store.putUserRole({ ...(await stage.actOn(ada)), role: "admin" }),
      ];
      for (const act of acts) {
        expect(await find(session.tokenHash)).not.toBeNull();
        await act();
        const found = await find(session.tokenHash);
        expect(found?.user).toEqual((await store.findAccount({ reference: userId })) ?? undefined);
        expect([found?.session]).toEqual([...(await store.listSessions({ userId, at: stage.at }))]);
      }
      await store.deactivateUser(await stage.actOn(ada));
      expect(await find(session.tokenHash)).toBeNull();
      await stage.reopen();
      expect(await find(session.tokenHash)).toBeNull();
    });

    test("touching a session is not announced, and does not revive one that was revoked", async () => {
      const session = stage.newSession();
      const ada = value(await stage.trySignUp("ada", { session }));
      const before = stage.seen.length;
      await stage.store.touchSession({ id: session.id, expiresAt: session.expiresAt, at: stage.at + 1 });
      expect(stage.seen).toHaveLength(before);
      value(await stage.store.revokeSession({ id: session.id, userId: ada.id, at: stage.at }));
      await stage.store.touchSession({ id: session.id, expiresAt: session.expiresAt * 2, at: stage.at + 1 });
      expect(await find(session.tokenHash)).toBeNull();
    });

    test("nobody revokes the session of another", async () => {
      const session = stage.newSession();
      value(await stage.trySignUp("ada", { session }));
      const bob = await stage.signUp("bob");
      const outcome = await stage.store.revokeSession({ id: session.id, userId: bob.id, at: stage.at });
      expect(refusal(outcome)).toBe("not_found");
      expect(await find(session.tokenHash)).not.toBeNull();
    });

    test("only the latest seen sessions are kept, and the end of the others is announced", async () => {
      const [ada] = await stage.cast("ada");
      const made: string[] = [];
      const open = async () => {
        stage.at += 10;
        const session = stage.newSession();
        made.push(session.id);
        await stage.store.createSession({
          userId: ada.id,
          passwordHash: "hash of ada",
          session,
          keep: 3,
          at: stage.at,
        });
      };
      for (let count = 0; count < 3; count++) await open();
      // The oldest of the three is in use, so the next one goes.
      const [first = "", second = "", third = ""] = made;
      await stage.store.touchSession({ id: first, expiresAt: stage.at + 1_000_000, at: stage.at + 5 });
      const told = await stage.during(topicOf(ada), open);
      const ended = told.flatMap(({ sessions }) => sessions ?? []).filter(({ revokedAt }) => revokedAt !== undefined);
      expect(ended.map(({ id }) => id)).toEqual([second]);
      const list = await stage.store.listSessions({ userId: ada.id, at: stage.at });
      expect(list.map(({ id }) => id)).toEqual([made[3] ?? "", first, third]);
    });

    test("sessions that ended long ago are forgotten", async () => {
      const [ada] = await stage.cast("ada");
      const old = stage.newSession();
      await stage.store.createSession({
        userId: ada.id,
        passwordHash: "hash of ada",
        session: old,
        keep: 5,
        at: stage.at,
      });
      value(await stage.store.revokeSession({ id: old.id, userId: ada.id, at: stage.at }));
      stage.at += 91 * 24 * 60 * 60 * 1000;
      const told = await stage.store.createSession({
        userId: ada.id,
        passwordHash: "hash of ada",
        session: stage.newSession(),
        keep: 5,
        at: stage.at,
      });
      const answer = await stage.store.changesSince({ topic: topicOf(ada), since: 0, limit: 100 });
      const sessions = answer.kind === "changes" ? answer.delta.sessions : [];
      expect(sessions?.map(({ id }) => id)).toEqual([value(told).id]);
      // A view from before still has them: the audit's equality does not hold for what is forgotten.
      stage.seen.length = 0;
    });
  });
}
