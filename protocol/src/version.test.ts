import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { z } from "zod";
import { decodeClientFrame, decodeServerFrame } from "./codec.ts";
import { type CommandType, commandSchemas } from "./commands.ts";
import { changesSchema } from "./http/live.ts";
import { protocolVersion } from "./version.ts";

/**
 * The shapes that other programs rely on. When this hash no longer fits, a schema has changed: read `version.ts`, raise
 * the version if an older client would misread the change, note it there, and renew the hash.
 */
const pinned: Readonly<Record<number, string>> = {
  1: "300dfdf9a4bf874f1d0d4bdbf95c22a9db6c3d53a1d699303343e6a71b998926",
};

/** Of every route, by name. */
const http: Readonly<Record<string, unknown>> = Object.assign(
  {},
  ...(await Promise.all(readdirSync(new URL("./http", import.meta.url)).map((file) => import(`./http/${file}`)))),
);

/** What is asked is described as it comes in, what is answered as it goes out. */
function hashOfSchemas(): string {
  const schemas = Object.entries(http).sort(([a], [b]) => (a < b ? -1 : 1));
  const answers = schemas.flatMap(([name, schema]) =>
    schema instanceof z.ZodType && name.endsWith("Schema") ? [[name, z.toJSONSchema(schema, { io: "output" })]] : [],
  );
  const asked = schemas.flatMap(([name, schema]) =>
    schema instanceof z.ZodType && /(Body|Form|Query|Params)$/.test(name)
      ? [[name, z.toJSONSchema(schema, { io: "input" })]]
      : [],
  );
  const commands = Object.entries(commandSchemas).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { io: "input" }),
  ]);
  expect(Math.min(answers.length, asked.length, commands.length)).toBeGreaterThan(5);
  return createHash("sha256").update(stringify({ answers, asked, commands })).digest("hex");
}

