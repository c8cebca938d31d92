import { expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOutboxFile } from "../src/outbox-file.ts";
import type { Kept } from "../src/outbox-storage.ts";

const kept = (key: string, failure: string | null = null): Kept => ({
  key,
  failure,
  act: { kind: "send", clientMessageId: key, room: "RGENERAL", content: key, createdAt: "2026-11-20T12:00:00.000Z" },
});

async function withFolder(act: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "parley-outbox-"));
  try {
    await act(join(folder, "outbox.json"), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("what is kept is there for the next program, in the order in which it was put first", () =>
  withFolder(async (path, folder) => {
    const file = await openOutboxFile(path);
    expect(await file.lasts()).toBe(true);
    await Promise.all(["one", "two", "three"].map((key) => file.put(kept(key))));
    await file.put(kept("one", "refused"));
    await file.remove("two", null);
    expect(await (await openOutboxFile(path)).list()).toEqual([kept("one", "refused"), kept("three")]);
    expect(await readdir(folder)).toEqual(["outbox.json"]);
  }));

test("it is safe once `put` resolves, also among many at once", () =>
  withFolder(async (path) => {
    const file = await openOutboxFile(path);
    const keys = Array.from({ length: 200 }, (_, n) => `${n}`);
    await Promise.all(
      keys.map(async (key) => {
        await file.put(kept(key));
        expect(await readFile(path, "utf8")).toContain(`"key":"${key}"`);
      }),
    );
    expect((await (await openOutboxFile(path)).list()).map(({ key }) => key)).toEqual(keys);
  }));

test("what cannot be kept is said, and is not there; what was kept before stays", () =>
  withFolder(async (path, folder) => {
    const file = await openOutboxFile(path);
    await file.put(kept("one"));
    await rm(folder, { recursive: true });
    expect(await file.put(kept("two")).catch((error: unknown) => error)).toMatchObject({ code: "internal" });
    expect(await file.put(kept("one", "refused")).catch((error: unknown) => error)).toMatchObject({ code: "internal" });
    expect(await file.list()).toEqual([kept("one")]);
  }));

test("a file that cannot be read is not taken for an empty one", () =>
  withFolder(async (path) => {
    await writeFile(path, '[{"key":');
    expect(await openOutboxFile(path).catch((error: unknown) => error)).toBeInstanceOf(SyntaxError);
    expect(await readFile(path, "utf8")).toBe('[{"key":');
  }));
