import { beforeEach, describe, expect, test } from "bun:test";
import type { User } from "@parley/protocol/model";
import { refusal, type Stage, value } from "./stage.ts";

/** What each engine owes of invites. */
export function invitesContract(stageOf: () => Stage): void {
  describe("invites", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("an invite shows what it leads to, and lets in", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      const { code } = await stage.invite(room, ada);
      const find = (user: User) => stage.store.findInvite({ code, userId: user.id, at: stage.at });
      expect(await find(bob)).toMatchObject({
        invite: { room: room.id, createdBy: ada.id, uses: 0 },
        preview: { code, workspace: "Parley", room: { slug: "tea", memberCount: 1 }, joined: false },
        roomKind: "private",
      });
      const joined = value(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }));
      expect(joined).toMatchObject({ id: room.id, memberCount: 2, membership: { role: "member" } });
      expect(await find(bob)).toMatchObject({ invite: { uses: 1 }, preview: { joined: true } });
    });

    test("of 50 redemptions at once of an invite with three uses exactly three succeed", async () => {
      const [ada] = await stage.cast("ada");
      const room = await stage.createRoom(ada, "private");
      const { code } = await stage.invite(room, ada, { maxUses: 3 });
      const users = await Promise.all(Array.from({ length: 50 }, (_, index) => stage.signUp(`user${index}`)));
      const outcomes = await Promise.all(
        users.map((user) => stage.store.redeemInvite({ code, userId: user.id, at: stage.at })),
      );
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
      expect((await stage.store.findRoom({ reference: room.id, userId: null }))?.room.memberCount).toBe(4);
      expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toBeNull();
    });

    test("of 20 redemptions at once by one user one counts, and all succeed", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      const { code } = await stage.invite(room, ada, { maxUses: 2 });
      const redeem = () => stage.store.redeemInvite({ code, userId: bob.id, at: stage.at });
      for (const outcome of await Promise.all(Array.from({ length: 20 }, redeem))) value(outcome);
      expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toMatchObject({
        invite: { uses: 1 },
      });
    });

    test("[RM6] whoever is in gets the room again, whatever has become of the invite", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      const { code } = await stage.invite(room, ada, { maxUses: 1 });
      const redeem = { code, userId: bob.id, at: stage.at };
      const joined = value(await stage.store.redeemInvite(redeem));
      expect(value(await stage.store.redeemInvite(redeem))).toEqual(joined);
      await stage.invite(room, ada, { code: "other" });
      value(await stage.revokeInvite("other"));
      value(await stage.putRoom(room, { archived: true }));
      for (const each of [redeem, { ...redeem, code: "other" }]) {
        expect(value(await stage.store.redeemInvite(each))).toMatchObject({
          id: room.id,
          membership: { role: "member" },
        });
      }
    });

    test("an invite does not work when it is unknown, expired or revoked", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      const expiring = await stage.invite(room, ada, { expiresAt: stage.at + 10 });
      const revoked = await stage.invite(room, ada);
      value(await stage.revokeInvite(revoked.code));
      expect(refusal(await stage.revokeInvite(revoked.code))).toBe("invite_unusable");
      stage.at += 10;
      for (const code of [expiring.code, revoked.code, "unknown"]) {
        expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toBeNull();
        const outcome = await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at });
        expect(refusal(outcome)).toBe("invite_unusable");
      }
      expect(await stage.store.listInvites({ roomId: room.id, at: stage.at })).toEqual([]);
    });

    test("a room has so many usable invites at most, newest first", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      const room = await stage.createRoom(ada, "private");
      const make = (code: string, user: User) =>
        stage.store.createInvite({
          code,
          roomId: room.id,
          userId: user.id,
          expiresAt: null,
          maxUses: null,
          keep: 2,
          at: stage.at,
        });
      const codes = ["one", "two", "three"];
      const outcomes = [];
      for (const code of codes) {
        outcomes.push(await make(code, ada));
        stage.at += 1;
      }
      expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false]);
      expect((await stage.store.listInvites({ roomId: room.id, at: stage.at })).map(({ code }) => code)).toEqual([
        "two",
        "one",
      ]);
      value(await stage.revokeInvite("one"));
      expect((await make("four", ada)).ok).toBe(true);
      expect(refusal(await make("five", bob))).toBe("not_found");
    });
  });
}
