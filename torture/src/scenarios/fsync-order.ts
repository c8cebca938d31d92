import { join } from "node:path";
import { playDisk } from "../disk/play-disk.ts";
import type { Scenario } from "./scenario.ts";

/** A program of its own is traced: whatever it tells anyone must have been synced before. */
export const fsyncOrder: Scenario = {
  name: "fsync-order",
  about: "so many messages are sent, and the calls of the program are looked at",
  cast: { talkers: 1, rooms: 1, roomsEach: 1, proxied: false, paceMs: 1000 },
  full: 1000,
  async play(stage, count) {
    const folder = join(stage.folder, "traced");
    const { findings } = await playDisk({ folder, sends: count, images: 0, random: stage.random });
    stage.findings.push(...findings);
  },
};
