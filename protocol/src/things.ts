import type { Changes, DeltaFrame } from "./frames.ts";
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
} from "./model.ts";

/** What deltas are made of, and how they are made of it. */
export type Thing =
  | { readonly kind: "messages"; readonly thing: Message }
  | { readonly kind: "rooms"; readonly thing: Room | GoneRoom }
  | { readonly kind: "memberships"; readonly thing: Membership }
  | { readonly kind: "users"; readonly thing: User }
  | { readonly kind: "sessions"; readonly thing: Session }
  | { readonly kind: "receipts"; readonly thing: Receipt }
  | { readonly kind: "levels"; readonly thing: Level }
  | { readonly kind: "workspace"; readonly thing: Workspace };

/** One delta that says what these say together, each thing as it was last told. Each of them continues the one before. */
export function mergeDeltas(first: DeltaFrame, rest: readonly DeltaFrame[]): DeltaFrame {
  const things = new Map<string, Thing>();
  for (const delta of [first, ...rest]) {
    for (const thing of listThings(delta)) {
      const key = keyOf(thing);
      // In the order of its last change, as a reading has it.
      things.delete(key);
      things.set(key, thing);
    }
  }
  return toDelta(first.topic, first.from, rest.at(-1)?.to ?? first.to, things.values());
}

export const countThings = (changes: Changes): number => listThings(changes).length;

export function listThings(things: Changes): readonly Thing[] {
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

/** What a thing is known by: a later one with the same key takes its place. */
export function keyOf({ kind, thing }: Thing): string {
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

export function toDelta(topic: Topic, from: Seq, to: Seq, things: Iterable<Thing>): DeltaFrame {
  const messages: Message[] = [];
  const rooms: (Room | GoneRoom)[] = [];
  const memberships: Membership[] = [];
  const users: User[] = [];
  const sessions: Session[] = [];
  const receipts: Receipt[] = [];
  const levels: Level[] = [];
  let workspace: Workspace | undefined;
  for (const { kind, thing } of things) {
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

/** The order in which a reader shows them. */
export const byId = (one: Message, other: Message): number => one.id - other.id;
