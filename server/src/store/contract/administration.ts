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
      expect((await stage.recorded()).map(({ act }) => act)).toEqual(["user.reactivated", "user.deactivated"]);
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
      expect(await stage.recorded()).toHaveLength(2);
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

    test("[AU4] the log is narrowed to an act, to whom it concerns, or both, in pages that miss nothing", async () => {
      const [ada, bob, cyn] = await stage.cast("ada", "bob", "cyn");
      const room = await stage.createRoom(bob, "private", cyn);
      const by = { userId: ada.id, role: "owner", address: null } as const;
      for (let time = 0; time < 3; time++) {
        value(await stage.store.deactivateUser(await stage.actOn(bob, by)));
        value(await stage.store.reactivateUser(await stage.actOn(bob, by)));
        value(await stage.store.revokeSessions(await stage.actOn(cyn, by)));
      }
      const inRoom = { roomId: room.id, userId: bob.id, member: cyn.id, role: "admin", address: null } as const;
      value(await stage.store.putRole({ ...inRoom, at: stage.at }));
      const tell = async (...asked: Parameters<typeof stage.recorded>) =>
        (await stage.recorded(...asked)).map(({ act, actor }) => `${actor?.username} ${act}`);
      expect(await tell({ act: "user.deactivated" })).toEqual(Array(3).fill("ada user.deactivated"));
      expect(await tell({ userId: cyn.id })).toEqual([
        "bob room.role_changed",
        ...Array(3).fill("ada user.signed_out"),
      ]);
      expect(await tell({ userId: cyn.id, act: "user.signed_out" })).toHaveLength(3);
      // What is both done by someone and to them is there once.
      value(await stage.store.putUserRole({ ...(await stage.actOn(cyn)), role: "owner" }));
      value(await stage.store.putUserRole({ ...(await stage.actOn(cyn, { ...by, userId: cyn.id })), role: "admin" }));
      expect(await tell({ userId: cyn.id, act: "user.role_changed" })).toEqual([
        "cyn user.role_changed",
        "undefined user.role_changed",
      ]);
      for (const narrowed of [
        { userId: ada.id },
        { userId: bob.id },
        { userId: ada.id, act: "user.signed_out" },
      ] as const) {
        const all = await stage.recorded(narrowed, 100);
        const paged = [];
        for (let page = await stage.recorded(narrowed, 2); page.length > 0; ) {
          paged.push(...page);
          page = await stage.recorded({ ...narrowed, before: page.at(-1)?.id ?? 0 }, 2);
        }
        expect(paged).toEqual([...all]);
      }
    });

    test("[AU3] failed sign-ins are entries without an actor, of whom the login names or of nobody", async () => {
      const [ada] = await stage.cast("ada");
      const refusals = [
        { userId: ada.id, address: "192.0.2.1", count: 3, at: stage.at },
        { userId: null, address: "192.0.2.2", count: 1, at: stage.at },
        { userId: null, address: null, count: 70, at: stage.at },
      ];
      await stage.store.recordRefusals({ refusals });
      const entries = await stage.recorded({ act: "session.refused" });
      expect(entries.map(({ target, detail, address }) => [target?.name, detail, address])).toEqual([
        [undefined, "70 times", undefined],
        [undefined, undefined, "192.0.2.2"],
        ["ada", "3 times", "192.0.2.1"],
      ]);
      expect(entries.some((entry) => "actor" in entry)).toBe(false);
      expect(await stage.recorded({ userId: ada.id })).toEqual(entries.slice(2));
    });

    test("a sign-in of who looks after the workspace is written down, one of a member is not", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      for (const user of [ada, bob]) {
        const session = stage.newSession();
        const passwordHash = `hash of ${user.username}`;
        value(await stage.store.createSession({ userId: user.id, passwordHash, session, keep: 5, at: stage.at }));
      }
      expect((await stage.recorded()).map(({ act, actor }) => [act, actor?.id])).toEqual([["session.opened", ada.id]]);
    });
  });
}
