import type { Scenario } from "./scenario.ts";

/** So long a message is on its way while its author comes back by another connection and sends it again. */
const lateMs = 600;

/**
 * The other half of R-33: the connection ends for the author while the message is still on its way. It arrives after
 * its author, who has sent it again.
 */
export const lateSend: Scenario = {
  name: "late-send",
  about: "a connection ends for the author of a message that is still on its way, and arrives after it was sent again",
  cast: { talkers: 20, rooms: 5, roomsEach: 2, proxied: true, paceMs: 300 },
  full: 100,
  async play(stage, count) {
    const choice = stage.random.fork("late");
    stage.talk();
    for (let n = 0; n < count; n++) {
      const index = choice.between(0, stage.talkers.length - 1);
      const [talker, proxy] = [stage.talkers[index], stage.proxies[index]];
      const room = talker?.client.rooms().find(({ id, membership }) => membership && stage.rooms.includes(id));
      if (!talker || !proxy || !room) continue;
      proxy.setWeather({ kind: "delay", ms: lateMs, direction: "up" });
      const token = talker.say(room.id);
      stage.fault("late", token ?? "what is on its way already");
      await Bun.sleep(30);
      proxy.halfClose("down");
      proxy.setWeather({ kind: "fair" });
      await Bun.sleep(50);
      talker.client.wake();
      await Bun.sleep(lateMs);
    }
  },
};
