import type { AlertFacts } from "@parley/protocol/alerts";
import type { MessageId, NotifyLevel, UserId } from "@parley/protocol/model";
import type { NotificationReads, NotificationRecord, PushKeys, PushTarget } from "../notifications.ts";
import type { Outcome } from "../outcome.ts";
import type { Writes } from "../store.ts";
import { all, done, first, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

interface TargetRow {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly preview: number;
}

const targetColumns =
  "push_subscriptions.endpoint, push_subscriptions.p256dh, push_subscriptions.auth, push_subscriptions.preview";

const toTarget = ({ endpoint, p256dh, auth, preview }: TargetRow): PushTarget => ({
  endpoint,
  p256dh,
  auth,
  preview: preview === 1,
});

interface FactsRow {
  readonly user_id: UserId;
  readonly author_id: UserId;
  readonly deleted_at: number | null;
  readonly direct_key: string | null;
  readonly level: NotifyLevel;
  readonly up_to: MessageId;
  readonly mentioned: number;
}

/** A message, and a member of its room, with what decides whether the one calls the other. */
const factsColumns = `memberships.user_id, messages.author_id, messages.deleted_at, rooms.direct_key, receipts.up_to, \
coalesce(memberships.notify_level, CASE WHEN rooms.direct_key IS NULL THEN 'mentions' ELSE 'all' END) AS level, \
(SELECT count(*) FROM mentions WHERE mentions.room_id = messages.room_id AND mentions.message_id = messages.id \
AND mentions.target IN (memberships.user_id, 'all', 'here')) AS mentioned`;

const membersAndMessages = `memberships JOIN rooms ON rooms.id = memberships.room_id AND rooms.deleted_at IS NULL \
JOIN messages ON messages.room_id = memberships.room_id \
JOIN receipts ON receipts.room_id = memberships.room_id AND receipts.user_id = memberships.user_id`;

/**
 * Whom a message may call: who wants all of its room, who is named, and everyone where it calls everyone or the room is
 * direct. So a large room costs a row for each of these alone, and not for each of its members.
 */
const callable = `SELECT user_id FROM memberships WHERE room_id = ? AND notify_level = 'all' AND left_at IS NULL \
UNION SELECT target FROM mentions WHERE room_id = ? AND message_id = ? \
UNION SELECT everyone.user_id FROM rooms JOIN memberships AS everyone ON everyone.room_id = rooms.id \
WHERE rooms.id = ? AND everyone.left_at IS NULL AND (rooms.direct_key IS NOT NULL OR EXISTS (SELECT 1 FROM mentions WHERE mentions.room_id = rooms.id \
AND mentions.message_id = ? AND mentions.target IN ('all', 'here')))`;

const toFacts = (row: FactsRow, id: MessageId): AlertFacts => ({
  own: row.user_id === row.author_id,
  deleted: row.deleted_at !== null,
  direct: row.direct_key !== null,
  mentioned: row.mentioned > 0,
  level: row.level,
  read: row.up_to >= id,
});

export function* getPushKeys(): Verb<PushKeys | null> {
  const row = yield* first<{ public_key: string; private_key: string }>(
    "SELECT public_key, private_key FROM push_keys",
  );
  return row ? { publicKey: row.public_key, privateKey: row.private_key } : null;
}

export function* putPushKeys(_transaction: Transaction, keys: Input<Writes["putPushKeys"]>): Verb<PushKeys> {
  yield* all(
    "INSERT INTO push_keys (id, public_key, private_key) VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING",
    keys.publicKey,
    keys.privateKey,
  );
  return (yield* getPushKeys()) ?? keys;
}

export function* findPushTarget({
  sessionId,
  at,
}: Input<NotificationReads["findPushTarget"]>): Verb<PushTarget | null> {
  const row = yield* first<TargetRow>(
    `SELECT ${targetColumns} FROM push_subscriptions JOIN sessions ON sessions.id = push_subscriptions.session_id
     WHERE sessions.id = ? AND sessions.revoked_at IS NULL AND sessions.expires_at > ?`,
    sessionId,
    at,
  );
  return row ? toTarget(row) : null;
}

/** Somebody to push to, whatever is said in the room. */
const listener = (condition: string) =>
  `EXISTS (SELECT 1 FROM memberships JOIN push_subscriptions ON push_subscriptions.user_id = memberships.user_id \
WHERE memberships.room_id = rooms.id AND memberships.left_at IS NULL${condition})`;

export function* listCalling({
  roomId,
  from,
  to,
}: Input<NotificationReads["listCalling"]>): Verb<readonly MessageId[]> {
  const room = yield* first<{ listened: number }>(
    `SELECT CASE WHEN (CASE WHEN rooms.direct_key IS NULL THEN ${listener(" AND memberships.notify_level = 'all'")}
       ELSE ${listener("")} END) THEN 1 ELSE 0 END AS listened FROM rooms WHERE rooms.id = ? AND rooms.deleted_at IS NULL`,
    roomId,
  );
  if (!room) return [];
  // What names people, or everyone, is looked at more closely by `listAlertable`.
  const calling = yield* all<{ id: MessageId }>(
    room.listened
      ? "SELECT id FROM messages WHERE room_id = ? AND id BETWEEN ? AND ? ORDER BY id"
      : `SELECT DISTINCT message_id AS id FROM mentions WHERE room_id = ? AND message_id BETWEEN ? AND ?
         ORDER BY message_id`,
    roomId,
    from,
    to,
  );
  return calling.map(({ id }) => id);
}

export function* listAlertable({
  roomId,
  messageId,
  limit,
  at,
}: Input<NotificationReads["listAlertable"]>): Verb<
  readonly { readonly userId: UserId; readonly facts: AlertFacts; readonly target: PushTarget }[]
> {
  const rows = yield* all<FactsRow & TargetRow>(
    `SELECT * FROM (SELECT ${factsColumns}, ${targetColumns} FROM (${callable}) AS callable
       CROSS JOIN ${membersAndMessages} JOIN push_subscriptions ON push_subscriptions.user_id = memberships.user_id
       JOIN sessions ON sessions.id = push_subscriptions.session_id
         AND sessions.revoked_at IS NULL AND sessions.expires_at > ?
       WHERE memberships.room_id = ? AND memberships.user_id = callable.user_id AND memberships.left_at IS NULL
         AND messages.id = ? AND messages.deleted_at IS NULL AND memberships.user_id <> messages.author_id) AS called
     WHERE called.level = 'all' OR (called.level = 'mentions' AND called.mentioned > 0) ORDER BY called.user_id LIMIT ?`,
    ...[roomId, roomId, messageId, roomId, messageId],
    at,
    roomId,
    messageId,
    limit,
  );
  return rows.map((row) => ({ userId: row.user_id, facts: toFacts(row, messageId), target: toTarget(row) }));
}

export function* findAlert({ roomId, messageId, userId, at }: Input<NotificationReads["findAlert"]>): Verb<{
  readonly facts: AlertFacts;
  readonly record: NotificationRecord | null;
  readonly devices: number;
} | null> {
  const row = yield* first<FactsRow>(
    `SELECT ${factsColumns} FROM ${membersAndMessages}
     WHERE memberships.room_id = ? AND memberships.user_id = ? AND memberships.left_at IS NULL AND messages.id = ?`,
    roomId,
    userId,
    messageId,
  );
  if (!row) return null;
  const record = yield* first<NotificationRecord>(
    "SELECT reason, outcome, devices, at FROM notifications WHERE room_id = ? AND message_id = ? AND user_id = ?",
    roomId,
    messageId,
    userId,
  );
  const { devices } = yield* one<{ devices: number }>(
    `SELECT count(*) AS devices FROM push_subscriptions JOIN sessions ON sessions.id = push_subscriptions.session_id
     WHERE push_subscriptions.user_id = ? AND sessions.revoked_at IS NULL AND sessions.expires_at > ?`,
    userId,
    at,
  );
  return { facts: toFacts(row, messageId), record: record ?? null, devices };
}

export function* putPushTarget(
  _transaction: Transaction,
  { sessionId, userId, target, at }: Input<Writes["putPushTarget"]>,
): Verb<Outcome<null, "not_signed_in">> {
  const session = yield* first(
    "SELECT id FROM sessions WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ?",
    sessionId,
    userId,
    at,
  );
  if (!session) return refuse("not_signed_in");
  yield* all("DELETE FROM push_subscriptions WHERE session_id = ? OR endpoint = ?", sessionId, target.endpoint);
  yield* all(
    `INSERT INTO push_subscriptions (session_id, user_id, endpoint, p256dh, auth, preview, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    sessionId,
    userId,
    target.endpoint,
    target.p256dh,
    target.auth,
    target.preview ? 1 : 0,
    at,
  );
  return done(null);
}

export function* removePushTarget(
  _transaction: Transaction,
  { sessionId }: Input<Writes["removePushTarget"]>,
): Verb<null> {
  yield* all("DELETE FROM push_subscriptions WHERE session_id = ?", sessionId);
  return null;
}

export function* removePushEndpoints(
  _transaction: Transaction,
  { endpoints }: Input<Writes["removePushEndpoints"]>,
): Verb<null> {
  for (const endpoint of endpoints) yield* all("DELETE FROM push_subscriptions WHERE endpoint = ?", endpoint);
  return null;
}

/** More than come, so that a long pause is made up for, and no write waits for all of it. */
const forgottenAtOnce = 1000;

export function* recordNotifications(
  _transaction: Transaction,
  { roomId, messageId, decided, keepFrom }: Input<Writes["recordNotifications"]>,
): Verb<null> {
  yield* all(
    `DELETE FROM notifications WHERE (room_id, message_id, user_id) IN
     (SELECT room_id, message_id, user_id FROM notifications WHERE at < ? ORDER BY at LIMIT ?)`,
    keepFrom,
    decided.length + forgottenAtOnce,
  );
  for (const { userId, reason, outcome, devices, at } of decided) {
    yield* all(
      `INSERT INTO notifications (room_id, message_id, user_id, reason, outcome, devices, at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, message_id, user_id) DO NOTHING`,
      roomId,
      messageId,
      userId,
      reason,
      outcome,
      devices,
      at,
    );
  }
  return null;
}
