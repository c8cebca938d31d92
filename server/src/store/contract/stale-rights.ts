import { beforeEach, describe, expect, test } from "bun:test";
import { writeVerbs } from "../verbs/writes.ts";
import { type Act, actsElsewhere, actsInRoom, actsOnWorkspace, type Cast, expel, giveBob, stageRoom } from "./acts.ts";
import { refusal, type Stage, value } from "./stage.ts";

/**
 * What each engine owes to those whose right has ended between the moment at which an act was admitted and its write: the
 * write is refused, and nothing changes. Every verb that someone's right leads to has a row.
 */
export function staleRightsContract(stageOf: () => Stage): void {
  describe("rights that have ended meanwhile", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    /** Nothing was announced or written down, and all that can be read of the room is as before. */
    const expectRefusals = async (
      cast: Cast,
      acts: Readonly<Record<string, Act>>,
      expected: Readonly<Record<string, string>>,
    ) => {
      const read = async () => [
        stage.seen.length,
        await stage.recorded({}, 100),
        await stage.store.listInvites({ roomId: cast.room.id, at: stage.at }),
        await stage.store.listMessages({ roomId: cast.room.id, cursor: {}, limit: 100 }),
        await stage.store.findAccount({ reference: cast.bob.id }),
        await stage.store.listRemovedFiles({ after: "", limit: 10 }),
      ];
      const before = await read();
      const refusals: Record<string, string> = {};
      for (const name of Object.keys(expected)) {
        const outcome = await acts[name]?.(stage, cast);
        refusals[name] = outcome?.ok === false ? outcome.refusal : "done";
      }
      expect(refusals).toEqual({ ...expected });
      expect(await read()).toEqual(before);
    };

    test("[AX5] of an admin who is a member now, what needed the role", async () => {
      const cast = await stageRoom(stage);
      value(await giveBob(stage, cast, "member"));
      await expectRefusals(cast, actsInRoom, {
        putRoom: "not_allowed",
        archive: "not_allowed",
        removeRoom: "not_allowed",
        createInvite: "not_allowed",
        revokeInvite: "not_allowed",
        putRole: "not_allowed",
        removeMember: "not_allowed",
        removeMessage: "not_allowed",
      });
    });

    test("[AX5] of someone removed from a private room, everything", async () => {
      const cast = await stageRoom(stage);
      value(await expel(stage, cast.room, cast.ada, cast.bob));
      await expectRefusals(cast, actsInRoom, { ...hidden(actsInRoom), revokeInvite: "invite_unusable" });
    });

    test("[AX5] of someone deactivated, everything", async () => {
      const cast = await stageRoom(stage);
      const { bob } = cast;
      value(await stage.store.deactivateUser(await stage.actOn(bob)));
      await expectRefusals(cast, actsInRoom, { ...hidden(actsInRoom), revokeInvite: "invite_unusable" });
      await expectRefusals(cast, actsElsewhere, {
        createRoom: "not_signed_in",
        openDirectRoom: "not_found",
        openKnownDirectRoom: "not_found",
        putMembership: "not_found",
        redeemInvite: "invite_unusable",
        putUser: "not_signed_in",
        removeAvatar: "not_signed_in",
        putAvatar: "not_signed_in",
        createPicture: "not_signed_in",
        createSession: "bad_credentials",
        putPassword: "bad_credentials",
        putEmail: "bad_credentials",
        putPushTarget: "not_signed_in",
      });
    });

    test("[AX5] in a room that is deleted, everything", async () => {
      const cast = await stageRoom(stage);
      value(await stage.removeRoom(cast.room));
      await expectRefusals(cast, actsInRoom, { ...hidden(actsInRoom), revokeInvite: "invite_unusable" });
    });

    test("[AX5] in a room that is archived, what would be new", async () => {
      const cast = await stageRoom(stage);
      value(await stage.putRoom(cast.room, { archived: true }));
      await expectRefusals(cast, actsInRoom, {
        createInvite: "room_archived",
        revokeInvite: "invite_unusable",
        appendMessage: "room_archived",
        editMessage: "room_archived",
        putReaction: "room_archived",
        removeReaction: "room_archived",
        createUpload: "room_archived",
        finishUpload: "room_archived",
      });
    });

    test("[AX5] of someone who has seen a public room, joining it once it is private", async () => {
      const cast = await stageRoom(stage);
      value(await stage.putRoom(cast.open, { kind: "private" }));
      expect(refusal(await stage.join(cast.open, cast.bob))).toBe("not_found");
    });

    test("[AX5] of someone who looks after the workspace no more, what they did by that", async () => {
      const cast = await stageRoom(stage);
      const act = await stage.actOn(cast.bob);
      value(await stage.store.putUserRole({ ...act, role: "admin" }));
      const bob = { ...cast.bob, role: "admin" } as const;
      value(await stage.store.putUserRole({ ...act, userRole: "admin", role: "member" }));
      await expectRefusals({ ...cast, bob }, actsOnWorkspace, {
        putOpenRoom: "not_found",
        removeOpenRoom: "not_found",
        inviteToOpenRoom: "not_found",
        putRoleInOpenRoom: "not_found",
        removeMemberOfOpenRoom: "not_found",
        putAnyRoom: "not_allowed",
        removeAnyRoom: "not_allowed",
        revokeAnyInvite: "not_allowed",
        handOverRoom: "not_allowed",
        putWorkspace: "not_allowed",
        putPicture: "not_allowed",
        createUser: "not_allowed",
        putUserRole: "not_allowed",
        deactivateUser: "not_allowed",
        reactivateUser: "not_allowed",
        revokeSessions: "not_allowed",
        createReset: "not_allowed",
      });
    });

    test("[AX5] each write that somebody's right leads to has a row here", async () => {
      const cast = await stageRoom(stage);
      const called = new Set<string>();
      stage.store = new Proxy(stage.store, {
        get(store, verb) {
          called.add(String(verb));
          return Reflect.get(store, verb);
        },
      });
      for (const act of Object.values({ ...actsInRoom, ...actsElsewhere, ...actsOnWorkspace })) await act(stage, cast);
      const missing = Object.keys(writeVerbs).filter((verb) => !called.has(verb));
      expect(missing.sort()).toEqual(Object.keys(withoutRights).sort());
    });

    test("[AX5] of someone whose password is being hashed while sign-up is closed", async () => {
      await stage.cast("ada");
      await stage.setSignUp("closed");
      expect(refusal(await stage.trySignUp("bob"))).toBe("sign_up_closed");
    });
  });
}

/** Writes that are nobody's right, or only ever their own matter, and why. */
const withoutRights: Readonly<Record<string, string>> = {
  createAccount: "by nobody yet; the policy is looked up below",
  touchSession: "a session that has ended stays ended",
  revokeSession: "one's own",
  removeMembership: "to leave is for whoever is in",
  removeUpload: "one's own, which nobody else has seen",
  removePushTarget: "one's own",
  redeemReset: "by whoever holds the link, while it works",
  createVerification: "by the server, for an address that still waits",
  redeemVerification: "by whoever holds the link, while it works",
  purgeRooms: "by the server",
  expireUploads: "by the server",
  dropFile: "by the server",
  recordRefusals: "by the server",
  claimBackup: "by the server",
  putBackup: "by the server",
  beginHistory: "by whoever has the data folder",
  putPushKeys: "by the server",
  removePushEndpoints: "by the server",
  recordNotifications: "by the server",
};

const hidden = (acts: Readonly<Record<string, Act>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(acts).map((name) => [name, "not_found"]));
