import type { App } from "../app.ts";
import { repeat } from "./rounds.ts";

/** Rows removed per write: small enough that other writes do not wait noticeably. */
const chunk = 500;

/**
 * Removes the rows of deleted rooms, a chunk at a time. What a kill interrupts goes on at the next start, since the rooms
 * themselves say that they are deleted.
 */
export const purgeRoomsLater = ({ store, log }: App): { stop(): void } =>
  repeat(log, "purge_rooms.failed", async (isStopped) => {
    while (!isStopped() && (await store.purgeRooms({ limit: chunk })));
  });