/** The order of an object's keys says nothing. */
function stringify(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

test("the schemas are those of this protocol version", () => {
  expect({ [protocolVersion]: hashOfSchemas() }).toEqual({
    [protocolVersion]: pinned[protocolVersion] ?? "not pinned",
  });
});

/** What clients and servers of version 1 sent, letter by letter. Never edited: only a new version may drop a line. */
const sentByClients: readonly string[] = [
  '{"type":"message.send","ref":7,"room":"general","clientMessageId":"0197c0de-6f0b-7c7e-9f0e-aa5b6f0f1d11","content":"Hello world"}',
  '{"type":"message.send","ref":8,"room":"R0123456789ABCDEF","content":"Hello\\nworld","replyTo":42}',
  '{"type":"message.send","ref":15,"room":"general","content":"","attachments":["F0123456789ABCDEF0123456789ABCDEF"]}',
  '{"type":"message.edit","ref":9,"room":"general","id":42,"content":"Hello"}',
  '{"type":"message.delete","ref":10,"room":"general","id":42}',
  '{"type":"resume","ref":1,"topics":{"room:R0123456789ABCDEF":57}}',
  '{"type":"resume","ref":1,"epoch":"e1","topics":{"workspace":3,"user:U0123456789ABCDEF":9,"room:R0123456789ABCDEF":57}}',
  '{"type":"reaction.add","ref":13,"room":"general","id":42,"emoji":"👍"}',
  '{"type":"reaction.remove","ref":14,"room":"R0123456789ABCDEF","id":42,"emoji":"❤️"}',
  '{"type":"receipt.set","ref":15,"room":"general","upTo":42}',
  '{"type":"receipt.set","ref":16,"room":"R0123456789ABCDEF","upTo":41,"unread":true}',
  '{"type":"typing","room":"general"}',
  '{"type":"typing","ref":11,"room":"R0123456789ABCDEF"}',
  '{"type":"presence","active":false}',
  '{"type":"presence.watch","ref":13,"users":["U0123456789ABCDEF"]}',
  '{"type":"ping"}',
  '{"type":"ping","ref":12}',
];

const author = '{"id":"U0123456789ABCDEF","username":"ada","displayName":"Ada"}';
const message = `{"id":42,"room":"R0123456789ABCDEF","seq":57,"author":${author},"content":"Hello world","createdAt":"2026-11-20T13:57:02.123Z","clientMessageId":"c-1","replyTo":41,"editedAt":"2026-11-20T13:58:00.000Z"}`;
const deleted = `{"id":43,"room":"R0123456789ABCDEF","seq":58,"author":${author},"content":"","createdAt":"2026-11-20T13:57:03.000Z","deletedAt":"2026-11-20T13:59:00.000Z"}`;
const room =
  '{"id":"R0123456789ABCDEF","slug":"general","name":"General","description":"","kind":"public","createdBy":"U0123456789ABCDEF","createdAt":"2026-11-20T13:00:00.000Z","memberCount":2,"lastMessageId":43}';
const membership = `{"room":"R0123456789ABCDEF","user":${author},"role":"owner","joinedAt":"2026-11-20T13:00:00.000Z"}`;
const user =
  '{"id":"U0123456789ABCDEF","username":"ada","displayName":"Ada","kind":"person","role":"owner","createdAt":"2026-11-20T12:00:00.000Z"}';
const session =
  '{"id":"S0123456789ABCDEF","createdAt":"2026-11-20T12:00:00.000Z","lastSeenAt":"2026-11-20T13:00:00.000Z","expiresAt":"2026-12-04T13:00:00.000Z","userAgent":"Firefox","address":"192.0.2.1"}';

const changesSent: readonly string[] = [
  `{"type":"delta","topic":"room:R0123456789ABCDEF","from":56,"to":58,"messages":[${message},${deleted}]}`,
  `{"type":"delta","topic":"room:R0123456789ABCDEF","from":58,"to":59,"messages":[],"rooms":[${room}],"memberships":[${membership}]}`,
  '{"type":"delta","topic":"room:R0123456789ABCDEF","from":59,"to":60,"messages":[],"rooms":[{"id":"R0123456789ABCDEF","gone":true}]}',
  `{"type":"delta","topic":"user:U0123456789ABCDEF","from":3,"to":4,"sessions":[${session}],"users":[${user}]}`,
  `{"type":"delta","topic":"workspace","from":1,"to":2,"workspace":{"name":"Ours","signUp":"open","firstRun":false}}`,
  '{"type":"reset","topic":"room:R0123456789ABCDEF","head":9001}',
];

const sentByServers: readonly string[] = [
  `{"type":"welcome","protocol":1,"user":${user},"epoch":"e1","heartbeatMs":25000}`,
  `{"type":"ack","ref":7,"message":${message}}`,
  '{"type":"ack","ref":1,"gone":["room:R0123456789ABCDEG"]}',
  '{"type":"ack","ref":7,"error":{"code":"rate_limited","message":"That was too fast. Try again in a moment.","retryable":true,"retryAfterMs":200}}',
  '{"type":"ack","ref":null,"error":{"code":"invalid","message":"ref: is not valid","retryable":false}}',
  ...changesSent,
  '{"type":"typing","room":"R0123456789ABCDEF","user":"U0123456789ABCDEF"}',
  '{"type":"ack","ref":13,"presence":{"U0123456789ABCDEF":"away"}}',
  '{"type":"presence","users":{"U0123456789ABCDEF":"online"}}',
  '{"type":"pong","heads":{"room:R0123456789ABCDEF":58,"workspace":3}}',
];

describe("version 1", () => {
  test.each(sentByClients)("a client's %s is still a command", (text) => {
    const frame = decodeClientFrame(text) ?? {};
    expect<unknown>(commandSchemas[frame.type as CommandType].parse(frame)).toEqual(frame);
  });

  test.each(sentByServers)("a server's %s is still a frame", (text) => {
    expect<unknown>(decodeServerFrame(text)).toEqual(JSON.parse(text));
  });

  test.each(changesSent)("the answer %s still fits its description", (text) => {
    expect<unknown>(changesSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
  });

  test("a sample of every command is kept", () => {
    const sampled = new Set(sentByClients.map((text) => decodeClientFrame(text)?.type));
    expect([...sampled].sort()).toEqual(Object.keys(commandSchemas).sort());
  });
});
