import type { Scenario } from "./scenario.ts";

/** Nothing is done to anyone: what does not hold here holds nowhere. */
export const calm: Scenario = {
  name: "calm",
  about: "no fault at all, for so many seconds",
  cast: { talkers: 50, rooms: 10, roomsEach: 4, proxied: false, paceMs: 100 },
  full: 10,
  async play(stage, count) {
    stage.talk();
    await Bun.sleep(count * 1000);
  },
};
