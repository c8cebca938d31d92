import type { Seq } from "@parley/protocol/model";
import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** What was on its way when the removal was acknowledged may still arrive: so long on one node. */
const boundMs = 1000;

/**
 * I6: between a removal and the next admission no frame of the room comes to who was removed. One that tells of what was
 * committed later never comes, not even in the next moment.
 */
export function checkEntitlement({ history }: Run): readonly Violation[] {
  const out = new Map<string, { readonly at: number; readonly head: Seq }>();
  const found: Violation[] = [];
  for (const event of history) {
    if (event.type === "removed") out.set(`${event.user} ${event.room}`, event);
    else if (event.type === "readmitted") out.delete(`${event.user} ${event.room}`);
    else if (event.type === "heard") {
      const removal = out.get(`${event.user} ${event.room}`);
      if (removal && (event.to > removal.head || event.at > removal.at + boundMs)) {
        const late = event.at - removal.at;
        const what = `removed at ${removal.head}, got a frame to ${event.to} ${late} ms later`;
        found.push({ invariant: "I6", found: `${event.user} in ${event.room}: ${what}` });
      }
    }
  }
  return found;
}
