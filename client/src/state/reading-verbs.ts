import type { ReaderList } from "@parley/protocol/http/receipts";
import { limits } from "@parley/protocol/limits";
import type { MessageId, Place, RoomId } from "@parley/protocol/model";
import { untrack } from "solid-js";
import type { Http } from "../connection/http.ts";
import type { Account } from "./account.ts";
import type { Client } from "./client.ts";
import { isCalled } from "./places.ts";
import type { SignedIn } from "./signed-in.ts";

type ReadingVerbs = Pick<
  Client,
  "markRead" | "markUnread" | "unreadTotals" | "setNotifyLevel" | "hideRoom" | "listReaders"
>;

export function readingVerbs(account: Account, http: Http): ReadingVerbs {
  const ifSignedIn = (act: (signedIn: SignedIn) => void) =>
    untrack(() => {
      const found = account.findSignedIn();
      if (found) act(found);
    });
  return {
    markRead: (room) => ifSignedIn((signedIn) => markRead(signedIn, room)),
    markUnread: (room, from) => ifSignedIn((signedIn) => markUnread(signedIn, room, from)),
    unreadTotals: () => account.findSignedIn()?.rooms.totals() ?? { rooms: 0, calls: 0 },
    async setNotifyLevel(room, notifyLevel) {
      const { rooms } = account.getSignedIn();
      await http.request<Place>("PATCH", `/rooms/${room}/membership`, { notifyLevel });
      rooms.foresee(room, { notifyLevel });
    },
    async hideRoom(id) {
      const { rooms } = account.getSignedIn();
      const room = untrack(() => rooms.find(id));
      if (!room?.membership) return;
      const { lastMessageId: hiddenUpTo } = room;
      const { hiddenUpTo: before } = room.membership;
      rooms.foresee(id, { hiddenUpTo });
      try {
        await http.request<Place>("PATCH", `/rooms/${id}/membership`, { hiddenUpTo });
      } catch (error) {
        rooms.foresee(id, { hiddenUpTo: before });
        throw error;
      }
    },
    listReaders: async (room, id) => (await http.get<ReaderList>(`/rooms/${room}/messages/${id}/readers`)).readers,
  };
}

function markRead({ rooms, receipts }: SignedIn, id: RoomId): void {
  const room = rooms.find(id);
  if (!room?.membership || room.membership.receipt >= room.lastMessageId) return;
  receipts.put(id, { upTo: room.lastMessageId, unread: false });
  rooms.mark(id, room.lastMessageId);
}

function markUnread({ me, rooms, receipts, timelines }: SignedIn, id: RoomId, from: MessageId): void {
  receipts.put(id, { upTo: from - 1, unread: true });
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
