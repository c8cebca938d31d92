import { type DeltaFrame, isGone } from "@parley/protocol/frames";
import {
  type Author,
  type Membership,
  type MessageId,
  type Place,
  type Room,
  type RoomId,
  roomTopic,
  type UserId,
  workspaceTopic,
} from "@parley/protocol/model";
import {
  callsOf,
  freshPlace,
  isHidden,
  isUnread,
  placeAfterMessage,
  placeAfterReceipt,
  spokenAt,
} from "@parley/sdk/places";
import { batch, createMemo, createRoot, createSignal, untrack } from "solid-js";
import { createStore, produce } from "solid-js/store";

export interface RoomsOptions {
  readonly me: Author;
  /** I am not in this room any more: it was deleted, I left or was removed. */
  readonly onLeft: (room: RoomId) => void;
  /** Someone under their name of now. */
  readonly person: (author: Author) => Author;
  /** I have read this far in a room, where the server may not know it yet. */
  readonly ahead: (room: RoomId) => MessageId | undefined;
  /** What I have not read in this room has to be asked for. */
  readonly onDoubt: (room: RoomId) => void;
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const byActivity = (a: Room, b: Room) => (spokenAt(a) < spokenAt(b) ? 1 : -1);

/**
 * The rooms that this user knows.
 *
 * Answers over HTTP and deltas over the socket overtake each other. So what deltas say while an answer is on its way is
 * said again on top of it: the answer may be older than they, and if it was newer, the delta that makes up for it comes.
 */
export class Rooms {
  readonly mine: () => readonly Room[];
  /** Direct rooms, the latest spoken in first. */
  readonly direct: () => readonly Room[];
  readonly joinable: () => readonly Room[];
  readonly totals: () => { readonly rooms: number; readonly calls: number };
  /** Archived rooms that I am in or could see, by name. */
  readonly archived: () => readonly Room[];
  readonly isReady: () => boolean;

  readonly #options: RoomsOptions;
  readonly #store = createStore<Record<RoomId, Room | undefined>>({});
  readonly #setReady: (ready: boolean) => void;
  readonly #removals: () => ReadonlyMap<RoomId, Room>;
  readonly #setRemovals: (change: (before: ReadonlyMap<RoomId, Room>) => ReadonlyMap<RoomId, Room>) => void;
  readonly #journals = new Set<DeltaFrame[]>();
  readonly #dispose: () => void;

