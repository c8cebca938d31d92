import { join } from "node:path";
import { playDisk } from "../disk/play-disk.ts";
import type { Scenario } from "./scenario.ts";

/** Messages in the recorded run of which the power cuts pick their moments. */
const sends = 300;

/** What a program of its own has written is made anew, as a power cut may leave it. */
export const crashImages: Scenario = {
  name: "crash-images",
  about: `the power is cut so many times while ${sends} messages are sent`,
  cast: { talkers: 1, rooms: 1, roomsEach: 1, proxied: false, paceMs: 1000 },
  full: 500,
  async play(stage, count) {
    const folder = join(stage.folder, "traced");
    const { findings } = await playDisk({ folder, sends, images: count, random: stage.random });
    stage.findings.push(...findings);
  },
};
