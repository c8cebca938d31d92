import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { type CommandType, commandSchemas } from "./commands.ts";
import { limits } from "./limits.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Every field of every command, filled. */
const full: Readonly<Record<CommandType, Fields>> = {
  "message.send": {
    type: "message.send",
    ref: 1,
    room: "R0123456789ABCDEF",
    content: "Hello",
    clientMessageId: "a-1",
    replyTo: 1,
    attachments: ["F0123456789ABCDEF0123456789ABCDEF"],
  },
  "message.edit": { type: "message.edit", ref: 1, room: "general", id: 1, content: "Hello" },
  "message.delete": { type: "message.delete", ref: 1, room: "general", id: 1 },
  "reaction.add": { type: "reaction.add", ref: 1, room: "general", id: 1, emoji: "👍" },
  "reaction.remove": { type: "reaction.remove", ref: 1, room: "general", id: 1, emoji: "❤️" },
  "receipt.set": { type: "receipt.set", ref: 1, room: "general", upTo: 7, unread: true },
  resume: { type: "resume", ref: 1, epoch: "e1", topics: { workspace: 0, "room:R1": 57, "user:U1": 3 } },
  typing: { type: "typing", ref: 1, room: "general" },
  presence: { type: "presence", ref: 1, active: true },
  "presence.watch": { type: "presence.watch", ref: 1, users: ["U0123456789ABCDEF"] },
  ping: { type: "ping", ref: 1 },
};

/** One value of every JSON type, and numbers and texts that are easily taken for a number. */
const values: readonly { readonly type: string; readonly value: unknown }[] = [
  { type: "null", value: null },
  { type: "boolean", value: true },
  { type: "boolean", value: false },
  { type: "array", value: [] },
  { type: "array", value: [1] },
  { type: "array", value: ["a"] },
  { type: "object", value: {} },
  { type: "object", value: { toString: "a", length: 1 } },
  { type: "integer", value: 1 },
  { type: "number", value: 1.5 },
  { type: "number", value: 1e300 },
  { type: "string", value: "" },
  { type: "string", value: "a" },
  { type: "string", value: "1" },
  { type: "string", value: "01" },
  { type: "string", value: " 1" },
  { type: "string", value: "x".repeat(1_000_000) },
];

const safe = Number.MAX_SAFE_INTEGER;
const types = Object.keys(commandSchemas) as readonly CommandType[];
const parse = (type: CommandType, frame: unknown) => commandSchemas[type].safeParse(frame);
const passes = (type: CommandType, frame: unknown) => parse(type, frame).success;

interface Shape {
  readonly properties: Readonly<Record<string, Property>>;
  readonly required: readonly string[];
}

