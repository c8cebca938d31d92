import { type DeltaFrame, isGone } from "@parley/protocol/frames";
import {
  type Membership,
  type Message,
  type Place,
  type Room,
  type RoomId,
  roomTopic,
  type User,
  workspaceTopic,
} from "@parley/protocol/model";
import { freshPlace, placeAfterMessage, placeAfterReceipt } from "./places.ts";

export interface RoomRecordsOptions {
  readonly me: User;
  /** What this user has not read in a room has to be asked for. */
  readonly onDoubt: (room: RoomId) => void;
  /** This user is in it now, and was not before. */
  readonly onJoined: (room: RoomId) => void;
  /** This user was in it, and is not any more; or it is gone. */
  readonly onLeft: (room: RoomId) => void;
}

/**
 * The rooms that one user knows, as records.
 *
 * Answers over HTTP and deltas over the socket overtake each other. So what deltas say while an answer is on its way is
 * said again on top of it: the answer may be older than they, and if it was newer, the delta that makes up for it comes.
 */
export class RoomRecords {
  readonly #options: RoomRecordsOptions;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #journals = new Set<DeltaFrame[]>();

  constructor(options: RoomRecordsOptions) {
    this.#options = options;
  }

  all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  find(slugOrId: string): Room | undefined {
    return this.#rooms.get(slugOrId) ?? this.all().find(({ slug }) => slug === slugOrId);
  }

  /** Takes in the answer to a request for the whole list. */
  takeList(request: Promise<readonly Room[]>): Promise<void> {
    return this.#during(request, (rooms) => {
      this.#rooms.clear();
      for (const room of rooms) this.#rooms.set(room.id, room);
    });
  }

  /** Takes in the answer to a request for one room. */
  take(request: Promise<Room>): Promise<void> {
    return this.#during(request, (room) => this.#rooms.set(room.id, room));
  }

  /** This user is out of it. A public room stays in sight. */
  left(id: RoomId): void {
    this.#noticing(() => this.#leave(id));
  }

  apply(delta: DeltaFrame): void {
    for (const journal of this.#journals) journal.push(delta);
    // Most deltas are messages, and those take no room from anyone.
    if (delta.rooms || delta.memberships) this.#noticing(() => this.#apply(delta));
    else this.#apply(delta);
  }

  #leave(id: RoomId): void {
    const room = this.#rooms.get(id);
    if (room?.kind !== "public") {
      this.#rooms.delete(id);
    } else {
      const { membership: _, ...seen } = room;
      this.#rooms.set(id, seen);
    }
  }

  #apply({ topic, rooms = [], memberships = [], messages = [], receipts = [], levels = [] }: DeltaFrame): void {
    for (const room of rooms) {
      if (!isGone(room)) this.#putRecord(room, topic);
      else if (topic !== workspaceTopic || !this.#rooms.get(room.id)?.membership) this.#rooms.delete(room.id);
    }
    for (const membership of memberships) {
      if (membership.user.id === this.#options.me.id) this.#applyMine(membership, topic);
    }
    for (const message of messages) this.#applyMessage(message);
    // On the topics of rooms, receipts are told for others to see.
    if (topic.startsWith("room:")) return;
    for (const { room, upTo } of receipts) {
      this.#changePlace(room, (place, { lastMessageId }) => placeAfterReceipt(place, upTo, lastMessageId));
    }
    for (const { room, ...level } of levels) {
      this.#changePlace(room, ({ hiddenUpTo: _, ...place }) => ({ ...place, ...level }));
    }
  }

  /** A record in a delta says nothing of this user's membership. A room's own topic speaks of known rooms only. */
  #putRecord(room: Room, topic: string): void {
    const known = this.#rooms.get(room.id);
    if (!known && topic === roomTopic(room.id)) return;
    const { membership, lastMessageId = 0, lastMessageAt } = known ?? {};
    // Of a room that this user is in, its messages tell which is the newest: until then it is not counted.
    const isKept = membership !== undefined || lastMessageId > room.lastMessageId;
    const newest = isKept && { lastMessageId, ...(lastMessageAt && { lastMessageAt }) };
    this.#rooms.set(room.id, { ...room, ...newest, ...(membership && { membership }) });
  }

  /** Being in a room is the business of the own topic; the room's topic tells which role that is. */
  #applyMine({ room: id, role, joinedAt, leftAt }: Membership, topic: string): void {
    const isOwnTopic = topic !== roomTopic(id);
    const room = this.#rooms.get(id);
    if (leftAt !== undefined) {
      if (isOwnTopic) this.#leave(id);
    } else if (room && (isOwnTopic || room.membership)) {
      const before = room.membership ?? freshPlace(room, { role, joinedAt });
      this.#rooms.set(id, { ...room, membership: { ...before, role, joinedAt } });
    }
  }

  #applyMessage(message: Message): void {
    this.#changePlace(message.room, (place, room) => placeAfterMessage(this.#options.me, room, place, message));
    const room = this.#rooms.get(message.room);
    if (!room || room.lastMessageId >= message.id) return;
    this.#rooms.set(room.id, { ...room, lastMessageId: message.id, lastMessageAt: message.createdAt });
  }

  /** Null: it has to be asked for. */
  #changePlace(id: RoomId, change: (place: Place, room: Room) => Place | null): void {
    const room = this.#rooms.get(id);
    if (!room?.membership) return;
    const membership = change(room.membership, room);
    if (membership) this.#rooms.set(id, { ...room, membership });
    else this.#options.onDoubt(id);
  }

  async #during<T>(request: Promise<T>, take: (answer: T) => void): Promise<void> {
    const journal: DeltaFrame[] = [];
    this.#journals.add(journal);
    try {
      const answer = await request;
      this.#noticing(() => {
        take(answer);
        for (const delta of journal) this.#apply(delta);
      });
    } finally {
      this.#journals.delete(journal);
    }
  }
  /** Makes a change, then tells which rooms it has given to this user or taken. */
  #noticing(change: () => void): void {
    const before = this.#mine();
    change();
    const after = this.#mine();
    for (const id of before) if (!after.has(id)) this.#options.onLeft(id);
    for (const id of after) if (!before.has(id)) this.#options.onJoined(id);
  }

  #mine(): ReadonlySet<RoomId> {
    return new Set(this.all().flatMap(({ id, membership }) => (membership ? [id] : [])));
  }
}
