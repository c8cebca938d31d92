import { expect, test } from "bun:test";
import type { Dump, FinalView, Happening, HistoryEvent } from "../history.ts";
import { check, type Evidence, type Invariant, invariants } from "./check.ts";

const room = "ROOM";
type Stored = Dump["messages"][number];

const message = (id: number, author: string, content: string): Stored => ({
  id,
  room,
  seq: id,
  author,
  content,
  key: `key ${content}`,
  deleted: false,
  reactions: [],
  mentions: [],
});

/** Ada has said two things in a room with Ben, who has read the first. Everything is as it should be. */
const happenings: readonly Happening[] = [
  { type: "invoke", act: 1, user: "ADA", what: "send", room, token: "a1" },
  { type: "invoke", act: 2, user: "ADA", what: "send", room, token: "a2" },
  { type: "ok", act: 1, sent: { id: 1, key: "key a1 is here" } },
  { type: "shown", user: "BEN", room, messages: [[1, "a1"]] },
  { type: "ok", act: 2, sent: { id: 2, key: "key a2 @ben" } },
  { type: "fetched", user: "ADA", room, id: 2, token: "a2" },
  { type: "shown", user: "BEN", room, messages: [[2, "a2"]] },
];
const messages: readonly Stored[] = [
  message(1, "ADA", "a1 is here"),
  { ...message(2, "ADA", "a2 @ben"), mentions: ["ben"] },
];
const dump: Dump = {
  rooms: [{ id: room, head: 2, lastMessageId: 2, lastChange: 2 }],
  members: [
    { room, user: "ADA", username: "ada", upTo: 2 },
    { room, user: "BEN", username: "ben", upTo: 1 },
  ],
  messages,
  indexed: [`${room} 1`, `${room} 2`],
  brokenBlobs: [],
  damage: [],
};
const view = (user: string, unread: number, shown: readonly Stored[] = messages): FinalView => ({
  user,
  rooms: [{ room, messages: shown, unread, mentions: unread }],
  pending: 0,
});
const views = [view("ADA", 0), view("BEN", 1)];

/** Evidence with something changed in it. */
function evidence(change: {
  readonly more?: readonly Happening[];
  readonly instead?: readonly Happening[];
  readonly views?: readonly FinalView[];
  readonly dump?: Partial<Dump>;
}): Evidence {
  const all = [...(change.instead ?? happenings), ...(change.more ?? [])];
  return {
    history: all.map((happening, index): HistoryEvent => ({ at: index * 2000, ...happening })),
    views: change.views ?? views,
    dump: { ...dump, ...change.dump },
  };
}

const brokenBy = (change: Parameters<typeof evidence>[0]): readonly Invariant[] => [
  ...new Set(check(evidence(change)).map(({ invariant }) => invariant)),
];

test("a run in which everything is right breaks nothing", () => {
  expect(check(evidence({}))).toEqual([]);
});

test("I1: an acknowledged message that is not stored", () => {
  const lost = evidence({
    views: [view("ADA", 0, messages.slice(0, 1)), view("BEN", 0, messages.slice(0, 1))],
    dump: {
      messages: messages.slice(0, 1),
      rooms: [{ id: room, head: 2, lastMessageId: 1, lastChange: 1 }],
      indexed: [`${room} 1`],
    },
  });
  expect(check(lost).map(({ invariant }) => invariant)).toContain("I1");
});

test("I1: an acknowledged message that is stored twice, or under another number", () => {
  const again = { ...message(3, "ADA", "a2 @ben"), key: "key a2 @ben" };
  expect(brokenBy({ dump: { messages: [...messages, again] } })).toContain("I1");
  const moved = happenings.map((each) =>
    each.type === "ok" && each.act === 2 ? { ...each, sent: { id: 7, key: "key a2 @ben" } } : each,
  );
  expect(brokenBy({ instead: moved })).toContain("I1");
});

test("I1: an acknowledged message that someone in the room is not shown, or twice", () => {
  expect(brokenBy({ views: [view("ADA", 0), view("BEN", 1, messages.slice(0, 1))] })).toEqual(["I1", "I5"]);
  expect(brokenBy({ views: [view("ADA", 0), view("BEN", 1, [...messages, messages[1] as Stored])] })).toEqual([
    "I1",
    "I3",
  ]);
});

test("I2: a message that nobody has asked for, or that was refused", () => {
  const instead = happenings.filter((each) => !("act" in each && each.act === 1));
  expect(brokenBy({ instead })).toEqual(["I2"]);
  const refused: readonly Happening[] = happenings.map((each) =>
    each.type === "ok" && each.act === 1 ? { type: "fail", act: 1, reason: "blank_message" } : each,
  );
  expect(brokenBy({ instead: refused })).toEqual(["I2"]);
});

test("I2: an act without an end is done once at most", () => {
  const instead = happenings.filter((each) => !(each.type === "ok" && each.act === 2) && each.type !== "fetched");
  expect(brokenBy({ instead })).toEqual([]);
  const twice = [...messages, { ...message(3, "ADA", "a2 again"), key: "another" }];
  expect(brokenBy({ instead, dump: { messages: twice } })).toContain("I2");
});

test("I2: a message that was shown and is not stored", () => {
  expect(brokenBy({ more: [{ type: "shown", user: "BEN", room, messages: [[3, "a3"]] }] })).toEqual(["I2"]);
});

