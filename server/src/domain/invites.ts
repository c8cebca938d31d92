import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { InvitePreview, Room } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { InviteRecord } from "../store/rooms.ts";
import { requireRoom } from "./access.ts";
import { toBy } from "./audit.ts";
import { newInviteCode } from "./ids.ts";
import { must } from "./outcome.ts";

export async function createInvite(
  app: App,
  actor: SignedIn,
  input: {
    readonly room: string;
    readonly expiresAt?: string | null | undefined;
    readonly maxUses?: number | null | undefined;
  },
): Promise<InviteRecord> {
  const { room } = await requireRoom(app, actor, "room.invite", input.room);
  const at = app.clock.now();
  const expiresAt = input.expiresAt ? Date.parse(input.expiresAt) : null;
  if (expiresAt !== null && expiresAt <= at) throw new ParleyError("invalid", "expiresAt: is in the past");
  return must(
    await app.store.createInvite({
      code: newInviteCode(),
      roomId: room.id,
      userId: actor.user.id,
      expiresAt,
      maxUses: input.maxUses ?? null,
      keep: limits.invitesPerRoom,
      at,
    }),
  );
}

/** The usable invites of a room, newest first. */
export async function listInvites(app: App, actor: SignedIn, reference: string): Promise<readonly InviteRecord[]> {
  const { room } = await requireRoom(app, actor, "room.invite", reference);
  return app.store.listInvites({ roomId: room.id, at: app.clock.now() });
}

/** What an invite leads to. Whoever holds the code may see it, signed in or not. */
export async function getInvitePreview(app: App, actor: SignedIn | null, code: string): Promise<InvitePreview> {
  const found = await app.store.findInvite({ code, userId: actor?.user.id ?? null, at: app.clock.now() });
  if (!found) throw new ParleyError("invite_unusable");
  return found.preview;
}

export async function redeemInvite(app: App, actor: SignedIn, code: string): Promise<Room> {
  return must(await app.store.redeemInvite({ code, userId: actor.user.id, at: app.clock.now() }));
}

/** For admins of the room it leads to. To anyone else it looks unknown. */
export async function revokeInvite(app: App, actor: SignedIn, code: string): Promise<void> {
  const found = await app.store.findInvite({ code, userId: actor.user.id, at: app.clock.now() });
  if (!found) throw new ParleyError("invite_unusable");
  try {
    await requireRoom(app, actor, "room.invite", found.invite.room);
  } catch (error) {
    if (error instanceof ParleyError && error.code === "not_found") throw new ParleyError("invite_unusable");
    throw error;
  }
  must(await app.store.revokeInvite({ code, anywhere: false, by: toBy(actor), at: app.clock.now() }));
}
