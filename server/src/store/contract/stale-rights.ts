import { beforeEach, describe, expect, test } from "bun:test";
import type { Room, User } from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import { writeVerbs } from "../verbs/writes.ts";
import { as, refusal, type Stage, value } from "./stage.ts";

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
      value(await put(stage, cast, "member"));
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
      const { room, ada, bob } = cast;
      const removal = { roomId: room.id, userId: ada.id, member: bob.id, address: null, at: stage.at };
      value(await stage.store.removeMember(removal));
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
  beginHistory: "by whoever has the data folder",
  putPushKeys: "by the server",
  removePushEndpoints: "by the server",
  recordNotifications: "by the server",
};

/** Bob, an admin of a private room with Ada, its owner, and Cyd; what they said there; and a public room without him. */
export interface Cast {
  readonly ada: User;
  readonly bob: User;
  readonly cyd: User;
  readonly room: Room;
  readonly open: Room;
  /** To `room`. */
  readonly code: string;
  readonly receiving: string;
}

type Act = (stage: Stage, cast: Cast) => Promise<Outcome<unknown, string>>;

const ofCyd = 1;
const ofBob = 2;

export async function stageRoom(stage: Stage): Promise<Cast> {
  const [ada, bob, cyd] = await stage.cast("ada", "bob", "cyd");
  const room = await stage.createRoom(ada, "private", bob, cyd);
  const open = await stage.createRoom(ada, "public", cyd);
  const { code } = await stage.invite(room, ada);
  await stage.say(room, cyd, "hello");
  await stage.say(room, bob, "hi");
  value(await stage.react(room, ofCyd, bob, "👍"));
  await stage.say(room, cyd, "unread");
  await stage.openDirect(bob, cyd);
  const { id: receiving, outcome } = await stage.tryUpload(bob, { room });
  value(outcome);
  const cast = { ada, bob, cyd, room, open, code, receiving };
  value(await put(stage, cast, "admin"));
  return cast;
}

const put = (stage: Stage, { room, ada, bob }: Cast, role: "admin" | "member") =>
  stage.store.putRole({ roomId: room.id, userId: ada.id, member: bob.id, role, address: null, at: stage.at });

export const actsInRoom: Readonly<Record<string, Act>> = {
  putRoom: (stage, { room, bob }) => stage.putRoom(room, { name: "Ours" }, as(bob)),
  archive: (stage, { room, bob }) => stage.putRoom(room, { archived: true }, as(bob)),
  removeRoom: (stage, { room, bob }) => stage.removeRoom(room, as(bob)),
  createInvite: (stage, { room, bob }) => stage.tryInvite(room, bob),
  revokeInvite: (stage, { code, bob }) => stage.revokeInvite(code, as(bob)),
  putRole: (stage, { room, bob, cyd }) =>
    stage.store.putRole({
      roomId: room.id,
      userId: bob.id,
      member: cyd.id,
      role: "admin",
      address: null,
      at: stage.at,
    }),
  removeMember: (stage, { room, bob, cyd }) =>
    stage.store.removeMember({ roomId: room.id, userId: bob.id, member: cyd.id, address: null, at: stage.at }),
  removeMessage: (stage, { room, bob }) => stage.remove(room, ofCyd, bob),
  removeOwnMessage: (stage, { room, bob }) => stage.remove(room, ofBob, bob),
  appendMessage: (stage, { room, bob }) => stage.trySay(room, bob, "still here"),
  editMessage: (stage, { room, bob }) => stage.edit(room, ofBob, bob, "hi there"),
  putReaction: (stage, { room, bob }) => stage.react(room, ofCyd, bob, "👋"),
  removeReaction: (stage, { room, bob }) => stage.unreact(room, ofCyd, bob, "👍"),
  setReceipt: (stage, { room, bob }) => stage.read(room, bob, 3),
  putPlace: (stage, { room, bob }) => stage.store.putPlace({ roomId: room.id, userId: bob.id, notifyLevel: "none" }),
  createUpload: async (stage, { room, bob }) => (await stage.tryUpload(bob, { room })).outcome,
  finishUpload: (stage, { receiving }) => stage.store.finishUpload({ id: receiving, facts: stage.facts(1) }),
};

const hidden = (acts: Readonly<Record<string, Act>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(acts).map((name) => [name, "not_found"]));

