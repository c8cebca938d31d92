import { describe, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { parseCommand } from "./dispatch.ts";

function refusal(frame: Readonly<Record<string, unknown>>): string {
  try {
    parseCommand(frame);
    return "parsed";
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe("a frame", () => {
  test("that is a command is parsed as that command", () => {
    expect(parseCommand({ type: "ping", ref: 1 })).toEqual({ type: "ping", ref: 1 });
    expect(parseCommand({ type: "message.edit", ref: 2, room: "general", id: 1, content: "a\r\nb" })).toEqual({
      type: "message.edit",
      ref: 2,
      room: "general",
      id: 1,
      content: "a\nb",
    });
  });

  test("[SO12] of a type that is no command is unknown, also when every object has something of that name", () => {
    for (const type of [
      undefined,
      null,
      1,
      ["ping"],
      {},
      "",
      "Ping",
      "message",
      "constructor",
      "__proto__",
      "toString",
    ]) {
      expect([type, refusal({ type, ref: 1 })]).toEqual([type, "unknown_command: There is no such command."]);
    }
  });

  test("[SO8] that is wrong says which field is, and how", () => {
    expect(refusal({ type: "message.edit", ref: 1, room: "general", id: "1", content: "a" })).toMatch(/^invalid: id: /);
    expect(refusal({ type: "message.send", ref: 1, room: "general", content: "\0" })).toBe(
      "invalid: content: has control characters",
    );
    expect(refusal({ type: "resume", ref: 1, topics: { workspace: -1 } })).toMatch(/^invalid: topics\.workspace: /);
    expect(refusal({ type: "ping", extra: 1 })).toMatch(/^invalid: .*extra/);
  });
});
