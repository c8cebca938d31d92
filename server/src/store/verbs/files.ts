import { limits } from "@parley/protocol/limits";
import {
  type Attachment,
  type FileId,
  type FilePurpose,
  type MessageId,
  type RoomId,
  type User,
  type UserId,
  userTopic,
  workspaceTopic,
} from "@parley/protocol/model";
import type { FileFacts, FileRecord } from "../files.ts";
import type { Outcome } from "../outcome.ts";
import type { Reads, Writes } from "../store.ts";
import { record } from "./audit.ts";
import {
  type FileRow,
  fileColumns,
  roomKind,
  toAttachment,
  toOwnUser,
  toWorkspace,
  type UserRow,
  userColumns,
  type WorkspaceRow,
  workspaceColumns,
} from "./rows.ts";
import { findStanding, isStill } from "./standing.ts";
import { countStored } from "./storage.ts";
import { announceToWorkspace, findActive } from "./users.ts";
import { all, done, first, type Input, one, refuse, type SqlValue, type Transaction, type Verb } from "./verb.ts";
import { findWorkspace } from "./workspace.ts";

/**
 * The life of a file. A row is there before the first byte is stored and goes after the last one is removed, so whatever
 * is interrupted, the rows name all bytes that there can be:
 *
 *     receiving ──▶ pending ──▶ kept ──▶ removed ──▶ no row
 *         └────────────┴── too old ────────▲
 */

export function* findFile({ id, userId }: Input<Reads["findFile"]>): Verb<FileRecord | null> {
  const row = yield* first<FileRow & Pick<FileRecord, "roomKind" | "roomRole">>(
    `SELECT ${fileColumns}, ${roomKind} AS "roomKind", places.role AS "roomRole"
     FROM files JOIN rooms ON rooms.id = files.room_id
     LEFT JOIN memberships AS places ON places.room_id = rooms.id AND places.user_id = ? AND places.left_at IS NULL
     WHERE files.id = ? AND files.purpose = 'attachment' AND files.state IN ('pending', 'kept')
     AND rooms.deleted_at IS NULL`,
    userId,
    id,
  );
  if (!row) return null;
  return {
    attachment: toAttachment(row),
    uploadedBy: row.file_user_id,
    pending: row.file_state === "pending",
    roomKind: row.roomKind,
    roomRole: row.roomRole,
  };
}

export function* createUpload(
  _transaction: Transaction,
  { id, purpose, userId, roomId, name, bytes, quota, at }: Input<Writes["createUpload"]>,
): Verb<Outcome<null, "not_signed_in" | "not_found" | "room_archived" | "limit_reached">> {
  const refused = roomId === null ? null : yield* findObstacle(roomId, userId);
  if (refused) return refuse(refused);
  const waiting = yield* one<{ count: number; bytes: number }>(
    `SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM files
     WHERE user_id = ? AND state IN ('receiving', 'pending')`,
    userId,
  );
  const stored = yield* first<{ by_user: number; in_all: number }>(
    `SELECT users.stored_bytes AS by_user, (SELECT sum(bytes) FROM stored_files) AS in_all FROM users
     WHERE users.id = ? AND users.deactivated_at IS NULL`,
    userId,
  );
  if (!stored) return refuse("not_signed_in");
  if (
    waiting.count >= limits.pendingUploads ||
    waiting.bytes + bytes > quota.pendingBytes ||
    stored.by_user + bytes > quota.userBytes ||
    stored.in_all + bytes > quota.workspaceBytes
  ) {
    return refuse("limit_reached");
  }
  yield* all(
    `INSERT INTO files (id, purpose, state, user_id, room_id, name, type, bytes, created_at)
     VALUES (?, ?, 'receiving', ?, ?, ?, '', ?, ?)`,
    id,
    purpose,
    userId,
    roomId,
    name,
    bytes,
    at,
  );
  yield* countStored(userId, purpose, { files: 1, bytes });
  return done(null);
}

