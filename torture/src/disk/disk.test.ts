import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canTrace, unlessTraced } from "../../../server/test/tracing.ts";
import { createRandom } from "../random.ts";
import { playDisk } from "./play-disk.ts";

/** A little of it: `npm run torture` has more. */
const [sends, images] = [60, 20];
const seed = String(Date.now());

test.skipIf(!canTrace)(
  `[TD8] what is told is on disk, whatever a power cut leaves of the rest (${sends} sends, ${images} images, seed ${seed})${unlessTraced}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "parley-disk-"));
    try {
      const played = await playDisk({ folder, sends, images, random: createRandom(seed) });
      expect(played.findings).toEqual([]);
      expect(played.order.told).toBe(sends);
      // Those that come while one commit is synced share the next.
      expect(played.order.syncs).toBeLessThan(sends);
      expect(played.images.looked).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
