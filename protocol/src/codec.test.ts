import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeClientFrame, decodeServerFrame, encodeFrame } from "./codec.ts";
import type { ServerFrame } from "./frames.ts";

fc.configureGlobal({ seed: 20_261_120 });

const serverTypes: readonly ServerFrame["type"][] = ["welcome", "ack", "delta", "reset", "typing", "pong"];

/** JSON has one zero. */
const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const object = fc.dictionary(
  fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("constructor", "toString", "ref")),
  json,
);

describe("encoding and decoding", () => {
  test("a client's frame comes back as it went", () => {
    fc.assert(
      fc.property(object, (frame) => {
        expect(decodeClientFrame(encodeFrame(frame))).toEqual(JSON.parse(JSON.stringify(frame)));
      }),
    );
  });

  test("a server's frame of every type comes back as it went", () => {
    fc.assert(
      fc.property(fc.constantFrom(...serverTypes), object, (type, fields) => {
        const frame = { ...fields, type };
        expect<unknown>(decodeServerFrame(encodeFrame(frame))).toEqual(JSON.parse(JSON.stringify(frame)));
      }),
    );
  });

  test("a frame is one line of well-formed text, whatever it carries", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (content) => {
        const text = encodeFrame({ type: "x", content: `${content}\n\ud800\u0000` });
        expect(text).not.toContain("\n");
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("what a client sent", () => {
  test("junk of any kind is null or an object, and never throws", () => {
    const junk = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.json(),
      fc.json().map((text) => text.slice(0, -1)),
      fc.tuple(fc.json(), fc.string()).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(junk, (text) => {
        const frame = decodeClientFrame(text);
        expect(frame === null || (typeof frame === "object" && !Array.isArray(frame))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("JSON that is no object is null", () => {
    for (const text of ["null", "true", "1", '"text"', "[]", '[{"type":"ping"}]', "1e400", "-0"]) {
      expect([text, decodeClientFrame(text)]).toEqual([text, null]);
    }
  });

  test("what only looks like JSON is null", () => {
    for (const text of [
      "",
      " ",
      "{",
      '{"type":"ping"',
      '{"type":"ping",}',
      "{'type':'ping'}",
      "{type:1}",
      '{"a":NaN}',
      '{"a":01}',
      '{"a":+1}',
      '{"a":1} // comment',
      '{"a":1}{"b":2}',
      '\ufeff{"type":"ping"}',
      '{"a":"\n"}',
      "undefined",
    ]) {
      expect([text, decodeClientFrame(text)]).toEqual([text, null]);
    }
  });

  test("nesting of any depth neither throws nor overflows the stack", () => {
    for (const text of ["[".repeat(100_000), '{"a":'.repeat(100_000), `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`]) {
      expect(() => decodeClientFrame(text)).not.toThrow();
    }
    expect(decodeClientFrame("[".repeat(100_000))).toBeNull();
  });

  test("of a key given twice the last counts", () => {
    expect(decodeClientFrame('{"room":"a","room":"b"}')).toEqual({ room: "b" });
  });

  test("a key named __proto__ is plain data and reaches no prototype", () => {
    const frame = decodeClientFrame('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');
    expect(Object.keys(frame ?? {})).toEqual(["__proto__", "constructor"]);
    expect(frame).not.toHaveProperty("admin");
    expect({}).not.toHaveProperty("admin");
  });
});

describe("what the server sent", () => {
  test("a type that this client does not know is null", () => {
    for (const type of ["bulletin", "", "constructor", "__proto__", "Delta"]) {
      expect(decodeServerFrame(JSON.stringify({ type }))).toBeNull();
    }
  });

  test("what is no object with a type throws", () => {
    for (const text of ["", "null", "1", '"ack"', "[]", "{}", '{"type":1}', '{"type":null}', '{"type":"ack"']) {
      expect(() => decodeServerFrame(text)).toThrow(SyntaxError);
    }
  });
});
