import type { DeltaFrame } from "./frames.ts";
import { isGone } from "./frames.ts";
import type { Membership, Message, MessageId, Room, Seq, UserId } from "./model.ts";

/**
 * What a delta means.
 *
 * A view of a room is the newest part of its history, from some message on, plus the room and its current members as
 * far as they are known. `seq` is its position: it holds every change up to there. Everything here is pure: the client
 * keeps its state with it, and the tests require old view + deltas = freshly loaded view.
 */
export interface RoomView {
  readonly seq: Seq;
  /** Ascending and without gaps. */
  readonly messages: readonly Message[];
  readonly room: Room | null;
  readonly members: ReadonlyMap<UserId, Membership>;
  /** How far those members have come who let others see it; of a small room. */
  readonly receipts: ReadonlyMap<UserId, MessageId>;
  /** The room was deleted. */
  readonly gone: boolean;
}

/**
 * How a delta stands to a position. `next` continues it (an overlap does too, since things are carried as they are
 * now); `old` has nothing new; `gap` means that something between is missing.
 */
export function relate(position: Seq, delta: Pick<DeltaFrame, "from" | "to">): "next" | "old" | "gap" {
  if (delta.to <= position) return "old";
  return delta.from <= position ? "next" : "gap";
}

/** Applies a delta of the room's topic. The caller has checked that it is `next`. */
export function applyDelta(view: RoomView, delta: DeltaFrame): RoomView {
  const room = delta.rooms?.at(-1);
  const gone = room !== undefined && isGone(room);
  return {
    seq: Math.max(view.seq, delta.to),
    messages: mergeMessages(view.messages, delta.messages ?? []),
    room: room === undefined || isGone(room) ? view.room : room,
    members: mergeMembers(view.members, delta.memberships ?? []),
    receipts: mergeReceipts(view.receipts, delta),
    gone: view.gone || gone,
  };
}

/**
 * Merges messages into an ascending list by id; of two states of one message the higher `seq` wins. Messages older
 * than the list's first are left out unless they join it (`id` one below, and so on): the list stays without gaps.
 */
export function mergeMessages(list: readonly Message[], changed: readonly Message[]): readonly Message[] {
  if (changed.length === 0) return list;
  const incoming = new Map<MessageId, Message>();
  for (const message of changed) {
    const known = incoming.get(message.id);
    if (!known || known.seq < message.seq) incoming.set(message.id, message);
  }
  const merged: Message[] = list.map((message) => {
    const update = incoming.get(message.id);
    incoming.delete(message.id);
    return update && update.seq > message.seq ? update : message;
  });
  const rest = [...incoming.values()].sort((a, b) => a.id - b.id);
  const first = merged[0]?.id;
  const newer = first === undefined ? rest : rest.filter((message) => message.id > first);
  for (const message of newer) {
    const last = merged.at(-1);
    if (last === undefined || message.id === last.id + 1) merged.push(message);
  }
  const older = first === undefined ? [] : rest.filter((message) => message.id < first).reverse();
  for (const message of older) {
    if (message.id === (merged[0]?.id ?? 0) - 1) merged.unshift(message);
  }
  return merged;
}

function mergeMembers(
  members: ReadonlyMap<UserId, Membership>,
  changed: readonly Membership[],
): ReadonlyMap<UserId, Membership> {
  if (changed.length === 0) return members;
  const merged = new Map(members);
  for (const membership of changed) {
    if (membership.leftAt === undefined) merged.set(membership.user.id, membership);
    else merged.delete(membership.user.id);
  }
  return merged;
}

/** What members have come to; who leaves takes theirs along. */
export function mergeReceipts(
  receipts: ReadonlyMap<UserId, MessageId>,
  { receipts: changed = [], memberships = [] }: Pick<DeltaFrame, "receipts" | "memberships">,
): ReadonlyMap<UserId, MessageId> {
  if (changed.length === 0 && memberships.length === 0) return receipts;
  const merged = new Map(receipts);
  for (const { user, upTo } of changed) merged.set(user, upTo);
  for (const { user, leftAt } of memberships) if (leftAt !== undefined) merged.delete(user.id);
  return merged;
}
