import type { Changes, DeltaFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type {
  GoneRoom,
  Level,
  Membership,
  Message,
  Receipt,
  Room,
  Seq,
  Session,
  Topic,
  User,
  Workspace,
} from "@parley/protocol/model";

/** What one transaction tells one topic about one of its changes. */
export interface Announcement {
  readonly topic: Topic;
  readonly seq: Seq;
  readonly things: Changes;
}

/** What a transaction has announced so far. */
export class Announcements {
  readonly #list: Announcement[] = [];

  readonly add = (topic: Topic, seq: Seq, things: Changes): void => {
    this.#list.push({ topic, seq, things });
  };

  get length(): number {
    return this.#list.length;
  }

  /** Forgets all but the first `length`. */
  takeBack(length: number): void {
    this.#list.length = length;
  }

  toDeltas(): readonly DeltaFrame[] {
    return toDeltas(this.#list, limits.deltaBytes);
  }
}

/**
 * The deltas of one commit. Its announcements of one topic become one delta with each thing once, as it was last
 * announced; one that would encode to more than `maxBytes` is split at a change, into deltas that continue each other:
 *
 *     announced  #5 {a, b}  #6 {c}  #7 {a}          one delta      (4, 7]  a b c
 *                                                   split in two   (4, 6]  b c    (6, 7]  a
 *
 * `announcements` come in the order in which their numbers were taken, and leave none of a topic out.
 */
export function toDeltas(announcements: readonly Announcement[], maxBytes: number): readonly DeltaFrame[] {
  const topics = new Map<Topic, Announcement[]>();
  for (const announcement of announcements) {
    const same = topics.get(announcement.topic);
    if (same) same.push(announcement);
    else topics.set(announcement.topic, [announcement]);
  }
  return [...topics.values()].flatMap((same) => toTopicDeltas(same, maxBytes));
}

type Thing =
  | { readonly kind: "messages"; readonly thing: Message }
  | { readonly kind: "rooms"; readonly thing: Room | GoneRoom }
  | { readonly kind: "memberships"; readonly thing: Membership }
  | { readonly kind: "users"; readonly thing: User }
  | { readonly kind: "sessions"; readonly thing: Session }
  | { readonly kind: "receipts"; readonly thing: Receipt }
  | { readonly kind: "levels"; readonly thing: Level }
  | { readonly kind: "workspace"; readonly thing: Workspace };

/** One number of a topic, and the things that it changed last. */
interface Change {
  readonly seq: Seq;
  readonly things: readonly Thing[];
}

/** More than a frame takes besides its things. */
const frameBytes = 512;

function toTopicDeltas(announcements: readonly Announcement[], maxBytes: number): readonly DeltaFrame[] {
  const [firstAnnouncement] = announcements;
  if (!firstAnnouncement) return [];
  const { topic, seq: firstSeq } = firstAnnouncement;
  const changes = latest(announcements);
  const deltas: DeltaFrame[] = [];
  let from = firstSeq - 1;
  let part: Change[] = [];
  let bytes = frameBytes;
  const close = () => {
    const to = part.at(-1)?.seq ?? from;
    deltas.push(toDelta(topic, from, to, part));
    from = to;
    part = [];
    bytes = frameBytes;
  };
  for (const change of changes) {
    // A change alone is never split, so its size is of no interest.
    const size = changes.length > 1 ? sizeOf(change) : 0;
    if (bytes > frameBytes && bytes + size > maxBytes) close();
    part.push(change);
    bytes += size;
  }
  close();
  return deltas;
}

/** The changes with what they announced last; a thing that changed again is only in its last one. */
function latest(announcements: readonly Announcement[]): readonly Change[] {
  if (announcements.length === 1) {
    return announcements.map(({ seq, things }) => ({ seq, things: listThings(things) }));
  }
  const owner = new Map<string, Seq>();
  for (const { seq, things } of announcements) for (const thing of listThings(things)) owner.set(keyOf(thing), seq);
  return announcements.map(({ seq, things }) => ({
    seq,
    things: listThings(things).filter((thing) => owner.get(keyOf(thing)) === seq),
  }));
}

function listThings(things: Changes): readonly Thing[] {
  return [
    ...(things.messages ?? []).map((thing) => ({ kind: "messages", thing }) as const),
    ...(things.rooms ?? []).map((thing) => ({ kind: "rooms", thing }) as const),
    ...(things.memberships ?? []).map((thing) => ({ kind: "memberships", thing }) as const),
    ...(things.users ?? []).map((thing) => ({ kind: "users", thing }) as const),
    ...(things.sessions ?? []).map((thing) => ({ kind: "sessions", thing }) as const),
    ...(things.receipts ?? []).map((thing) => ({ kind: "receipts", thing }) as const),
    ...(things.levels ?? []).map((thing) => ({ kind: "levels", thing }) as const),
    ...(things.workspace ? [{ kind: "workspace", thing: things.workspace } as const] : []),
  ];
}

function keyOf({ kind, thing }: Thing): string {
  switch (kind) {
    case "memberships":
      return `${kind} ${thing.room} ${thing.user.id}`;
    case "receipts":
      return `${kind} ${thing.room} ${thing.user}`;
    case "levels":
      return `${kind} ${thing.room}`;
    case "workspace":
      return kind;
    default:
      return `${kind} ${thing.id}`;
  }
}

const sizeOf = (change: Change): number =>
  change.things.reduce((sum, { thing }) => sum + Buffer.byteLength(JSON.stringify(thing)) + 1, 0);

/** The order in which a reader shows them. */
export const byId = (one: Message, other: Message): number => one.id - other.id;

function toDelta(topic: Topic, from: Seq, to: Seq, changes: readonly Change[]): DeltaFrame {
  const messages: Message[] = [];
  const rooms: (Room | GoneRoom)[] = [];
  const memberships: Membership[] = [];
  const users: User[] = [];
  const sessions: Session[] = [];
  const receipts: Receipt[] = [];
  const levels: Level[] = [];
  let workspace: Workspace | undefined;
  for (const { kind, thing } of changes.flatMap(({ things }) => things)) {
    switch (kind) {
      case "messages":
        messages.push(thing);
        break;
      case "rooms":
        rooms.push(thing);
        break;
      case "memberships":
        memberships.push(thing);
        break;
      case "users":
        users.push(thing);
        break;
      case "sessions":
        sessions.push(thing);
        break;
      case "receipts":
        receipts.push(thing);
        break;
      case "levels":
        levels.push(thing);
        break;
      case "workspace":
        workspace = thing;
        break;
    }
  }
  return {
    type: "delta",
    topic,
    from,
    to,
    ...((messages.length > 0 || topic.startsWith("room:")) && { messages: messages.sort(byId) }),
    ...(rooms.length > 0 && { rooms }),
    ...(memberships.length > 0 && { memberships }),
    ...(users.length > 0 && { users }),
    ...(sessions.length > 0 && { sessions }),
    ...(receipts.length > 0 && { receipts }),
    ...(levels.length > 0 && { levels }),
    ...(workspace && { workspace }),
  };
}
