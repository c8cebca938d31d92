import { expect, test } from "bun:test";
import { createRandom } from "../random.ts";
import { crashAt, record, replay, toldBefore } from "./crash-images.ts";
import type { Call, Step } from "./strace.ts";

const file = "/data/parley.db";

const call = (name: string, more: Partial<Call> = {}): Call => ({
  thread: 1,
  name,
  path: file,
  data: Buffer.alloc(0),
  numbers: [],
  result: 0,
  ...more,
});

const write = (offset: number, text: string): Call =>
  call("pwrite64", { data: Buffer.from(text), numbers: [text.length, offset], result: text.length });
const sync = call("fsync");
const tell = (key: string): Call => call("sendto", { path: "socket:[1]", data: Buffer.from(key), result: key.length });

async function recordOf(...calls: readonly Call[]) {
  async function* steps(): AsyncGenerator<Step> {
    for (const each of calls) {
      yield { kind: "begins", call: each };
      yield { kind: "returns", call: each };
    }
  }
  return record(steps(), (path) => path === file, /key-\d/g);
}

const contentOf = (files: ReadonlyMap<string, Buffer>) => files.get(file)?.toString() ?? null;

test("what was done one after the other leads to what is there", async () => {
  const recording = await recordOf(
    write(0, "abcdef"),
    write(2, "XY"),
    call("ftruncate", { numbers: [5] }),
    write(7, "z"),
  );
  expect(contentOf(replay(recording))).toBe("abXYe\0\0z");
});

test("what was synced is in every image, and of the rest any part", async () => {
  const recording = await recordOf(write(0, "kept"), sync, write(4, "one"), write(7, "two"));
  const seen = new Set<string | null>();
  for (let n = 0; n < 300; n++) seen.add(contentOf(crashAt(recording, recording.length, createRandom(`${n}`))));
  expect([...seen].every((content) => content?.startsWith("kept"))).toBe(true);
  expect([...seen]).toEqual(expect.arrayContaining(["kept", "keptone", "keptonetwo", "kept\0\0\0two"]));
});

test("before its sync has returned, nothing of a file is sure", async () => {
  const recording = await recordOf(write(0, "kept"), sync);
  const seen = new Set<string | null>();
  for (let n = 0; n < 100; n++) seen.add(contentOf(crashAt(recording, 3, createRandom(`${n}`))));
  expect(seen).toContain(null);
  expect(contentOf(crashAt(recording, 4, createRandom("1")))).toBe("kept");
});

test("a write may be torn between sectors, and nowhere else", async () => {
  const recording = await recordOf(write(0, "a".repeat(1536)));
  const lengths = new Set<number>();
  for (let n = 0; n < 300; n++) {
    const content = contentOf(crashAt(recording, recording.length, createRandom(`${n}`)));
    lengths.add((content ?? "").replaceAll("\0", "").length);
  }
  expect([...lengths].sort((one, other) => one - other)).toEqual([0, 512, 1024, 1536]);
});

test("it is known what had been told by then", async () => {
  const recording = await recordOf(
    write(0, "key-1"),
    sync,
    tell("key-1"),
    write(5, "key-2"),
    tell("key-2"),
    tell("key-1"),
  );
  expect(toldBefore(recording, 5)).toEqual(["key-1"]);
  expect(toldBefore(recording, recording.length)).toEqual(["key-1", "key-2"]);
});
