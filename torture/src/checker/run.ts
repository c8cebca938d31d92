import type { MessageId, RoomId, UserId } from "@parley/protocol/model";
import { type Dump, type FinalView, type HistoryEvent, tokenOf } from "../history.ts";
import type { Evidence } from "./check.ts";

type Of<T extends HistoryEvent["type"]> = Extract<HistoryEvent, { readonly type: T }>;

/** An act with how it ended. */
export interface Act {
  readonly invoked: Of<"invoke">;
  readonly end:
    | { readonly kind: "ok"; readonly id: MessageId | null; readonly key: string | null }
    | { readonly kind: "fail" }
    | { readonly kind: "unknown" };
}

export type Stored = Dump["messages"][number];

/** The evidence, looked up in the ways that the invariants need. */
export interface Run {
  readonly history: readonly HistoryEvent[];
  readonly views: readonly FinalView[];
  readonly dump: Dump;
  readonly acts: readonly Act[];
  /** By room, in the order of their numbers. */
  readonly stored: ReadonlyMap<RoomId, readonly Stored[]>;
  readonly members: ReadonlyMap<RoomId, ReadonlySet<UserId>>;
  /** The first word of each message that was asked for, also of those that are deleted by now. */
  tokenOfStored(message: Stored): string | null;
  eventsOf<T extends HistoryEvent["type"]>(type: T): readonly Of<T>[];
}

export function readRun({ history, views, dump }: Evidence): Run {
  const eventsOf = <T extends HistoryEvent["type"]>(type: T) =>
    history.filter((event): event is Of<T> => event.type === type);
  const ends = new Map<number, Act["end"]>();
  for (const { act } of eventsOf("fail")) ends.set(act, { kind: "fail" });
  for (const { act, sent } of eventsOf("ok"))
    ends.set(act, { kind: "ok", id: sent?.id ?? null, key: sent?.key ?? null });
  const acts = eventsOf("invoke").map((invoked) => ({
    invoked,
    end: ends.get(invoked.act) ?? { kind: "unknown" as const },
  }));
  const stored = new Map<RoomId, Stored[]>();
  for (const message of dump.messages) add(stored, message.room, message);
  for (const messages of stored.values()) messages.sort((one, other) => one.id - other.id);
  const members = new Map<RoomId, Set<UserId>>();
  for (const { room, user } of dump.members) members.set(room, (members.get(room) ?? new Set()).add(user));
  // A message that is deleted has lost its words: what was acknowledged or shown under its number is how it is known.
  const known = new Map<string, string>();
  for (const { invoked, end } of acts) {
    if (invoked.what === "send" && end.kind === "ok") known.set(`${invoked.room} ${end.id}`, invoked.token);
  }
  for (const { room, messages } of eventsOf("shown")) {
    for (const [id, token] of messages) {
      if (token !== null && !known.has(`${room} ${id}`)) known.set(`${room} ${id}`, token);
    }
  }
  return {
    history,
    views,
    dump,
    acts,
    stored,
    members,
    tokenOfStored: ({ room, id, content, deleted }) =>
      deleted ? (known.get(`${room} ${id}`) ?? null) : tokenOf(content),
    eventsOf,
  };
}

function add<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
