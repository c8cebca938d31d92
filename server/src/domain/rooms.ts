import { type Room, type RoomKind, userTopic, workspaceTopic } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { RoomAccess } from "../store/rooms.ts";
import { requireRoom } from "./access.ts";
import { toBy } from "./audit.ts";
import { newRoomId } from "./ids.ts";
import { must } from "./outcome.ts";
import { getEpoch } from "./workspace.ts";

/** The user's rooms and the public ones they could join, with the positions from which deltas continue this answer. */
export async function listRooms(app: App, actor: SignedIn) {
  const { rooms, workspaceHead, userHead } = await app.store.listRooms({ userId: actor.user.id });
  const heads = { [workspaceTopic]: workspaceHead, [userTopic(actor.user.id)]: userHead };
  return { rooms, heads, epoch: await getEpoch(app) };
}

export async function getRoom(app: App, actor: SignedIn, reference: string): Promise<Room> {
  return toOwnRoom(app, actor, await requireRoom(app, actor, "room.see", reference));
}

/** A room as its asking user sees it: with their own place, if they are in it. */
export async function toOwnRoom(app: App, actor: SignedIn, { room, role }: RoomAccess): Promise<Room> {
  if (role === null) return room;
  // Read once more: to what was read before, a count of now does not belong.
  return (await app.store.findOwnRoom({ roomId: room.id, userId: actor.user.id })) ?? room;
}

/** Its creator becomes its owner. Without a slug it gets one from its name. */
export async function createRoom(
  app: App,
  actor: SignedIn,
  input: {
    readonly name: string;
    readonly kind: RoomKind;
    readonly slug?: string | undefined;
    readonly description: string;
  },
): Promise<Room> {
  return must(
    await app.store.createRoom({
      id: newRoomId(),
      slug: input.slug ?? null,
      name: input.name,
      description: input.description,
      kind: input.kind,
      userId: actor.user.id,
      at: app.clock.now(),
    }),
  );
}

export async function editRoom(
  app: App,
  actor: SignedIn,
  reference: string,
  changes: {
    readonly name?: string | undefined;
    readonly slug?: string | undefined;
    readonly description?: string | undefined;
    readonly kind?: RoomKind | undefined;
    readonly archived?: boolean | undefined;
  },
): Promise<Room> {
  const { room, role } = await requireRoom(app, actor, "room.edit", reference);
  const edited = must(
    await app.store.putRoom({ id: room.id, ...changes, anywhere: false, by: toBy(actor), at: app.clock.now() }),
  );
  return toOwnRoom(app, actor, { room: edited, role });
}

/** Everyone loses it at once; its rows are removed behind the answer. */
export async function deleteRoom(app: App, actor: SignedIn, reference: string): Promise<void> {
  const { room } = await requireRoom(app, actor, "room.delete", reference);
  must(await app.store.removeRoom({ id: room.id, anywhere: false, by: toBy(actor), at: app.clock.now() }));
}
