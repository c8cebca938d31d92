import type { Author, Message, RoomId, UserId } from "@parley/protocol/model";
import type { Kept } from "@parley/sdk/outbox-storage";
import type { Topics } from "@parley/sdk/topics";
import { type LoadPage, RoomTimeline } from "./timeline.ts";

/** How many timelines are kept; the one that was opened longest ago goes first. */
const openMax = 12;

export interface TimelinesOptions {
  readonly me: UserId;
  readonly author: () => Author;
  readonly waiting: (room: RoomId) => readonly Kept[];
  readonly topics: Topics;
  readonly load: LoadPage;
  readonly onUnfollowed: (room: RoomId) => void;
  readonly onConfirmed: (message: Message) => void;
  readonly named: (messages: readonly Message[]) => readonly Message[];
}

/** The timelines that were opened, last opened last. */
export class Timelines {
  readonly #options: TimelinesOptions;
  readonly #byRoom = new Map<RoomId, RoomTimeline>();

  constructor(options: TimelinesOptions) {
    this.#options = options;
  }

  find(room: RoomId): RoomTimeline | undefined {
    return this.#byRoom.get(room);
  }

  /** The room's timeline, which somebody is about to look at: the others may become smaller. */
  open(room: RoomId): RoomTimeline {
    const found = this.#byRoom.get(room);
    if (found && [...this.#byRoom.keys()].at(-1) === room) return found;
    for (const timeline of this.#byRoom.values()) timeline.trim();
    // Whoever comes back to a room wants to see what is new.
    if (found?.hasNewer()) found.reload();
    const timeline = found ?? new RoomTimeline({ ...this.#options, room, waiting: this.#options.waiting(room) });
    this.#byRoom.delete(room);
    this.#byRoom.set(room, timeline);
    this.#dropOldest();
    return timeline;
  }

  drop(room: RoomId): void {
    this.#byRoom.get(room)?.close();
    this.#byRoom.delete(room);
  }

  reloadFailed(): void {
    for (const timeline of this.#byRoom.values()) if (timeline.phase === "failed") timeline.reset();
  }

  close(): void {
    for (const room of [...this.#byRoom.keys()]) this.drop(room);
  }

  reloadAll(): void {
    for (const timeline of this.#byRoom.values()) if (timeline.phase !== "loading") timeline.reset();
  }

  rename(): void {
    for (const timeline of this.#byRoom.values()) timeline.rename();
  }

  #dropOldest(): void {
    const idle = [...this.#byRoom].filter(([, timeline]) => !timeline.hasTail).map(([room]) => room);
    for (const room of idle.slice(0, -1).slice(0, Math.max(0, this.#byRoom.size - openMax))) this.drop(room);
  }
}
