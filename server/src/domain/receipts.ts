import { ParleyError } from "@parley/protocol/errors";
import type { Author, MessageId, NotifyLevel, Place, Receipt } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { requireRoom } from "./access.ts";
import { must } from "./outcome.ts";

/** Says how far someone has read. `unread` lets the receipt go back: what follows counts as unread again. */
export async function setReceipt(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly upTo: MessageId; readonly unread?: boolean | undefined },
): Promise<void> {
  const { room } = await requireRoom(app, actor, "receipt.set", input.room);
  const { upTo, unread = false } = input;
  must(await app.store.setReceipt({ roomId: room.id, userId: actor.user.id, upTo, unread }));
}

/** How far the members of a small room have read, as far as they let others see it. */
export async function listReceipts(app: App, actor: SignedIn, reference: string): Promise<readonly Receipt[]> {
  const { room } = await requireRoom(app, actor, "receipts.see", reference);
  return app.store.listReceipts({ roomId: room.id });
}

/** Who has read a message, as far as they let others see it. */
export async function listReaders(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly id: MessageId },
): Promise<readonly Author[]> {
  const { room } = await requireRoom(app, actor, "receipts.see", input.room);
  if (!(await app.store.findMessage({ roomId: room.id, id: input.id }))) throw new ParleyError("not_found");
  return app.store.listReaders({ roomId: room.id, id: input.id });
}

/** How loudly a room calls one, and whether a direct room is put away: never what one cannot know of yet. */
export async function editPlace(
  app: App,
  actor: SignedIn,
  input: {
    readonly room: string;
    readonly notifyLevel?: NotifyLevel | undefined;
    readonly hiddenUpTo?: MessageId | null | undefined;
  },
): Promise<Place> {
  const act = input.hiddenUpTo === undefined ? "level.set" : "room.hide";
  const { room } = await requireRoom(app, actor, act, input.room);
  const { notifyLevel, hiddenUpTo: asked } = input;
  const hiddenUpTo = typeof asked === "number" ? Math.min(asked, room.lastMessageId) : asked;
  return must(await app.store.putPlace({ roomId: room.id, userId: actor.user.id, notifyLevel, hiddenUpTo }));
}
