import { limits } from "@parley/protocol/limits";
import type { Membership, Room, RoomRole } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { requireRoom } from "./access.ts";
import { must } from "./outcome.ts";
import { toOwnRoom } from "./rooms.ts";

/** Joins a public room. Joining again changes nothing. */
export async function joinRoom(app: App, actor: SignedIn, reference: string): Promise<Room> {
  const access = await requireRoom(app, actor, "room.join", reference);
  const { room, role } = access;
  if (role !== null) return toOwnRoom(app, actor, access);
  return must(await app.store.putMembership({ roomId: room.id, userId: actor.user.id, at: app.clock.now() }));
}

/** Leaves a room. When its owner leaves, the longest-standing admin, else member, takes over. */
export async function leaveRoom(app: App, actor: SignedIn, reference: string): Promise<void> {
  const { room, role } = await requireRoom(app, actor, "room.leave", reference);
  if (role === null) return;
  must(await app.store.removeMembership({ roomId: room.id, userId: actor.user.id, at: app.clock.now() }));
}

/** Gives someone another role in a room. With `owner` it is handed over. `user` is an id or user name. */
export async function setRole(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly user: string; readonly role: RoomRole },
): Promise<Membership> {
  const { room } = await requireRoom(app, actor, "member.role", input.room);
  return must(
    await app.store.putRole({
      roomId: room.id,
      userId: actor.user.id,
      member: input.user,
      role: input.role,
      address: actor.session.address,
      at: app.clock.now(),
    }),
  );
}

/** Takes someone out of a room at once. Whoever takes themself out leaves it. */
export async function removeMember(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly user: string },
): Promise<void> {
  const { id, username } = actor.user;
  if (input.user === id || input.user.toLowerCase() === username.toLowerCase()) {
    return leaveRoom(app, actor, input.room);
  }
  const { room } = await requireRoom(app, actor, "member.remove", input.room);
  must(
    await app.store.removeMember({
      roomId: room.id,
      userId: actor.user.id,
      member: input.user,
      address: actor.session.address,
      at: app.clock.now(),
    }),
  );
}

export async function listMembers(
  app: App,
  actor: SignedIn,
  input: {
    readonly room: string;
    readonly q?: string | undefined;
    readonly cursor?: string | undefined;
    readonly limit?: number | undefined;
  },
) {
  const { room } = await requireRoom(app, actor, "members.list", input.room);
  return app.store.listMembers({
    roomId: room.id,
    query: input.q,
    cursor: input.cursor ?? null,
    limit: input.limit ?? limits.memberPageMax,
  });
}
