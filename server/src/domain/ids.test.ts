import { describe, expect, test } from "bun:test";
import { topic } from "@parley/protocol/commands";
import { sessionParams } from "@parley/protocol/http/accounts";
import { inviteParams } from "@parley/protocol/http/invites";
import { slug } from "@parley/protocol/http/rooms";
import { roomTopic, userTopic } from "@parley/protocol/model";
import { hashToken, newInviteCode, newRoomId, newSessionId, newToken, newUserId } from "./ids.ts";

const many = 2000;
const make = (create: () => string) => Array.from({ length: many }, create);

describe("ids", () => {
  test.each([
    ["U", newUserId],
    ["R", newRoomId],
    ["S", newSessionId],
  ] as const)("that begin with %s have sixteen characters that are not mistaken for others", (letter, create) => {
    const ids = make(create);
    for (const id of ids) expect(id).toMatch(new RegExp(`^${letter}[0-9A-HJKMNP-TV-Z]{16}$`));
    expect(new Set(ids).size).toBe(many);
  });

  test("use all 32 characters in every place", () => {
    const ids = make(newUserId);
    for (let place = 1; place <= 16; place++) expect(new Set(ids.map((id) => id[place])).size).toBe(32);
  });

  test("fit what the protocol takes for ids, and are never a slug", () => {
    expect(topic.safeParse(roomTopic(newRoomId())).success).toBe(true);
    expect(topic.safeParse(userTopic(newUserId())).success).toBe(true);
    expect(sessionParams.safeParse({ id: newSessionId() }).success).toBe(true);
    for (const id of make(newRoomId)) expect(slug.safeParse(id).success).toBe(false);
  });
});

describe("secrets", () => {
  test("[AC6] tokens have 256 bits in 43 characters and are never the same", () => {
    const tokens = make(newToken);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(tokens).size).toBe(many);
  });

  test("invite codes have 144 bits in 24 characters that an address takes", () => {
    const codes = make(newInviteCode);
    for (const code of codes) expect(code).toMatch(/^[A-Za-z0-9_-]{24}$/);
    expect(new Set(codes).size).toBe(many);
    expect(codes.every((code) => inviteParams.safeParse({ code }).success)).toBe(true);
  });

  test("[AC6] a token's hash is SHA-256, and does not show the token", () => {
    expect(hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const token = newToken();
    expect(hashToken(token)).toBe(hashToken(token));
    expect(hashToken(token)).not.toContain(token);
    expect(hashToken(newToken())).not.toBe(hashToken(token));
  });
});
