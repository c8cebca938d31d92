import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { z } from "zod";
import * as accounts from "./http/accounts.ts";
import * as admin from "./http/admin.ts";
import * as emails from "./http/emails.ts";
import * as invites from "./http/invites.ts";
import * as live from "./http/live.ts";
import * as messages from "./http/messages.ts";
import * as notifications from "./http/notifications.ts";
import * as passwords from "./http/passwords.ts";
import * as polling from "./http/polling.ts";
import * as receipts from "./http/receipts.ts";
import * as rooms from "./http/rooms.ts";
import * as workspace from "./http/workspace.ts";
import { limits } from "./limits.ts";

const passes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe("user names", () => {
  test("[AC3] have 2 to 32 letters, digits, dots, dashes and underscores", () => {
    for (const username of ["ab", "A1", "a.b-c_d", "0x", "a--", "x".repeat(32), "constructor", "John.Doe"]) {
      expect([username, passes(accounts.username, username)]).toEqual([username, true]);
    }
    for (const username of ["", "a", "x".repeat(33), "a b", " ab", "ab ", "a\n", "ab\n", "a@b", "a/b", "a:b", "a\0b"]) {
      expect([username, passes(accounts.username, username)]).toEqual([username, false]);
    }
  });

  test("[AC3] begin with a letter or digit, so that no path, dot folder or option looks like one", () => {
    for (const username of ["..", ".ab", "-ab", "_ab", "__proto__"])
      expect(passes(accounts.username, username)).toBe(false);
  });

  test("[AC3] are ASCII: letters that only look alike are refused", () => {
    for (const username of [
      "аdmin",
      "ａdmin",
      "admın",
      "ﬁne",
      "Ⅷ8",
      "a\u200db",
      "a\u202eb",
      "aé",
      "a٣",
      "a\u0301b",
      "\u212a9",
    ]) {
      expect([username, passes(accounts.username, username)]).toEqual([username, false]);
    }
  });
});

describe("e-mail addresses", () => {
  test("[EM1] have one form, in a login too: trimmed, in small letters, each letter in its one way to be written", () => {
    for (const schema of [accounts.email, accounts.login]) {
      expect(schema.parse(" Ada.Lovelace+x@Mail.Example.ORG ")).toBe("ada.lovelace+x@mail.example.org");
      expect(schema.parse("Ze\u0301@b")).toBe("z\u00e9@b");
      // Letters that are another one in capitals only are others here: a different mailbox for all that one knows.
      expect(schema.parse("\u0131@b")).not.toBe(schema.parse("i@b"));
      expect(schema.parse("stra\u00dfe@b")).not.toBe(schema.parse("strasse@b"));
    }
  });

  test("pass", () => {
    for (const email of [
      "a@b",
      "a@localhost",
      "a@1.example",
      "ü@example.org",
      "a@xn--bcher-kva.example",
      "o'neil@a.b",
    ]) {
      expect([email, passes(accounts.email, email)]).toEqual([email, true]);
    }
  });

  test("are refused when they are none, or could be read as two", () => {
    for (const email of [
      ...["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b.", "a@.b", "a@-b", "a@b-", "a@b..c", "a@b_c"],
      ...["a@b,c@d", "a;b@c", '"a"@b', "<a@b>", "a(b)@c", "a\\b@c", "a:b@c", "a@[127.0.0.1]", "a@bücher.example"],
      ...["a\r\nBcc: x@y", "a@b\nc", "a\0@b", "a\u001b@b", "a\u202e@b", "a\u200b@b", "a\ud800@b", "a@b\0"],
    ]) {
      expect([email, passes(accounts.email, email)]).toEqual([email, false]);
    }
  });

  test("have 254 characters at most", () => {
    const ofLength = (length: number) => `${"a".repeat(length - 2)}@b`;
    expect(passes(accounts.email, ofLength(limits.emailLength))).toBe(true);
    expect(passes(accounts.email, ofLength(limits.emailLength + 1))).toBe(false);
  });
});