interface Property {
  readonly type: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

function shapeOf(type: CommandType): Shape {
  return z.toJSONSchema(commandSchemas[type], { io: "input" }) as unknown as Shape;
}

describe.each(types)("%s", (type) => {
  const { properties, required } = shapeOf(type);
  const sample = full[type];

  test("passes with every field, and comes out as it went in", () => {
    expect(Object.keys(sample).sort()).toEqual(Object.keys(properties).sort());
    expect<unknown>(parse(type, sample)).toEqual({ success: true, data: sample });
  });

  test("passes with its required fields alone", () => {
    const least = Object.fromEntries(Object.entries(sample).filter(([field]) => required.includes(field)));
    expect<unknown>(parse(type, least)).toEqual({ success: true, data: least });
  });

  test("is refused without a required field", () => {
    for (const field of required) {
      const { [field]: _, ...rest } = sample;
      expect([field, passes(type, rest)]).toEqual([field, false]);
      expect([field, passes(type, { ...sample, [field]: undefined })]).toEqual([field, false]);
    }
  });

  test("is refused with a value of another type, in each field", () => {
    for (const [field, property] of Object.entries(properties)) {
      const wrong = values.filter((each) => each.type !== property.type);
      expect(wrong.length).toBeGreaterThan(8);
      for (const { value } of wrong) {
        const given = typeof value === "string" ? value.slice(0, 9) : value;
        expect([field, given, passes(type, { ...sample, [field]: value })]).toEqual([field, given, false]);
      }
    }
  });

  test("holds each number and text to its bounds", () => {
    for (const [field, { minimum, maximum, minLength, maxLength }] of Object.entries(properties)) {
      const takes = (value: unknown) => [field, passes(type, { ...sample, [field]: value })];
      if (minimum !== undefined) {
        expect(takes(minimum)).toEqual([field, true]);
        expect(takes(minimum - 1)).toEqual([field, false]);
      }
      if (maximum !== undefined) {
        expect(takes(maximum)).toEqual([field, true]);
        expect(takes(maximum + 1)).toEqual([field, false]);
        expect(takes(Number.POSITIVE_INFINITY)).toEqual([field, false]);
        expect(takes(Number.NaN)).toEqual([field, false]);
      }
      if (minLength !== undefined) expect(takes("a".repeat(minLength - 1))).toEqual([field, false]);
      if (maxLength !== undefined) {
        expect(takes("a".repeat(maxLength))).toEqual([field, true]);
        expect(takes("a".repeat(maxLength + 1))).toEqual([field, false]);
        expect(takes("a".repeat(maxLength * 1000))).toEqual([field, false]);
      }
    }
  });

  test("[HT3] is refused with any field that it does not have", () => {
    for (const field of [
      "extra",
      "createdAt",
      "seq",
      "author",
      "Ref",
      "constructor",
      "toString",
      "hasOwnProperty",
      "",
    ]) {
      expect([field, passes(type, { ...sample, [field]: 1 })]).toEqual([field, false]);
    }
    for (const value of ["1", "null", '{"admin":true}']) {
      const text = `${JSON.stringify(sample).slice(0, -1)},"__proto__":${value}}`;
      expect([text, passes(type, JSON.parse(text))]).toEqual([text, false]);
    }
    expect({}).not.toHaveProperty("admin");
  });

  test("is refused under the name of another command, and when it is no object", () => {
    for (const other of types.filter((each) => each !== type))
      expect(passes(type, { ...sample, type: other })).toBe(false);
    for (const frame of [null, undefined, [], [sample], "ping", 1, true]) expect(passes(type, frame)).toBe(false);
  });
});

test("references, ids and numbers hold exactly up to their limits", () => {
  const send = (fields: Fields) => passes("message.send", { ...full["message.send"], ...fields });
  expect(send({ room: "r".repeat(limits.slugLength) })).toBe(true);
  expect(send({ room: "r".repeat(limits.slugLength + 1) })).toBe(false);
  expect(send({ clientMessageId: "~".repeat(limits.clientMessageIdLength) })).toBe(true);
  expect(send({ clientMessageId: "~".repeat(limits.clientMessageIdLength + 1) })).toBe(false);
  for (const clientMessageId of ["", " ", "a b", "é", "a\n", "\u007f", "\0"])
    expect(send({ clientMessageId })).toBe(false);
  for (const [value, allowed] of [
    [0, false],
    [1, true],
    [safe, true],
    [safe + 1, false],
    [-1, false],
  ] as const) {
    expect([value, send({ replyTo: value })]).toEqual([value, allowed]);
  }
  expect(send({ ref: 0 })).toBe(true);
  expect(send({ ref: -0 })).toBe(true);
});

test("[MS3] content is text without controls, and its length is not the schema's to judge", () => {
  const send = (content: string) => parse("message.send", { ...full["message.send"], content });
  expect(send("x".repeat(limits.messageLength + 1)).success).toBe(true);
  expect(send("").success).toBe(true);
  expect(send("a\r\nb").data).toMatchObject({ content: "a\nb" });
  for (const content of ["\0", "a\u001b[0m", "\ud800"]) expect(send(content).success).toBe(false);
});

describe("the topics of a resume", () => {
  const resume = (topics: unknown) => passes("resume", { type: "resume", ref: 1, topics });

  test("are named as topics are, and by nothing else", () => {
    for (const topic of ["workspace", "room:R0123456789ABCDEF", "user:U1", `room:${"R".repeat(40)}`]) {
      expect([topic, resume({ [topic]: 0 })]).toEqual([topic, true]);
    }
    for (const topic of [
      ...["", "room", "room:", "room:r1", "room:R1 ", " room:R1", "rooms:R1", "Workspace", "workspace:", "workspace\n"],
      ...["user:*", "room:R1:R2", "room:../R1", `room:${"R".repeat(41)}`, "constructor", "toString", "room:É"],
    ]) {
      expect([topic, resume({ [topic]: 0 })]).toEqual([topic, false]);
    }
  });

  test("stand at whole numbers from 0 up", () => {
    for (const position of [0, 1, safe]) expect(resume({ workspace: position })).toBe(true);
    for (const position of [-1, 1.5, safe + 1, "1", null, true, [], {}])
      expect(resume({ workspace: position })).toBe(false);
  });

  test("are at most the rooms of a user, the user and the workspace", () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`room:R${index}`, 0]));
    expect(resume(many(limits.roomsPerUser + 2))).toBe(true);
    expect(resume(many(limits.roomsPerUser + 3))).toBe(false);
    expect(resume({})).toBe(true);
  });

  test("named __proto__ are nothing, and reach no prototype", () => {
    const parsed = commandSchemas.resume.safeParse(
      JSON.parse('{"type":"resume","ref":1,"topics":{"__proto__":{"admin":true},"workspace":1}}'),
    );
    expect(Object.entries(parsed.data?.topics ?? {})).toEqual([["workspace", 1]]);
    expect({}).not.toHaveProperty("admin");
  });
});