  constructor(options: RoomsOptions) {
    this.#options = options;
    const [isReady, setReady] = createSignal(false);
    this.isReady = isReady;
    this.#setReady = setReady;
    const [removals, setRemovals] = createSignal<ReadonlyMap<RoomId, Room>>(new Map());
    this.#removals = removals;
    this.#setRemovals = setRemovals;
    const { mine, direct, joinable, archived, totals, dispose } = createRoot((dispose) => ({
      mine: createMemo(() =>
        this.#sorted((room) => room.membership !== undefined && room.kind !== "direct" && !room.archivedAt),
      ),
      direct: createMemo(() => this.#all((room) => room.kind === "direct" && this.#isShown(room)).sort(byActivity)),
      joinable: createMemo(() =>
        this.#sorted((room) => room.membership === undefined && room.kind === "public" && !room.archivedAt),
      ),
      archived: createMemo(() => this.#sorted((room) => room.archivedAt !== undefined)),
      totals: createMemo(() => this.#count(), undefined, {
        equals: (one, other) => one.rooms === other.rooms && one.calls === other.calls,
      }),
      dispose,
    }));
    this.mine = mine;
    this.direct = direct;
    this.joinable = joinable;
    this.totals = totals;
    this.archived = archived;
    this.#dispose = dispose;
  }

  find(slugOrId: string): Room | undefined {
    return this.#all(({ id, slug }) => id === slugOrId || slug === slugOrId)[0];
  }

  /** The room by this slug or id as it was when someone removed me from it, while I am not back in it. Reactive. */
  removedFrom(slugOrId: string): Room | undefined {
    return [...this.#removals().values()].find(({ id, slug }) => id === slugOrId || slug === slugOrId);
  }

  /** Takes in the answer to a request for the whole list. */
  async list(request: Promise<readonly Room[]>): Promise<void> {
    await this.#during(request, (rooms) => {
      const listed = new Set(rooms.map(({ id }) => id));
      for (const id of Object.keys(this.#store[0])) if (!listed.has(id)) this.#remove(id);
      for (const room of rooms) this.#put(room, { membership: undefined });
      this.#setReady(true);
    });
  }

  /** Takes in a room that a request has created, changed or made me a member of. */
  async changed(request: Promise<Room>): Promise<Room> {
    const room = await this.#during(request, (answer) => this.#put(answer));
    return this.#named(room);
  }

  /** I am out of it. A public room stays in sight. */
  left(id: RoomId): void {
    this.#noticing(() => this.#leave(id));
  }

  removed(id: RoomId): void {
    this.#noticing(() => this.#remove(id));
  }

  /** Someone has another name: direct rooms are called by their people. */
  rename(id: UserId): void {
    const rooms = untrack(() => this.#all(({ users }) => users?.some((user) => user.id === id) ?? false));
    for (const room of rooms) this.#put(room);
  }

  apply(delta: DeltaFrame): void {
    for (const journal of this.#journals) journal.push(delta);
    // Most deltas are messages, and those take no room from anyone.
    if (delta.rooms || delta.memberships) this.#noticing(() => this.#apply(delta));
    else this.#apply(delta);
  }

  close(): void {
    this.#dispose();
  }

  /** Says how far I have read, before the server has said so. */
  mark(id: RoomId, upTo: MessageId): void {
    const room = this.#store[0][id];
    if (room?.membership) this.#putPlace(id, placeAfterReceipt(room.membership, upTo, room.lastMessageId));
  }

  /** Shows my place as it will be. */
  foresee(id: RoomId, change: Partial<Place>): void {
    // The place itself stays, so that whoever only asks whether I am in a room is not disturbed.
    this.#store[1](produce((rooms) => Object.assign(rooms[id]?.membership ?? {}, change)));
  }

  #apply({ topic, rooms = [], memberships = [], messages = [], receipts = [], levels = [] }: DeltaFrame): void {
    for (const room of rooms) {
      if (!isGone(room)) this.#putRecord(room, topic);
      else if (topic !== workspaceTopic || !this.#store[0][room.id]?.membership) this.#remove(room.id);
    }
    for (const membership of memberships) {
      if (membership.user.id === this.#options.me.id) this.#applyMine(membership, topic);
    }
    for (const message of messages) {
      const room = this.#store[0][message.room];
      if (room?.membership) {
        this.#putPlace(room.id, placeAfterMessage(this.#options.me, room, room.membership, message));
      }
      if (room && room.lastMessageId < message.id) {
        this.#store[1](message.room, { lastMessageId: message.id, lastMessageAt: message.createdAt });
      }
    }
    // On the topics of rooms, receipts are told for others to see.
    if (topic.startsWith("room:")) return;
    for (const { room: id, upTo } of receipts) {
      const room = this.#store[0][id];
      if (room?.membership) this.#putPlace(id, placeAfterReceipt(room.membership, upTo, room.lastMessageId));
      this.#keepAhead(id);
    }
    for (const { room: id, notifyLevel, hiddenUpTo } of levels) this.foresee(id, { notifyLevel, hiddenUpTo });
  }

  /** Null: it has to be asked for. */
  #putPlace(id: RoomId, place: Place | null): void {
    if (place) this.foresee(id, place);
    else this.#options.onDoubt(id);
  }

  /** What I have read here counts before the server knows it. */
  #keepAhead(id: RoomId): void {
    const room = this.#store[0][id];
    const ahead = this.#options.ahead(id);
    if (room?.membership && ahead !== undefined && ahead > room.membership.receipt) this.mark(id, ahead);
  }

  /** Being in a room is the business of the own topic; the room's topic tells which role that is. */
  #applyMine({ room: id, role, joinedAt, leftAt, removed }: Membership, topic: string): void {
    const isOwnTopic = topic !== roomTopic(id);
    if (isOwnTopic) this.#noteRemoval(id, removed === true);
    if (leftAt !== undefined) {
      if (isOwnTopic) this.#leave(id);
    } else if (this.#store[0][id] && (isOwnTopic || this.#store[0][id]?.membership)) {
      const room = this.#store[0][id];
      if (room)
        this.#store[1](id, {
          membership: { ...freshPlace(room, { role, joinedAt }), ...room.membership, role, joinedAt },
        });
    }
  }