describe("passwords", () => {
  test("[AC5] have 1,024 bytes at most, and any well-formed text", () => {
    expect(passes(accounts.password, "é".repeat(512))).toBe(true);
    expect(passes(accounts.password, `${"é".repeat(512)}x`)).toBe(false);
    expect(passes(accounts.password, " \u0000👍 ")).toBe(true);
    expect(passes(accounts.password, "\ud800".repeat(8))).toBe(false);
    expect(accounts.password.parse("  spaces stay ")).toBe("  spaces stay ");
  });
});

describe("slugs", () => {
  test("[RM5] are small letters and digits with single dashes between", () => {
    for (const slug of ["a", "general", "a-b-c", "2026-11-20", "constructor", "x".repeat(64)]) {
      expect([slug, passes(rooms.slug, slug)]).toEqual([slug, true]);
    }
    for (const slug of [
      "",
      "-a",
      "a-",
      "a--b",
      "A",
      "a_b",
      "a.b",
      "a b",
      "é",
      "a/b",
      "..",
      "__proto__",
      "x".repeat(65),
      "a\n",
    ]) {
      expect([slug, passes(rooms.slug, slug)]).toEqual([slug, false]);
    }
  });

  test("are never an id, which has capitals", () => {
    expect(passes(rooms.slug, "R0123456789ABCDEF")).toBe(false);
  });
});

describe("cursors and limits of pages", () => {
  const { MAX_SAFE_INTEGER } = Number;
  const junk = [
    "",
    " ",
    "-1",
    "+1",
    "1.0",
    "1.5",
    "1e3",
    "0x10",
    "١",
    "1 ",
    " 1",
    "1\n",
    "NaN",
    "Infinity",
    "null",
    "true",
  ];
  const huge = ["9007199254740992", "9999999999999999", "1".repeat(17), "1".repeat(1000)];

  test("[MS6] a cursor is a plain number in range, and nothing else", () => {
    for (const cursor of ["before", "after", "around"]) {
      expect(messages.historyQuery.parse({ [cursor]: "42" })).toEqual({ [cursor]: 42 });
      expect(passes(messages.historyQuery, { [cursor]: String(MAX_SAFE_INTEGER) })).toBe(true);
      for (const value of [...junk, ...huge, 42, null, ["1"], ["1", "2"], {}]) {
        expect([cursor, value, passes(messages.historyQuery, { [cursor]: value })]).toEqual([cursor, value, false]);
      }
    }
  });

  test("[MS6] `after` may be 0; messages begin at 1", () => {
    expect(messages.historyQuery.parse({ after: "0" })).toEqual({ after: 0 });
    expect(passes(messages.historyQuery, { before: "0" })).toBe(false);
    expect(passes(messages.historyQuery, { around: "0" })).toBe(false);
  });

  test("[MS6] there is one cursor at most", () => {
    expect(messages.historyQuery.parse({})).toEqual({});
    for (const query of [
      { before: "2", after: "1" },
      { before: "2", around: "1" },
      { after: "0", around: "1" },
      { before: "1", after: "1", around: "1" },
    ]) {
      expect(passes(messages.historyQuery, query)).toBe(false);
    }
  });

  test("[MS6] a page has 1 to 100 messages", () => {
    for (const limit of ["1", "25", "100"]) expect(passes(messages.historyQuery, { limit })).toBe(true);
    for (const limit of ["0", "101", ...junk, ...huge]) {
      expect([limit, passes(messages.historyQuery, { limit })]).toEqual([limit, false]);
      expect([limit, passes(rooms.membersQuery, { limit })]).toEqual([limit, false]);
    }
  });

  test("[HT6] `since` is a seq, and must be given", () => {
    expect(live.changesQuery.parse({ since: "0" })).toEqual({ since: 0 });
    for (const since of [undefined, ...junk, ...huge]) expect(passes(live.changesQuery, { since })).toBe(false);
    expect(passes(live.changesQuery, {})).toBe(false);
  });

  test("a message is named by its number in one way only", () => {
    expect(messages.messageParams.parse({ room: "general", id: "42" })).toEqual({ room: "general", id: 42 });
    for (const id of ["0", "01", ...junk, ...huge]) {
      expect([id, passes(messages.messageParams, { room: "general", id })]).toEqual([id, false]);
    }
  });
});

