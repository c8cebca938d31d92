import type { ReaderList } from "@parley/protocol/http/receipts";
import { limits } from "@parley/protocol/limits";
import type { MessageId, Place, Room, RoomId } from "@parley/protocol/model";
import type { Http } from "@parley/sdk/http";
import { isCalled } from "@parley/sdk/places";
import { untrack } from "solid-js";
import type { Account } from "./account.ts";
import type { Client } from "./client.ts";
import type { SignedIn } from "./signed-in.ts";

type ReadingVerbs = Pick<
  Client,
  "markRead" | "markUnread" | "unreadTotals" | "setNotifyLevel" | "hideRoom" | "receiptsOf" | "listReaders"
>;

export function readingVerbs(account: Account, http: Http): ReadingVerbs {
  const ifSignedIn = (act: (signedIn: SignedIn) => void) =>
    untrack(() => {
      const found = account.findSignedIn();
      if (found) act(found);
    });
  /** Shown at once, and as it was before when it cannot be had. */
  const choose = async (id: RoomId, choice: (room: Room) => Partial<Place>) => {
    const { rooms } = account.getSignedIn();
    const room = untrack(() => rooms.find(id));
    if (!room?.membership) return;
    const { notifyLevel, hiddenUpTo } = room.membership;
    const change = choice(room);
    rooms.foresee(id, change);
    try {
      await http.request<Place>("PATCH", `/rooms/${id}/membership`, change);
    } catch (error) {
      rooms.foresee(id, { notifyLevel, hiddenUpTo });
      throw error;
    }
  };
  return {
    markRead: (room) => ifSignedIn((signedIn) => markRead(signedIn, room)),
    markUnread: (room, from) => ifSignedIn((signedIn) => markUnread(signedIn, room, from)),
    unreadTotals: () => account.findSignedIn()?.rooms.totals() ?? { rooms: 0, calls: 0 },
    setNotifyLevel: (room, notifyLevel) => choose(room, () => ({ notifyLevel })),
    hideRoom: (room) => choose(room, ({ lastMessageId }) => ({ hiddenUpTo: lastMessageId })),
    receiptsOf: (room) => account.findSignedIn()?.readers.of(room) ?? new Map(),
    listReaders: async (room, id) => (await http.get<ReaderList>(`/rooms/${room}/messages/${id}/readers`)).readers,
  };
}

function markRead({ rooms, receipts }: SignedIn, id: RoomId): void {
  const room = rooms.find(id);
  if (!room?.membership || room.membership.receipt >= room.lastMessageId) return;
  receipts.put({ kind: "read", room: id, upTo: room.lastMessageId, unread: false });
  rooms.mark(id, room.lastMessageId);
}

function markUnread({ me, rooms, receipts, timelines }: SignedIn, id: RoomId, from: MessageId): void {
  receipts.put({ kind: "read", room: id, upTo: from - 1, unread: true });
  const entries = timelines.find(id)?.entries() ?? [];
  const unread = entries
    .map((entry) => entry.message())
    .filter(({ id, author, deletedAt }) => id >= from && author.id !== me().id && !deletedAt);
  const mentions = unread.filter((message) => isCalled(me(), message));
  rooms.foresee(id, {
    receipt: from - 1,
    unread: Math.min(limits.unreadCount, unread.length),
    mentions: Math.min(limits.unreadCount, mentions.length),
  });
}