test("I3: a number that is one message here and another there, or then", () => {
  expect(brokenBy({ more: [{ type: "shown", user: "BEN", room, messages: [[2, "other"]] }] })).toEqual(["I3"]);
  const other = [messages[0] as Stored, message(2, "ADA", "other words")];
  expect(brokenBy({ views: [view("ADA", 0), view("BEN", 1, other)] })).toEqual(["I5", "I3"]);
});

test("I3: a view that was out of order, for a moment or at the end", () => {
  expect(brokenBy({ more: [{ type: "disorder", user: "BEN", room, ids: [2, 1] }] })).toEqual(["I3"]);
  expect(brokenBy({ views: [view("ADA", 0), view("BEN", 1, messages.toReversed())] })).toContain("I3");
});

test("I4: an author's later message that stands before an earlier one", () => {
  const [first, second, ...rest] = happenings;
  if (!first || !second) throw new Error("there are more than two");
  expect(brokenBy({ instead: [second, first, ...rest] })).toEqual(["I4"]);
});

test("I5: a message that is missing at the end of a view, or in it, or is not shown as it is now", () => {
  const empty = { ...view("BEN", 1), rooms: [{ room, messages: [], unread: 1, mentions: 1 }] };
  expect(brokenBy({ views: [empty] })).toContain("I5");
  const gone = { ...message(1, "ADA", ""), deleted: true };
  const after = { messages: [{ ...gone, key: "key a1 is here" }, messages[1] as Stored], indexed: [`${room} 2`] };
  expect(brokenBy({ dump: after })).toEqual(["I5"]);
  const reacted = messages.map((each) => ({ ...each, reactions: ["👍 BEN"] }));
  expect(brokenBy({ dump: { messages: reacted } })).toEqual(["I5"]);
});

test("I5: a room that a client does not know that it is in", () => {
  expect(brokenBy({ views: [view("ADA", 0), { ...view("BEN", 1), rooms: [] }] })).toEqual(["I5"]);
});

test("I5: an act that a client has never told the server", () => {
  expect(brokenBy({ views: [{ ...view("ADA", 0), pending: 1 }, view("BEN", 1)] })).toEqual(["I5"]);
});

test("I6: a frame of a room after the removal was acknowledged, and before the next admission", () => {
  const out: Happening = { type: "removed", user: "BEN", room, head: 3 };
  const heard = { type: "heard", user: "BEN", room, to: 3 } as const;
  const back: Happening = { type: "readmitted", user: "BEN", room };
  expect(brokenBy({ more: [out, heard] })).toEqual(["I6"]);
  expect(brokenBy({ more: [out, back, heard] })).toEqual([]);
  const close = evidence({ more: [out, heard] });
  const [last] = close.history.slice(-1);
  if (!last) throw new Error("there is a last one");
  const soon = (event: HistoryEvent) => check({ ...close, history: [...close.history.slice(0, -1), event] });
  // What was on its way in that moment may still arrive; what was committed later may not.
  expect(soon({ ...last, at: last.at - 1500 })).toEqual([]);
  expect(soon({ ...heard, at: last.at - 1500, to: 4 }).map(({ invariant }) => invariant)).toEqual(["I6"]);
});

test("I7: an acknowledged message that its author is not given right after", () => {
  expect(brokenBy({ more: [{ type: "fetched", user: "ADA", room, id: 1, token: null }] })).toEqual(["I7"]);
});

test("I8: counts that are not what counting shows", () => {
  expect(brokenBy({ views: [view("ADA", 0), view("BEN", 2)] })).toEqual(["I8"]);
  const deleted = [messages[0] as Stored, { ...(messages[1] as Stored), content: "", deleted: true, mentions: [] }];
  const change = { dump: { messages: deleted, indexed: [`${room} 1`] } };
  expect(brokenBy({ ...change, views: [view("ADA", 0, deleted), view("BEN", 0, deleted)] })).toEqual([]);
  expect(brokenBy({ ...change, views: [view("ADA", 0, deleted), view("BEN", 1, deleted)] })).toEqual(["I8"]);
});

test("I9: a message that cannot be found, one that can be and should not, and a lost attachment", () => {
  expect(brokenBy({ dump: { indexed: [`${room} 1`] } })).toEqual(["I9"]);
  expect(brokenBy({ dump: { indexed: [...dump.indexed, `${room} 9`] } })).toEqual(["I9"]);
  expect(brokenBy({ dump: { brokenBlobs: ["F1 is missing"] } })).toEqual(["I9"]);
});

test("I10: damage, a number that is used twice, a head that is behind, and a gap", () => {
  expect(brokenBy({ dump: { damage: ["row 3 missing from index"] } })).toEqual(["I10"]);
  const reused = messages.map((each) => ({ ...each, seq: 2 }));
  expect(brokenBy({ dump: { messages: reused } })).toEqual(["I10"]);
  expect(brokenBy({ dump: { rooms: [{ id: room, head: 1, lastMessageId: 2, lastChange: 2 }] } })).toEqual(["I10"]);
  expect(brokenBy({ dump: { rooms: [{ id: room, head: 2, lastMessageId: 3, lastChange: 2 }] } })).toEqual(["I10"]);
  const gap = [messages[0] as Stored, { ...(messages[1] as Stored), id: 3 }];
  expect(brokenBy({ dump: { messages: gap } })).toContain("I10");
});

test("every invariant has a test that breaks it", async () => {
  const text = await Bun.file(import.meta.path).text();
  for (const invariant of Object.keys(invariants)) expect(text).toContain(`test("${invariant}: `);
});
