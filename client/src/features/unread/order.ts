import type { Room } from "@parley/protocol/model";
import { callsOf, isUnread, spokenAt } from "@parley/sdk/places";
import type { Client } from "../../state/client.ts";

/** The rooms with something unread: those that call me first, then the latest spoken in. */
export function listUnread(client: Pick<Client, "rooms" | "directRooms" | "archivedRooms">): readonly Room[] {
  return [...client.rooms(), ...client.directRooms(), ...client.archivedRooms()].filter(isUnread).sort(byUrgency);
}

const byUrgency = (a: Room, b: Room) =>
  Number(callsOf(b) > 0) - Number(callsOf(a) > 0) || compare(spokenAt(b), spokenAt(a)) || compare(a.id, b.id);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
