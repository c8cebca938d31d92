import type { Fault } from "./fault.ts";

/** The client library calls a message sent that it has only handed to the network. */
export const ackOnEnqueue: Fault = {
  name: "ack-on-enqueue",
  about: "the outbox does not wait for the server's answer",
  patches: [
    {
      file: "sdk/src/outbox.ts",
      find: "      await this.#sent(kept, await send(kept.outgoing));",
      replace: `      send(kept.outgoing).catch(() => {});
      await this.#sent(kept, { ...kept.outgoing, id: 0, seq: 0 } as never);`,
    },
  ],
  run: { scenario: "kill", count: 2, talkers: 20 },
  caughtBy: "I1",
};
