import type { FileId, FilePurpose, UserId } from "@parley/protocol/model";
import type { Writes } from "../store.ts";
import { record } from "./audit.ts";
import { toTimestamp } from "./rows.ts";
import { all, first, type Input, type Transaction, type Verb } from "./verb.ts";
import { findWorkspace } from "./workspace.ts";

export function* beginHistory(
  _transaction: Transaction,
  { epoch, madeAt, keepSessions, lostFiles, at }: Input<Writes["beginHistory"]>,
): Verb<null> {
  const { name } = yield* findWorkspace();
  yield* all("UPDATE workspace SET epoch = ? WHERE id = 1", epoch);
  if (!keepSessions) {
    yield* all("DELETE FROM push_subscriptions");
    yield* all("DELETE FROM sessions");
  }
  yield* all("DELETE FROM resets");
  yield* all("DELETE FROM verifications");
  yield* all("UPDATE files SET state = 'removed' WHERE state = 'receiving'");
  for (const id of lostFiles) yield* loseFile(id);
  const target = { kind: "workspace", id: "workspace", name } as const;
  const by = { userId: null, address: null };
  yield* record({ act: "workspace.restored", by, target, detail: `as it was at ${toTimestamp(madeAt)}`, at });
  return null;
}

function* loseFile(id: FileId): Verb<void> {
  const file = yield* first<LostFile>(
    "UPDATE files SET state = 'removed' WHERE id = ? RETURNING purpose, user_id, room_id, message_id",
    id,
  );
  switch (file?.purpose) {
    case "avatar":
      yield* all("UPDATE users SET avatar = NULL WHERE id = ? AND avatar = ?", file.user_id, id);
      return;
    case "picture":
      yield* all("UPDATE workspace SET picture = NULL WHERE id = 1 AND picture = ?", id);
      return;
    case "attachment": {
      const place = [file.room_id, file.message_id];
      const message = yield* first<{ attachments: string | null }>(
        "SELECT attachments FROM messages WHERE room_id = ? AND id = ?",
        ...place,
      );
      const shown = JSON.parse(message?.attachments ?? "[]") as readonly { readonly id: FileId }[];
      const left = shown.filter((attachment) => attachment.id !== id);
      const attachments = left.length === 0 ? null : JSON.stringify(left);
      yield* all("UPDATE messages SET attachments = ? WHERE room_id = ? AND id = ?", attachments, ...place);
    }
  }
}

interface LostFile {
  readonly purpose: FilePurpose;
  readonly user_id: UserId;
  readonly room_id: string | null;
  readonly message_id: number | null;
}
