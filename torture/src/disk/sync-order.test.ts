import { expect, test } from "bun:test";
import type { Call, Step } from "./strace.ts";
import { checkSyncOrder } from "./sync-order.ts";

const wal = "/data/parley.db-wal";
const [main, writer] = [1, 2];

const call = (thread: number, name: string, path: string, more: Partial<Call> = {}): Call => ({
  thread,
  name,
  path,
  data: Buffer.alloc(0),
  numbers: [],
  result: 0,
  ...more,
});

const both = (made: Call): readonly Step[] => [
  { kind: "begins", call: made },
  { kind: "returns", call: made },
];

/** A frame of the log: its header, which says in the last of a commit how large the database is, and its page. */
function frame(index: number, content: string, isLast: boolean): readonly Step[] {
  const offset = 32 + index * (24 + 4096);
  const header = Buffer.alloc(24);
  header.writeUInt32BE(isLast ? 9 : 0, 4);
  const page = Buffer.alloc(4096);
  page.write(content, 100);
  return [
    ...both(call(writer, "pwrite64", wal, { data: header, numbers: [24, offset], result: 24 })),
    ...both(call(writer, "pwrite64", wal, { data: page, numbers: [4096, offset + 24], result: 4096 })),
  ];
}

const sync = (result = 0): readonly Step[] => both(call(writer, "fsync", wal, { result }));
const tell = (text: string): readonly Step[] =>
  both(call(main, "sendto", "socket:[7]", { data: Buffer.from(`..{"type":"ack","key":"${text}"}`), result: 20 }));

const early = async (...steps: readonly (readonly Step[])[]): Promise<readonly string[]> => {
  async function* all() {
    yield* steps.flat();
  }
  return (await checkSyncOrder(all(), /key-\d/g)).early;
};

test("what is told after its commit was synced is in order", async () => {
  expect(await early(frame(0, "key-1", false), frame(1, "", true), sync(), tell("key-1"))).toEqual([]);
  expect(await early(frame(0, "key-1 key-2", true), sync(), tell("key-2"), tell("key-1"), tell("key-2"))).toEqual([]);
});

test("what is told before the sync, without one, or after one that failed, is early", async () => {
  expect(await early(frame(0, "key-1", true), tell("key-1"), sync())).toEqual(["key-1"]);
  expect(await early(frame(0, "key-1", true), tell("key-1"))).toEqual(["key-1"]);
  expect(await early(frame(0, "key-1", true), sync(-1), tell("key-1"))).toEqual(["key-1"]);
  expect(await early(tell("key-1"))).toEqual(["key-1"]);
});

test("a sync that began before the commit's last frame was written does not count", async () => {
  const [begins, returns] = sync() as [Step, Step];
  expect(await early(frame(0, "key-1", false), [begins], frame(1, "", true), [returns], tell("key-1"))).toEqual([
    "key-1",
  ]);
  expect(await early(frame(0, "key-1", false), sync(), frame(1, "", true), tell("key-1"))).toEqual(["key-1"]);
});

test("a page that a later commit writes again does not make it wait for that", async () => {
  expect(await early(frame(0, "key-1", true), sync(), frame(1, "key-1 key-2", true), tell("key-1"))).toEqual([]);
});
