import type { Room } from "@parley/protocol/model";
import { isUnread, spokenAt } from "@parley/sdk/places";
import { createMemo, on } from "solid-js";
import type { Client } from "../../state/client.ts";
import type { Attention } from "../../ui/attention.ts";

/** The rooms of the sidebar, section by section, as they stand there. */
export interface RoomOrder {
  rooms(): readonly Room[];
  /** With the one that is being looked at, even if nothing has been said in it yet. */
  direct(): readonly Room[];
}

/** What a room's place in its section depends on. */
interface Standing {
  readonly room: Room;
  readonly unread: boolean;
  readonly spokenAt: string;
}

/**
 * What is unread stands first in its section. The room that is open stays as it stood when it was opened, whether it is
 * read or written in meanwhile; and while someone is at the list, none moves.
 */
export function createRoomOrder(
  client: Pick<Client, "rooms" | "directRooms">,
  current: () => Room | undefined,
  attention: Pick<Attention, "held">,
): RoomOrder {
  const opened = createMemo(
    on(
      () => current()?.id,
      () => {
        const room = current();
        return room && standingOf(room);
      },
    ),
  );
  const stand = (room: Room): Standing => {
    const then = opened();
    return then?.room.id === room.id ? { ...then, room } : standingOf(room);
  };
  const section = (list: () => readonly Room[], compare: (one: Standing, other: Standing) => number) =>
    createMemo<readonly Room[]>((before) => {
      const rooms = list();
      if (attention.held() && before.length > 0) return keepPlaces(before, rooms);
      return rooms
        .map(stand)
        .sort(compare)
        .map(({ room }) => room);
    }, []);
  const direct = () => {
    const [room, rooms] = [current(), client.directRooms()];
    return room?.kind === "direct" && !rooms.includes(room) ? [room, ...rooms] : rooms;
  };
  return { rooms: section(() => client.rooms(), unreadFirst), direct: section(direct, unreadThenLatest) };
}

/** The rooms of now in the order of before; what is new comes last. */
function keepPlaces(before: readonly Room[], rooms: readonly Room[]): readonly Room[] {
  const now = new Map(rooms.map((room) => [room.id, room]));
  const kept = before.flatMap(({ id }) => now.get(id) ?? []);
  for (const { id } of kept) now.delete(id);
  return [...kept, ...now.values()];
}

const standingOf = (room: Room): Standing => ({ room, unread: isUnread(room), spokenAt: spokenAt(room) });

const unreadFirst = (one: Standing, other: Standing) => Number(other.unread) - Number(one.unread);

const unreadThenLatest = (one: Standing, other: Standing) =>
  unreadFirst(one, other) || (one.spokenAt < other.spokenAt ? 1 : one.spokenAt > other.spokenAt ? -1 : 0);
