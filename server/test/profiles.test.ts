import { expect, test } from "bun:test";
import type { User } from "@parley/protocol/model";
import { startWithCast } from "./harness.ts";

test("[PF1] a status is seen by everyone, live, until it is taken away", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  using socket = await lin.connect();
  using own = await ada.connect();
  const told = (status: string | undefined, by: typeof socket, topic: string) =>
    by.find(
      (frame) =>
        frame.type === "delta" &&
        frame.topic === topic &&
        frame.users?.some((user) => user.id === ada.user.id && user.status === status) === true,
    );
  expect(await ada.ok<User>("PATCH", "/api/me", { status: "  At the\u00a0 boat shed ⛵️ " })).toMatchObject({
    status: "At the boat shed ⛵️",
  });
  await told("At the boat shed ⛵️", socket, "workspace");
  await told("At the boat shed ⛵️", own, `user:${ada.user.id}`);
  expect(await lin.ok<User>("GET", "/api/users/ada")).toMatchObject({ status: "At the boat shed ⛵️" });
  expect(await ada.ok<User>("PATCH", "/api/me", { displayName: "Ada L." })).toMatchObject({
    status: "At the boat shed ⛵️",
  });
  expect(await ada.ok<User>("PATCH", "/api/me", { status: null })).not.toHaveProperty("status");
  await told(undefined, socket, "workspace");
  expect(await lin.ok<User>("GET", "/api/users/ada")).not.toHaveProperty("status");
});

test("[PF1] [MS-05] a status is text and nothing else, and what hides or turns text is refused", async () => {
  await using cast = await startWithCast();
  const { ada, lin } = cast;
  const hostile = `<img src=x onerror="alert(1)"> **bold** {{7*7}} \u202atext`.replace("\u202a", "");
  expect(await ada.ok<User>("PATCH", "/api/me", { status: hostile })).toMatchObject({ status: hostile });
  for (const status of ["", "   ", "\u200b", "a\u202egnp.exe", "a\u0000b", "\ud800", "x".repeat(101), 7, ["x"], {}]) {
    expect([status, await ada.refusal("PATCH", "/api/me", { status })]).toEqual([status, "invalid"]);
  }
  expect((await lin.ok<User>("GET", `/api/users/${ada.user.id}`)).status).toBe(hostile);
  expect((await ada.ok<User>("PATCH", "/api/me", { status: "😀".repeat(100) })).status).toBe("😀".repeat(100));
});

test("[PF2] a user is found by id and user name, by those who are signed in, and never with an e-mail address", async () => {
  await using cast = await startWithCast();
  const { ada, lin, server } = cast;
  await ada.ok("PUT", "/api/me/email", { email: "ada@example.org", password: "a good password of ada" });
  for (const reference of [ada.user.id, "ada", "ADA"]) {
    for (const reader of [lin, ada]) {
      const user = await reader.ok<User>("GET", `/api/users/${reference}`);
      expect(user).toEqual({
        id: ada.user.id,
        username: "ada",
        displayName: "Ada Lindqvist",
        kind: "person",
        role: "owner",
        createdAt: ada.user.createdAt,
      });
    }
  }
  for (const reference of ["nobody", "ada@example.org", "..%2Fme", "U0000000000000000"]) {
    expect([reference, await lin.refusal("GET", `/api/users/${reference}`)]).toEqual([reference, "not_found"]);
  }
  expect(await lin.refusal("GET", `/api/users/${"x".repeat(33)}`)).toBe("invalid");
  expect(await server.stranger.refusal("GET", "/api/users/ada")).toBe("not_signed_in");
});

test("[PF2] [AV-06] nobody takes another's user name or role by taking their name", async () => {
  await using cast = await startWithCast();
  const { ada, sam } = cast;
  const { displayName } = ada.user;
  expect(await sam.ok<User>("PATCH", "/api/me", { displayName, status: "Owner" })).toMatchObject({
    username: "sam",
    role: "member",
  });
  for (const body of [{ username: "ada2" }, { role: "owner" }, { createdAt: ada.user.createdAt }]) {
    expect(await sam.refusal("PATCH", "/api/me", body)).toBe("invalid");
  }
  expect(await ada.ok<User>("GET", "/api/users/sam")).toMatchObject({ displayName, username: "sam", role: "member" });
});