export const actsElsewhere: Readonly<Record<string, Act>> = {
  createRoom: (stage, { bob }) => stage.tryCreateRoom(bob),
  openDirectRoom: (stage, { ada, bob }) => stage.tryOpenDirect(bob, ada.id),
  openKnownDirectRoom: (stage, { bob, cyd }) => stage.tryOpenDirect(bob, cyd.id),
  putMembership: (stage, { open, bob }) => stage.join(open, bob),
  redeemInvite: (stage, { code, bob }) => stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }),
  putUser: (stage, { bob }) => stage.store.putUser({ userId: bob.id, displayName: "Bob the late" }),
  removeAvatar: (stage, { bob }) => stage.store.putAvatar({ userId: bob.id, file: null }),
  putAvatar: (stage, { bob, receiving }) =>
    stage.store.putAvatar({ userId: bob.id, file: { id: receiving, facts: stage.facts(1) } }),
  createPicture: async (stage, { bob }) => (await stage.tryUpload(bob, { purpose: "avatar" })).outcome,
  createSession: (stage, { bob }) =>
    stage.store.createSession({
      userId: bob.id,
      passwordHash: "hash of bob",
      session: stage.newSession(),
      keep: 5,
      at: stage.at,
    }),
  putEmail: ({ store, at }, { bob }) =>
    store.putEmail({
      userId: bob.id,
      before: `hash of ${bob.username}`,
      email: "bob@example.org",
      waits: false,
      by: as(bob),
      at,
    }),
  putPassword: (stage, { bob }) =>
    stage.store.putPassword({
      userId: bob.id,
      before: "hash of bob",
      passwordHash: "another",
      keep: "",
      by: as(bob),
      at: stage.at,
    }),
  putPushTarget: (stage, { bob }) =>
    stage.store.putPushTarget({
      sessionId: stage.newSession().id,
      userId: bob.id,
      target: { endpoint: "https://push.example.org/1", p256dh: "p", auth: "a", preview: true },
      at: stage.at,
    }),
};

export const actsOnWorkspace: Readonly<Record<string, Act>> = {
  putOpenRoom: (stage, { open, bob }) => stage.putRoom(open, { name: "Ours" }, as(bob)),
  removeOpenRoom: (stage, { open, bob }) => stage.removeRoom(open, as(bob)),
  inviteToOpenRoom: (stage, { open, bob }) => stage.tryInvite(open, bob),
  putRoleInOpenRoom: (stage, { open, bob, cyd }) =>
    stage.store.putRole({
      roomId: open.id,
      userId: bob.id,
      member: cyd.id,
      role: "owner",
      address: null,
      at: stage.at,
    }),
  removeMemberOfOpenRoom: (stage, { open, bob, cyd }) =>
    stage.store.removeMember({ roomId: open.id, userId: bob.id, member: cyd.id, address: null, at: stage.at }),
  putAnyRoom: (stage, { room, bob }) => stage.putRoom(room, { name: "Ours" }, as(bob), true),
  removeAnyRoom: (stage, { room, bob }) => stage.removeRoom(room, as(bob), true),
  revokeAnyInvite: (stage, { code, bob }) => stage.revokeInvite(code, as(bob), true),
  handOverRoom: (stage, { open, bob, cyd }) =>
    stage.store.handOverRoom({ roomId: open.id, userId: cyd.id, by: as(bob), at: stage.at }),
  putWorkspace: (stage, { bob }) => stage.store.putWorkspace({ name: "Ours", by: as(bob), at: stage.at }),
  putPicture: (stage, { bob }) => stage.store.putPicture({ file: null, by: as(bob), at: stage.at }),
  createUser: (stage, { bob }) =>
    stage.store.createUser({
      userId: stage.newId("U"),
      defaultRoomId: stage.newId("R"),
      username: "dan",
      usernameKey: "dan",
      displayName: "Dan",
      email: null,
      role: "member",
      passwordHash: "hash",
      reset: { tokenHash: "t", expiresAt: stage.at + 1 },
      by: as(bob),
      at: stage.at,
    }),
  putUserRole: async (stage, cast) => stage.store.putUserRole({ ...(await onCyd(stage, cast)), role: "admin" }),
  deactivateUser: async (stage, cast) => stage.store.deactivateUser(await onCyd(stage, cast)),
  reactivateUser: async (stage, cast) => stage.store.reactivateUser(await onCyd(stage, cast)),
  revokeSessions: async (stage, cast) => stage.store.revokeSessions(await onCyd(stage, cast)),
  createReset: async (stage, cast) =>
    stage.store.createReset({ ...(await onCyd(stage, cast)), reset: { tokenHash: "r", expiresAt: stage.at + 1 } }),
};

const onCyd = (stage: Stage, { bob, cyd }: Cast) => stage.actOn(cyd, as(bob));
