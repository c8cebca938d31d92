import { expect } from "bun:test";
import { applyDelta, type RoomView, relate } from "@parley/protocol/apply";
import { type DeltaFrame, isGone } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import {
  type Membership,
  type Message,
  type RoomId,
  roomTopic,
  type Seq,
  type Topic,
  type UserId,
  workspaceTopic,
} from "@parley/protocol/model";
import type { Stage } from "./stage.ts";

/** Whatever happened: no hole in any topic, and every position leads to the same view. */
export async function expectConvergence(stage: Stage): Promise<void> {
  const topics = Map.groupBy(stage.seen, (delta) => delta.topic);
  for (const [topic, deltas] of topics) {
    let position = 0;
    for (const delta of deltas) {
      expect({ topic, from: delta.from }).toEqual({ topic, from: position });
      expect(delta.to).toBeGreaterThan(delta.from);
      position = delta.to;
    }
    expect({ topic, head: await stage.head(topic) }).toEqual({ topic, head: position });
    if (topic.startsWith("room:")) await auditRoom(stage, topic, deltas);
    else await auditThings(stage, topic, deltas);
  }
}

async function auditRoom(stage: Stage, topic: Topic, deltas: readonly DeltaFrame[]): Promise<void> {
  const fresh = await loadRoom(stage, topic.slice("room:".length));
  let view: RoomView = { seq: 0, messages: [], room: null, members: new Map(), receipts: new Map(), gone: false };
  const views = [view];
  for (const delta of deltas) {
    expect(relate(view.seq, delta)).toBe("next");
    expect(delta.messages).toBeArray();
    view = applyDelta(view, delta);
    views.push(view);
  }
  if (fresh === null) {
    expect(view.gone).toBe(true);
  } else {
    const silent = silentOf(stage);
    expect(comparable(view, silent)).toEqual(comparable(fresh, silent));
    for (const old of some(views, 8)) {
      const caughtUp = applyDelta(old, await changesAfter(stage, topic, old.seq));
      expect(comparable(caughtUp, silent)).toEqual(comparable(fresh, silent));
    }
  }
}

/** Who has stopped to share receipts: what was told of them before is not taken back. */
function silentOf(stage: Stage): ReadonlySet<UserId> {
  const users = stage.seen.flatMap(({ topic, users = [] }) => (topic === workspaceTopic ? [] : users));
  return new Set(users.filter(({ sharesReceipts }) => sharesReceipts === false).map(({ id }) => id));
}

/** The room as a client loads it, or null when there is none. */
async function loadRoom(stage: Stage, roomId: RoomId): Promise<RoomView | null> {
  const found = await stage.store.findRoom({ reference: roomId, userId: null });
  if (!found) return null;
  const messages: Message[] = [];
  for (;;) {
    const page = await stage.store.listMessages({ roomId, cursor: { after: messages.length }, limit: 100 });
    messages.push(...page.messages);
    if (page.messages.length < 100) break;
  }
  const members = new Map<UserId, Membership>();
  let cursor: string | null = null;
  do {
    const page = await stage.store.listMembers({ roomId, cursor, limit: 100 });
    for (const member of page.members) members.set(member.user.id, member);
    cursor = page.cursor;
  } while (cursor !== null);
  expect(found.room.memberCount).toBe(members.size);
  expect(found.room.lastMessageId).toBe(messages.length);
  const receipts = new Map((await stage.store.listReceipts({ roomId })).map(({ user, upTo }) => [user, upTo]));
  return { seq: await stage.head(roomTopic(roomId)), messages, room: found.room, members, receipts, gone: false };
}

/** The user's own topic and the workspace's: their things by key, without what is never announced there. */
async function auditThings(stage: Stage, topic: Topic, deltas: readonly DeltaFrame[]): Promise<void> {
  const gone = new Set(stage.seen.flatMap(({ rooms }) => rooms ?? []).flatMap((room) => (isGone(room) ? room.id : [])));
  const all = collect(topic, deltas, gone);
  for (const since of some([0, ...deltas.map((delta) => delta.to)], 8)) {
    const old = deltas.filter((delta) => delta.to <= since);
    expect(collect(topic, [...old, await changesAfter(stage, topic, since)], gone)).toEqual(all);
  }
}

/** As a delta that continues `since`; an empty one when that is current. */
async function changesAfter(stage: Stage, topic: Topic, since: Seq): Promise<DeltaFrame> {
  const answer = await stage.store.changesSince({ topic, since, limit: 1_000_000 });
  if (answer.kind === "changes") return answer.delta;
  expect(answer).toEqual({ kind: "current", head: since });
  return { type: "delta", topic, from: since, to: since };
}

/**
 * What two views of one room must agree on. People's shown names are told by the workspace's topic, and the newest
 * message of a room by its messages.
 */
function comparable({ seq, messages, room, members, receipts }: RoomView, silent: ReadonlySet<UserId>) {
  return {
    seq,
    messages: messages.map(({ author, ...message }) => ({ ...message, author: author.id })),
    room: room && { ...room, users: room.users?.map(({ id }) => id), ...unspoken },
    // A room that has become large keeps them to itself.
    receipts: [...receipts]
      .filter(([user]) => members.size <= limits.receiptMembers && !silent.has(user))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    members: [...members.values()].map(({ user, ...member }) => ({ ...member, user: user.id })).sort(byUser),
  };
}

/** What a room's record says of its messages, which tell it themselves. */
const unspoken = { lastMessageId: 0, lastMessageAt: undefined };

const byUser = (a: { readonly user: string }, b: { readonly user: string }) => (a.user < b.user ? -1 : 1);

function collect(topic: Topic, deltas: readonly DeltaFrame[], gone: ReadonlySet<RoomId>): ReadonlyMap<string, unknown> {
  const things = new Map<string, unknown>();
  for (const delta of deltas) {
    for (const user of delta.users ?? []) things.set(user.id, user);
    for (const { lastSeenAt: _, expiresAt: __, ...session } of delta.sessions ?? []) things.set(session.id, session);
    if (delta.workspace) things.set("workspace", delta.workspace);
    if (topic === workspaceTopic) {
      // Comings, goings and messages are for the members of a room.
      for (const room of delta.rooms ?? []) things.set(room.id, { ...room, memberCount: 0, ...unspoken });
    } else {
      for (const receipt of delta.receipts ?? []) {
        if (!gone.has(receipt.room)) things.set(`receipt ${receipt.room}`, receipt);
      }
      for (const level of delta.levels ?? []) if (!gone.has(level.room)) things.set(`level ${level.room}`, level);
      for (const { user: _, ...membership } of delta.memberships ?? []) {
        // With a removed room its memberships end, without a word of their own.
        if (!gone.has(membership.room)) things.set(membership.room, membership);
        // Who leaves takes them along.
        if (membership.leftAt === undefined) continue;
        things.delete(`receipt ${membership.room}`);
        things.delete(`level ${membership.room}`);
      }
    }
  }
  return things;
}

/** At most `count` of a list, spread over it, with both ends. */
function some<T>(list: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.ceil((list.length - 1) / (count - 1)));
  return list.filter((_, index) => index % step === 0 || index === list.length - 1);
}
