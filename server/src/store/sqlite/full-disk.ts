import type { Sqlite } from "../../platform/sqlite.ts";
import type { Defaults } from "../verbs/verb.ts";
import type { CommittedBatch, Write, WriteName } from "../writes.ts";
import { commitBatch, isFull } from "./batch.ts";

/** What a full disk does not refuse: what lets people in and out, takes rights away, or makes room. */
const spared: ReadonlySet<WriteName> = new Set([
  "createSession",
  "touchSession",
  "revokeSession",
  "revokeSessions",
  "recordRefusals",
  "putPassword",
  "redeemReset",
  "deactivateUser",
  "removeMember",
  "removeMembership",
  "revokeInvite",
  "removeMessage",
  "removeReaction",
  "removeRoom",
  "purgeRooms",
  "removeUpload",
  "expireUploads",
  "dropFile",
  "removePushTarget",
  "removePushEndpoints",
]);

const nothing: CommittedBatch = { results: [], deltas: [], statements: 0 };

/** Commits what a full disk does not refuse, in the room that there is. The rest of the batch is told that it is full. */
export function commitSpared(database: Sqlite, defaults: Defaults, writes: readonly Write[]): CommittedBatch {
  const attempted = writes.filter(({ verb }) => spared.has(verb));
  const batch = attempted.length > 0 ? commitInRoom(database, defaults, attempted) : nothing;
  const results = new Map(batch.results.map((result, index) => [attempted[index], result]));
  return { ...batch, results: writes.map((write) => results.get(write) ?? { ok: false, full: true }) };
}

function commitInRoom(database: Sqlite, defaults: Defaults, writes: readonly Write[]): CommittedBatch {
  try {
    return commitBatch(database, defaults, writes);
  } catch (error) {
    if (!isFull(error)) throw error;
    return nothing;
  }
}
