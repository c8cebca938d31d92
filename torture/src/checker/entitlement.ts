import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** What was on its way when the removal was acknowledged may still arrive: so long on one node. */
const boundMs = 1000;

/** I6: between a removal and the next admission no frame of the room comes to who was removed. */
export function checkEntitlement({ history }: Run): readonly Violation[] {
  const out = new Map<string, number>();
  const found: Violation[] = [];
  for (const event of history) {
    if (event.type === "removed") out.set(`${event.user} ${event.room}`, event.at);
    else if (event.type === "readmitted") out.delete(`${event.user} ${event.room}`);
    else if (event.type === "heard") {
      const since = out.get(`${event.user} ${event.room}`);
      if (since !== undefined && event.at > since + boundMs) {
        const late = event.at - since;
        found.push({
          invariant: "I6",
          found: `${event.user} got a frame of ${event.room} (to ${event.to}) ${late} ms after being removed`,
        });
      }
    }
  }
  return found;
}
