import { readHeads } from "../dump.ts";
import type { Scenario } from "./scenario.ts";

/** Who is removed from a room gets nothing more of it, connected or coming back, until they are in it again. */
export const removals: Scenario = {
  name: "removals",
  about: "someone is removed from a room, in turn connected or cut off, comes back, and is let in again later",
  cast: { talkers: 20, rooms: 4, roomsEach: 3, proxied: true, paceMs: 100 },
  full: 40,
  async play(stage, count) {
    const choice = stage.random.fork("removals");
    stage.talk();
    for (let n = 0; n < count; n++) {
      const index = choice.between(0, stage.talkers.length - 1);
      const [talker, proxy] = [stage.talkers[index], stage.proxies[index]];
      const rooms = stage.rooms.filter((room) => talker?.client.findRoom(room)?.membership);
      if (!talker || !proxy || rooms.length === 0) continue;
      const room = choice.pick(rooms);
      const isAway = n % 2 === 0;
      if (isAway) proxy.cut();
      await stage.asOwner("DELETE", `/rooms/${room}/members/${talker.id}`);
      talker.removedFrom(room, readHeads(stage.server.data).get(room)?.head ?? 0);
      stage.fault("removal", `${talker.name} from ${room}, ${isAway ? "while away" : "while connected"}`);
      await Bun.sleep(choice.between(100, 2000));
      proxy.mend();
      talker.client.wake();
      await Bun.sleep(choice.between(500, 1500));
      await talker.comeBackTo(room);
    }
  },
};
