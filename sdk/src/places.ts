import { everyone } from "@parley/protocol/content";
import { limits } from "@parley/protocol/limits";
import type { Message, MessageId, Place, Room, User } from "@parley/protocol/model";

/**
 * What becomes of my place in a room when something is said there, or read. The server's counts are the truth, and these
 * steps lead from one truth to the next as far as it can be known here; `null` says that it cannot, and that the place has
 * to be asked for again.
 */
export function placeAfterMessage(me: Me, room: Room, place: Place, message: Message): Place | null {
  const isMine = message.author.id === me.id;
  if (message.id <= room.lastMessageId) return placeAfterChange(place, message, isMine);
  // Something before it has not arrived: it is unread, too, or deleted by now.
  if (message.id > room.lastMessageId + 1) return null;
  if (isMine) return place.receipt === message.id - 1 ? { ...place, receipt: message.id } : place;
  if (message.id <= place.receipt || message.deletedAt !== undefined) return place;
  return { ...place, unread: oneMore(place.unread), mentions: oneMore(place.mentions, isCalled(me, message)) };
}

/** What has been counted already counts the same, unless it was deleted or has other words now. */
function placeAfterChange(place: Place, { id, editedAt, deletedAt }: Message, isMine: boolean): Place | null {
  const countsTheSame = isMine || id <= place.receipt || (editedAt === undefined && deletedAt === undefined);
  return countsTheSame ? place : null;
}

export function placeAfterReceipt(place: Place, upTo: MessageId, newest: MessageId): Place | null {
  if (upTo === place.receipt) return place;
  return upTo >= newest ? { ...place, receipt: upTo, unread: 0, mentions: 0 } : null;
}

/** The place of who has just come in. */
export const freshPlace = (room: Room, membership: Pick<Place, "role" | "joinedAt">): Place => ({
  notifyLevel: room.kind === "direct" ? "all" : "mentions",
  receipt: room.lastMessageId,
  unread: 0,
  mentions: 0,
  ...membership,
});

type Me = Pick<User, "id" | "username">;

/** Whether a message calls me: by name, or with everyone. */
export function isCalled(me: Me, { author, mentions = [] }: Message): boolean {
  if (author.id === me.id) return false;
  return mentions.some((name) => name === me.username.toLowerCase() || everyone.includes(name));
}

/** Whether a room is shown as unread: a silent one only when it calls me. */
export const isUnread = ({ membership: place }: Room): boolean =>
  place !== undefined && (place.notifyLevel === "none" ? place.mentions > 0 : place.unread > 0);

/** Whether I have put a room away, and nothing in it is newer, or unread, since. */
export const isHidden = (room: Room): boolean =>
  (room.membership?.hiddenUpTo ?? -1) >= room.lastMessageId && !isUnread(room);

/** How many messages of a room call me, as its level has it. */
export function callsOf({ membership: place }: Room): number {
  if (!place) return 0;
  return place.notifyLevel === "all" ? place.unread : place.mentions;
}

/** When something was last said in a room; before that, when it was made. */
export const spokenAt = ({ lastMessageAt, createdAt }: Room): string => lastMessageAt ?? createdAt;

const oneMore = (count: number, really = true): number => Math.min(limits.unreadCount, count + (really ? 1 : 0));