  /** A record in a delta says nothing of my membership. A room's own topic speaks of known rooms only. */
  #putRecord(room: Room, topic: string): void {
    const known = this.#store[0][room.id];
    if (!known && topic === roomTopic(room.id)) return;
    const { membership, lastMessageId = 0, lastMessageAt } = known ?? {};
    // Of a room that I am in, its messages tell which is the newest: until then it is not counted.
    const isKept = membership !== undefined || lastMessageId > room.lastMessageId;
    const newest = isKept && { lastMessageId, ...(lastMessageAt && { lastMessageAt }) };
    this.#put({ ...room, ...newest });
  }

  /** What is stored is merged: a room that is in use again says nothing of its archiving. */
  #put(room: Room, before: { readonly membership?: undefined } = {}): void {
    this.#store[1](room.id, { archivedAt: undefined, ...before, ...this.#named(room) });
  }

  /** A direct room bears the names of its other people; the one that is mine alone bears mine. */
  #named(room: Room): Room {
    if (!room.users) return room;
    const users = room.users.map(this.#options.person);
    const others = users.filter(({ id }) => id !== this.#options.me.id);
    const name = others.map(({ displayName }) => displayName).join(", ") || `${users[0]?.displayName} (you)`;
    return { ...room, users, name };
  }

  /** To the others a direct room shows once something has been said in it. */
  #isShown(room: Room): boolean {
    return (room.lastMessageId > 0 || room.createdBy === this.#options.me.id) && !isHidden(room);
  }

  #noteRemoval(id: RoomId, removed: boolean): void {
    const room = this.#store[0][id];
    if (removed ? !room?.membership : !untrack(this.#removals).has(id)) return;
    this.#setRemovals((before) => {
      const after = new Map(before);
      if (removed && room) after.set(id, { ...room });
      else after.delete(id);
      return after;
    });
  }

  #leave(id: RoomId): void {
    if (this.#store[0][id]?.kind === "public") this.#store[1](id, { membership: undefined });
    else this.#remove(id);
  }

  #remove(id: RoomId): void {
    this.#store[1](id, undefined);
  }

  async #during<T>(request: Promise<T>, take: (answer: T) => void): Promise<T> {
    const journal: DeltaFrame[] = [];
    this.#journals.add(journal);
    try {
      const answer = await request;
      this.#noticing(() => {
        take(answer);
        for (const delta of journal) this.#apply(delta);
        for (const id of Object.keys(this.#store[0])) this.#keepAhead(id);
      });
      return answer;
    } finally {
      this.#journals.delete(journal);
    }
  }

  /** Makes a change, then tells which rooms it has taken from me. */
  #noticing(change: () => void): void {
    const before = this.#mineIds();
    batch(change);
    const after = this.#mineIds();
    for (const id of before) if (!after.has(id)) this.#options.onLeft(id);
  }

  #mineIds(): ReadonlySet<RoomId> {
    return untrack(() => new Set(this.#all((room) => room.membership !== undefined).map(({ id }) => id)));
  }

  #count(): { readonly rooms: number; readonly calls: number } {
    const rooms = this.#all(isUnread);
    return { rooms: rooms.length, calls: rooms.reduce((sum, room) => sum + callsOf(room), 0) };
  }

  #sorted(belongs: (room: Room) => boolean): readonly Room[] {
    return this.#all(belongs).sort((a, b) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
  }

  #all(belongs: (room: Room) => boolean): Room[] {
    return Object.values(this.#store[0]).flatMap((room) => (room && belongs(room) ? [room] : []));
  }
}
