import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { Attachment, Room, User } from "@parley/protocol/model";
import { parseSearch } from "@parley/protocol/search";
import * as fc from "fast-check";
import { type Engine, operator, refusal, Stage, topicOf, value } from "./contract-stage.ts";
import { expectCounts, unreadContract } from "./contract-unread.ts";
import type { HistoryCursor } from "./store.ts";

/**
 * The suite that each engine must pass. After every test the stage is audited: the deltas of each topic followed each
 * other without a hole, and an old view with the deltas, or with what changed since, is the freshly loaded view.
 */
export function storeContract(name: string, createEngine: () => Promise<Engine>): void {
  describe(`store: ${name}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.open(await createEngine());
    });
    afterEach(async () => {
      try {
        await stage.audit();
      } finally {
        await stage.close();
      }
    });

    describe("writes", () => {
      test("a write is announced once, before its promise resolves", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        const announced = await stage.during(topicOf(general), async () => {
          const message = await stage.say(general, ada, "hello");
          expect(stage.seen.at(-1)?.messages).toEqual([message]);
        });
        expect(announced).toHaveLength(1);
      });

      test("a refused write changes nothing and announces nothing", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        const { code } = await stage.invite(room, ada, { expiresAt: stage.at });
        const before = [...stage.seen];
        const counts = await stage.store.getWorkspace({});
        expect(refusal(await stage.trySignUp("Bob"))).toBe("username_taken");
        expect(refusal(await stage.trySay(room, bob, "let me in"))).toBe("not_found");
        expect(refusal(await stage.join(room, bob))).toBe("not_found");
        expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
        expect(refusal(await stage.tryCreateRoom(bob, { slug: "general" }))).toBe("slug_taken");
        expect(stage.seen).toEqual(before);
        expect(await stage.store.getWorkspace({})).toEqual(counts);
      });

      test("a write that fails rejects alone and takes no number; those beside it succeed", async () => {
        const session = stage.newSession();
        const ada = value(await stage.trySignUp("ada", { session }));
        const general = await stage.general();
        const signIn = (id: string) =>
          stage.store.createSession({
            userId: ada.id,
            passwordHash: "hash of ada",
            session: { ...session, id },
            keep: 5,
            at: stage.at,
          });
        const outcomes = await Promise.allSettled([
          stage.say(general, ada, "one"),
          signIn(stage.newId("S")), // A token that exists: a fault, found after the number was taken.
          stage.say(general, ada, "two"),
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect(await stage.store.listSessions({ userId: ada.id, at: stage.at })).toHaveLength(1);
      });

      test("what was acknowledged is there after the store is opened again", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private", bob);
        await stage.say(room, bob, "remember this");
        const read = async () => [
          await stage.store.getWorkspace({}),
          await stage.store.listRooms({ userId: bob.id }),
          await stage.store.listTopics({ userId: bob.id }),
          await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 10 }),
          await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 10 }),
          await stage.store.findAccountByLogin({ login: "bob" }),
        ];
        const before = await read();
        await stage.reopen();
        expect(await read()).toEqual(before);
        expect((await stage.say(room, ada, "I did")).id).toBe(2);
      });

      test("closing finishes what was accepted; later calls reject", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        const accepted = Array.from({ length: 1200 }, (_, index) => stage.say(general, ada, `${index}`));
        const { store } = stage;
        const reopened = stage.reopen();
        expect((await Promise.all(accepted)).map(({ id }) => id)).toEqual(accepted.map((_, index) => index + 1));
        await reopened;
        for (const late of [store.getWorkspace({}), store.putWorkspace({ name: "Late", by: operator, at: 0 })]) {
          expect(await late.catch((error: unknown) => error)).toMatchObject({ code: "unavailable" });
        }
      });

      test("500 concurrent messages get ids and seqs without gaps, in the order of their deltas", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "public", bob);
        const from = await stage.head(topicOf(room));
        const sent = await Promise.all(
          Array.from({ length: 500 }, (_, index) => stage.say(room, index % 2 === 0 ? ada : bob, `message ${index}`)),
        );
        expect(sent.map(({ id }) => id).sort((a, b) => a - b)).toEqual(sent.map((_, index) => index + 1));
        for (const message of sent) expect(message.seq).toBe(from + message.id);
        const heard = stage.seen
          .filter(({ topic }) => topic === topicOf(room))
          .flatMap((delta) => delta.messages ?? []);
        expect(heard.map(({ id }) => id)).toEqual(sent.map((_, index) => index + 1));
      });
    });

    describe("accounts and the workspace", () => {
      test("the first account is the owner of the workspace and of the room general, whatever the policy", async () => {
        const fresh = await stage.store.getWorkspace({});
        expect(fresh).toEqual({ name: "Parley", signUp: null, picture: null, epoch: expect.any(String), userCount: 0 });
        expect(fresh.epoch.length).toBeGreaterThanOrEqual(16);
        const ada = value(await stage.trySignUp("ada", { policy: "closed", invite: "no such code" }));
        expect(ada).toMatchObject({ username: "ada", role: "owner", kind: "person", email: null });
        expect(await stage.general()).toMatchObject({ kind: "public", createdBy: ada.id, memberCount: 1 });
        expect(await stage.roleOf(await stage.general(), ada)).toBe("owner");
        const workspace = stage.seen.filter(({ topic }) => topic === "workspace");
        expect(workspace.at(-1)?.workspace).toEqual({ name: "Parley", signUp: "open", firstRun: false });
      });

      test("two that come first at once: one becomes the owner", async () => {
        const outcomes = await Promise.all([stage.trySignUp("ada"), stage.trySignUp("bob")]);
        expect(outcomes.map((outcome) => value(outcome).role).sort()).toEqual(["member", "owner"]);
        expect((await stage.general()).memberCount).toBe(2);
        expect((await stage.store.getWorkspace({})).userCount).toBe(2);
      });

      test("every later account is a member of general", async () => {
        const [, bob] = await stage.cast("ada", "bob");
        expect(bob.role).toBe("member");
        expect(await stage.roleOf(await stage.general(), bob)).toBe("member");
      });

      test("user names are unique without regard to case or look-alikes, e-mail addresses without regard to case", async () => {
        value(await stage.trySignUp("Ada", { email: "Ada@Example.org" }));
        expect(refusal(await stage.trySignUp("aDA"))).toBe("username_taken");
        expect(refusal(await stage.trySignUp("Ad4", { usernameKey: "ada" }))).toBe("username_taken");
        expect(refusal(await stage.trySignUp("bob", { email: "ADA@example.org" }))).toBe("email_taken");
        expect(await stage.store.findAccountByLogin({ login: "ADA" })).toMatchObject({
          username: "Ada",
          email: "ada@example.org",
          passwordHash: "hash of Ada",
        });
        expect(await stage.store.findAccountByLogin({ login: "ada@EXAMPLE.org" })).toMatchObject({ username: "Ada" });
        expect(await stage.store.findAccountByLogin({ login: "bob" })).toBeNull();
      });

      test("of 20 that want one user name at once, one gets it", async () => {
        await stage.cast("ada");
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => stage.trySignUp("bob")));
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect((await stage.store.getWorkspace({})).userCount).toBe(2);
      });

      test("sign-up obeys the policy", async () => {
        const [ada] = await stage.cast("ada");
        const room = await stage.createRoom(ada, "private");
        const { code } = await stage.invite(room, ada, { maxUses: 1 });
        expect(refusal(await stage.trySignUp("bob", { policy: "closed", invite: code }))).toBe("sign_up_closed");
        expect(refusal(await stage.trySignUp("bob", { policy: "invite" }))).toBe("sign_up_closed");
        expect(refusal(await stage.trySignUp("bob", { policy: "invite", invite: "wrong" }))).toBe("sign_up_closed");
        expect(refusal(await stage.trySignUp("bob", { policy: "open", invite: "wrong" }))).toBe("invite_unusable");
        const bob = value(await stage.trySignUp("bob", { policy: "invite", invite: code }));
        expect(await stage.roleOf(room, bob)).toBe("member");
        expect(await stage.roleOf(await stage.general(), bob)).toBe("member");
        expect(refusal(await stage.trySignUp("cleo", { policy: "invite", invite: code }))).toBe("sign_up_closed");
      });

      test("an invite to general is used once by who signs up with it", async () => {
        const [ada] = await stage.cast("ada");
        const { code } = await stage.invite(await stage.general(), ada);
        value(await stage.trySignUp("bob", { invite: code }));
        expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toMatchObject({
          invite: { uses: 1 },
        });
        expect((await stage.general()).memberCount).toBe(2);
      });

      test("an account's e-mail address is told to nobody else", async () => {
        const ada = value(await stage.trySignUp("ada", { email: "ada@example.org" }));
        await stage.store.putUser({ userId: ada.id, displayName: "Ada L.", email: "lady@example.org" });
        const others = stage.seen.filter(({ topic }) => topic !== topicOf(ada));
        expect(JSON.stringify(others)).not.toContain("example.org");
        const own = stage.seen.filter(({ topic }) => topic === topicOf(ada)).at(-1);
        expect(own?.users).toEqual([{ ...ada, displayName: "Ada L.", email: "lady@example.org" }]);
      });

      test("a changed name is told to the workspace, a changed address to oneself; the same again changes nothing", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const rename = { userId: bob.id, displayName: "Bobby" };
        const told = await stage.during("workspace", () => stage.store.putUser(rename));
        expect(told.flatMap(({ users }) => users)).toMatchObject([{ id: bob.id, displayName: "Bobby" }]);
        expect(
          await stage.during("workspace", () => stage.store.putUser({ userId: bob.id, email: "b@b.org" })),
        ).toEqual([]);
        const before = stage.seen.length;
        expect(value(await stage.store.putUser({ ...rename, email: "B@b.org" }))).toMatchObject({ email: "b@b.org" });
        expect(stage.seen).toHaveLength(before);
        expect(refusal(await stage.store.putUser({ userId: ada.id, email: "b@B.org" }))).toBe("email_taken");
        expect(value(await stage.store.putUser({ userId: bob.id, email: null })).email).toBeNull();
      });

      test("[PF1] a status is told to the workspace and to oneself until it is taken away", async () => {
        const [, bob] = await stage.cast("ada", "bob");
        const put = (status: string | null) => stage.store.putUser({ userId: bob.id, status });
        const told = await stage.during("workspace", () => put("At sea"));
        expect(told.flatMap(({ users }) => users)).toMatchObject([{ id: bob.id, status: "At sea" }]);
        expect(stage.seen.filter(({ topic }) => topic === topicOf(bob)).at(-1)?.users).toMatchObject([
          { status: "At sea" },
        ]);
        expect(await stage.during("workspace", () => put("At sea"))).toEqual([]);
        expect(value(await put(null))).not.toHaveProperty("status");
      });

      test("[PF2] a user is found by id and by user name, without what is theirs alone", async () => {
        const ada = value(await stage.trySignUp("ada", { email: "ada@example.org" }));
        const { email: _, sharesReceipts: __, ...seen } = ada;
        for (const reference of [ada.id, "ada", "ADA"]) expect(await stage.store.findUser({ reference })).toEqual(seen);
        expect(await stage.store.findUser({ reference: "ada@example.org" })).toBeNull();
      });

      test("the workspace's record is told when it changes", async () => {
        await stage.cast("ada");
        const told = await stage.during("workspace", async () => {
          await stage.store.putWorkspace({ name: "Tea House", signUp: "invite", by: operator, at: stage.at });
          await stage.store.putWorkspace({ name: "Tea House", by: operator, at: stage.at });
        });
        expect(told.map(({ workspace }) => workspace)).toEqual([
          { name: "Tea House", signUp: "invite", firstRun: false },
        ]);
        expect(await stage.store.getWorkspace({})).toMatchObject({ name: "Tea House", signUp: "invite", userCount: 1 });
      });
    });

    describe("sessions", () => {
      const find = (tokenHash: string, at = stage.at) => stage.store.findSession({ tokenHash, at });

      test("a session is found by its token until it expires or is revoked", async () => {
        const session = stage.newSession();
        const ada = value(await stage.trySignUp("ada", { session }));
        expect(await find(session.tokenHash)).toMatchObject({ user: { id: ada.id }, session: { id: session.id } });
        expect(await find("another")).toBeNull();
        expect(await find(session.tokenHash, session.expiresAt)).toBeNull();
        await stage.store.touchSession({ id: session.id, expiresAt: session.expiresAt + 500, at: stage.at + 7 });
        expect(await find(session.tokenHash, session.expiresAt)).toMatchObject({
          session: { lastSeenAt: new Date(stage.at + 7).toISOString() },
        });
        const end = { id: session.id, userId: ada.id, at: stage.at + 8 };
        const told = await stage.during(topicOf(ada), async () => value(await stage.store.revokeSession(end)));
        expect(told[0]?.sessions).toMatchObject([{ id: session.id, revokedAt: new Date(stage.at + 8).toISOString() }]);
        expect(await find(session.tokenHash)).toBeNull();
        expect(refusal(await stage.store.revokeSession(end))).toBe("not_found");
      });

      test("touching a session is not announced, and does not revive one that was revoked", async () => {
        const session = stage.newSession();
        const ada = value(await stage.trySignUp("ada", { session }));
        const before = stage.seen.length;
        await stage.store.touchSession({ id: session.id, expiresAt: session.expiresAt, at: stage.at + 1 });
        expect(stage.seen).toHaveLength(before);
        value(await stage.store.revokeSession({ id: session.id, userId: ada.id, at: stage.at }));
        await stage.store.touchSession({ id: session.id, expiresAt: session.expiresAt * 2, at: stage.at + 1 });
        expect(await find(session.tokenHash)).toBeNull();
      });

      test("nobody revokes the session of another", async () => {
        const session = stage.newSession();
        value(await stage.trySignUp("ada", { session }));
        const bob = await stage.signUp("bob");
        const outcome = await stage.store.revokeSession({ id: session.id, userId: bob.id, at: stage.at });
        expect(refusal(outcome)).toBe("not_found");
        expect(await find(session.tokenHash)).not.toBeNull();
      });

      test("only the latest seen sessions are kept, and the end of the others is announced", async () => {
        const [ada] = await stage.cast("ada");
        const made: string[] = [];
        const open = async () => {
          stage.at += 10;
          const session = stage.newSession();
          made.push(session.id);
          await stage.store.createSession({
            userId: ada.id,
            passwordHash: "hash of ada",
            session,
            keep: 3,
            at: stage.at,
          });
        };
        for (let count = 0; count < 3; count++) await open();
        // The oldest of the three is in use, so the next one goes.
        const [first = "", second = "", third = ""] = made;
        await stage.store.touchSession({ id: first, expiresAt: stage.at + 1_000_000, at: stage.at + 5 });
        const told = await stage.during(topicOf(ada), open);
        const ended = told.flatMap(({ sessions }) => sessions ?? []).filter(({ revokedAt }) => revokedAt !== undefined);
        expect(ended.map(({ id }) => id)).toEqual([second]);
        const list = await stage.store.listSessions({ userId: ada.id, at: stage.at });
        expect(list.map(({ id }) => id)).toEqual([made[3] ?? "", first, third]);
      });

      test("sessions that ended long ago are forgotten", async () => {
        const [ada] = await stage.cast("ada");
        const old = stage.newSession();
        await stage.store.createSession({
          userId: ada.id,
          passwordHash: "hash of ada",
          session: old,
          keep: 5,
          at: stage.at,
        });
        value(await stage.store.revokeSession({ id: old.id, userId: ada.id, at: stage.at }));
        stage.at += 91 * 24 * 60 * 60 * 1000;
        const told = await stage.store.createSession({
          userId: ada.id,
          passwordHash: "hash of ada",
          session: stage.newSession(),
          keep: 5,
          at: stage.at,
        });
        const answer = await stage.store.changesSince({ topic: topicOf(ada), since: 0, limit: 100 });
        const sessions = answer.kind === "changes" ? answer.delta.sessions : [];
        expect(sessions?.map(({ id }) => id)).toEqual([value(told).id]);
        // A view from before still has them: the audit's equality does not hold for what is forgotten.
        stage.seen.length = 0;
      });
    });

    describe("rooms", () => {
      test("a room is found by id and by slug, with the asker's own place in it", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = value(await stage.tryCreateRoom(ada, { name: "Tea Time", slug: "tea" }));
        expect(room).toMatchObject({ slug: "tea", memberCount: 1, lastMessageId: 0, membership: { role: "owner" } });
        const { membership: _, ...record } = room;
        for (const reference of [room.id, "tea"]) {
          expect(await stage.store.findRoom({ reference, userId: ada.id })).toEqual({ room: record, role: "owner" });
          const asBob = await stage.store.findRoom({ reference, userId: bob.id });
          expect(asBob).toMatchObject({ room: { id: room.id }, role: null });
          expect(asBob?.room.membership).toBeUndefined();
        }
        expect(await stage.store.findRoom({ reference: "coffee", userId: ada.id })).toBeNull();
      });

      test("a slug is made from the name, with a number when it is taken", async () => {
        const [ada] = await stage.cast("ada");
        const slugs: string[] = [];
        for (const name of ["Général!", "Crème brûlée", "Crème brûlée", "crème-brûlée", "☕", "☕", "x".repeat(64)]) {
          slugs.push(value(await stage.tryCreateRoom(ada, { name })).slug);
        }
        expect(slugs.slice(0, 6)).toEqual([
          "general-2",
          "creme-brulee",
          "creme-brulee-2",
          "creme-brulee-3",
          "room",
          "room-2",
        ]);
        for (const slug of slugs) {
          expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
          expect(slug.length).toBeLessThanOrEqual(limits.slugLength);
        }
      });

      test("a very popular name still gets a slug", async () => {
        const [ada] = await stage.cast("ada");
        const rooms = await Promise.all(
          Array.from({ length: 30 }, () => stage.tryCreateRoom(ada, { name: "y".repeat(64) })),
        );
        const slugs = new Set(rooms.map((room) => value(room).slug));
        expect(slugs.size).toBe(30);
        for (const slug of slugs) expect(slug.length).toBeLessThanOrEqual(limits.slugLength);
      });

      test("a public room is told to the workspace, a private one is not", async () => {
        const [ada] = await stage.cast("ada");
        let room = await stage.createRoom(ada, "private");
        expect(
          await stage.during("workspace", async () => {
            room = await stage.createRoom(ada, "private");
            await stage.store.putRoom({ id: room.id, name: "Hidden" });
          }),
        ).toEqual([]);
        const told = await stage.during("workspace", () => stage.store.putRoom({ id: room.id, kind: "public" }));
        expect(told.flatMap(({ rooms }) => rooms)).toMatchObject([{ id: room.id, name: "Hidden", kind: "public" }]);
        const hidden = await stage.during("workspace", () => stage.store.putRoom({ id: room.id, kind: "private" }));
        expect(hidden.flatMap(({ rooms }) => rooms)).toEqual([{ id: room.id, gone: true }]);
        expect(await stage.during("workspace", () => stage.store.putRoom({ id: room.id, name: "Secret" }))).toEqual([]);
        expect(
          JSON.stringify(await stage.store.changesSince({ topic: "workspace", since: 0, limit: 100 })),
        ).not.toContain("Hidden");
      });

      test("a change of details is told to the room's topic; the same again changes nothing", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "public", bob);
        const before = stage.seen.length;
        const changed = value(await stage.store.putRoom({ id: room.id, slug: "tee", description: "Tee" }));
        expect(changed).toMatchObject({ slug: "tee", name: "Tea", description: "Tee", memberCount: 2 });
        const told = stage.seen.slice(before);
        expect(new Set(told.map(({ topic }) => topic))).toEqual(new Set([topicOf(room), "workspace"]));
        for (const delta of told) expect(delta.rooms).toEqual([changed]);
        expect(value(await stage.store.putRoom({ id: room.id, slug: "tee" }))).toEqual(changed);
        expect(stage.seen).toHaveLength(before + 2);
        expect(refusal(await stage.store.putRoom({ id: room.id, slug: "general" }))).toBe("slug_taken");
        expect(refusal(await stage.store.putRoom({ id: "RNONE", name: "x" }))).toBe("not_found");
      });

      test("lists hold one's own rooms and open ones, by name, with the positions that continue them", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const zoo = value(await stage.tryCreateRoom(ada, { name: "zoo" }));
        const beta = value(await stage.tryCreateRoom(ada, { name: "Beta", kind: "private" }));
        const alpha = value(await stage.tryCreateRoom(bob, { name: "alpha", kind: "private" }));
        await stage.say(zoo, ada, "lions");
        const list = await stage.store.listRooms({ userId: bob.id });
        expect(
          list.rooms.map(({ name, lastMessageId, membership }) => [name, lastMessageId, membership?.role]),
        ).toEqual([
          ["alpha", 0, "owner"],
          ["general", 0, "member"],
          ["zoo", 1, undefined],
        ]);
        expect(list.workspaceHead).toBe(await stage.head("workspace"));
        expect(list.userHead).toBe(await stage.head(topicOf(bob)));
        const topics = await stage.store.listTopics({ userId: bob.id });
        const expected = ["workspace", topicOf(bob), topicOf(alpha), topicOf(await stage.general())] as const;
        expect(topics.map(({ topic }) => topic).sort()).toEqual([...expected].sort());
        for (const { topic, head } of topics) expect(head).toBe(await stage.head(topic));
        expect(topics.map(({ topic }) => topic)).not.toContain(topicOf(beta));
      });

      test("a removed room is gone at once for everyone, and its slug is free", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = value(await stage.tryCreateRoom(ada, { slug: "tea" }));
        const { code } = await stage.invite(room, ada);
        value(await stage.join(room, bob));
        await stage.say(room, bob, "hello");
        const position = await stage.head("workspace");
        const before = stage.seen.length;
        value(await stage.store.removeRoom({ id: room.id, by: operator, at: stage.at }));
        expect(stage.seen.slice(before).map(({ topic, rooms }) => ({ topic, rooms }))).toEqual([
          { topic: topicOf(room), rooms: [{ id: room.id, gone: true }] },
          { topic: "workspace", rooms: [{ id: room.id, gone: true }] },
        ]);
        const gone = async () => {
          expect(await stage.store.findRoom({ reference: room.id, userId: bob.id })).toBeNull();
          expect(await stage.store.findRoom({ reference: "tea", userId: bob.id })).toBeNull();
          expect((await stage.store.listRooms({ userId: bob.id })).rooms.map(({ slug }) => slug)).toEqual(["general"]);
          expect((await stage.store.listTopics({ userId: bob.id })).map(({ topic }) => topic)).not.toContain(
            topicOf(room),
          );
          expect(await stage.store.findMessage({ roomId: room.id, id: 1 })).toBeNull();
          expect(await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 9 })).toEqual({
            messages: [],
            head: 0,
          });
          expect((await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 9 })).members).toEqual([]);
          expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toBeNull();
          const resumed = await stage.store.changesSince({ topic: topicOf(room), since: 1, limit: 100 });
          expect(resumed).toMatchObject({
            kind: "changes",
            delta: { messages: [], rooms: [{ id: room.id, gone: true }] },
          });
          const away = await stage.store.changesSince({ topic: "workspace", since: position, limit: 100 });
          expect(away).toMatchObject({ delta: { rooms: [{ id: room.id, gone: true }] } });
        };
        await gone();
        expect(refusal(await stage.trySay(room, bob, "still there?"))).toBe("not_found");
        expect(refusal(await stage.edit(room, 1, bob, "x"))).toBe("not_found");
        expect(refusal(await stage.remove(room, 1, bob))).toBe("not_found");
        expect(refusal(await stage.join(room, bob))).toBe("not_found");
        expect(refusal(await stage.leave(room, bob))).toBe("not_found");
        expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
        expect(refusal(await stage.store.removeRoom({ id: room.id, by: operator, at: stage.at }))).toBe("not_found");
        expect(await stage.store.purgeRooms({ limit: 2 })).toBe(true);
        while (await stage.store.purgeRooms({ limit: 2 }));
        await gone();
        expect(value(await stage.tryCreateRoom(bob, { slug: "tea" })).slug).toBe("tea");
      });

      test("the room that everyone joins cannot be removed", async () => {
        await stage.cast("ada");
        const { id } = await stage.general();
        expect(refusal(await stage.store.removeRoom({ id, by: operator, at: stage.at }))).toBe("not_allowed");
      });

      test("purging touches only removed rooms, and ends", async () => {
        const [ada] = await stage.cast("ada");
        const [kept, removed] = [await stage.createRoom(ada), await stage.createRoom(ada)];
        for (const room of [kept, removed]) for (let n = 0; n < 5; n++) await stage.say(room, ada, `${n}`);
        value(await stage.store.removeRoom({ id: removed.id, by: operator, at: stage.at }));
        let calls = 1;
        while (await stage.store.purgeRooms({ limit: 3 })) calls += 1;
        expect(calls).toBeGreaterThan(1);
        expect(calls).toBeLessThan(6);
        expect(await stage.store.purgeRooms({ limit: 3 })).toBe(false);
        expect((await stage.store.listMessages({ roomId: kept.id, cursor: {}, limit: 9 })).messages).toHaveLength(5);
      });
    });

    describe("memberships", () => {
      test("a join is one change of the room, and tells the user what they joined", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada);
        const head = await stage.head(topicOf(room));
        const before = stage.seen.length;
        const joined = value(await stage.join(room, bob));
        expect(joined).toMatchObject({ id: room.id, memberCount: 2, membership: { role: "member" } });
        const { membership: _, ...shared } = joined;
        const [ofRoom, ofUser, ...others] = stage.seen.slice(before);
        expect(others).toEqual([]);
        expect(ofRoom).toMatchObject({ topic: topicOf(room), from: head, to: head + 1, rooms: [shared], messages: [] });
        expect(ofRoom?.memberships).toMatchObject([{ user: { id: bob.id }, role: "member" }]);
        expect(ofUser).toMatchObject({ topic: topicOf(bob), rooms: [shared] });
        expect(ofUser?.memberships).toEqual(ofRoom?.memberships ?? []);
        expect(value(await stage.join(room, bob))).toEqual(joined);
        expect(stage.seen).toHaveLength(before + 2);
      });

      test("leaving is told to the room and to the user; leaving again changes nothing", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "public", bob);
        const before = stage.seen.length;
        stage.at += 5;
        value(await stage.leave(room, bob));
        const told = stage.seen.slice(before);
        expect(told.map(({ topic }) => topic)).toEqual([topicOf(room), topicOf(bob)]);
        for (const { memberships } of told) {
          expect(memberships).toMatchObject([{ user: { id: bob.id }, leftAt: new Date(stage.at).toISOString() }]);
        }
        expect(told[0]?.rooms).toMatchObject([{ memberCount: 1 }]);
        expect(await stage.roleOf(room, bob)).toBeNull();
        value(await stage.leave(room, bob));
        expect(stage.seen).toHaveLength(before + 2);
      });

      test("of 30 concurrent joins and leaves of one user each is counted right", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada);
        await Promise.all(
          Array.from({ length: 30 }, (_, n) => (n % 3 === 2 ? stage.leave(room, bob) : stage.join(room, bob))),
        );
        const { members } = await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 9 });
        const found = await stage.store.findRoom({ reference: room.id, userId: bob.id });
        expect(found?.room.memberCount).toBe(members.length);
      });

      test("a departing owner hands over to the longest-standing admin, else member", async () => {
        const [ada, bob, cleo] = await stage.cast("ada", "bob", "cleo");
        const room = await stage.createRoom(ada, "private", bob, cleo);
        value(await stage.leave(room, bob));
        const { code } = await stage.invite(room, ada);
        value(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }));
        // Bob was in before Cleo, but not all the time since.
        const told = await stage.during(topicOf(room), () => stage.leave(room, ada));
        expect(await stage.roleOf(room, cleo)).toBe("owner");
        expect(told.flatMap(({ memberships }) => memberships).at(-1)).toMatchObject({
          user: { id: cleo.id },
          role: "owner",
        });
        expect(stage.seen.filter(({ topic }) => topic === topicOf(cleo)).at(-1)?.memberships).toMatchObject([
          { role: "owner" },
        ]);
      });

      test("an owner who leaves and returns is a member; the last to leave leaves an empty room", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "public", bob);
        value(await stage.leave(room, ada));
        stage.at += 5;
        expect(value(await stage.join(room, ada)).membership).toMatchObject({
          role: "member",
          joinedAt: new Date(stage.at).toISOString(),
        });
        expect(await stage.roleOf(room, bob)).toBe("owner");
        value(await stage.leave(room, bob));
        value(await stage.leave(room, ada));
        expect(await stage.store.findRoom({ reference: room.id, userId: null })).toMatchObject({
          room: { memberCount: 0 },
        });
      });

      test("members are listed by user name in pages", async () => {
        const names = ["dan", "Ada", "cleo", "Bob", "_eve"];
        const users: User[] = [];
        for (const name of names) users.push(await stage.signUp(name));
        const { id: roomId } = await stage.general();
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await stage.store.listMembers({ roomId, cursor, limit: 2 });
          expect(page.members.length).toBeLessThanOrEqual(2);
          seen.push(...page.members.map(({ user }) => user.username));
          cursor = page.cursor;
        } while (cursor !== null);
        expect(seen).toEqual(["_eve", "Ada", "Bob", "cleo", "dan"]);
        expect((await stage.store.listMembers({ roomId, cursor: null, limit: 5 })).cursor).toBeNull();
      });

      test("[RM10] [RM11] [RM12] roles and removals are numbered like everything else, whoever acts at once", async () => {
        const [ada, bob, cyd] = await stage.cast("ada", "bob", "cyd");
        const room = await stage.createRoom(bob, "private", ada, cyd);
        const { code } = await stage.invite(room, bob);
        const put = (by: User, member: User, role: "owner" | "admin" | "member") =>
          stage.store.putRole({ roomId: room.id, userId: by.id, member: member.id, role, address: null, at: stage.at });
        const told = await stage.during(topicOf(room), async () => value(await put(bob, cyd, "owner")));
        expect(told).toHaveLength(1);
        expect(await Promise.all([ada, bob, cyd].map((user) => stage.roleOf(room, user)))).toEqual([
          "member",
          "admin",
          "owner",
        ]);
        expect(refusal(await put(bob, ada, "owner"))).toBe("not_allowed");
        const removal = { roomId: room.id, userId: cyd.id, member: "BOB", address: null, at: stage.at };
        const removed = await Promise.all([stage.store.removeMember(removal), stage.store.removeMember(removal)]);
        expect(removed.map(({ ok }) => ok)).toEqual([true, false]);
        expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
        const fresh = await stage.invite(room, cyd);
        value(await stage.store.redeemInvite({ code: fresh.code, userId: bob.id, at: stage.at }));
        expect(await stage.roleOf(room, bob)).toBe("member");
      });

      test("[AU1] the workspace is changed by who still is what was decided on, and a refusal is not written down", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const late = { by: { userId: bob.id, role: "admin", address: null }, at: stage.at } as const;
        expect(refusal(await stage.store.putWorkspace({ name: "Bob's", ...late }))).toBe("not_allowed");
        expect(refusal(await stage.store.putPicture({ file: null, ...late }))).toBe("not_allowed");
        expect(await stage.store.listAudit({ before: null, limit: 5 })).toEqual([]);
        const by = { userId: ada.id, role: "owner", address: null } as const;
        value(await stage.store.putWorkspace({ name: "Ada's", by, at: stage.at }));
        expect(await stage.store.listAudit({ before: null, limit: 5 })).toHaveLength(1);
      });

      test("[RM13] an archived room takes nothing in, whatever its callers have checked", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "public", bob);
        const message = await stage.say(room, bob, "hello");
        const { code } = await stage.invite(room, ada);
        const now = { by: operator, at: stage.at };
        value(await stage.store.putRoom({ id: room.id, archiving: { to: true, ...now } }));
        expect(refusal(await stage.trySay(room, bob, "more"))).toBe("room_archived");
        expect(refusal(await stage.edit(room, message.id, bob, "other"))).toBe("room_archived");
        expect(refusal(await stage.react(room, message.id, bob, "👍"))).toBe("room_archived");
        expect(refusal(await stage.unreact(room, message.id, bob, "👍"))).toBe("room_archived");
        value(await stage.leave(room, bob));
        expect(refusal(await stage.join(room, bob))).toBe("room_archived");
        expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("invite_unusable");
        expect(refusal(await stage.trySignUp("cyd", { invite: code }))).toBe("invite_unusable");
        const general = await stage.general();
        expect(refusal(await stage.store.putRoom({ id: general.id, archiving: { to: true, ...now } }))).toBe(
          "not_allowed",
        );
        value(await stage.store.putRoom({ id: room.id, archiving: { to: false, ...now } }));
        value(await stage.join(room, bob));
      });

      test("[DR1] of many who open a direct room of the same people at once, all get one, and each is told once", async () => {
        const [ada, bob, cyd] = await stage.cast("ada", "bob", "cyd");
        const told = await stage.during(topicOf(cyd), async () => {
          const opened = await Promise.all(
            [ada, bob, cyd, ada, bob].map((user) => stage.tryOpenDirect(user, ada.id, "BOB", cyd.id, "cyd")),
          );
          const results = opened.map(value);
          expect(new Set(results.map(({ room }) => room.id)).size).toBe(1);
          expect(results.map(({ created }) => created)).toEqual([true, false, false, false, false]);
          expect(results[1]?.room).toMatchObject({ kind: "direct", memberCount: 3, membership: { role: "member" } });
        });
        expect(told.flatMap(({ rooms }) => rooms ?? [])).toHaveLength(1);
        expect(refusal(await stage.tryOpenDirect(ada, "nobody"))).toBe("not_found");
      });

      test("[DR3] a direct room keeps its people, and is found with them everywhere", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.openDirect(ada, bob);
        const { id } = room;
        expect(refusal(await stage.leave(room, bob))).toBe("not_allowed");
        expect(refusal(await stage.store.putRoom({ id, name: "Ours" }))).toBe("not_allowed");
        expect(refusal(await stage.store.removeRoom({ id, by: operator, at: stage.at }))).toBe("not_allowed");
        await stage.say(room, bob, "hello");
        const users = [ada, bob].map(({ username }) => ({ username }));
        const listed = (await stage.store.listRooms({ userId: bob.id })).rooms.find((each) => each.id === id);
        const found = await stage.store.findRoom({ reference: id.toLowerCase(), userId: ada.id });
        for (const each of [room, listed, found?.room]) expect(each).toMatchObject({ kind: "direct", users });
        expect(listed?.lastMessageAt).toBe(new Date(stage.at).toISOString());
      });

      test("[RM9] nobody is in more rooms than allowed", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada);
        const { code } = await stage.invite(room, ada);
        const outcomes = await Promise.all(
          Array.from({ length: limits.roomsPerUser + 5 }, () => stage.tryCreateRoom(bob)),
        );
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(limits.roomsPerUser - 1);
        expect(refusal(await stage.join(room, bob))).toBe("limit_reached");
        expect(refusal(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }))).toBe("limit_reached");
        expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toMatchObject({
          invite: { uses: 0 },
        });
        value(await stage.leave(await stage.general(), bob));
        value(await stage.join(room, bob));
      });
    });

    describe("invites", () => {
      test("an invite shows what it leads to, and lets in", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        const { code } = await stage.invite(room, ada);
        const find = (user: User) => stage.store.findInvite({ code, userId: user.id, at: stage.at });
        expect(await find(bob)).toMatchObject({
          invite: { room: room.id, createdBy: ada.id, uses: 0 },
          preview: { code, workspace: "Parley", room: { slug: "tea", memberCount: 1 }, joined: false },
          roomKind: "private",
        });
        const joined = value(await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at }));
        expect(joined).toMatchObject({ id: room.id, memberCount: 2, membership: { role: "member" } });
        expect(await find(bob)).toMatchObject({ invite: { uses: 1 }, preview: { joined: true } });
      });

      test("of 50 redemptions at once of an invite with three uses exactly three succeed", async () => {
        const [ada] = await stage.cast("ada");
        const room = await stage.createRoom(ada, "private");
        const { code } = await stage.invite(room, ada, { maxUses: 3 });
        const users = await Promise.all(Array.from({ length: 50 }, (_, index) => stage.signUp(`user${index}`)));
        const outcomes = await Promise.all(
          users.map((user) => stage.store.redeemInvite({ code, userId: user.id, at: stage.at })),
        );
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
        expect((await stage.store.findRoom({ reference: room.id, userId: null }))?.room.memberCount).toBe(4);
        expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toBeNull();
      });

      test("of 20 redemptions at once by one user one counts, and all succeed", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        const { code } = await stage.invite(room, ada, { maxUses: 2 });
        const redeem = () => stage.store.redeemInvite({ code, userId: bob.id, at: stage.at });
        for (const outcome of await Promise.all(Array.from({ length: 20 }, redeem))) value(outcome);
        expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toMatchObject({
          invite: { uses: 1 },
        });
      });

      test("who took the last use may ask again", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        const { code } = await stage.invite(room, ada, { maxUses: 1 });
        const redeem = { code, userId: bob.id, at: stage.at };
        expect(value(await stage.store.redeemInvite(redeem))).toEqual(value(await stage.store.redeemInvite(redeem)));
      });

      test("an invite does not work when it is unknown, expired or revoked", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        const expiring = await stage.invite(room, ada, { expiresAt: stage.at + 10 });
        const revoked = await stage.invite(room, ada);
        value(await stage.store.revokeInvite({ code: revoked.code, by: operator, at: stage.at }));
        expect(refusal(await stage.store.revokeInvite({ code: revoked.code, by: operator, at: stage.at }))).toBe(
          "invite_unusable",
        );
        stage.at += 10;
        for (const code of [expiring.code, revoked.code, "unknown"]) {
          expect(await stage.store.findInvite({ code, userId: null, at: stage.at })).toBeNull();
          const outcome = await stage.store.redeemInvite({ code, userId: bob.id, at: stage.at });
          expect(refusal(outcome)).toBe("invite_unusable");
        }
        expect(await stage.store.listInvites({ roomId: room.id, at: stage.at })).toEqual([]);
      });

      test("a room has so many usable invites at most, newest first", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        const make = (code: string, user: User) =>
          stage.store.createInvite({
            code,
            roomId: room.id,
            userId: user.id,
            expiresAt: null,
            maxUses: null,
            keep: 2,
            at: stage.at,
          });
        const codes = ["one", "two", "three"];
        const outcomes = [];
        for (const code of codes) {
          outcomes.push(await make(code, ada));
          stage.at += 1;
        }
        expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false]);
        expect((await stage.store.listInvites({ roomId: room.id, at: stage.at })).map(({ code }) => code)).toEqual([
          "two",
          "one",
        ]);
        value(await stage.store.revokeInvite({ code: "one", by: operator, at: stage.at }));
        expect((await make("four", ada)).ok).toBe(true);
        expect(refusal(await make("five", bob))).toBe("not_found");
      });
    });

    describe("search", () => {
      const search = async (user: User, text: string, more: { before?: number; limit?: number; room?: Room } = {}) => {
        const parsed = parseSearch(text);
        if (!parsed.ok) throw new Error(parsed.problem);
        const { before = null, limit = 25, room } = more;
        const { query } = parsed;
        return stage.store.searchMessages({ userId: user.id, query, roomId: room?.id ?? null, before, limit });
      };
      const found = async (user: User, text: string) =>
        (await search(user, text)).hits.map(({ message }) => message.content);

      test("[SE1] [SE5] what members said is found at once, as it is now, by those who are in the room now", async () => {
        const [ada, bob, cleo] = await stage.cast("ada", "bob", "cleo");
        const room = await stage.createRoom(ada, "private", bob);
        stage.at += 1;
        await stage.say(room, ada, "a heron at dawn");
        stage.at += 1;
        await stage.say(await stage.general(), bob, "the heron again");
        expect(await found(bob, "heron")).toEqual(["the heron again", "a heron at dawn"]);
        expect(await found(cleo, "heron")).toEqual(["the heron again"]);
        value(await stage.edit(room, 1, ada, "an egret at dawn"));
        expect(await found(bob, "heron")).toEqual(["the heron again"]);
        expect(await found(bob, "egret")).toEqual(["an egret at dawn"]);
        value(await stage.remove(room, 1, ada));
        expect(await found(bob, "egret")).toEqual([]);
        value(await stage.leave(await stage.general(), bob));
        expect(await found(bob, "heron")).toEqual([]);
        await stage.reopen();
        expect(await found(cleo, "heron")).toEqual(["the heron again"]);
        expect(await found(cleo, "egret")).toEqual([]);
      });

      test("[SE9] pages hold every message of one millisecond once", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        await Promise.all(Array.from({ length: 60 }, (_, index) => stage.say(general, ada, `gull ${index}`)));
        const ids: number[] = [];
        for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
          const page = await search(ada, "gull", { before, limit: 7 });
          ids.push(...page.hits.map(({ message }) => message.id));
          before = page.cursor;
        }
        expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
      });

      test("[SE10] a search costs no statements of those who write", async () => {
        const [ada] = await stage.cast("ada");
        await stage.say(await stage.general(), ada, "a tern");
        const before = stage.engine.statements();
        expect(await found(ada, "tern")).toHaveLength(1);
        expect(stage.engine.statements()).toBe(before);
      });
    });

    describe("looking after the workspace", () => {
      test("[AD3] an id means its user, also where someone else is called like it", async () => {
        const [ada] = await stage.cast("ada");
        const namesake = await stage.signUp(ada.id.toLowerCase());
        expect(await stage.store.findAccount({ reference: ada.id })).toMatchObject({ id: ada.id });
        expect(await stage.store.findAccount({ reference: namesake.id })).toMatchObject({ id: namesake.id });
      });

      test("[AD2] a deactivated user is found by no session, opens none, and makes no invite", async () => {
        const session = stage.newSession();
        const [ada] = await stage.cast("ada");
        const lin = value(await stage.trySignUp("lin", { session }));
        const room = await stage.createRoom(lin, "public");
        const told = await stage.during(topicOf("workspace"), async () => {
          value(await stage.store.deactivateUser(await stage.actOn(lin)));
          value(await stage.store.deactivateUser(await stage.actOn(lin)));
        });
        expect(told.flatMap(({ users }) => users ?? [])).toMatchObject([
          { id: lin.id, deactivatedAt: expect.any(String) },
        ]);
        expect(await stage.store.findSession({ tokenHash: session.tokenHash, at: stage.at })).toBeNull();
        const again = {
          userId: lin.id,
          passwordHash: "hash of lin",
          session: stage.newSession(),
          keep: 5,
          at: stage.at,
        };
        expect(refusal(await stage.store.createSession(again))).toBe("bad_credentials");
        const invite = {
          code: "c",
          roomId: room.id,
          userId: lin.id,
          expiresAt: null,
          maxUses: null,
          keep: 9,
          at: stage.at,
        };
        expect(refusal(await stage.store.createInvite(invite))).toBe("not_found");
        expect(await stage.roleOf(room, lin)).toBe("owner");
        value(await stage.store.reactivateUser(await stage.actOn(lin)));
        expect(value(await stage.store.createSession(again)).id).toBe(again.session.id);
        expect(await stage.store.findSession({ tokenHash: session.tokenHash, at: stage.at })).toBeNull();
        expect((await stage.store.listAudit({ before: null, limit: 10 })).map(({ act }) => act)).toEqual([
          "user.reactivated",
          "user.deactivated",
        ]);
        expect(refusal(await stage.store.deactivateUser(await stage.actOn(ada)))).toBe("not_allowed");
      });

      test("[AD4] of all owners who step down at once, one stays", async () => {
        const people = await stage.cast("ada", "lin", "sam");
        for (const each of people)
          value(await stage.store.putUserRole({ ...(await stage.actOn(each)), role: "owner" }));
        const acts = await Promise.all(people.map((each) => stage.actOn(each)));
        const outcomes = await Promise.all(acts.map((act) => stage.store.putUserRole({ ...act, role: "member" })));
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2);
      });

      test("[AD3] an act decided on with roles that are gone by now is refused, and not written down", async () => {
        const [ada, lin, sam] = await stage.cast("ada", "lin", "sam");
        const by = { userId: lin.id, role: "admin", address: "::1" } as const;
        value(await stage.store.putUserRole({ ...(await stage.actOn(lin)), role: "admin" }));
        const act = await stage.actOn(sam, by);
        const onAda = { ...(await stage.actOn(ada, by)), userRole: "member" as const };
        expect(refusal(await stage.store.deactivateUser(onAda))).toBe("not_allowed");
        value(await stage.store.putUserRole({ ...(await stage.actOn(lin)), role: "member" }));
        const reset = { tokenHash: "hash", expiresAt: stage.at + 10 };
        for (const outcome of [
          await stage.store.deactivateUser(act),
          await stage.store.revokeSessions(act),
          await stage.store.putUserRole({ ...act, role: "admin" }),
          await stage.store.createReset({ ...act, reset }),
        ]) {
          expect(refusal(outcome)).toBe("not_allowed");
        }
        expect(await stage.store.findReset({ tokenHash: "hash", at: stage.at })).toBeNull();
        expect(await stage.store.listAudit({ before: null, limit: 10 })).toHaveLength(2);
      });

      test("[PW3] of 20 uses of a reset link at once one sets the password; all sessions but its own end", async () => {
        const [ada] = await stage.cast("ada");
        value(
          await stage.store.createReset({ ...(await stage.actOn(ada)), reset: { tokenHash: "t", expiresAt: 9e15 } }),
        );
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            stage.store.redeemReset({
              tokenHash: "t",
              passwordHash: `new ${n}`,
              session: stage.newSession(),
              at: stage.at,
            }),
          ),
        );
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(await stage.store.listSessions({ userId: ada.id, at: stage.at })).toHaveLength(1);
        expect((await stage.store.findAccount({ reference: "ADA" }))?.passwordHash).toBe("new 0");
      });
    });

    describe("messages", () => {
      test("a repeated clientMessageId returns the first message as it is now, and announces nothing", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "public", bob);
        const first = value(await stage.trySay(room, ada, "hello", { clientMessageId: "k" }));
        expect(first).toMatchObject({ created: true, message: { clientMessageId: "k" } });
        value(await stage.edit(room, 1, ada, "hello there"));
        const before = stage.seen.length;
        const again = value(await stage.trySay(room, ada, "something else", { clientMessageId: "k" }));
        expect(again).toMatchObject({ created: false, message: { id: 1, content: "hello there" } });
        expect(stage.seen).toHaveLength(before);
        value(await stage.remove(room, 1, ada));
        expect(value(await stage.trySay(room, ada, "x", { clientMessageId: "k" })).message).toMatchObject({
          id: 1,
          content: "",
        });
        expect(value(await stage.trySay(room, bob, "mine", { clientMessageId: "k" })).created).toBe(true);
      });

      test("of 50 sends at once with one clientMessageId one makes a message", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, () => stage.trySay(general, ada, "once", { clientMessageId: "k" })),
        );
        expect(outcomes.filter((outcome) => value(outcome).created)).toHaveLength(1);
        expect(new Set(outcomes.map((outcome) => value(outcome).message.id))).toEqual(new Set([1]));
      });

      test("a clientMessageId used in another room leads there only while its author may read it", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private", bob);
        const general = await stage.general();
        value(await stage.trySay(room, bob, "private", { clientMessageId: "k" }));
        const repeated = value(await stage.trySay(general, bob, "public", { clientMessageId: "k" }));
        expect(repeated).toMatchObject({ created: false, message: { room: room.id, content: "private" } });
        value(await stage.leave(room, bob));
        expect(refusal(await stage.trySay(general, bob, "public", { clientMessageId: "k" }))).toBe("not_found");
      });

      test("only members say something", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada);
        expect(refusal(await stage.trySay(room, bob, "hello"))).toBe("not_found");
        value(await stage.join(room, bob));
        await stage.say(room, bob, "hello");
        value(await stage.leave(room, bob));
        expect(refusal(await stage.trySay(room, bob, "hello"))).toBe("not_found");
        expect(refusal(await stage.edit(room, 1, bob, "x"))).toBe("not_found");
        expect(refusal(await stage.remove(room, 1, bob))).toBe("not_found");
      });

      test("a message replies to one of its own room", async () => {
        const [ada] = await stage.cast("ada");
        const [room, other] = [await stage.createRoom(ada), await stage.createRoom(ada)];
        await stage.say(other, ada, "elsewhere");
        expect(refusal(await stage.trySay(room, ada, "x", { replyTo: 1 }))).toBe("invalid");
        await stage.say(room, ada, "question");
        expect(value(await stage.trySay(room, ada, "answer", { replyTo: 1 })).message.replyTo).toBe(1);
        expect(refusal(await stage.trySay(room, ada, "x", { replyTo: 3 }))).toBe("invalid");
      });

      test("times of a room never run backwards", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        const times: string[] = [];
        for (const offset of [10, 5, 20]) {
          const sent = value(await stage.trySay(general, ada, "tick", { at: stage.at + offset }));
          times.push(sent.message.createdAt);
        }
        expect(times).toEqual([10, 10, 20].map((offset) => new Date(stage.at + offset).toISOString()));
      });

      test("an edit is for the author alone, and the same content again changes nothing", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        const message = await stage.say(general, ada, "helo");
        stage.at += 5;
        const edited = value(await stage.edit(general, 1, ada, "hello"));
        expect(edited).toEqual({
          ...message,
          content: "hello",
          seq: message.seq + 1,
          editedAt: new Date(stage.at).toISOString(),
        });
        expect(stage.seen.at(-1)?.messages).toEqual([edited]);
        expect(await stage.store.findMessage({ roomId: general.id, id: 1 })).toEqual(edited);
        const before = stage.seen.length;
        expect(value(await stage.edit(general, 1, ada, "hello"))).toEqual(edited);
        expect(refusal(await stage.edit(general, 1, bob, "mine"))).toBe("not_allowed");
        expect(refusal(await stage.edit(general, 2, ada, "none"))).toBe("not_found");
        expect(stage.seen).toHaveLength(before);
      });

      test("a deleted message keeps its place without its content, wherever one looks", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        await stage.say(general, bob, "oh no");
        await stage.say(general, ada, "what?");
        expect(refusal(await stage.remove(general, 1, ada))).toBe("not_allowed");
        const since = await stage.head(topicOf(general));
        const deleted = value(await stage.remove(general, 1, ada, true));
        expect(deleted).toMatchObject({ id: 1, content: "", deletedAt: expect.any(String), seq: since + 1 });
        expect(stage.seen.at(-1)?.messages).toEqual([deleted]);
        expect((await stage.store.listMessages({ roomId: general.id, cursor: {}, limit: 9 })).messages[0]).toEqual(
          deleted,
        );
        const resumed = await stage.store.changesSince({ topic: topicOf(general), since, limit: 9 });
        expect(resumed).toMatchObject({ delta: { messages: [deleted] } });
        const before = stage.seen.length;
        expect(value(await stage.remove(general, 1, bob))).toEqual(deleted);
        expect(refusal(await stage.edit(general, 1, bob, "back"))).toBe("message_deleted");
        expect(refusal(await stage.remove(general, 9, bob))).toBe("not_found");
        expect(stage.seen).toHaveLength(before);
      });

      test("history is paged from either end and around a message", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        await Promise.all(Array.from({ length: 30 }, (_, index) => stage.say(general, ada, `${index}`)));
        const head = await stage.head(topicOf(general));
        const page = async (cursor: HistoryCursor, limit: number) => {
          const answer = await stage.store.listMessages({ roomId: general.id, cursor, limit });
          expect(answer.head).toBe(head);
          return answer.messages.map(({ id }) => id);
        };
        expect(await page({}, 3)).toEqual([28, 29, 30]);
        expect(await page({}, 100)).toHaveLength(30);
        expect(await page({ before: 28 }, 3)).toEqual([25, 26, 27]);
        expect(await page({ before: 3 }, 9)).toEqual([1, 2]);
        expect(await page({ before: 1 }, 9)).toEqual([]);
        expect(await page({ before: 1_000_000 }, 2)).toEqual([29, 30]);
        expect(await page({ after: 0 }, 2)).toEqual([1, 2]);
        expect(await page({ after: 28 }, 9)).toEqual([29, 30]);
        expect(await page({ after: 30 }, 9)).toEqual([]);
        expect(await page({ around: 15 }, 1)).toEqual([15]);
        expect(await page({ around: 15 }, 4)).toEqual([13, 14, 15, 16]);
        expect(await page({ around: 15 }, 5)).toEqual([13, 14, 15, 16, 17]);
        expect(await page({ around: 1 }, 5)).toEqual([1, 2, 3, 4, 5]);
        expect(await page({ around: 30 }, 4)).toEqual([27, 28, 29, 30]);
        expect(await page({ around: 99 }, 2)).toEqual([29, 30]);
        const empty = await stage.createRoom(ada);
        const cursors: readonly HistoryCursor[] = [{}, { before: 5 }, { after: 0 }, { around: 3 }];
        for (const cursor of cursors) {
          expect((await stage.store.listMessages({ roomId: empty.id, cursor, limit: 5 })).messages).toEqual([]);
        }
      });

      test("sending costs the same number of statements with 10 members and with 1,000", async () => {
        const [ada] = await stage.cast("ada");
        const members = await Promise.all(Array.from({ length: 999 }, (_, index) => stage.signUp(`user${index}`)));
        const small = await stage.createRoom(ada, "public", ...members.slice(0, 9));
        const general = await stage.general();
        expect(general.memberCount).toBe(1000);
        const cost = async (room: typeof general) => {
          const before = stage.engine.statements();
          await stage.say(room, ada, "hello");
          await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 25 });
          await stage.store.listMembers({ roomId: room.id, cursor: null, limit: 10 });
          await stage.store.listRooms({ userId: ada.id });
          await stage.store.changesSince({
            topic: topicOf(room),
            since: (await stage.head(topicOf(room))) - 1,
            limit: 9,
          });
          return stage.engine.statements() - before;
        };
        expect(await cost(general)).toBe(await cost(small));
      });
    });

    describe("files", () => {
      const attachTo = (room: Room, author: User, ...ids: readonly string[]) =>
        stage.trySay(room, author, "", { attachments: ids });

      test("[FI3] files come with their message in one change, and go with it", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private", bob);
        const [one, two] = [await stage.upload(room, ada), await stage.upload(room, ada)];
        const told = await stage.during(topicOf(room), () => attachTo(room, ada, two.id, one.id));
        expect(told.flatMap(({ messages }) => messages)).toMatchObject([{ id: 1, attachments: [two, one] }]);
        const edited = value(await stage.edit(room, 1, ada, "with words"));
        expect(edited.attachments).toEqual([two, one]);
        expect((await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 5 })).messages).toEqual([edited]);
        expect(await stage.store.findFile({ id: one.id, userId: bob.id })).toMatchObject({ pending: false });
        expect(value(await stage.remove(room, 1, ada))).not.toHaveProperty("attachments");
        expect(await stage.store.findFile({ id: one.id, userId: ada.id })).toBeNull();
        expect(await stage.store.listRemovedFiles({ after: "", limit: 10 })).toEqual([one.id, two.id]);
      });

      test("[FI3] of a message that cannot have all its files nothing is done", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        const [mine, bobs] = [await stage.upload(general, ada), await stage.upload(general, bob)];
        expect(refusal(await attachTo(general, ada, mine.id, bobs.id))).toBe("invalid");
        const { id, outcome } = await stage.tryUpload(ada, { room: general });
        value(outcome);
        expect(refusal(await attachTo(general, ada, id))).toBe("invalid");
        expect(value(await attachTo(general, ada, mine.id)).message).toMatchObject({ id: 1, attachments: [mine] });
        expect(refusal(await attachTo(general, ada, mine.id))).toBe("invalid");
      });

      test("[FI3] a message without files costs as many statements as ever, one with ten costs one more", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        const files: Attachment[] = [];
        for (let count = 0; count < 10; count++) files.push(await stage.upload(general, ada));
        const cost = async (ids: readonly string[]) => {
          const before = stage.engine.statements();
          value(await attachTo(general, ada, ...ids));
          return stage.engine.statements() - before;
        };
        const plain = await cost([]);
        expect(await cost(files.map(({ id }) => id))).toBe(plain + 1);
      });

      test("[FI2] quotas count what is claimed, and get back what is dropped", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        const quota = { pendingBytes: 200, userBytes: 300, workspaceBytes: 350 };
        const claim = async (user: User, bytes: number) => {
          const { id, outcome } = await stage.tryUpload(user, { room: general, bytes, quota });
          return outcome.ok ? id : outcome.refusal;
        };
        const first = await claim(ada, 200);
        expect(await claim(ada, 1)).toBe("limit_reached");
        // Less came than was claimed, and then it is on a message.
        value(await stage.store.finishUpload({ id: first, facts: stage.facts(150) }));
        value(await attachTo(general, ada, first));
        expect(await claim(ada, 151)).toBe("limit_reached");
        const second = await claim(ada, 150);
        expect(await claim(bob, 51)).toBe("limit_reached");
        expect(await claim(bob, 50)).toStartWith("F");
        await stage.store.dropFile({ id: second });
        // What is kept is not dropped by mistake.
        await stage.store.dropFile({ id: first });
        expect(await claim(ada, 151)).toBe("limit_reached");
        expect(await claim(ada, 150)).toStartWith("F");
      });

      test("[FI4] rights are asked again when an upload ends", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private", bob);
        const { id, outcome } = await stage.tryUpload(bob, { room });
        value(outcome);
        value(await stage.leave(room, bob));
        expect(refusal(await stage.store.finishUpload({ id, facts: stage.facts(1) }))).toBe("not_found");
        expect(refusal((await stage.tryUpload(bob, { room })).outcome)).toBe("not_found");
      });

      test("[FI6] what waits too long is removed, received or not, and so is what a removed room had", async () => {
        const [ada] = await stage.cast("ada");
        const room = await stage.createRoom(ada);
        const { id: half } = await stage.tryUpload(ada, { room });
        const [late, kept] = [await stage.upload(room, ada), await stage.upload(room, ada)];
        value(await attachTo(room, ada, kept.id));
        const removed = () => stage.store.listRemovedFiles({ after: "", limit: 10 });
        expect(await stage.store.expireUploads({ before: stage.at, limit: 10 })).toBe(false);
        expect(await removed()).toEqual([]);
        expect(await stage.store.expireUploads({ before: stage.at + 1, limit: 1 })).toBe(true);
        expect(await stage.store.expireUploads({ before: stage.at + 1, limit: 10 })).toBe(false);
        expect(await removed()).toEqual([half, late.id]);
        value(await stage.store.removeRoom({ id: room.id, by: operator, at: stage.at }));
        while (await stage.store.purgeRooms({ limit: 100 }));
        expect(await removed()).toEqual([half, late.id, kept.id]);
        for (const id of await removed()) await stage.store.dropFile({ id });
        expect(await removed()).toEqual([]);
      });

      test("[AV2] an avatar is told to the workspace and to oneself, and takes the place of the one before", async () => {
        const [ada] = await stage.cast("ada");
        const put = async () => {
          const { id, outcome } = await stage.tryUpload(ada, { purpose: "avatar" });
          value(outcome);
          return value(await stage.store.putAvatar({ userId: ada.id, file: { id, facts: stage.facts(10) } }));
        };
        const first = await put();
        const told = await stage.during("workspace", put);
        const now = told.at(-1)?.users?.[0];
        expect(now?.avatar).not.toBe(first.avatar);
        expect(await stage.store.findUser({ reference: ada.id })).toMatchObject({ avatar: now?.avatar });
        expect(await stage.store.hasPicture({ id: now?.avatar ?? "", purpose: "avatar" })).toBe(true);
        expect(await stage.store.hasPicture({ id: first.avatar ?? "", purpose: "avatar" })).toBe(false);
        expect(await stage.store.listRemovedFiles({ after: "", limit: 10 })).toEqual([first.avatar ?? ""]);
        expect(value(await stage.store.putAvatar({ userId: ada.id, file: null }))).not.toHaveProperty("avatar");
        expect(await stage.during("workspace", () => stage.store.putAvatar({ userId: ada.id, file: null }))).toEqual(
          [],
        );
      });
    });

    describe("reactions", () => {
      test("[RE1] [RE2] a reaction is one change of its message, and a repeat is none", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private", bob);
        await stage.say(room, ada, "tea?");
        const since = await stage.head(topicOf(room));
        const liked = value(await stage.react(room, 1, bob, "👍"));
        expect(liked).toMatchObject({ seq: since + 1, reactions: [{ emoji: "👍", users: [bob.id], count: 1 }] });
        expect(stage.seen.at(-1)?.messages).toEqual([liked]);
        expect(value(await stage.react(room, 1, bob, "👍"))).toEqual(liked);
        expect(await stage.head(topicOf(room))).toBe(since + 1);
        const both = value(await stage.react(room, 1, ada, "👍"));
        expect(both.reactions).toEqual([{ emoji: "👍", users: [bob.id, ada.id], count: 2 }]);
        expect((await stage.store.listMessages({ roomId: room.id, cursor: {}, limit: 5 })).messages).toEqual([both]);
        expect(await stage.store.findMessage({ roomId: room.id, id: 1 })).toEqual(both);
        value(await stage.unreact(room, 1, bob, "👍"));
        const none = value(await stage.unreact(room, 1, ada, "👍"));
        expect(none.reactions).toBeUndefined();
        expect(value(await stage.unreact(room, 1, ada, "👍"))).toEqual(none);
        expect(none.seq).toBe(since + 4);
      });

      test("[RE2] an emoji keeps its place until nobody is left who put it there", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        await stage.say(general, ada, "tea?");
        for (const [who, emoji] of [
          [ada, "👍"],
          [ada, "❤️"],
          [bob, "👍"],
        ] as const) {
          value(await stage.react(general, 1, who, emoji));
        }
        const order = async () => (await stage.store.findMessage({ roomId: general.id, id: 1 }))?.reactions;
        value(await stage.unreact(general, 1, ada, "👍"));
        expect((await order())?.map(({ emoji }) => emoji)).toEqual(["👍", "❤️"]);
        value(await stage.unreact(general, 1, bob, "👍"));
        value(await stage.react(general, 1, bob, "👍"));
        expect((await order())?.map(({ emoji }) => emoji)).toEqual(["❤️", "👍"]);
      });

      test("[RE2] of many who react the first are named, all are counted, and the next takes a free place", async () => {
        const [ada] = await stage.cast("ada");
        const others = await Promise.all(
          Array.from({ length: limits.reactionUsers + 2 }, (_, index) => stage.signUp(`user${index}`)),
        );
        const general = await stage.general();
        await stage.say(general, ada, "all here?");
        for (const user of others) value(await stage.react(general, 1, user, "👋"));
        const names = others.map(({ id }) => id);
        const shown = async () => (await stage.store.findMessage({ roomId: general.id, id: 1 }))?.reactions;
        const count = others.length;
        expect(await shown()).toEqual([{ emoji: "👋", users: names.slice(0, limits.reactionUsers), count }]);
        const [first = ada, second = ada] = others;
        const last = others.at(-1) ?? ada;
        value(await stage.unreact(general, 1, last, "👋"));
        value(await stage.unreact(general, 1, second, "👋"));
        const left = names.filter((id) => id !== second.id && id !== last.id);
        expect(await shown()).toEqual([{ emoji: "👋", users: left.slice(0, limits.reactionUsers), count: count - 2 }]);
        value(await stage.unreact(general, 1, first, "👋"));
        expect(await shown()).toEqual([{ emoji: "👋", users: left.slice(1), count: count - 3 }]);
      });

      test("[RE3] a message has so many kinds at most; one that is there can still be joined", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        await stage.say(general, ada, "everything");
        for (let kind = 0; kind < limits.reactionKinds; kind++) value(await stage.react(general, 1, ada, `e${kind}`));
        const before = stage.seen.length;
        expect(refusal(await stage.react(general, 1, bob, "one more"))).toBe("limit_reached");
        expect(stage.seen).toHaveLength(before);
        value(await stage.react(general, 1, bob, "e0"));
        value(await stage.unreact(general, 1, ada, "e1"));
        value(await stage.react(general, 1, bob, "one more"));
      });

      test("[RE4] only members react, to messages that are there and not deleted", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada, "private");
        await stage.say(room, ada, "mine");
        await stage.say(room, ada, "gone");
        value(await stage.react(room, 2, ada, "👍"));
        expect(value(await stage.remove(room, 2, ada)).reactions).toBeUndefined();
        const before = stage.seen.length;
        for (const act of ["react", "unreact"] as const) {
          expect(refusal(await stage[act](room, 1, bob, "👍"))).toBe("not_found");
          expect(refusal(await stage[act](room, 9, ada, "👍"))).toBe("not_found");
          expect(refusal(await stage[act](room, 2, ada, "👍"))).toBe("message_deleted");
        }
        expect(stage.seen).toHaveLength(before);
        expect((await stage.store.findMessage({ roomId: room.id, id: 2 }))?.reactions).toBeUndefined();
      });

      test("[RE5] a hundred toggles at once are one frame each commit, and all views end in the last state", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        await stage.say(general, ada, "flicker");
        const announced = await stage.during(topicOf(general), () =>
          Promise.all(
            Array.from({ length: 101 }, (_, index) =>
              index % 2 === 0 ? stage.react(general, 1, bob, "👍") : stage.unreact(general, 1, bob, "👍"),
            ),
          ),
        );
        expect(announced.length).toBeLessThan(20);
        expect(announced.at(-1)?.messages?.[0]?.reactions).toEqual([{ emoji: "👍", users: [bob.id], count: 1 }]);
      });

      test("reactions cost no statement more when a page is read", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const general = await stage.general();
        for (let id = 1; id <= 10; id++) await stage.say(general, ada, `${id}`);
        const cost = async () => {
          const before = stage.engine.statements();
          await stage.store.listMessages({ roomId: general.id, cursor: {}, limit: 25 });
          await stage.store.changesSince({ topic: topicOf(general), since: 1, limit: 99 });
          await stage.say(general, ada, "hello");
          return stage.engine.statements() - before;
        };
        const bare = await cost();
        for (let id = 1; id <= 10; id++) for (const who of [ada, bob]) value(await stage.react(general, id, who, "👍"));
        expect(await cost()).toBe(bare);
      });
    });

    unreadContract(() => stage);

    test("[UN3] whatever people do at once, every view of it converges, and every count is what the messages say", async () => {
      const act = fc.record({
        kind: fc.constantFrom(...Object.keys(acts)),
        user: fc.nat(3),
        room: fc.nat(3),
        id: fc.integer({ min: 1, max: 4 }),
        word: fc.constantFrom("tea", "milk", "@bob sugar", "@all"),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(act, { maxLength: 12 }), { maxLength: 8 }), async (rounds) => {
          const own = await Stage.open(await createEngine());
          try {
            const users = await own.cast("ada", "bob", "cleo", "dan");
            const [ada, bob] = users;
            const rooms = [await own.general(), await own.createRoom(ada), await own.createRoom(bob, "private", ada)];
            for (const round of rounds) {
              own.at += 1;
              await Promise.all(
                round.map(async ({ kind, user, room, id, word }) => {
                  const who = users[user] ?? ada;
                  await acts[kind]?.({
                    stage: own,
                    rooms,
                    who,
                    room: rooms[room % rooms.length] ?? (await own.general()),
                    id,
                    word,
                  });
                }),
              );
            }
            await own.audit();
            await expectCounts(own, rooms, users);
          } finally {
            await own.close();
          }
        }),
        { numRuns: 12 },
      );
    });

    describe("catching up", () => {
      test("changes are each thing once as it is now, in one delta up to the head", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const room = await stage.createRoom(ada);
        const since = await stage.head(topicOf(room));
        await stage.say(room, ada, "one");
        await stage.say(room, ada, "two");
        value(await stage.join(room, bob));
        value(await stage.leave(room, bob));
        value(await stage.edit(room, 1, ada, "1"));
        const answer = await stage.store.changesSince({ topic: topicOf(room), since, limit: 10 });
        expect(answer).toMatchObject({
          kind: "changes",
          delta: { type: "delta", topic: topicOf(room), from: since, to: since + 5, rooms: [{ memberCount: 1 }] },
        });
        if (answer.kind !== "changes") return;
        expect(answer.delta.messages?.map(({ id, content }) => [id, content])).toEqual([
          [1, "1"],
          [2, "two"],
        ]);
        expect(answer.delta.memberships).toMatchObject([{ user: { id: bob.id }, leftAt: expect.any(String) }]);
      });

      test("the head itself is current; what lies ahead of it or too far behind is a reset", async () => {
        const [ada] = await stage.cast("ada");
        const general = await stage.general();
        for (let n = 0; n < 5; n++) await stage.say(general, ada, `${n}`);
        const topic = topicOf(general);
        const head = await stage.head(topic);
        expect(await stage.store.changesSince({ topic, since: head, limit: 5 })).toEqual({ kind: "current", head });
        expect(await stage.store.changesSince({ topic, since: head + 1, limit: 5 })).toEqual({ kind: "reset", head });
        expect(await stage.store.changesSince({ topic, since: head - 5, limit: 6 })).toMatchObject({ kind: "changes" });
        expect(await stage.store.changesSince({ topic, since: head - 5, limit: 4 })).toEqual({ kind: "reset", head });
        // Membership, receipt and room count too.
        expect(await stage.store.changesSince({ topic, since: 0, limit: 7 })).toEqual({ kind: "reset", head });
        expect(await stage.store.changesSince({ topic, since: 0, limit: 8 })).toMatchObject({ kind: "changes" });
        expect(await stage.store.changesSince({ topic: "room:RNONE", since: 3, limit: 5 })).toEqual({
          kind: "reset",
          head: 0,
        });
        expect(await stage.store.changesSince({ topic: "user:UNONE", since: 3, limit: 5 })).toEqual({
          kind: "reset",
          head: 0,
        });
      });

      test("one's own topic tells which rooms one is in now", async () => {
        const [ada, bob] = await stage.cast("ada", "bob");
        const [stayed, left] = [
          await stage.createRoom(ada, "private", bob),
          await stage.createRoom(ada, "private", bob),
        ];
        value(await stage.leave(left, bob));
        const answer = await stage.store.changesSince({ topic: topicOf(bob), since: 2, limit: 10 });
        expect(answer).toMatchObject({ kind: "changes", delta: { rooms: [{ id: stayed.id }] } });
        if (answer.kind !== "changes") return;
        expect(answer.delta.memberships?.map(({ room, leftAt }) => [room, leftAt !== undefined])).toEqual([
          [stayed.id, false],
          [left.id, true],
        ]);
      });
    });
  });
}

/** What anyone may try in the random histories; most of it is refused by someone's rules some of the time. */
const acts: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  say: ({ stage, room, who, word }) => stage.trySay(room, who, word),
  sayOnce: ({ stage, room, who, word }) => stage.trySay(room, who, word, { clientMessageId: word }),
  reply: ({ stage, room, who, word, id }) => stage.trySay(room, who, word, { replyTo: id }),
  edit: ({ stage, room, who, word, id }) => stage.edit(room, id, who, word),
  remove: ({ stage, room, who, id }) => stage.remove(room, id, who, id === 1),
  react: ({ stage, room, who, id, word }) => stage.react(room, id, who, word),
  unreact: ({ stage, room, who, id, word }) => stage.unreact(room, id, who, word),
  read: ({ stage, room, who, id }) => stage.read(room, who, id),
  markUnread: ({ stage, room, who, id }) => stage.read(room, who, id - 1, true),
  setLevel: ({ stage, room, who, id }) =>
    stage.store.putNotifyLevel({ roomId: room.id, userId: who.id, notifyLevel: id > 2 ? "none" : "all" }),
  join: ({ stage, room, who }) => stage.join(room, who),
  leave: ({ stage, room, who }) => stage.leave(room, who),
  rename: ({ stage, room, word }) => stage.store.putRoom({ id: room.id, name: word, slug: word }),
  hide: ({ stage, room }) => stage.store.putRoom({ id: room.id, kind: "private" }),
  open: ({ stage, room }) => stage.store.putRoom({ id: room.id, kind: "public" }),
  removeRoom: ({ stage, room, id }) =>
    id === 1 ? stage.store.removeRoom({ id: room.id, by: operator, at: stage.at }) : Promise.resolve(),
  purge: ({ stage, id }) => stage.store.purgeRooms({ limit: id }),
  createRoom: async ({ stage, rooms, who, word, id }) => {
    const created = await stage.tryCreateRoom(who, { name: word, kind: id > 2 ? "private" : "public" });
    if (created.ok) rooms.push(created.value);
  },
  signIn: ({ stage, who }) =>
    stage.store.createSession({
      userId: who.id,
      passwordHash: `hash of ${who.username}`,
      session: stage.newSession(),
      keep: 3,
      at: stage.at,
    }),
  deactivate: async ({ stage, who }) => stage.store.deactivateUser(await stage.actOn(who)),
  reactivate: async ({ stage, who }) => stage.store.reactivateUser(await stage.actOn(who)),
  promote: async ({ stage, who, id }) =>
    stage.store.putUserRole({ ...(await stage.actOn(who)), role: id === 1 ? "owner" : "member" }),
  signOutEverywhere: async ({ stage, who }) => stage.store.revokeSessions(await stage.actOn(who)),
  signOut: async ({ stage, who }) => {
    const [session] = await stage.store.listSessions({ userId: who.id, at: stage.at });
    if (session) await stage.store.revokeSession({ id: session.id, userId: who.id, at: stage.at });
  },
  renameUser: ({ stage, who, word }) => stage.store.putUser({ userId: who.id, displayName: word }),
  setStatus: ({ stage, who, word, id }) => stage.store.putUser({ userId: who.id, status: id > 2 ? word : null }),
  renameWorkspace: ({ stage, word }) => stage.store.putWorkspace({ name: word, by: operator, at: stage.at }),
};

interface Scene {
  readonly stage: Stage;
  readonly rooms: Room[];
  readonly who: User;
  readonly room: Room;
  readonly id: number;
  readonly word: string;
}
