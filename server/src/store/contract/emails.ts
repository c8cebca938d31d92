import { beforeEach, describe, expect, test } from "bun:test";
import type { User } from "@parley/protocol/model";
import { operator, refusal, type Stage, topicOf, value } from "./stage.ts";

const address = "ada@example.org";

/** What each engine owes of e-mail addresses. */
export function emailsContract(stageOf: () => Stage): void {
  describe("e-mail addresses", () => {
    let stage: Stage;
    beforeEach(() => {
      stage = stageOf();
    });

    const put = async (user: User, email: string | null, waits: boolean, before = `hash of ${user.username}`) =>
      stage.store.putEmail({ userId: user.id, before, email, waits, by: operator, at: stage.at });
    const link = (user: User, tokenHash: string, email = address) =>
      stage.store.createVerification({ userId: user.id, email, tokenHash, expiresAt: stage.at + 10 });
    const use = (tokenHash: string) => stage.store.redeemVerification({ tokenHash, address: "::1", at: stage.at });
    const look = async (tokenHash: string) =>
      (await stage.store.findVerification({ tokenHash, at: stage.at }))?.state ?? null;
    const own = async (user: User) => {
      const account = await stage.store.findAccount({ reference: user.id });
      return [account?.email, account?.emailVerified, account?.pendingEmail ?? null];
    };

    const acts = () => stage.store.listAudit({ act: null, userId: null, before: null, limit: 9 });

    test("[EM1] an address that does not wait is its user's at once, unverified, and nobody else's", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      expect(value(await put(ada, address, false))).toMatchObject({ email: address, emailVerified: false });
      expect(refusal(await put(bob, address, false))).toBe("email_taken");
      expect(refusal(await stage.trySignUp("cleo", { email: address }))).toBe("email_taken");
      expect(await own(bob)).toEqual([null, false, null]);
      expect(value(await put(ada, null, false)).email).toBeNull();
      expect(value(await put(bob, address, false)).email).toBe(address);
      expect((await acts()).map(({ act }) => act)).toEqual(Array(3).fill("email.changed"));
    });

    test("[EM2] one that waits changes nothing, may wait on many, and is forgotten for another", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      value(await put(ada, address, false));
      expect(value(await put(bob, address, true))).toMatchObject({ email: null, pendingEmail: address });
      expect(value(await stage.trySignUp("cleo", { pendingEmail: address }))).toMatchObject({
        email: null,
        emailVerified: false,
        pendingEmail: address,
      });
      expect(await stage.store.findAccountByLogin({ login: address })).toMatchObject({ username: "ada" });
      expect(value(await put(ada, "ada@example.com", true))).toMatchObject({ email: address });
      expect(await own(ada)).toEqual([address, false, "ada@example.com"]);
      expect(value(await put(ada, address, true))).not.toHaveProperty("pendingEmail");
      value(await put(bob, null, false));
      expect(await own(bob)).toEqual([null, false, null]);
    });

    test("[EM4] a link makes the address its user's, once, and takes it from who has it unverified", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      value(await put(bob, address, false));
      value(await put(ada, address, true));
      value(await link(bob, "bob's"));
      value(await link(ada, "ada's"));
      expect([await look("ada's"), await look("bob's"), await look("nobody's")]).toEqual(["open", "open", null]);
      const told = await stage.during(topicOf(bob), async () => {
        expect(value(await use("ada's"))).toMatchObject({ username: "ada", email: address });
      });
      expect(told.at(-1)?.users).toMatchObject([{ id: bob.id, email: null, emailVerified: false }]);
      expect([await own(ada), await own(bob)]).toEqual([
        [address, true, null],
        [null, false, null],
      ]);
      expect(refusal(await use("ada's"))).toBe("verification_used");
      expect([await look("ada's"), await look("bob's")]).toEqual(["used", null]);
      expect(refusal(await use("bob's"))).toBe("verification_unusable");
      expect((await acts()).slice(0, 2).map(({ act, actor, target }) => [act, actor?.username, target?.name])).toEqual([
        ["email.verified", "ada", "ada"],
        ["email.changed", "ada", "bob"],
      ]);
    });

    test("[EM4] of all on whom an address waits, one gets it, however many links are used at once", async () => {
      const people = await stage.cast("ada", "bob", "cleo", "dora");
      for (const each of people) {
        value(await put(each, address, true));
        value(await link(each, `${each.username}'s`));
      }
      const outcomes = await Promise.all(
        people.flatMap(({ username }) => [use(`${username}'s`), use(`${username}'s`)]),
      );
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal])))).toEqual(
        new Set(["verification_used", "email_taken"] as const),
      );
      const owners = await Promise.all(people.map(own));
      expect(owners.filter(([email, verified]) => email === address && verified)).toHaveLength(1);
    });

    test("[EM3] [EM4] a link that is too old, replaced, or about what was given up verifies nothing", async () => {
      const [ada, bob] = await stage.cast("ada", "bob");
      expect(refusal(await link(ada, "early"))).toBe("not_found");
      value(await put(ada, address, true));
      value(await link(ada, "first"));
      value(await link(ada, "second"));
      expect([await look("first"), await look("second")]).toEqual([null, "open"]);
      stage.at += 10;
      expect([await look("second"), refusal(await use("second"))]).toEqual(["expired", "verification_expired"]);
      value(await link(ada, "third"));
      value(await put(ada, "ada@example.com", true));
      expect([await look("third"), refusal(await use("third"))]).toEqual([null, "verification_unusable"]);
      value(await link(ada, "fourth", "ada@example.com"));
      value(await stage.store.putUserRole({ ...(await stage.actOn(bob)), role: "owner" }));
      value(await stage.store.deactivateUser(await stage.actOn(ada)));
      expect([await look("fourth"), refusal(await use("fourth"))]).toEqual([null, "verification_unusable"]);
      expect(refusal(await link(ada, "fifth", "ada@example.com"))).toBe("not_found");
      expect(await own(ada)).toEqual([null, false, "ada@example.com"]);
    });

    test("[EM5] a change needs the password of now; a new password forgets the address that waits", async () => {
      const [ada] = await stage.cast("ada");
      value(await put(ada, address, true));
      value(await link(ada, "t"));
      expect(refusal(await put(ada, null, false, "an older hash"))).toBe("bad_credentials");
      const change = {
        userId: ada.id,
        before: "hash of ada",
        passwordHash: "new",
        keep: "",
        by: operator,
        at: stage.at,
      };
      const told = await stage.during(topicOf(ada), async () => value(await stage.store.putPassword(change)));
      expect(told.at(-1)?.users?.[0]).not.toHaveProperty("pendingEmail");
      expect([await own(ada), await look("t")]).toEqual([[null, false, null], null]);

      value(await put(ada, address, true, "new"));
      value(await link(ada, "t"));
      value(await stage.store.createReset({ ...(await stage.actOn(ada)), reset: { tokenHash: "r", expiresAt: 9e15 } }));
      const reset = { tokenHash: "r", passwordHash: "newer", session: stage.newSession(), at: stage.at };
      expect(value(await stage.store.redeemReset(reset))).not.toHaveProperty("pendingEmail");
      expect(refusal(await use("t"))).toBe("verification_unusable");
    });

    test("[PW5] a mailed reset link works while the address that it went to is the user's, verified", async () => {
      const [ada] = await stage.cast("ada");
      const mailed = async (mailedTo: string, tokenHash: string) =>
        stage.store.createReset({ ...(await stage.actOn(ada)), reset: { tokenHash, expiresAt: 9e15 }, mailedTo });
      const found = async (tokenHash: string) =>
        (await stage.store.findReset({ tokenHash, at: stage.at }))?.username ?? null;
      value(await put(ada, address, false));
      expect(refusal(await mailed(address, "unverified"))).toBe("not_allowed");
      value(await link(ada, "t"));
      value(await use("t"));
      expect(refusal(await mailed("ada@example.com", "elsewhere"))).toBe("not_allowed");
      value(await mailed(address, "r"));
      expect(await found("r")).toBe("ada");
      value(await put(ada, "ada@example.com", true));
      expect(await found("r")).toBe("ada");
      value(await link(ada, "t", "ada@example.com"));
      value(await use("t"));
      expect(await found("r")).toBeNull();
      value(await stage.store.createReset({ ...(await stage.actOn(ada)), reset: { tokenHash: "r", expiresAt: 9e15 } }));
      value(await put(ada, null, false));
      expect(await found("r")).toBe("ada");
    });

    test("[EM6] an address is told to its user alone, in each of its states", async () => {
      const ada = value(await stage.trySignUp("ada", { email: address }));
      const bob = value(await stage.trySignUp("bob", { pendingEmail: "bob@example.org" }));
      value(await put(ada, "ada@example.com", true));
      value(await link(bob, "t", "bob@example.org"));
      value(await use("t"));
      expect(stage.seen.filter(({ topic }) => topic === topicOf(bob)).at(-1)?.users).toEqual([
        expect.objectContaining({ email: "bob@example.org", emailVerified: true }),
      ]);
      const others = stage.seen.filter(({ topic }) => topic !== topicOf(ada) && topic !== topicOf(bob));
      const page = await stage.store.listPeople({ query: "", cursor: null, limit: 9 });
      expect(JSON.stringify([others, page])).not.toMatch(/example|emailVerified|pendingEmail/);
      const missed = await stage.store.changesSince({ topic: topicOf(ada), since: 0, limit: 100 });
      expect(missed).toMatchObject({ delta: { users: [{ email: address, pendingEmail: "ada@example.com" }] } });
    });
  });
}
