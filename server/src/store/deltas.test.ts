import { describe, expect, test } from "bun:test";
import type { DeltaFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Message, Topic } from "@parley/protocol/model";
import { type Announcement, toDeltas } from "./deltas.ts";

const tea: Topic = "room:RTEA";

function say(id: number, seq: number, content = `message ${id} at ${seq}`): Announcement {
  const author = { id: "UADA", username: "ada", displayName: "Ada" };
  const message: Message = { id, room: "RTEA", seq, author, content, createdAt: "2026-11-21T00:00:00.000Z" };
  return { topic: tea, seq, things: { messages: [message] } };
}

const idsOf = (delta: DeltaFrame | undefined) => delta?.messages?.map(({ id, seq }) => [id, seq]);

describe("the deltas of a commit", () => {
  test("nothing announced makes no delta", () => {
    expect(toDeltas([], limits.deltaBytes)).toEqual([]);
  });

  test("[TD2] changes of one topic share a delta with each thing once, as it was last announced, messages by id", () => {
    const deltas = toDeltas([say(1, 5), say(2, 6), say(1, 7)], limits.deltaBytes);
    expect(deltas).toHaveLength(1);
    expect(deltas[0]).toMatchObject({ type: "delta", topic: tea, from: 4, to: 7 });
    expect(idsOf(deltas[0])).toEqual([
      [1, 7],
      [2, 6],
    ]);
  });

  test("[TD4] each topic has its own delta, with the kinds of things that it carries", () => {
    const workspace = { name: "Tea House", signUp: "open", firstRun: false } as const;
    const deltas = toDeltas(
      [
        { topic: tea, seq: 1, things: { rooms: [{ id: "RTEA", gone: true }] } },
        { topic: "workspace", seq: 9, things: { workspace } },
      ],
      limits.deltaBytes,
    );
    expect(deltas).toEqual([
      { type: "delta", topic: tea, from: 0, to: 1, messages: [], rooms: [{ id: "RTEA", gone: true }] },
      { type: "delta", topic: "workspace", from: 8, to: 9, workspace },
    ]);
  });

  test("a large delta is split at a change, into deltas that continue each other and stay within the limit", () => {
    const announcements = Array.from({ length: 200 }, (_, index) => say(index + 1, index + 11, "é".repeat(index * 10)));
    const deltas = toDeltas(announcements, limits.deltaBytes);
    expect(deltas.length).toBeGreaterThan(5);
    let position = 10;
    for (const delta of deltas) {
      expect(delta.from).toBe(position);
      position = delta.to;
      expect(Buffer.byteLength(JSON.stringify(delta))).toBeLessThanOrEqual(limits.deltaBytes);
      for (const { seq } of delta.messages ?? []) {
        expect(seq).toBeGreaterThan(delta.from);
        expect(seq).toBeLessThanOrEqual(delta.to);
      }
    }
    expect(position).toBe(210);
    expect(deltas.flatMap((delta) => delta.messages ?? [])).toHaveLength(200);
  });

  test("the largest single change stays whole", () => {
    const deltas = toDeltas([say(1, 1, "x".repeat(limits.deltaBytes)), say(2, 2)], limits.deltaBytes);
    expect(deltas.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test("a number whose things all changed again is still covered", () => {
    const large = "x".repeat(limits.deltaBytes);
    const deltas = toDeltas([say(1, 1), say(2, 2, large), say(1, 3, large)], limits.deltaBytes);
    expect(deltas.map((delta) => [delta.from, delta.to, idsOf(delta)])).toEqual([
      [0, 2, [[2, 2]]],
      [2, 3, [[1, 3]]],
    ]);
  });
});
