import { expect, test } from "bun:test";
import type { Message } from "@parley/protocol/model";
import { lineOf } from "./line.ts";

const at = (time: string, author = "U1"): Message => ({
  id: 1,
  room: "R1",
  seq: 1,
  author: { id: author, username: author, displayName: author },
  content: "hello",
  createdAt: new Date(`2026-11-20T${time}`).toISOString(),
});

test("messages of one author within five minutes are together", () => {
  expect(lineOf(at("09:00:00"), at("09:05:00"), at("09:10:00"))).toEqual({ newDay: false, first: false, last: false });
  expect(lineOf(at("09:00:00"), at("09:05:01"), undefined)).toEqual({ newDay: false, first: true, last: true });
});

test("another author begins a group", () => {
  expect(lineOf(at("09:00:00", "U2"), at("09:00:01"), at("09:00:02", "U2"))).toEqual({
    newDay: false,
    first: true,
    last: true,
  });
});

test("midnight parts a group, and the first message begins a day", () => {
  const before = { ...at("00:00:00"), createdAt: new Date("2026-11-19T23:59:00").toISOString() };
  expect(lineOf(before, at("00:01:00"), undefined)).toEqual({ newDay: true, first: true, last: true });
  expect(lineOf(undefined, at("09:00:00"), at("09:01:00"))).toEqual({ newDay: true, first: true, last: false });
});
