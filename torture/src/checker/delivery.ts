import type { MessageId } from "@parley/protocol/model";
import type { FinalRoom, ShownMessage } from "../history.ts";
import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** I1, I2, I5, I7: what was acknowledged is there, once, to everyone; and nothing else is. */
export function checkDelivery(run: Run): readonly Violation[] {
  return [...acknowledged(run), ...phantoms(run), ...holes(run), ...readWrites(run)];
}

function acknowledged({ acts, dump, views }: Run): readonly Violation[] {
  const found: Violation[] = [];
  const byKey = new Map<string, MessageId[]>();
  for (const { author, key, room, id } of dump.messages) {
    const place = `${author} ${key} ${room}`;
    byKey.set(place, [...(byKey.get(place) ?? []), id]);
  }
  const shown = new Map<string, Map<MessageId, number>>();
  for (const { user, rooms } of views) {
    for (const { room, messages } of rooms) {
      const counts = new Map<MessageId, number>();
      for (const { id } of messages) counts.set(id, (counts.get(id) ?? 0) + 1);
      shown.set(`${user} ${room}`, counts);
    }
  }
  for (const { invoked, end } of acts) {
    if (invoked.what !== "send" || end.kind !== "ok") continue;
    const { user, room, token } = invoked;
    const ids = byKey.get(`${user} ${end.key} ${room}`) ?? [];
    if (ids.length !== 1 || ids[0] !== end.id) {
      found.push(violation("I1", `${token} was acknowledged as #${end.id} in ${room}; stored as ${list(ids)}`));
      continue;
    }
    for (const view of views) {
      const count = shown.get(`${view.user} ${room}`)?.get(end.id ?? 0);
      const isIn = view.rooms.some((each) => each.room === room);
      if (isIn && count !== 1) {
        found.push(violation("I1", `${token} (#${end.id} in ${room}) is shown to ${view.user} ${count ?? 0} times`));
      }
    }
  }
  return found;
}

function phantoms(run: Run): readonly Violation[] {
  const found: Violation[] = [];
  const asked = new Map(
    run.acts.filter(({ invoked }) => invoked.what === "send").map((act) => [act.invoked.token, act] as const),
  );
  const times = new Map<string, number>();
  for (const message of run.dump.messages) {
    const token = run.tokenOfStored(message);
    // Deleted before anyone has seen it: nothing tells what it was.
    if (token === null) continue;
    const act = asked.get(token);
    const count = (times.get(token) ?? 0) + 1;
    times.set(token, count);
    if (!act || act.invoked.user !== message.author || act.invoked.room !== message.room) {
      found.push(violation("I2", `#${message.id} in ${message.room} (${token}) was never asked for`));
    } else if (act.end.kind === "fail") {
      found.push(violation("I2", `${token} was refused, and is stored as #${message.id} in ${message.room}`));
    } else if (count > 1 && act.end.kind === "unknown") {
      found.push(violation("I2", `${token} is stored ${count} times`));
    }
  }
  const stored = new Set(run.dump.messages.map(({ room, id }) => `${room} ${id}`));
  for (const { user, room, messages } of run.eventsOf("shown")) {
    for (const [id, token] of messages) {
      if (!stored.has(`${room} ${id}`)) {
        found.push(violation("I2", `${user} was shown #${id} (${token}) in ${room}, which is not stored`));
      }
    }
  }
  return found;
}

function holes(run: Run): readonly Violation[] {
  return run.views.flatMap(({ user, rooms, pending }) => [
    ...run.dump.members
      .filter((member) => member.user === user && rooms.every(({ room }) => room !== member.room))
      .map(({ room }) => violation("I5", `${user} is in ${room}, and has no view of it`)),
    ...(pending > 0 ? [violation("I5", `${user} has ${pending} acts that were never told to the server`)] : []),
    ...rooms.flatMap((view) =>
      describeHole(view, run).map((text) => violation("I5", `${user} in ${view.room}: ${text}`)),
    ),
  ]);
}

/** What a view lacks of what is stored, from its first message on. */
function describeHole({ room, messages }: FinalRoom, { stored }: Run): readonly string[] {
  const found: string[] = [];
  const all = stored.get(room) ?? [];
  const first = messages[0]?.id ?? 1;
  const expected = all.filter(({ id }) => id >= first);
  const shown = new Map(messages.map((message) => [message.id, message]));
  for (const message of expected) {
    const view = shown.get(message.id);
    if (!view) found.push(`#${message.id} is missing`);
    else if (describe(view) !== describe(message)) {
      found.push(`#${message.id} is shown as ${describe(view)}, stored as ${describe(message)}`);
    }
  }
  return found;
}

const describe = ({ content, author, deleted, reactions }: ShownMessage): string =>
  JSON.stringify([author, deleted ? "deleted" : content, reactions]);

function readWrites(run: Run): readonly Violation[] {
  const tokens = new Map<string, string>();
  for (const { invoked, end } of run.acts) {
    if (invoked.what === "send" && end.kind === "ok") tokens.set(`${invoked.room} ${end.id}`, invoked.token);
  }
  return run.eventsOf("fetched").flatMap(({ user, room, id, token }) => {
    const expected = tokens.get(`${room} ${id}`) ?? null;
    return token === expected
      ? []
      : [violation("I7", `${user} had ${expected} acknowledged as #${id} in ${room} and was then given ${token}`)];
  });
}

const list = (ids: readonly MessageId[]): string =>
  ids.length === 0 ? "nothing" : ids.map((id) => `#${id}`).join(", ");

const violation = (invariant: Violation["invariant"], found: string): Violation => ({ invariant, found });
