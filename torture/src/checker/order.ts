import type { MessageId } from "@parley/protocol/model";
import { tokenOf } from "../history.ts";
import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** I3, I4: one order for everyone, and each author's own within it. */
export function checkOrder(run: Run): readonly Violation[] {
  return [...oneOrder(run), ...sessionOrder(run)];
}

function oneOrder(run: Run): readonly Violation[] {
  const found: Violation[] = [];
  const tokens = new Map<string, string>();
  for (const message of run.dump.messages) {
    if (!message.deleted) tokens.set(`${message.room} ${message.id}`, tokenOf(message.content) ?? "");
  }
  const meet = (place: string, token: string | null, what: string) => {
    if (token === null) return;
    const known = tokens.get(place);
    if (known === undefined) tokens.set(place, token);
    else if (known !== token) found.push({ invariant: "I3", found: `${place} is ${known}, and ${what} ${token}` });
  };
  for (const { user, room, messages } of run.eventsOf("shown")) {
    for (const [id, token] of messages) meet(`${room} ${id}`, token, `was shown to ${user} as`);
  }
  for (const { user, room, ids } of run.eventsOf("disorder")) {
    found.push({ invariant: "I3", found: `${user} was shown #${ids[1]} right after #${ids[0]} in ${room}` });
  }
  for (const { user, rooms } of run.views) {
    for (const { room, messages } of rooms) {
      let before: MessageId = 0;
      for (const { id, content, deleted } of messages) {
        if (id <= before)
          found.push({ invariant: "I3", found: `${user} ends with #${id} after #${before} in ${room}` });
        before = id;
        meet(`${room} ${id}`, deleted ? null : tokenOf(content), `is shown to ${user} as`);
      }
    }
  }
  return found;
}

function sessionOrder(run: Run): readonly Violation[] {
  const found: Violation[] = [];
  const asked = new Map<string, number>();
  for (const [place, { invoked }] of run.acts.entries()) if (invoked.what === "send") asked.set(invoked.token, place);
  for (const [room, messages] of run.stored) {
    const last = new Map<string, { readonly place: number; readonly token: string }>();
    for (const message of messages) {
      const token = run.tokenOfStored(message);
      const place = token === null ? undefined : asked.get(token);
      if (token === null || place === undefined) continue;
      const before = last.get(message.author);
      if (before && before.place > place) {
        found.push({
          invariant: "I4",
          found: `${token} was sent before ${before.token} and stands after it in ${room}`,
        });
      }
      last.set(message.author, { place, token });
    }
  }
  return found;
}
