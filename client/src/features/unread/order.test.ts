import { expect, test } from "bun:test";
import type { NotifyLevel, Room } from "@parley/protocol/model";
import { listUnread } from "./order.ts";

const room = (id: string, minute: number, unread: number, mentions = 0, notifyLevel: NotifyLevel = "mentions") =>
  ({
    id,
    lastMessageAt: `2026-11-25T12:0${minute}:00.000Z`,
    membership: { role: "member", joinedAt: "2026-11-25T12:00:00.000Z", receipt: 0, unread, mentions, notifyLevel },
  }) as unknown as Room;

test("[UN8] rooms that call come first, then the latest spoken in; read and silent ones are left out", () => {
  const client = {
    rooms: () => [room("quiet", 9, 0), room("old", 1, 2), room("called", 2, 3, 1), room("silent", 8, 4, 0, "none")],
    directRooms: () => [room("direct", 3, 1, 0, "all"), room("new", 5, 1)],
    archivedRooms: () => [room("archived", 4, 1)],
  };
  expect(listUnread(client).map(({ id }) => id)).toEqual(["direct", "called", "new", "archived", "old"]);
});
