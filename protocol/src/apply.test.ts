import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { applyDelta, mergeMessages, type RoomView, relate } from "./apply.ts";
import type { DeltaFrame } from "./frames.ts";
import type { Membership, Message, Room, Seq, UserId } from "./model.ts";

fc.configureGlobal({ seed: 20_261_120 });

const room = "R1";
const at = "2026-11-20T13:57:02.123Z";

/**
 * The server in small: what a room is after each of its changes. `history[seq]` is the room after `seq` changes, so any
 * delta, and any fresh load, can be made from it.
 */
interface Snapshot {
  readonly messages: ReadonlyMap<number, Message>;
  readonly memberships: ReadonlyMap<UserId, { readonly seq: Seq; readonly membership: Membership }>;
  readonly room: { readonly seq: Seq; readonly record: Room };
  readonly goneAt: Seq | null;
}

type Change =
  | { readonly kind: "send"; readonly user: number }
  | { readonly kind: "edit" | "delete"; readonly pick: number }
  | { readonly kind: "join" | "leave"; readonly user: number }
  | { readonly kind: "describe" }
  | { readonly kind: "remove" };

function play(changes: readonly Change[]): readonly Snapshot[] {
  const history: Snapshot[] = [
    { messages: new Map(), memberships: new Map(), room: { seq: 0, record: toRoom(0) }, goneAt: null },
  ];
  for (const change of changes) {
    const last = history.at(-1);
    if (!last || last.goneAt !== null) break;
    history.push(after(last, change, history.length));
  }
  return history;
}

function after(last: Snapshot, change: Change, seq: Seq): Snapshot {
  switch (change.kind) {
    case "send":
      return withMessage(last, toMessage(last.messages.size + 1, seq, { author: toUser(change.user) }));
    case "edit":
    case "delete": {
      const known = last.messages.get((change.pick % Math.max(1, last.messages.size)) + 1);
      // Nothing to change yet: the change becomes the room's first message.
      if (!known) return withMessage(last, toMessage(1, seq));
      const edited = { ...known, seq, content: `edited at ${seq}`, editedAt: at };
      return withMessage(last, change.kind === "edit" ? edited : { ...known, seq, content: "", deletedAt: at });
    }
    case "join":
    case "leave": {
      const user = toUser(change.user);
      const membership: Membership = { room, user, role: "member", joinedAt: at };
      const now = change.kind === "join" ? membership : { ...membership, leftAt: at };
      return { ...last, memberships: new Map(last.memberships).set(user.id, { seq, membership: now }) };
    }
    case "describe":
      return { ...last, room: { seq, record: toRoom(seq) } };
    case "remove":
      return { ...last, goneAt: seq };
  }
}

function withMessage(last: Snapshot, message: Message): Snapshot {
  return { ...last, messages: new Map(last.messages).set(message.id, message) };
}

const toUser = (user: number) => ({ id: `U${user}`, username: `user-${user}`, displayName: `User ${user}` });

function toMessage(id: number, seq: Seq, rest: Partial<Message> = {}): Message {
  return { id, room, seq, author: toUser(1), content: `message ${id}`, createdAt: at, ...rest };
}

function toRoom(seq: Seq): Room {
  return {
    id: room,
    slug: "general",
    name: "General",
    description: `described at ${seq}`,
    kind: "public",
    createdBy: "U1",
    createdAt: at,
    memberCount: 1,
    lastMessageId: 0,
  };
}

/** What the server says of the changes after `from` up to `to`, as they are at `to`. */
function toDelta(history: readonly Snapshot[], from: Seq, to: Seq): DeltaFrame {
  const now = must(history[to]);
  const memberships = [...now.memberships.values()].filter(({ seq }) => seq > from).map(({ membership }) => membership);
  const isGone = now.goneAt !== null && now.goneAt > from;
  const rooms = isGone ? [{ id: room, gone: true } as const] : now.room.seq > from ? [now.room.record] : [];
  return {
    type: "delta",
    topic: `room:${room}`,
    from,
    to,
    messages: [...now.messages.values()].filter(({ seq }) => seq > from),
    ...(memberships.length > 0 && { memberships }),
    ...(rooms.length > 0 && { rooms }),
  };
}

/** What a fresh load at `seq` gives: the newest `size` messages, the room and its current members. */
function load(history: readonly Snapshot[], seq: Seq, size: number): RoomView {
  const { messages, memberships, room, goneAt } = must(history[seq]);
  const current = [...memberships].filter(([, { membership }]) => membership.leftAt === undefined);
  return {
    seq,
    messages: [...messages.values()].slice(messages.size - Math.min(size, messages.size)),
    room: room.record,
    members: new Map(current.map(([id, { membership }]) => [id, membership])),
    receipts: new Map(),
    gone: goneAt !== null,
  };
}

/** The fresh load that reaches back as far as `view` does. */
function loadLike(history: readonly Snapshot[], view: RoomView): RoomView {
  const snapshot = must(history[view.seq]);
  const first = view.messages[0]?.id ?? snapshot.messages.size + 1;
  return load(history, view.seq, snapshot.messages.size - first + 1);
}

