import type { Violation } from "./check.ts";
import type { Run } from "./run.ts";

/** I9, I10: what is derived fits what it is derived from, and the database is whole. */
export function checkStorage(run: Run): readonly Violation[] {
  return [...derived(run), ...whole(run)];
}

function derived({ dump }: Run): readonly Violation[] {
  const indexed = new Set(dump.indexed);
  const found: Violation[] = dump.brokenBlobs.map((blob) => ({ invariant: "I9", found: blob }));
  for (const { room, id, deleted } of dump.messages) {
    if (indexed.delete(`${room} ${id}`) === deleted) {
      const what = deleted ? "is deleted, and can be found" : "cannot be found";
      found.push({ invariant: "I9", found: `#${id} in ${room} ${what}` });
    }
  }
  for (const place of indexed) found.push({ invariant: "I9", found: `${place} is in the index alone` });
  return found;
}

function whole({ dump, stored }: Run): readonly Violation[] {
  const found: string[] = [...dump.damage];
  for (const { id: room, head, lastMessageId, lastChange } of dump.rooms) {
    const messages = stored.get(room) ?? [];
    if (head < lastChange) found.push(`${room} has head ${head}, and a change ${lastChange}`);
    const seqs = new Map<number, number>();
    for (const { id, seq } of messages) {
      const other = seqs.get(seq);
      if (other !== undefined) found.push(`#${other} and #${id} in ${room} both have seq ${seq}`);
      seqs.set(seq, id);
    }
    const gap = messages.findIndex(({ id }, index) => id !== index + 1);
    if (gap !== -1) found.push(`message ${gap + 1} of ${room} has number ${messages[gap]?.id}`);
    if (messages.length !== lastMessageId) {
      found.push(`${room} has ${messages.length} messages, and says ${lastMessageId}`);
    }
  }
  return found.map((text) => ({ invariant: "I10", found: text }));
}
