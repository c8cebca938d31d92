import type { Fault } from "./fault.ts";

/** A delta does not go out, and the heads that would tell of it stay behind as well. */
export const lostPublish: Fault = {
  name: "lost-publish",
  about: "every second delta with a message is not published, and no head tells",
  patches: [
    {
      file: "server/src/fanout/hub.ts",
      find: "    this.#deliver(deltas.filter((delta) => this.#accepts(delta)));",
      replace: `    const counter = globalThis as unknown as { published?: number };
    const isLost = ({ delta }: Encoded) => {
      if (delta.messages?.length) counter.published = (counter.published ?? 0) + 1;
      return (delta.messages?.length ?? 0) > 0 && (counter.published ?? 0) % 2 === 0;
    };
    this.#deliver(deltas.filter((delta) => !isLost(delta) && this.#accepts(delta)));`,
    },
  ],
  run: { scenario: "calm", count: 3, talkers: 20 },
  caughtBy: "I5",
};
