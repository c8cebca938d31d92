import type { Scenario } from "./scenario.ts";

/** Some are back at once, others later, and have more to catch up. */
const lateMs = 1500;

/** nothing that was acknowledged may be lost by a process that dies at any moment. */
export const kill: Scenario = {
  name: "kill",
  about: "kill -9 of the server under load, 50 to 1,500 ms after it is ready, and a start on the same data",
  cast: { talkers: 50, rooms: 10, roomsEach: 4, proxied: false, paceMs: 250 },
  full: 200,
  async play(stage, count) {
    const moments = stage.random.fork("kills");
    stage.talk();
    for (let n = 0; n < count; n++) {
      const afterMs = moments.between(50, 1500);
      await Bun.sleep(afterMs);
      await stage.server.kill();
      stage.fault("kill", `${afterMs} ms after it was ready`);
      await stage.server.start();
      stage.wakeWithin(lateMs, moments);
    }
  },
};
