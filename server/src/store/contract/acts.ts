import type { Room, RoomRole, User } from "@parley/protocol/model";
import type { Outcome } from "../outcome.ts";
import { as, type Stage, value } from "./stage.ts";

/** Whatever somebody's right leads to: every such write of the store, as an act of Bob's in one cast. */

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

export type Act = (stage: Stage, cast: Cast) => Promise<Outcome<unknown, string>>;

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
  value(await giveBob(stage, cast, "admin"));
  return cast;
}

export const giveBob = (stage: Stage, { room, ada, bob }: Cast, role: RoomRole) => putRole(stage, room, ada, bob, role);

const putRole = (stage: Stage, room: Room, by: User, member: User, role: RoomRole) =>
  stage.store.putRole({ roomId: room.id, userId: by.id, member: member.id, role, address: null, at: stage.at });

export const expel = (stage: Stage, room: Room, by: User, member: User) =>
  stage.store.removeMember({ roomId: room.id, userId: by.id, member: member.id, address: null, at: stage.at });

export const actsInRoom: Readonly<Record<string, Act>> = {
  putRoom: (stage, { room, bob }) => stage.putRoom(room, { name: "Ours" }, as(bob)),
  archive: (stage, { room, bob }) => stage.putRoom(room, { archived: true }, as(bob)),
  removeRoom: (stage, { room, bob }) => stage.removeRoom(room, as(bob)),
  createInvite: (stage, { room, bob }) => stage.tryInvite(room, bob),
  revokeInvite: (stage, { code, bob }) => stage.revokeInvite(code, as(bob)),
  putRole: (stage, { room, bob, cyd }) => putRole(stage, room, bob, cyd, "admin"),
  removeMember: (stage, { room, bob, cyd }) => expel(stage, room, bob, cyd),
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
  putRoleInOpenRoom: (stage, { open, bob, cyd }) => putRole(stage, open, bob, cyd, "owner"),
  removeMemberOfOpenRoom: (stage, { open, bob, cyd }) => expel(stage, open, bob, cyd),
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
