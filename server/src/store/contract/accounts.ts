import { beforeEach, describe, expect, test } from "bun:test";
import { operator, refusal, type Stage, topicOf, value } from "./stage.ts";

/** What each engine owes of accounts and of the workspace's record. */
export function accountsContract(stageOf: () => Stage): void {
  describe("accounts and the workspace", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    test("the first account is the owner of the workspace and of the room general, whatever the policy", async () => {
      const fresh = await stage.store.getWorkspace({});
      expect(fresh).toEqual({ name: "Parley", signUp: null, picture: null, epoch: expect.any(String), userCount: 0 });
      expect(fresh.epoch.length).toBeGreaterThanOrEqual(16);
      await stage.setSignUp("closed");
      const ada = value(await stage.trySignUp("ada", { invite: "no such code" }));
      expect(ada).toMatchObject({ username: "ada", role: "owner", kind: "person", email: null });
      expect(await stage.general()).toMatchObject({ kind: "public", createdBy: ada.id, memberCount: 1 });
      expect(await stage.roleOf(await stage.general(), ada)).toBe("owner");
      const workspace = stage.seen.filter(({ topic }) => topic === "workspace");
      expect(workspace.at(-1)?.workspace).toEqual({ name: "Parley", signUp: "closed", firstRun: false });
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
      expect(refusal(await stage.trySignUp("bob", { invite: "wrong" }))).toBe("invite_unusable");
      await stage.setSignUp("closed");
      expect(refusal(await stage.trySignUp("bob", { invite: code }))).toBe("sign_up_closed");
      await stage.setSignUp("invite");
      expect(refusal(await stage.trySignUp("bob"))).toBe("sign_up_closed");
      expect(refusal(await stage.trySignUp("bob", { invite: "wrong" }))).toBe("sign_up_closed");
      const bob = value(await stage.trySignUp("bob", { invite: code }));
      expect(await stage.roleOf(room, bob)).toBe("member");
      expect(await stage.roleOf(await stage.general(), bob)).toBe("member");
      expect(refusal(await stage.trySignUp("cleo", { invite: code }))).toBe("sign_up_closed");
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

    test("a changed name is told to the workspace and to oneself; the same again changes nothing", async () => {
      const [, bob] = await stage.cast("ada", "bob");
      const rename = { userId: bob.id, displayName: "Bobby" };
      const told = await stage.during("workspace", () => stage.store.putUser(rename));
      expect(told.flatMap(({ users }) => users)).toMatchObject([{ id: bob.id, displayName: "Bobby" }]);
      expect(stage.seen.filter(({ topic }) => topic === topicOf(bob)).at(-1)?.users).toEqual([
        { ...bob, displayName: "Bobby" },
      ]);
      const before = stage.seen.length;
      expect(value(await stage.store.putUser(rename))).toMatchObject({ displayName: "Bobby" });
      expect(stage.seen).toHaveLength(before);
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
      const { email: _, emailVerified: __, sharesReceipts: ___, ...seen } = ada;
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
}
