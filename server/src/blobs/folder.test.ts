import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { blobContract } from "./contract.ts";
import { openFolderBlobs } from "./folder.ts";
import { openSpool } from "./spool.ts";

blobContract("a folder", async (folder) => {
  const files = join(folder, "files");
  return {
    blobs: await openFolderBlobs(files, { reserveBytes: 0 }),
    keys: async () =>
      (await readdir(files, { recursive: true, withFileTypes: true })).filter((e) => e.isFile()).map((e) => e.name),
    dispose: async () => {},
  };
});

test("[FI2] UP-12: what would fill the disk is refused, and what is kept is for this user alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-folder-"));
  const spool = await openSpool(join(folder, "incoming"));
  const one = () => spool.receive(new Blob(["x"]).stream(), 10);
  const full = await openFolderBlobs(join(folder, "files"), { reserveBytes: Number.MAX_SAFE_INTEGER });
  await expect(full.put("FX", await one())).rejects.toThrow("no place");
  const roomy = await openFolderBlobs(join(folder, "files"), { reserveBytes: 0 });
  await roomy.put("FX", await one());
  expect(await full.freeBytes()).toBe(0);
  expect(await roomy.freeBytes()).toBeGreaterThan(0);
  const modes = [await stat(join(folder, "files")), await stat(join(folder, "files/X/FX"))].map(
    ({ mode }) => mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o600]);
  await rm(folder, { recursive: true });
});

test("a spool that others use is cleared of what none of them can still be at work on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-spool-"));
  const [one, two] = [await openSpool(folder, { shared: true }), await openSpool(folder, { shared: true })];
  const receive = (spool: typeof one) => spool.receive(new Blob(["x"]).stream(), 10);
  const files = [await receive(one), await receive(two)];
  const old = join(folder, "left-behind");
  await writeFile(old, "x");
  await utimes(old, 0, 0);
  await openSpool(folder, { shared: true });
  expect((await readdir(folder)).sort()).toEqual(files.map(({ path }) => basename(path)).sort());
  await openSpool(folder);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