export function* finishUpload(
  _transaction: Transaction,
  { id, facts }: Input<Writes["finishUpload"]>,
): Verb<Outcome<Attachment, "not_found" | "room_archived">> {
  const before = yield* first<FileRow>(
    `SELECT ${fileColumns} FROM files WHERE files.id = ? AND files.purpose = 'attachment' AND files.state = 'receiving'`,
    id,
  );
  if (!before || before.file_room_id === null) return refuse("not_found");
  // Whoever was taken out of the room meanwhile adds nothing more to it.
  const refused = yield* findObstacle(before.file_room_id, before.file_user_id);
  if (refused) return refuse(refused);
  const row = yield* putFacts("pending", id, facts);
  yield* countStored(before.file_user_id, "attachment", { files: 0, bytes: facts.bytes - before.file_bytes });
  return done(toAttachment(row));
}

export function* hasPicture({ id, purpose }: Input<Reads["hasPicture"]>): Verb<boolean> {
  return (
    (yield* first("SELECT id FROM files WHERE id = ? AND purpose = ? AND state = 'kept'", id, purpose)) !== undefined
  );
}

export function* putAvatar(
  transaction: Transaction,
  { userId, file }: Input<Writes["putAvatar"]>,
): Verb<Outcome<User, "not_signed_in" | "not_found">> {
  const before = yield* findActive(userId);
  if (!before) return refuse("not_signed_in");
  if (file === null && before.avatar === null) return done(toOwnUser(before));
  if (file !== null && !(yield* keepPicture("avatar", file))) return refuse("not_found");
  yield* all("UPDATE files SET state = 'removed' WHERE id = ?", before.avatar);
  const row = yield* one<UserRow>(
    `UPDATE users SET avatar = ?, head = head + 1, seq = head + 1 WHERE id = ? RETURNING ${userColumns}`,
    file?.id ?? null,
    userId,
  );
  transaction.announce(userTopic(userId), row.user_seq, { users: [toOwnUser(row)] });
  yield* announceToWorkspace(transaction, row);
  return done(toOwnUser(row));
}

export function* putPicture(
  transaction: Transaction,
  { file, by, at }: Input<Writes["putPicture"]>,
): Verb<Outcome<null, "not_found" | "not_allowed">> {
  if (!(yield* isStill(by))) return refuse("not_allowed");
  const before = yield* findWorkspace();
  if (file === null && before.picture === null) return done(null);
  if (file !== null && !(yield* keepPicture("picture", file))) return refuse("not_found");
  yield* all("UPDATE files SET state = 'removed' WHERE id = ?", before.picture);
  const row = yield* one<WorkspaceRow>(
    `UPDATE workspace SET picture = ?, head = head + 1, seq = head + 1 WHERE id = 1 RETURNING ${workspaceColumns}`,
    file?.id ?? null,
  );
  transaction.announce(workspaceTopic, row.head, { workspace: toWorkspace(row, transaction.defaults) });
  const target = { kind: "workspace", id: "workspace", name: row.name } as const;
  const detail = file === null ? "taken away" : null;
  yield* record({ act: "workspace.picture_changed", by, target, detail, at });
  return done(null);
}

export function* removeUpload(
  _transaction: Transaction,
  { id, userId }: Input<Writes["removeUpload"]>,
): Verb<Outcome<null, "not_found">> {
  const removed = yield* all(
    "UPDATE files SET state = 'removed' WHERE id = ? AND user_id = ? AND state = 'pending' RETURNING id",
    id,
    userId,
  );
  return removed.length === 0 ? refuse("not_found") : done(null);
}

export function* expireUploads(
  _transaction: Transaction,
  { before, limit }: Input<Writes["expireUploads"]>,
): Verb<boolean> {
  const expired = yield* all(
    `UPDATE files SET state = 'removed' WHERE id IN (SELECT id FROM files
     WHERE state IN ('receiving', 'pending') AND created_at < ? ORDER BY created_at LIMIT ?) RETURNING id`,
    before,
    limit,
  );
  return expired.length === limit;
}

