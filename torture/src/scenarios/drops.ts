import type { Weather } from "../proxy.ts";
import type { Scenario } from "./scenario.ts";

const dropMs = 2000;

/** everyone loses the network again and again, by a reset or without a word, and misses nothing. */
export const drops: Scenario = {
  name: "drops",
  about: "everyone's network drops for 2 s, in turn cut with a reset, swallowed by a black hole, or standing still",
  cast: { talkers: 200, rooms: 20, roomsEach: 3, proxied: true, paceMs: 4000 },
  full: 100,
  async play(stage, count) {
    const moments = stage.random.fork("drops");
    const silent: readonly Weather[] = [
      { kind: "blackhole" },
      { kind: "pause" },
      { kind: "blackhole", direction: "down" },
    ];
    stage.talk();
    for (let n = 0; n < count; n++) {
      await Bun.sleep(moments.between(1500, 4000));
      const weather = n % 2 === 0 ? null : moments.pick(silent);
      stage.fault("drop", weather?.kind ?? "cut");
      for (const proxy of stage.proxies) {
        if (weather) proxy.setWeather(weather);
        else proxy.cut();
      }
      await Bun.sleep(dropMs);
      for (const proxy of stage.proxies) {
        proxy.setWeather({ kind: "fair" });
        proxy.mend();
      }
      stage.wake();
    }
  },
};
