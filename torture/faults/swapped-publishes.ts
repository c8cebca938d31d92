import type { Fault } from "./fault.ts";

/** Deltas are numbered when they leave, and two of them leave in the wrong order. */
export const swappedPublishes: Fault = {
  name: "swapped-publishes",
  about: "of two deltas of a room that follow within 50 ms, each carries what the other should",
  patches: [
    {
      file: "server/src/fanout/hub.ts",
      find: "    const deltas = commit.deltas.map((delta) => new Encoded(delta));",
      replace: `    const held = ((globalThis as unknown as { held?: Map<string, DeltaFrame> }).held ??= new Map());
    const swapped = commit.deltas.flatMap((delta): readonly DeltaFrame[] => {
      if (!delta.topic.startsWith("room:") || !delta.messages?.length || delta.memberships) return [delta];
      const first = held.get(delta.topic);
      held.delete(delta.topic);
      if (first) return [{ ...delta, from: first.from, to: first.to }, { ...first, from: delta.from, to: delta.to }];
      held.set(delta.topic, delta);
      setTimeout(() => {
        if (held.get(delta.topic) !== delta) return;
        held.delete(delta.topic);
        this.receive([new Encoded(delta)]);
      }, 50);
      return [];
    });
    const deltas = swapped.map((delta) => new Encoded(delta));`,
    },
  ],
  run: { scenario: "calm", count: 3, talkers: 20 },
  caughtBy: "I5",
};
