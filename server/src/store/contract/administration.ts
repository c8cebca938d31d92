import { beforeEach, describe, expect, test } from "bun:test";
import { refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of looking after the workspace. */
export function administrationContract(stageOf: () => Stage): void {
  describe("looking after the workspace", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("[AD3] an id means its user, also where someone else is called like it", async () => {
      const [ada] = await stage.cast("ada");
      const namesake = await stage.signUp(ada.id.toLowerCase());
      expect(await stage.store.findAccount({ reference: ada.id })).toMatchObject({ id: ada.id });
      expect(await stage.store.findAccount({ reference: namesake.id })).toMatchObject({ id: namesake.id });
    });

    test("[AD2] a deactivated user is found by no session, opens none, and makes no invite", async () => {
      const session = stage.newSession();
      const [ada] = await stage.cast("ada");
      const lin = value(await stage.trySignUp("lin", { session }));
      const room = await stage.createRoom(lin, "public");
      const told = await stage.during(topicOf("workspace"), async () => {
        value(await stage.store.deactivateUser(await stage.actOn(lin)));
        value(await stage.store.deactivateUser(await stage.actOn(lin)));
      });
      expect(told.flatMap(({ users }) => users ?? [])).toMatchObject([
        { id: lin.id, deactivatedAt: expect.any(String) },
      ]);
      expect(await stage.store.findSession({ tokenHash: session.tokenHash, at: stage.at })).toBeNull();
      const again = {
        userId: lin.id,
        passwordHash: "hash of lin",
        session: stage.newSession(),
        keep: 5,
        at: stage.at,
      };
      expect(refusal(await stage.store.createSession(again))).toBe("bad_credentials");
      const invite = {
        code: "c",
        roomId: room.id,
        userId: lin.id,
        expiresAt: null,
        maxUses: null,
        keep: 9,
        at: stage.at,
      };
      expect(refusal(await stage.store.createInvite(invite))).toBe("not_found");
      expect(await stage.roleOf(room, lin)).toBe("owner");
      value(await stage.store.reactivateUser(await stage.actOn(lin)));
      expect(value(await stage.store.createSession(again)).id).toBe(again.session.id);
      expect(await stage.store.findSession({ tokenHash: session.tokenHash, at: stage.at })).toBeNull();
      expect((await stage.store.listAudit({ before: null, limit: 10 })).map(({ act }) => act)).toEqual([
        "user.reactivated",
        "user.deactivated",
      ]);
      expect(refusal(await stage.store.deactivateUser(await stage.actOn(ada)))).toBe("not_allowed");
    });

    test("[AD4] of all owners who step down at once, one stays", async () => {
      const people = await stage.cast("ada", "lin", "sam");
      for (const each of people) value(await stage.store.putUserRole({ ...(await stage.actOn(each)), role: "owner" }));
      const acts = await Promise.all(people.map((each) => stage.actOn(each)));
      const outcomes = await Promise.all(acts.map((act) => stage.store.putUserRole({ ...act, role: "member" })));
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2);
    });

    test("[AD3] an act decided on with roles that are gone by now is refused, and not written down", async () => {
      const [ada, lin, sam] = await stage.cast("ada", "lin", "sam");
      const by = { userId: lin.id, role: "admin", address: "::1" } as const;
      value(await stage.store.putUserRole({ ...(await stage.actOn(lin)), role: "admin" }));
      const act = await stage.actOn(sam, by);
      const onAda = { ...(await stage.actOn(ada, by)), userRole: "member" as const };
      expect(refusal(await stage.store.deactivateUser(onAda))).toBe("not_allowed");
      value(await stage.store.putUserRole({ ...(await stage.actOn(lin)), role: "member" }));
      const reset = { tokenHash: "hash", expiresAt: stage.at + 10 };
      for (const outcome of [
        await stage.store.deactivateUser(act),
        await stage.store.revokeSessions(act),
        await stage.store.putUserRole({ ...act, role: "admin" }),
        await stage.store.createReset({ ...act, reset }),
      ]) {
        expect(refusal(outcome)).toBe("not_allowed");
      }
      expect(await stage.store.findReset({ tokenHash: "hash", at: stage.at })).toBeNull();
      expect(await stage.store.listAudit({ before: null, limit: 10 })).toHaveLength(2);
    });

    test("[PW3] of 20 uses of a reset link at once one sets the password; all sessions but its own end", async () => {
      const [ada] = await stage.cast("ada");
      value(await stage.store.createReset({ ...(await stage.actOn(ada)), reset: { tokenHash: "t", expiresAt: 9e15 } }));
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          stage.store.redeemReset({
            tokenHash: "t",
            passwordHash: `new ${n}`,
            session: stage.newSession(),
            at: stage.at,
          }),
        ),
      );
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await stage.store.listSessions({ userId: ada.id, at: stage.at })).toHaveLength(1);
      expect((await stage.store.findAccount({ reference: "ADA" }))?.passwordHash).toBe("new 0");
    });
  });
}
