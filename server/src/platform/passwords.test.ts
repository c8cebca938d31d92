import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { createPasswords } from "./passwords.ts";

const ownParameters = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

describe("a hash", () => {
  test("is argon2id with at least OWASP's minimum, and another one each time", async () => {
    const passwords = createPasswords();
    const [first, second] = await Promise.all([passwords.hash("correct horse"), passwords.hash("correct horse")]);
    expect(first).toMatch(ownParameters);
    expect(first).not.toBe(second);
    expect(await passwords.verify("correct horse", first)).toBe(true);
    expect(await passwords.verify("correct horsf", first)).toBe(false);
  });

  test("[AC5] counts every byte of a long password", async () => {
    const passwords = createPasswords();
    const long = "é".repeat(511);
    const hash = await passwords.hash(`${long}ab`);
    expect(await passwords.verify(`${long}ab`, hash)).toBe(true);
    expect(await passwords.verify(`${long}ac`, hash)).toBe(false);
  });

  test("[AC4] that does not exist fits no password, not even the one behind it", async () => {
    const passwords = createPasswords();
    expect(await passwords.verify("correct horse", null)).toBe(false);
    expect(await passwords.verify("a password that nobody has", null)).toBe(false);
  });
});

/** The platform's hashing, by hand: each call waits until the test lets it finish. */
describe("at once", () => {
  let calls: { readonly finish: () => void; readonly fail: () => void }[];
  let hash: ReturnType<typeof spyOn<typeof Bun.password, "hash">>;
  let verify: ReturnType<typeof spyOn<typeof Bun.password, "verify">>;

  beforeEach(() => {
    calls = [];
    const waitFor = <T>(value: T) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      calls.push({ finish: () => resolve(value), fail: () => reject(new Error("out of memory")) });
      return promise;
    };
    hash = spyOn(Bun.password, "hash").mockImplementation((password) => waitFor(`hash of ${String(password)}`));
    verify = spyOn(Bun.password, "verify").mockImplementation(() => waitFor(true));
  });

  afterEach(() => {
    hash.mockRestore();
    verify.mockRestore();
  });

  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };

  test("[AC9] two are hashed, the others wait, and all are served in the order they came", async () => {
    const passwords = createPasswords();
    const done: number[] = [];
    for (let each = 0; each < 10; each++)
      passwords.hash(`p${each}`).then(
        () => done.push(each),
        () => {},
      );
    await settle();
    expect(calls).toHaveLength(2);
    for (let each = 0; each < 10; each++) {
      calls[each]?.finish();
      await settle();
      expect(calls).toHaveLength(Math.min(10, each + 3));
      expect(done).toHaveLength(each + 1);
    }
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("[AC9] with two under way 64 wait, and the next is told at once that the server is busy", async () => {
    const passwords = createPasswords();
    const accepted = Array.from({ length: 66 }, (_, each) => passwords.hash(`p${each}`));
    await settle();
    for (const refused of [passwords.hash("p"), passwords.verify("p", "hash"), passwords.verify("p", null)]) {
      const error = await refused.then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ParleyError);
      expect((error as ParleyError).toWire()).toMatchObject({
        code: "unavailable",
        retryable: true,
        retryAfterMs: 2000,
      });
    }
    expect(calls).toHaveLength(2);
    for (let each = 0; each < 66; each++) {
      calls[each]?.finish();
      await settle();
    }
    expect(await Promise.all(accepted)).toHaveLength(66);
    expect(calls).toHaveLength(66);
  });

  test("[AC9] hashing and verifying share the two places", async () => {
    const passwords = createPasswords();
    const all = [
      passwords.hash("a"),
      passwords.verify("b", "hash"),
      passwords.verify("c", "hash"),
      passwords.hash("d"),
    ];
    await settle();
    expect(calls).toHaveLength(2);
    for (let each = 0; each < 4; each++) {
      calls[each]?.finish();
      await settle();
    }
    expect(await Promise.all<unknown>(all)).toEqual(["hash of a", true, true, "hash of d"]);
  });

  test("[AC9] a hash that fails gives its place on", async () => {
    const passwords = createPasswords();
    const results = Promise.allSettled(["a", "b", "c", "d"].map((password) => passwords.hash(password)));
    await settle();
    calls[0]?.fail();
    calls[1]?.fail();
    await settle();
    expect(calls).toHaveLength(4);
    calls[2]?.finish();
    calls[3]?.finish();
    expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled", "fulfilled"]);
    void passwords.hash("e").catch(() => {});
    void passwords.hash("f").catch(() => {});
    void passwords.hash("g").catch(() => {});
    await settle();
    expect(calls).toHaveLength(6);
  });

  test("[AC4] an unknown login costs exactly one verification, as a known one does, with the same parameters", async () => {
    const passwords = createPasswords();
    for (const known of [null, "hash", null]) {
      const verified = passwords.verify("p", known);
      await settle();
      calls.at(-1)?.finish();
      expect(await verified).toBe(known !== null);
    }
    expect(hash).not.toHaveBeenCalled();
    expect(verify).toHaveBeenCalledTimes(3);
    expect(verify.mock.calls[0]?.[1]).toMatch(ownParameters);
  });
});
