import type { Scenario } from "./scenario.ts";

/**
 * what was sent has reached the server, and the connection ends before its author hears of it: neither the
 * acknowledgement nor the message itself comes back.
 */
export const lostAck: Scenario = {
  name: "lost-ack",
  about: "a connection is reset in the moment in which its own message comes back; the answer never arrives",
  cast: { talkers: 20, rooms: 5, roomsEach: 2, proxied: true, paceMs: 100 },
  full: 1000,
  async play(stage, count) {
    const chance = stage.random.fork("losses");
    let lost = 0;
    const done = Promise.withResolvers<void>();
    for (const [index, proxy] of stage.proxies.entries()) {
      const talker = stage.talkers[index];
      if (!talker) continue;
      const isMine = (text: string) =>
        text.includes(`"content":"${talker.name}.`) && text.startsWith('{"type":"delta"');
      proxy.lose((text) => {
        if (lost >= count || !isMine(text) || !talker.client.pending().some((key) => text.includes(key))) return false;
        if (chance.next() < 0.5) return false;
        lost++;
        if (lost === count) done.resolve();
        return "reset";
      });
      // Someone who waits for an answer presses the button.
      talker.client.listen((event) => {
        if (event.type === "status" && event.status.kind === "offline") setTimeout(() => talker.client.wake(), 50);
      });
    }
    stage.talk();
    await done.promise;
    for (const proxy of stage.proxies) proxy.lose(null);
    stage.fault("lost acknowledgements", String(lost));
  },
};
