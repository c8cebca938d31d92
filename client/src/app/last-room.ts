import type { Room } from "@parley/protocol/model";
import type { Client } from "../state/client.ts";

const storageKey = "parley.room";

export function rememberRoom(room: Room): void {
  try {
    localStorage.setItem(storageKey, room.id);
  } catch {
    // Without storage, the home address leads to the general room.
  }
}

/** Whether someone has read a room in this browser. */
export const wasInRoom = (): boolean => readLast() !== null;

/** Where the home address leads: the room seen last, else general, else the first one. */
export function findHomeRoom(client: Client): Room | undefined {
  const rooms = client.rooms();
  const last = readLast();
  return (
    [...rooms, ...client.directRooms()].find((room) => room.id === last) ??
    rooms.find((room) => room.slug === "general") ??
    rooms[0]
  );
}

function readLast(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
