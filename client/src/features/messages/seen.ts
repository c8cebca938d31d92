import { limits } from "@parley/protocol/limits";
import type { Author, Room } from "@parley/protocol/model";
import { type Accessor, createMemo } from "solid-js";
import type { Client, Entry, Timeline } from "../../state/client.ts";

/** Whether one sees in this room who has read what: it is small, and the reader shows others the same. */
export const showsReceipts = (client: Client, { memberCount }: Room): boolean =>
  memberCount <= limits.receiptMembers && client.me().sharesReceipts !== false;

/** My newest message that anyone else has read, and who they are; undefined where that is not shown, or there is none. */
export function createSeen(
  client: Client,
  room: Accessor<Room>,
  timeline: Timeline,
): Accessor<{ readonly entry: Entry; readonly readers: readonly Author[] } | undefined> {
  return createMemo(() => {
    const { id: roomId } = room();
    if (timeline.state() !== "ready" || !showsReceipts(client, room())) return undefined;
    const me = client.me().id;
    const receipts = [...client.receiptsOf(roomId)].filter(([user]) => user !== me);
    const furthest = Math.max(0, ...receipts.map(([, upTo]) => upTo));
    const entry = timeline.entries().findLast((each) => {
      const { id, author, deletedAt } = each.message();
      return author.id === me && id > 0 && id <= furthest && deletedAt === undefined;
    });
    if (!entry) return undefined;
    const { id } = entry.message();
    const readers = receipts.flatMap(([user, upTo]) => (upTo >= id ? (client.findPerson(roomId, user) ?? []) : []));
    return { entry, readers };
  });
}