/** Nobody asks what a room was when it is gone. */
const comparable = (view: RoomView) => ({
  ...view,
  room: view.gone ? null : view.room,
  members: [...view.members].sort(([a], [b]) => (a < b ? -1 : 1)),
});

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the test is wrong");
  return value;
}

const user = fc.integer({ min: 1, max: 3 });
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("send" as const), user }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("edit" as const, "delete" as const), pick: fc.nat(40) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("join" as const, "leave" as const), user }) },
  { weight: 1, arbitrary: fc.constant({ kind: "describe" } as const) },
);
const changes = fc
  .tuple(fc.array(change, { minLength: 1, maxLength: 40 }), fc.boolean())
  .map(([list, removed]): readonly Change[] => (removed ? [...list, { kind: "remove" }] : list));
/** The end of a range, and how many changes it covers. */
const deliveries = fc.array(fc.tuple(fc.nat(1000), fc.nat(12)), { maxLength: 40 });

describe("relate", () => {
  test("[TD3] a delta that reaches from the position or before to beyond it is next", () => {
    for (const delta of [
      { from: 5, to: 6 },
      { from: 5, to: 9 },
      { from: 3, to: 6 },
      { from: 0, to: 99 },
    ]) {
      expect(relate(5, delta)).toBe("next");
    }
  });

  test("[TD3] one that is not ahead is old, and any other leaves a gap", () => {
    for (const delta of [
      { from: 4, to: 5 },
      { from: 0, to: 1 },
      { from: 5, to: 5 },
    ])
      expect(relate(5, delta)).toBe("old");
    for (const delta of [
      { from: 6, to: 7 },
      { from: 6, to: 6 },
      { from: 80, to: 90 },
    ])
      expect(relate(5, delta)).toBe("gap");
  });
});