/** Lists and objects; other values have no shape in common. */
const shapeOf = (value: unknown) => (Array.isArray(value) ? "list" : typeof value === "object" ? "object" : Symbol());

const pushSample = {
  endpoint: "https://push.example.org/1",
  keys: { p256dh: "p".repeat(87), auth: "a".repeat(22) },
};

describe("bodies and queries", () => {
  /** Each with a value that passes. */
  const samples: readonly (readonly [string, z.ZodType, Readonly<Record<string, unknown>>])[] = [
    ["signUpBody", accounts.signUpBody, { username: "ada", password: "correct horse" }],
    ["signInBody", accounts.signInBody, { login: "ada", password: "correct horse" }],
    ["meBody", accounts.meBody, { displayName: "Ada", status: null }],
    ["workspaceBody", workspace.workspaceBody, { name: "Ours" }],
    ["createRoomBody", rooms.createRoomBody, { name: "General" }],
    ["editRoomBody", rooms.editRoomBody, { name: "General" }],
    ["inviteBody", invites.inviteBody, { maxUses: 1, expiresAt: "2026-11-20T13:57:02Z" }],
    ["sendMessageBody", messages.sendMessageBody, { content: "Hello" }],
    ["editMessageBody", messages.editMessageBody, { content: "Hello" }],
    ["receiptBody", receipts.receiptBody, { upTo: 7 }],
    ["placeBody", rooms.placeBody, { notifyLevel: "none", hiddenUpTo: 3 }],
    ["historyQuery", messages.historyQuery, { limit: "1" }],
    ["ownReactionsQuery", messages.ownReactionsQuery, { messages: "1,2" }],
    ["changesQuery", live.changesQuery, { since: "0" }],
    ["membersQuery", rooms.membersQuery, { q: "ada", limit: "1" }],
    ["uploadQuery", messages.uploadQuery, { name: "notes.txt" }],
    ["pollingQuery", polling.pollingQuery, { after: "1" }],
    ["resumeBody", live.resumeBody, { topics: {} }],
    ["eventsQuery", live.eventsQuery, { positions: "e1" }],
    ["memberBody", rooms.memberBody, { role: "admin" }],
    ["directRoomBody", rooms.directRoomBody, { users: ["ada"] }],
    ["peopleQuery", accounts.peopleQuery, { q: "ada" }],
    ["searchQuery", messages.searchQuery, { q: "tea" }],
    ["pushBody", notifications.pushBody, pushSample],
    ["passwordBody", passwords.passwordBody, { current: "correct horse", new: "battery staple" }],
    ["resetBody", passwords.resetBody, { token: "t".repeat(43), password: "correct horse" }],
    ["resetRequestBody", passwords.resetRequestBody, { login: "ada" }],
    ["resetPreviewBody", passwords.resetPreviewBody, { token: "t".repeat(43) }],
    ["emailBody", emails.emailBody, { email: "ada@example.org", password: "correct horse" }],
    ["verificationBody", emails.verificationBody, { token: "t".repeat(43) }],
    ["createUserBody", admin.createUserBody, { username: "ada" }],
    ["roleBody", admin.roleBody, { role: "admin" }],
    ["adminRoomBody", admin.adminRoomBody, { name: "Boats" }],
    ["roomOwnerBody", admin.roomOwnerBody, { user: "U0123456789ABCDEF" }],
    ["adminQuery", admin.adminQuery, { q: "ada" }],
    ["storageQuery", admin.storageQuery, { cursor: "12-U0123456789ABCDEF" }],
    ["auditQuery", admin.auditQuery, { before: "1" }],
  ];

  test("[HT3] all of them are sampled here", async () => {
    // A command's body is open here: what it may hold is the business of its own schema.
    const files = await Promise.all(
      readdirSync(new URL("./http", import.meta.url)).map((file) => import(`./http/${file}`)),
    );
    const names = files.flatMap(Object.keys).filter((name) => /(Body|Query)$/.test(name) && name !== "commandBody");
    expect(samples.map(([name]) => name).sort()).toEqual(names.sort());
  });

  test.each(samples)("[HT3] %s refuses unknown fields, and what is no object", (_, schema, sample) => {
    expect(passes(schema, sample)).toBe(true);
    for (const field of ["extra", "role", "constructor", "createdAt", "a[]", ""]) {
      expect([field, passes(schema, { ...sample, [field]: "1" })]).toEqual([field, false]);
    }
    expect(passes(schema, JSON.parse(`${JSON.stringify({ ...sample, x: 1 }).replace('"x"', '"__proto__"')}`))).toBe(
      false,
    );
    for (const value of [null, undefined, [], "text", 1, true]) expect(passes(schema, value)).toBe(false);
  });

  test.each(samples)("[HT3] %s refuses a value of another type in each field", (_, schema, sample) => {
    for (const field of Object.keys(sample)) {
      for (const value of [true, [], ["a"], {}, 1.5, Number.NaN]) {
        if (shapeOf(value) === shapeOf(sample[field])) continue;
        expect([field, passes(schema, { ...sample, [field]: value })]).toEqual([field, false]);
      }
    }
  });

  test("[AC1] nobody signs up with a role of their own choice", () => {
    const body = { username: "ada", password: "correct horse" };
    for (const extra of [{ role: "owner" }, { kind: "bot" }, { id: "U1" }]) {
      expect(passes(accounts.signUpBody, { ...body, ...extra })).toBe(false);
    }
  });

  test("names shown to people are one visible line", () => {
    expect(passes(accounts.meBody, { displayName: "\u200b" })).toBe(false);
    expect(passes(accounts.meBody, { status: "\u200b" })).toBe(false);
    expect(passes(rooms.createRoomBody, { name: "a\u202eb" })).toBe(false);
    expect(rooms.createRoomBody.parse({ name: " Two  words " })).toEqual({
      name: "Two words",
      kind: "public",
      description: "",
    });
    expect(passes(workspace.workspaceBody, { name: " " })).toBe(false);
  });

  test("[RM6] an invite has a whole number of uses and a real time", () => {
    for (const maxUses of [0, -1, 1.5, limits.inviteMaxUses + 1, "1"])
      expect(passes(invites.inviteBody, { maxUses })).toBe(false);
    for (const expiresAt of ["tomorrow", "2026-11-20", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", 0, ""]) {
      expect([expiresAt, passes(invites.inviteBody, { expiresAt })]).toEqual([expiresAt, false]);
    }
    expect(passes(invites.inviteBody, { maxUses: null, expiresAt: null })).toBe(true);
    expect(passes(invites.inviteBody, {})).toBe(true);
  });
});

test("100,000 hostile characters in any field are refused or passed without delay", () => {
  const size = 100_000;
  const schemas: readonly z.ZodType[] = [
    accounts.username,
    accounts.email,
    rooms.slug,
    accounts.password,
    messages.sendMessageBody.shape.content,
  ];
  const started = performance.now();
  for (const unit of ["a", "-", ".", "a-", "a.", " ", "@", "0", "\ud800", "a@"]) {
    const value = unit.repeat(size / unit.length);
    for (const schema of schemas) for (const text of [value, `a@${value}!`, `${value}!`]) schema.safeParse(text);
  }
  expect(performance.now() - started).toBeLessThan(4000);
});
