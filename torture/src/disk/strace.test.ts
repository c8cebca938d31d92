import { expect, test } from "bun:test";
import { readSteps, type Step } from "./strace.ts";

const hex = (text: string) => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");

const read = (...lines: readonly string[]): Promise<Step[]> => Array.fromAsync(readSteps(lines));

test("a call that returns at once begins and returns", async () => {
  const [begins, returns, ...rest] = await read(
    `17  pwrite64(10<${hex("/data/parley.db-wal")}>, "${hex("abc")}", 3, 32) = 3`,
  );
  expect(begins).toMatchObject({ kind: "begins", call: { thread: 17, name: "pwrite64", path: "/data/parley.db-wal" } });
  expect(returns).toMatchObject({ kind: "returns", call: { numbers: [3, 32], result: 3 } });
  expect(returns?.call.data.toString()).toBe("abc");
  expect(rest).toEqual([]);
});

test("one that others come in between is put together, and returns where it does", async () => {
  const steps = await read(
    `17 fsync(10<${hex("/data/parley.db-wal")}> <unfinished ...>`,
    `18 sendto(12<${hex("socket:[7]")}>, "${hex("hello")}", 5, MSG_NOSIGNAL, NULL, 0) = 5`,
    "17 <... fsync resumed>)           = 0",
  );
  expect(steps.map(({ kind, call: { name, thread, result } }) => [kind, name, thread, result])).toEqual([
    ["begins", "fsync", 17, null],
    ["begins", "sendto", 18, 5],
    ["returns", "sendto", 18, 5],
    ["returns", "fsync", 17, 0],
  ]);
});

test("failures are negative, several strings are one, and what is no call is passed over", async () => {
  const steps = await read(
    "17 --- SIGCHLD {si_signo=SIGCHLD} ---",
    `17 fsync(10<${hex("/data/parley.db-wal")}>) = -1 EIO (Input/output error) (INJECTED)`,
    `17 writev(12<${hex("socket:[7]")}>, [{iov_base="${hex("ab")}", iov_len=2}, {iov_base="${hex("c")}", iov_len=1}], 2) = 3`,
    "17 +++ killed by SIGKILL +++",
  );
  expect(steps.map(({ call }) => [call.name, call.result, call.data.toString()])).toEqual([
    ["fsync", -1, ""],
    ["fsync", -1, ""],
    ["writev", 3, "abc"],
    ["writev", 3, "abc"],
  ]);
});

test("what the tracer has not written out is an error", async () => {
  const line = `17 pwrite64(10<${hex("/x")}>, "${hex("abc")}"..., 9, 0) = 9`;
  expect(await read(line).catch((error: Error) => error.message)).toBe("pwrite64 is not written out");
});
