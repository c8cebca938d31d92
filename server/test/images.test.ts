import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createImages } from "../src/platform/images.ts";
import { drawPicture, longGif } from "./pictures.ts";
import { temporaryFolder } from "./program.ts";

const generous = { timeMs: 10_000, memoryBytes: 2 ** 30, pixels: 50_000_000, idleMs: 60_000 };

async function withPicture<T>(bytes: Uint8Array, run: (path: string) => Promise<T>): Promise<T> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "picture");
  await writeFile(path, bytes);
  return await run(path);
}

test("[FI7] UP-06: one that takes too long, or too much memory, is refused, and the next has a new process", async () => {
  const picture = await drawPicture(3000, 3000);
  await withPicture(picture, async (path) => {
    for (const tight of [{ timeMs: 1 }, { memoryBytes: 1024 }]) {
      const images = createImages({ ...generous, ...tight });
      expect(await images.render(path, "thumbnail")).toBeNull();
      expect(await images.render(path, "thumbnail")).toBeNull();
      images.stop();
    }
    const images = createImages(generous);
    const drawn = await Promise.all([images.render(path, "square"), images.render(path, "thumbnail")]);
    expect(drawn).toMatchObject([{ width: 3000 }, { width: 3000 }]);
    images.stop();
  });
});

test("[FI7] UP-05: one with too many pixels is refused by its header", async () => {
  const images = createImages({ ...generous, pixels: 100 });
  for (const [side, expected] of [
    [10, { width: 10, height: 10 }],
    [11, null],
  ] as const) {
    const rendition = await withPicture(await drawPicture(side, side), (path) => images.render(path, "thumbnail"));
    if (expected) expect(rendition).toMatchObject(expected);
    else expect(rendition).toBeNull();
  }
  images.stop();
});

test("[FI7] UP-06: a hundred thousand frames are one picture", async () => {
  const images = createImages({ ...generous, timeMs: 2000, memoryBytes: 256 * 2 ** 20 });
  expect(await withPicture(longGif(100_000), (path) => images.render(path, "thumbnail"))).toMatchObject({ width: 16 });
  images.stop();
});

test("one that comes in the moment in which an idle process is let go has a new one", async () => {
  await withPicture(await drawPicture(10, 10), async (path) => {
    const images = createImages({ ...generous, idleMs: 1 });
    for (let round = 0; round < 5; round++) {
      expect(await images.render(path, "thumbnail")).toMatchObject({ width: 10 });
      // Set after the one that lets it go, for the same moment.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    images.stop();
  });
});

test("more pictures than may wait are unavailable, and those that wait when it stops are none", async () => {
  const images = createImages(generous);
  const waiting = Array.from({ length: 65 }, () => images.render("/nowhere", "thumbnail"));
  expect(images.render("/nowhere", "thumbnail")).rejects.toThrow("busy");
  images.stop();
  expect(await Promise.all(waiting)).toEqual(Array(65).fill(null));
});
