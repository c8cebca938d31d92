import { isBlank, parseCalls } from "@parley/protocol/content";
import { ParleyError } from "@parley/protocol/errors";
import { codePoints, limits } from "@parley/protocol/limits";
import { type FileId, type Message, type MessageId, roomTopic } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { HistoryCursor, MessagePage } from "../store/messages.ts";
import { requireMessage, requireRoom } from "./access.ts";
import { isRoomId } from "./ids.ts";
import { must } from "./outcome.ts";
import { getEpoch } from "./workspace.ts";

/**
 * Sends a message. `created` is false when this author sent this `clientMessageId` before: then it is the first one, also
 * where they may send no more by now.
 */
export async function sendMessage(
  app: App,
  actor: SignedIn,
  input: {
    readonly room: string;
    readonly content: string;
    readonly clientMessageId?: string | undefined;
    readonly replyTo?: MessageId | undefined;
    readonly attachments?: readonly FileId[] | undefined;
  },
): Promise<{ readonly message: Message; readonly created: boolean }> {
  const { clientMessageId = null, attachments = [] } = input;
  requireContent(input.content, attachments.length);
  let roomId = input.room;
  // Whoever names a room by its id is admitted by the write itself: a look before it would cost as much as the write. [AX5]
  if (!isRoomId(roomId)) {
    try {
      roomId = (await requireRoom(app, actor, "message.send", roomId)).room.id;
    } catch (error) {
      const message = clientMessageId && (await app.store.findSent({ userId: actor.user.id, clientMessageId }));
      if (!message) throw error;
      return { message, created: false };
    }
  }
  const sent = must(
    await app.store.appendMessage({
      roomId,
      authorId: actor.user.id,
      content: input.content,
      calls: parseCalls(input.content),
      clientMessageId,
      replyTo: input.replyTo ?? null,
      attachments,
      at: app.clock.now(),
    }),
  );
  if (sent.created) app.jobs.notifyLater(sent.message);
  return sent;
}

export async function editMessage(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly id: MessageId; readonly content: string },
): Promise<Message> {
  const { room, message } = await requireMessage(app, actor, "message.edit", input.room, input.id);
  requireContent(input.content, message.attachments?.length ?? 0);
  return must(
    await app.store.editMessage({
      roomId: room.id,
      id: input.id,
      userId: actor.user.id,
      content: input.content,
      calls: parseCalls(input.content),
      at: app.clock.now(),
    }),
  );
}

export async function deleteMessage(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly id: MessageId },
): Promise<Message> {
  const { room } = await requireMessage(app, actor, "message.delete", input.room, input.id);
  const { id: userId } = actor.user;
  return must(await app.store.removeMessage({ roomId: room.id, id: input.id, userId, at: app.clock.now() }));
}

export async function listMessages(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly cursor: HistoryCursor; readonly limit?: number | undefined },
): Promise<MessagePage & { readonly epoch: string }> {
  const { room } = await requireRoom(app, actor, "messages.read", input.room);
  const page = await app.store.listMessages({
    roomId: room.id,
    cursor: input.cursor,
    limit: input.limit ?? limits.pageDefault,
  });
  return { ...page, epoch: await getEpoch(app) };
}

/** Tells the room that this user is writing. */
export async function notifyTyping(app: App, actor: SignedIn, input: { readonly room: string }): Promise<void> {
  const { room } = await requireRoom(app, actor, "message.type", input.room);
  app.fanout.broadcast(roomTopic(room.id), { type: "typing", room: room.id, user: actor.user.id });
}

/** Files speak for themselves: a message that has some needs no words. */
function requireContent(content: string, files: number): void {
  if (files === 0 && isBlank(content)) throw new ParleyError("blank_message");
  if (codePoints(content) > limits.messageLength) {
    throw new ParleyError("message_too_long", `A message has at most ${limits.messageLength} characters.`);
  }
}