describe("a view that is kept up to date", () => {
  test("[TD2] [TD7] by every change alone, in order, is at each step what a fresh load gives", () => {
    fc.assert(
      fc.property(changes, fc.nat(1000), fc.integer({ min: 1, max: 5 }), (list, start, size) => {
        const history = play(list);
        let view = load(history, start % history.length, size);
        for (let seq = view.seq + 1; seq < history.length; seq++) {
          const delta = toDelta(history, seq - 1, seq);
          expect(relate(view.seq, delta)).toBe("next");
          view = applyDelta(view, delta);
          expect(comparable(view)).toEqual(comparable(loadLike(history, view)));
        }
        expect(view.seq).toBe(history.length - 1);
      }),
    );
  });

  test("[TD3] [TD7] by merged, overlapping, doubled and late deltas, and a resume at each gap, is what a fresh load gives", () => {
    let gaps = 0;
    let overlaps = 0;
    let olds = 0;
    fc.assert(
      fc.property(changes, fc.nat(1000), fc.integer({ min: 1, max: 5 }), deliveries, (list, start, size, ranges) => {
        const history = play(list);
        const head = history.length - 1;
        let view = load(history, start % history.length, size);
        const apply = (delta: DeltaFrame) => {
          expect(relate(view.seq, delta)).toBe("next");
          view = applyDelta(view, delta);
          expect(view.seq).toBe(delta.to);
          expect(comparable(view)).toEqual(comparable(loadLike(history, view)));
        };
        for (const [end, length] of ranges) {
          const to = end % history.length;
          const delta = toDelta(history, Math.max(0, to - length), to);
          const relation = relate(view.seq, delta);
          if (relation === "old") olds++;
          if (relation === "next") {
            overlaps += Number(delta.from < view.seq);
            apply(delta);
          }
          if (relation === "gap") {
            gaps++;
            apply(toDelta(history, view.seq, to));
          }
        }
        if (view.seq < head) apply(toDelta(history, view.seq, head));
        expect(view.gone).toBe(must(history[head]).goneAt !== null);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(gaps, overlaps, olds)).toBeGreaterThan(30);
  });

  test("[TD3] without the resume, a delta across a gap would lose a message: what relate guards against", () => {
    const history = play([1, 2, 3, 4].map((user) => ({ kind: "send", user })));
    const view = load(history, 1, 10);
    const late = toDelta(history, 2, 3);
    expect(relate(view.seq, late)).toBe("gap");
    expect(applyDelta(view, late).messages).not.toEqual(load(history, 3, 10).messages);
  });

  test("is a new one: the old view stays as it was", () => {
    const history = play([
      { kind: "send", user: 1 },
      { kind: "join", user: 2 },
      { kind: "edit", pick: 0 },
      { kind: "leave", user: 2 },
    ]);
    const view = load(history, 2, 10);
    const before = structuredClone(view);
    const next = applyDelta(view, toDelta(history, 2, 4));
    expect(view).toEqual(before);
    expect(next.members.size).toBe(0);
    expect(next.messages[0]?.content).toBe("edited at 3");
  });

  test("keeps its lists when nothing of theirs changed", () => {
    const history = play([{ kind: "send", user: 1 }, { kind: "join", user: 2 }, { kind: "describe" }]);
    const view = load(history, 2, 10);
    const next = applyDelta(view, toDelta(history, 2, 3));
    expect(next.messages).toBe(view.messages);
    expect(next.members).toBe(view.members);
    expect(next.room?.description).toBe("described at 3");
  });

  test("[MS5] shows a deleted message in its place, without content", () => {
    const history = play([
      { kind: "send", user: 1 },
      { kind: "send", user: 1 },
      { kind: "delete", pick: 0 },
    ]);
    const { messages } = applyDelta(load(history, 2, 10), toDelta(history, 2, 3));
    expect(messages.map(({ id, content, deletedAt }) => [id, content, deletedAt])).toEqual([
      [1, "", at],
      [2, "message 2", undefined],
    ]);
  });

  test("[RM8] says that the room is gone, for good, and keeps the last that was known of it", () => {
    const history = play([{ kind: "send", user: 1 }, { kind: "remove" }]);
    const gone = applyDelta(load(history, 1, 10), toDelta(history, 1, 2));
    expect(gone.gone).toBe(true);
    expect(gone.room?.name).toBe("General");
    expect(applyDelta(gone, { type: "delta", topic: `room:${room}`, from: 2, to: 3, messages: [] }).gone).toBe(true);
  });

  test("is not put back by a delta of only one kind of thing", () => {
    const history = play([
      { kind: "join", user: 1 },
      { kind: "send", user: 1 },
    ]);
    const view = load(history, 2, 10);
    const next = applyDelta(view, { type: "delta", topic: `room:${room}`, from: 2, to: 3 });
    expect(comparable(next)).toEqual(comparable({ ...view, seq: 3 }));
  });
});

describe("merging messages", () => {
  const list = fc
    .tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 15 }),
      fc.array(fc.nat(9), { minLength: 15, maxLength: 15 }),
    )
    .map(([first, count, seqs]) =>
      Array.from({ length: count }, (_, index) => toMessage(first + index, must(seqs[index]) + 1)),
    );
  const changed = fc.array(
    fc
      .record({ id: fc.integer({ min: 1, max: 40 }), seq: fc.integer({ min: 1, max: 10 }) })
      .map(({ id, seq }) => toMessage(id, seq, { content: `${id}@${seq}` })),
    { maxLength: 30 },
  );

  test("keeps the list ascending and without gaps, whatever comes", () => {
    fc.assert(
      fc.property(list, changed, (known, incoming) => {
        const ids = mergeMessages(known, incoming).map(({ id }) => id);
        const first = ids[0] ?? 0;
        expect(ids).toEqual(ids.map((_, index) => first + index));
      }),
      { numRuns: 500 },
    );
  });

  test("loses nothing that it had, and of two states of one message keeps the newer", () => {
    fc.assert(
      fc.property(list, changed, (known, incoming) => {
        const merged = new Map(mergeMessages(known, incoming).map((message) => [message.id, message]));
        for (const { id } of known) expect(merged.has(id)).toBe(true);
        for (const message of [...known, ...incoming]) {
          expect(merged.get(message.id)?.seq ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(message.seq);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("is the same however often and in whatever order the same states come", () => {
    fc.assert(
      fc.property(list, changed, (known, incoming) => {
        const unique = [...new Map(incoming.map((message) => [`${message.id}@${message.seq}`, message])).values()];
        const once = mergeMessages(known, unique);
        expect(mergeMessages(known, unique.toReversed())).toEqual(once);
        expect(mergeMessages(known, [...unique, ...unique])).toEqual(once);
        if (known.length > 0) expect([...mergeMessages(once, unique)]).toEqual([...once]);
      }),
      { numRuns: 500 },
    );
  });

  test("takes what joins at either end, and leaves out what would leave a gap", () => {
    const known = [toMessage(5, 5), toMessage(6, 6)];
    const ids = (...incoming: readonly number[]) =>
      mergeMessages(
        known,
        incoming.map((id) => toMessage(id, id)),
      ).map(({ id }) => id);
    expect(ids(7, 8)).toEqual([5, 6, 7, 8]);
    expect(ids(8, 7)).toEqual([5, 6, 7, 8]);
    expect(ids(8)).toEqual([5, 6]);
    expect(ids(4, 3, 1)).toEqual([3, 4, 5, 6]);
    expect(ids(1, 9)).toEqual([5, 6]);
  });

  test("makes a list out of nothing", () => {
    expect(mergeMessages([], [toMessage(2, 2), toMessage(1, 1)]).map(({ id }) => id)).toEqual([1, 2]);
  });

  test("of 20,000 messages with 20,000 changes does not take a moment", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => toMessage(index + 1, index + 1));
    const edits = many.map((message) => ({ ...message, seq: message.seq + 20_000 }));
    const started = performance.now();
    expect([...mergeMessages(many, edits)]).toEqual(edits);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
