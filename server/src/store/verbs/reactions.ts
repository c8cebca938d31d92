import { limits } from "@parley/protocol/limits";
import {
  type Message,
  type MessageId,
  type Reaction,
  type RoomId,
  roomTopic,
  type UserId,
} from "@parley/protocol/model";
import type { OwnReactions } from "../messages.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { findAsMember } from "./callers.ts";
import { type MessageRow, toMessage } from "./rows.ts";
import { nextRoomSeq } from "./topics.ts";
import { all, done, first, type Input, refuse, type Transaction, type Verb } from "./verb.ts";

/**
 * Who reacted with what is in `reactions`, a row each. What a message shows of it is kept ready in `messages.reactions`
 * by the verbs that write: so sending writes nothing more, and a page of history is one range of one table, whatever hangs
 * on its messages. It names the first who reacted, the same for every reader; others are told of themselves when they ask.
 */

export function* listOwnReactions({ roomId, userId, messages }: Input<Reads["listOwnReactions"]>): Verb<OwnReactions> {
  const room = yield* first<{ head: number }>("SELECT head FROM rooms WHERE id = ? AND deleted_at IS NULL", roomId);
  if (!room) return { reactions: [], head: 0 };
  const rows = yield* all<{ message_id: MessageId; emoji: string }>(
    `SELECT message_id, emoji FROM reactions WHERE user_id = ? AND room_id = ? AND message_id IN (${askedMarks})
     ORDER BY message_id, emoji`,
    userId,
    roomId,
    ...Array.from({ length: limits.ownReactionMessages }, (_, index) => messages[index] ?? null),
  );
  const found = Map.groupBy(rows, (row) => row.message_id);
  const reactions = [...found].map(([message, own]) => ({ message, emoji: own.map(({ emoji }) => emoji) }));
  return { reactions, head: room.head };
}

export function* putReaction(
  transaction: Transaction,
  { roomId, id, userId, emoji }: Input<Writes["putReaction"]>,
): Verb<Outcome<Message, "not_found" | "message_deleted" | "room_archived" | "limit_reached">> {
  const before = yield* findAsMember(roomId, id, userId);
  if (!before) return refuse("not_found");
  if (before.message_deleted_at !== null) return refuse("message_deleted");
  const reactions = toMessage(before).reactions ?? [];
  const there = yield* first(
    "SELECT seq FROM reactions WHERE room_id = ? AND message_id = ? AND emoji = ? AND user_id = ?",
    roomId,
    id,
    emoji,
    userId,
  );
  if (there) return done(toMessage(before));
  if (before.archived_at !== null) return refuse("room_archived");
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  if (!known && reactions.length >= limits.reactionKinds) return refuse("limit_reached");
  const seq = yield* nextRoomSeq(roomId);
  yield* all(
    "INSERT INTO reactions (room_id, message_id, emoji, user_id, seq) VALUES (?, ?, ?, ?, ?)",
    roomId,
    id,
    emoji,
    userId,
    seq,
  );
  const more: Reaction = {
    emoji,
    users: [...(known?.users ?? []), userId].slice(0, limits.reactionUsers),
    count: (known?.count ?? 0) + 1,
  };
  const after = known ? reactions.map((reaction) => (reaction === known ? more : reaction)) : [...reactions, more];
  return done(yield* keep(transaction, before, after, seq));
}

export function* removeReaction(
  transaction: Transaction,
  { roomId, id, userId, emoji }: Input<Writes["removeReaction"]>,
): Verb<Outcome<Message, "not_found" | "message_deleted" | "room_archived">> {
  const before = yield* findAsMember(roomId, id, userId);
  if (!before) return refuse("not_found");
  if (before.message_deleted_at !== null) return refuse("message_deleted");
  const removed = yield* all(
    "DELETE FROM reactions WHERE room_id = ? AND message_id = ? AND emoji = ? AND user_id = ? RETURNING seq",
    roomId,
    id,
    emoji,
    userId,
  );
  if (removed.length === 0) return done(toMessage(before));
  // With the refusal the row is back.
  if (before.archived_at !== null) return refuse("room_archived");
  const after: Reaction[] = [];
  for (const reaction of toMessage(before).reactions ?? []) {
    if (reaction.emoji !== emoji) after.push(reaction);
    else if (reaction.count > 1) after.push(yield* less(roomId, id, userId, reaction));
  }
  const seq = yield* nextRoomSeq(roomId);
  return done(yield* keep(transaction, before, after, seq));
}

/** One text for every number of messages, so that it stays prepared. */
const askedMarks = Array.from({ length: limits.ownReactionMessages }, () => "?").join(", ");

/** A reaction without one of its users. Where not all are named, the next one takes the place. */
function* less(roomId: RoomId, id: MessageId, userId: UserId, { emoji, users, count }: Reaction): Verb<Reaction> {
  const others = users.filter((user) => user !== userId);
  if (others.length === users.length || users.length === count) return { emoji, users: others, count: count - 1 };
  const named = yield* all<{ user_id: UserId }>(
    "SELECT user_id FROM reactions WHERE room_id = ? AND message_id = ? AND emoji = ? ORDER BY seq LIMIT ?",
    roomId,
    id,
    emoji,
    limits.reactionUsers,
  );
  return { emoji, users: named.map(({ user_id }) => user_id), count: count - 1 };
}

function* keep(transaction: Transaction, before: MessageRow, after: readonly Reaction[], seq: number): Verb<Message> {
  const { message_room_id: roomId, message_id: id } = before;
  const reactions = after.length > 0 ? JSON.stringify(after) : null;
  yield* all("UPDATE messages SET reactions = ?, seq = ? WHERE room_id = ? AND id = ?", reactions, seq, roomId, id);
  const message = toMessage({ ...before, message_reactions: reactions, message_seq: seq });
  transaction.announce(roomTopic(roomId), seq, { messages: [message] });
  return message;
}
