import { everyone } from "@parley/protocol/content";
import { limits } from "@parley/protocol/limits";
import type { MessageId, RoomId, UserId } from "@parley/protocol/model";
import type { Calls } from "../messages.ts";
import { all, type Verb } from "./verb.ts";

/**
 * Whom messages mention. `mentions` has a row for each member named, and one for `all` or `here`, which stands for every
 * member: so calling a thousand people costs what calling one does. What a message shows of it is kept ready in
 * `messages.mentions`, as with reactions. A message that calls nobody costs nothing.
 */

/** Of the names that a content calls, those that are members', and everyone's if the author may call everyone. */
export function* resolveCalls(roomId: RoomId, calls: Calls, mayCallAll: boolean): Verb<readonly Mention[]> {
  const names = calls.filter((name) => !everyone.includes(name));
  const found = names.length === 0 ? [] : yield* findMembers(roomId, names);
  return calls.flatMap((name) => {
    if (everyone.includes(name)) return mayCallAll ? [{ name, target: name }] : [];
    const member = found.find(({ username_lower }) => username_lower === name);
    return member ? [{ name, target: member.user_id }] : [];
  });
}

export interface Mention {
  readonly name: string;
  /** A member's id, or everyone's name. */
  readonly target: UserId | string;
}

/** As `messages.mentions` keeps them. */
export const toMentionsColumn = (mentions: readonly Mention[]): string | null =>
  mentions.length === 0 ? null : JSON.stringify(mentions.map(({ name }) => name));

/** Makes these the mentions of a message; what it mentioned `before` is taken back where it no longer does. */
export function* putMentions(
  message: { readonly roomId: RoomId; readonly id: MessageId; readonly authorId: UserId },
  mentions: readonly Mention[],
  before: string | null,
): Verb<void> {
  const { roomId, id, authorId } = message;
  if (before !== null) yield* all("DELETE FROM mentions WHERE room_id = ? AND message_id = ?", roomId, id);
  if (mentions.length === 0) return;
  // One statement for any number: the text is one of a fixed set, its empty places repeat the last mention.
  yield* all(
    `INSERT INTO mentions (room_id, target, message_id, author_id) VALUES ${places.map(() => "(?, ?, ?, ?)").join(", ")}
     ON CONFLICT (room_id, target, message_id) DO NOTHING`,
    ...padded(mentions).flatMap(({ target }) => [roomId, target, id, authorId]),
  );
}

const places = Array.from({ length: limits.mentionsPerMessage });

const findMembers = (
  roomId: RoomId,
  names: readonly string[],
): Verb<readonly { readonly user_id: UserId; readonly username_lower: string }[]> =>
  all(
    `SELECT user_id, username_lower FROM memberships WHERE room_id = ? AND left_at IS NULL
     AND username_lower IN (${places.map(() => "?").join(", ")})`,
    roomId,
    ...padded(names),
  );

const padded = <T>(list: readonly T[]): readonly T[] =>
  places.map((_, index) => list[Math.min(index, list.length - 1)] as T);