export function* listRemovedFiles({ after, limit }: Input<Reads["listRemovedFiles"]>): Verb<readonly FileId[]> {
  const rows = yield* all<{ id: FileId }>(
    "SELECT id FROM files WHERE state = 'removed' AND id > ? ORDER BY id LIMIT ?",
    after,
    limit,
  );
  return rows.map(({ id }) => id);
}

export function* dropFile(_transaction: Transaction, { id }: Input<Writes["dropFile"]>): Verb<null> {
  const row = yield* first<{ user_id: UserId; purpose: FilePurpose; bytes: number }>(
    "DELETE FROM files WHERE id = ? AND state IN ('receiving', 'removed') RETURNING user_id, purpose, bytes",
    id,
  );
  if (row) yield* countStored(row.user_id, row.purpose, { files: -1, bytes: -row.bytes });
  return null;
}

/**
 * Hangs pending uploads on a message of their room, by the one who uploaded them. Answers what the message then shows;
 * undefined when one of them cannot be had.
 */
export function* attachFiles(
  ids: readonly FileId[],
  message: { readonly roomId: RoomId; readonly id: MessageId; readonly authorId: UserId },
): Verb<string | undefined> {
  const rows = yield* all<FileRow>(
    `UPDATE files SET state = 'kept', message_id = ? WHERE id IN (${manyMarks}) AND user_id = ? AND room_id = ?
     AND purpose = 'attachment' AND state = 'pending' RETURNING ${fileColumns}`,
    message.id,
    ...padded(ids),
    message.authorId,
    message.roomId,
  );
  if (rows.length !== ids.length) return undefined;
  const attachments = new Map(rows.map((row) => [row.file_id, toAttachment(row)]));
  return JSON.stringify(ids.map((id) => attachments.get(id)));
}

/** Takes the files off a message that is deleted. */
export function* detachFiles(roomId: RoomId, messageId: MessageId): Verb<void> {
  yield* all("UPDATE files SET state = 'removed' WHERE room_id = ? AND message_id = ?", roomId, messageId);
}

/** Keeps a received picture. False when it has expired meanwhile. */
function* keepPicture(
  purpose: "avatar" | "picture",
  { id, facts }: { readonly id: FileId; readonly facts: FileFacts },
): Verb<boolean> {
  const before = yield* first<FileRow>(
    `SELECT ${fileColumns} FROM files WHERE files.id = ? AND files.purpose = ? AND files.state = 'receiving'`,
    id,
    purpose,
  );
  if (!before) return false;
  yield* putFacts("kept", id, facts);
  yield* countStored(before.file_user_id, purpose, { files: 0, bytes: facts.bytes - before.file_bytes });
  return true;
}

const putFacts = (state: "pending" | "kept", id: FileId, facts: FileFacts): Verb<FileRow> =>
  one(
    `UPDATE files SET state = ?, type = ?, bytes = ?, sha256 = ?, width = ?, height = ? WHERE id = ?
     RETURNING ${fileColumns}`,
    state,
    facts.type,
    facts.bytes,
    facts.sha256,
    facts.width,
    facts.height,
    id,
  );

/** One text for every number of files, so that it stays prepared. */
const manyMarks = Array.from({ length: limits.attachmentsPerMessage }, () => "?").join(", ");
const padded = (ids: readonly FileId[]): readonly SqlValue[] =>
  Array.from({ length: limits.attachmentsPerMessage }, (_, index) => ids[index] ?? null);

/** Why someone may not add to a room; null when they may. */
function* findObstacle(roomId: RoomId, userId: UserId): Verb<"not_found" | "room_archived" | null> {
  const room = yield* findStanding(roomId, userId);
  if (!room || room.standing === null) return "not_found";
  return room.archived_at === null ? null : "room_archived";
}
