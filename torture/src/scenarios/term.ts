import { closeCodes } from "@parley/protocol/errors";
import type { ConnectionStatus } from "@parley/sdk/connection";
import type { Stage } from "../stage.ts";
import type { Talker } from "../talker.ts";
import type { Scenario } from "./scenario.ts";

/** The end of the process may be heard before what its sockets said last. */
const heardMs = 1000;
/** A server that is asked to end does so within this. */
const withinMs = 10_000;

/** a restart as an operator makes it, under load. Every socket is told, and the process ends by itself. */
export const term: Scenario = {
  name: "term",
  about:
    "SIGTERM under load and a start on the same data; every socket is closed with 1012, the process ends within 10 s",
  cast: { talkers: 50, rooms: 10, roomsEach: 4, proxied: false, paceMs: 250 },
  full: 20,
  async play(stage, count) {
    const moments = stage.random.fork("stops");
    stage.talk();
    for (let n = 0; n < count; n++) {
      await Bun.sleep(moments.between(500, 2000));
      const before = stage.history.events.length;
      const online = stage.talkers.filter(({ client }) => hasSocket(client.status()));
      const { ms, code } = await stage.server.stop();
      stage.history.add({ type: "stopped", ms, code });
      if (code !== 0 || ms > withinMs) stage.findings.push(`stop ${n + 1} took ${ms} ms and ended with ${code}`);
      const codes = await closesSince(stage, before, online);
      for (const { id, name } of online) {
        const how = codes.get(id);
        if (how === undefined) stage.findings.push(`stop ${n + 1} left the socket of ${name} open`);
        else if (how !== closeCodes.restarting) stage.findings.push(`stop ${n + 1} closed ${name} with ${how}`);
      }
      await stage.server.start();
      stage.wake();
    }
  },
};

/** Who has found the server by polling has none, or one that is not welcome yet. */
const hasSocket = (status: ConnectionStatus): boolean => status.kind === "online" && status.by === undefined;

/** How the socket of each was closed first, once all have been heard of or should have been. */
async function closesSince(
  stage: Stage,
  before: number,
  online: readonly Talker[],
): Promise<ReadonlyMap<string, number>> {
  const codes = new Map<string, number>();
  for (const until = performance.now() + heardMs; ; ) {
    for (const event of stage.history.events.slice(before)) {
      if (event.type === "closed" && !codes.has(event.user)) codes.set(event.user, event.code);
    }
    if (online.every(({ id }) => codes.has(id)) || performance.now() > until) return codes;
    await Bun.sleep(10);
  }
}
