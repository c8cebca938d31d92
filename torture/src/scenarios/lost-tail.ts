import type { Scenario } from "./scenario.ts";

/** A heartbeat, and what it takes to ask and answer. */
const withinMs = 30_000;

/** the last thing that is said before silence is lost on its way, with the connection whole: the heads tell. */
export const lostTail: Scenario = {
  name: "lost-tail",
  about:
    "the last message of each room is lost on its way to everyone, with their connections whole, and then all is quiet",
  cast: { talkers: 20, rooms: 5, roomsEach: 2, proxied: true, paceMs: 100 },
  full: 4,
  async play(stage, count) {
    for (let n = 1; n <= count; n++) {
      stage.talk();
      await Bun.sleep(1000);
      await stage.rest();
      await stage.settle();
      const tokens = stage.rooms.flatMap((room) => {
        const author = stage.talkers.find(({ client }) => client.findRoom(room)?.membership);
        return author?.say(room) ?? [];
      });
      let lost = 0;
      for (const proxy of stage.proxies) {
        // Once each: what comes when it is asked for is not lost again.
        const left = new Set(tokens);
        proxy.lose((text) => {
          const token = [...left].find(
            (each) => text.includes(`"content":"${each} `) && !text.startsWith('{"type":"ack"'),
          );
          if (token === undefined) return false;
          lost++;
          return left.delete(token);
        });
      }
      const started = performance.now();
      await stage.settle({ wakes: false });
      const ms = Math.round(performance.now() - started);
      for (const proxy of stage.proxies) proxy.lose(null);
      stage.fault("lost tail", `${tokens.length} messages, lost ${lost} times, there after ${ms} ms`);
      if (lost === 0) stage.findings.push(`round ${n}: nothing was lost`);
      if (ms > withinMs) stage.findings.push(`round ${n}: the last messages came after ${ms} ms`);
    }
  },
};
