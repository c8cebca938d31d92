import type { Fault } from "./fault.ts";

/** The client library calls a message sent that it has only handed to the network. */
export const ackOnEnqueue: Fault = {
  name: "ack-on-enqueue",
  about: "the outbox does not wait for the server's answer",
  patches: [
    {
      file: "sdk/src/outbox.ts",
      find: "      await this.#done(kept, await send(kept.act));",
      replace: `      send(kept.act).catch(() => {});
      await this.#done(kept, { ...kept.act, id: 0, seq: 0 } as never);`,
    },
  ],
  run: { scenario: "kill", count: 2, talkers: 20 },
  caughtBy: "I1",
};
