import type { Message, MessageId } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { OwnReactions } from "../store/messages.ts";
import { requireRoom } from "./access.ts";
import { must } from "./outcome.ts";

interface ReactionInput {
  readonly room: string;
  readonly id: MessageId;
  /** Qualified: its schema has seen to that. */
  readonly emoji: string;
}

/** Puts an emoji on a message. Repeating it changes nothing. */
export async function addReaction(app: App, actor: SignedIn, input: ReactionInput): Promise<Message> {
  return must(await app.store.putReaction(await toReaction(app, actor, input)));
}

/** Takes one's own emoji off a message. Repeating it changes nothing. */
export async function removeReaction(app: App, actor: SignedIn, input: ReactionInput): Promise<Message> {
  return must(await app.store.removeReaction(await toReaction(app, actor, input)));
}

/** What one has put on messages of a room oneself: beyond the first who reacted, the messages do not tell. */
export async function listOwnReactions(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly messages: readonly MessageId[] },
): Promise<OwnReactions> {
  const { room } = await requireRoom(app, actor, "messages.read", input.room);
  return app.store.listOwnReactions({ roomId: room.id, userId: actor.user.id, messages: input.messages });
}

async function toReaction(app: App, actor: SignedIn, { room: reference, id, emoji }: ReactionInput) {
  const { room } = await requireRoom(app, actor, "message.react", reference);
  return { roomId: room.id, id, userId: actor.user.id, emoji };
}
