import type { Changes } from "@parley/protocol/frames";
import {
  type RoomId,
  roomTopic,
  type Seq,
  type Topic,
  type UserId,
  userTopic,
  workspaceTopic,
} from "@parley/protocol/model";
import { byId, countThings } from "@parley/protocol/things";
import type { Reads } from "../store.ts";
import type { TopicChanges, TopicHead } from "../topics.ts";
import { listRoomReceipts, listUserReceipts } from "./readers.ts";
import { findPeople, listPeople } from "./room-people.ts";
import {
  type LevelRow,
  type MembershipRow,
  type MessageRow,
  membershipColumns,
  messageColumns,
  type RoomRow,
  roomColumns,
  roomKind,
  type SessionRow,
  sessionColumns,
  toLevel,
  toMembership,
  toMessage,
  toOwnUser,
  toRoom,
  toSession,
  toUser,
  toWorkspace,
  type UserRow,
  userColumns,
  type WorkspaceRow,
  workspaceColumns,
} from "./rows.ts";
import { all, type Defaults, first, type Input, type Output, one, type Verb } from "./verb.ts";

const idsPerStatement = 100;

/** Takes the room topic's next number. The caller writes it into what changed, and announces it. */
export function* nextRoomSeq(roomId: RoomId): Verb<Seq> {
  return (yield* one<{ head: Seq }>("UPDATE rooms SET head = head + 1 WHERE id = ? RETURNING head", roomId)).head;
}

/** Takes the user topic's next number, likewise. */
export function* nextUserSeq(userId: UserId): Verb<Seq> {
  return (yield* one<{ head: Seq }>("UPDATE users SET head = head + 1 WHERE id = ? RETURNING head", userId)).head;
}

/** Takes the workspace topic's next number, likewise. */
export function* nextWorkspaceSeq(): Verb<Seq> {
  return (yield* one<{ head: Seq }>("UPDATE workspace SET head = head + 1 WHERE id = 1 RETURNING head")).head;
}

export function* listTopics({ userId }: Input<Reads["listTopics"]>): Verb<readonly TopicHead[]> {
  const { workspaceHead, userHead } = yield* findHeads(userId);
  const rooms = yield* all<{ id: RoomId; head: Seq }>(
    `SELECT rooms.id, rooms.head FROM memberships JOIN rooms ON rooms.id = memberships.room_id
     WHERE memberships.user_id = ? AND memberships.left_at IS NULL AND rooms.deleted_at IS NULL`,
    userId,
  );
  return [
    { topic: workspaceTopic, head: workspaceHead },
    { topic: userTopic(userId), head: userHead },
    ...rooms.map(({ id, head }) => ({ topic: roomTopic(id), head })),
  ];
}

export function* listHeads({ topics }: Input<Reads["listHeads"]>): Verb<readonly TopicHead[]> {
  const ids = (noun: "room" | "user") => topics.map(parseTopic).flatMap(([other, id]) => (other === noun ? [id] : []));
  const heads: TopicHead[] = [];
  for (const { id, head } of yield* findHeadsOf("rooms", ids("room"))) heads.push({ topic: roomTopic(id), head });
  for (const { id, head } of yield* findHeadsOf("users", ids("user"))) heads.push({ topic: userTopic(id), head });
  if (topics.includes(workspaceTopic)) heads.push({ topic: workspaceTopic, head: yield* findWorkspaceHead() });
  return heads;
}

/** One text for any number of ids: the last statement's are filled up with one that is asked for already. */
function* findHeadsOf(table: "rooms" | "users", ids: readonly string[]): Verb<readonly { id: string; head: Seq }[]> {
  const found: { id: string; head: Seq }[] = [];
  for (let from = 0; from < ids.length; from += idsPerStatement) {
    const some = ids.slice(from, from + idsPerStatement);
    const rest = Array<string>(idsPerStatement - some.length).fill(some[0] ?? "");
    const sql = `SELECT id, head FROM ${table} WHERE id IN (?${", ?".repeat(idsPerStatement - 1)})`;
    found.push(...(yield* all<{ id: string; head: Seq }>(sql, ...some, ...rest)));
  }
  return found;
}

/** The heads of the two topics that a user follows whatever their rooms. */
export function* findHeads(userId: UserId): Verb<{ readonly workspaceHead: Seq; readonly userHead: Seq }> {
  const row = yield* one<{ workspace_head: Seq; user_head: Seq }>(
    `SELECT workspace.head AS workspace_head, users.head AS user_head
     FROM workspace CROSS JOIN users WHERE workspace.id = 1 AND users.id = ?`,
    userId,
  );
  return { workspaceHead: row.workspace_head, userHead: row.user_head };
}

/**
 * Each thing remembers the number of its last change, so that what changed after `since` is an index range, and the
 * answer is as large as what changed, not as what happened.
 */
export function* changesSince(
  defaults: Defaults,
  { topic, since, limit }: Input<Reads["changesSince"]>,
): Verb<TopicChanges> {
  const head = yield* findHead(topic);
  if (head === undefined || since > head) return { kind: "reset", head: head ?? 0 };
  if (since === head) return { kind: "current", head };
  // One more than allowed is enough to know that there are too many.
  const changes = yield* listChanges(defaults, topic, since, limit + 1);
  if (countThings(changes) > limit) return { kind: "reset", head };
  return { kind: "changes", delta: { type: "delta", topic, from: since, to: head, ...changes } };
}

export function* listMissed(
  defaults: Defaults,
  { userId, epoch: expected, positions, limit, limitInAll }: Input<Reads["listMissed"]>,
): Verb<Output<Reads["listMissed"]>> {
  const topics = yield* listTopics({ userId });
  const { epoch } = yield* one<{ epoch: string }>("SELECT epoch FROM workspace WHERE id = 1");
  const missed = new Map<Topic, TopicChanges>();
  if ((expected ?? epoch) !== epoch) return { topics, epoch, missed };
  const behind = topics.flatMap(({ topic, head }) => {
    const since = positions[topic];
    return since === undefined || since === head ? [] : [{ topic, head, since }];
  });
  behind.sort((a, b) => a.head - a.since - (b.head - b.since));
  let left = limitInAll;
  for (const { topic, head, since } of behind) {
    const atMost = Math.min(limit, left);
    const changes: TopicChanges =
      atMost > 0 ? yield* changesSince(defaults, { topic, since, limit: atMost }) : { kind: "reset", head };
    missed.set(topic, changes);
    if (changes.kind === "changes") left -= countThings(changes.delta);
    else if (since < head) left -= atMost;
  }
  return { topics, epoch, missed };
}

function* findHead(topic: Topic): Verb<Seq | undefined> {
  const [noun, id] = parseTopic(topic);
  switch (noun) {
    case "room":
      return (yield* first<{ head: Seq }>("SELECT head FROM rooms WHERE id = ?", id))?.head;
    case "user":
      return (yield* first<{ head: Seq }>("SELECT head FROM users WHERE id = ?", id))?.head;
    case "workspace":
      return yield* findWorkspaceHead();
  }
}

function* findWorkspaceHead(): Verb<Seq> {
  return (yield* one<{ head: Seq }>("SELECT head FROM workspace WHERE id = 1")).head;
}

function listChanges(defaults: Defaults, topic: Topic, since: Seq, atMost: number): Verb<Changes> {
  const [noun, id] = parseTopic(topic);
  switch (noun) {
    case "room":
      return listRoomChanges(id, since, atMost);
    case "user":
      return listUserChanges(id, since, atMost);
    case "workspace":
      return listWorkspaceChanges(defaults, since, atMost);
  }
}

function parseTopic(topic: Topic): readonly ["room" | "user" | "workspace", string] {
  if (topic === workspaceTopic) return ["workspace", ""];
  return topic.startsWith("room:") ? ["room", topic.slice("room:".length)] : ["user", topic.slice("user:".length)];
}

function* listRoomChanges(roomId: RoomId, since: Seq, atMost: number): Verb<Changes> {
  const room = yield* one<RoomRow>(`SELECT ${roomColumns} FROM rooms WHERE id = ?`, roomId);
  if (room.deleted_at !== null) return { messages: [], rooms: [{ id: roomId, gone: true }] };
  const messages = yield* all<MessageRow>(
    `SELECT ${messageColumns} FROM messages JOIN users ON users.id = messages.author_id
     WHERE messages.room_id = ? AND messages.seq > ? ORDER BY messages.seq LIMIT ?`,
    roomId,
    since,
    atMost,
  );
  const memberships = yield* all<MembershipRow>(
    `SELECT ${membershipColumns} FROM memberships JOIN users ON users.id = memberships.user_id
     WHERE memberships.room_id = ? AND memberships.room_seq > ? ORDER BY memberships.room_seq LIMIT ?`,
    roomId,
    since,
    atMost,
  );
  const receipts = yield* listRoomReceipts(roomId, since, atMost);
  return {
    messages: messages.map(toMessage).sort(byId),
    ...(room.room_seq > since && { rooms: [toRoom(room, yield* findPeople(room))] }),
    ...(memberships.length > 0 && { memberships: memberships.map(toMembership) }),
    ...(receipts.length > 0 && { receipts }),
  };
}

function* listUserChanges(userId: UserId, since: Seq, atMost: number): Verb<Changes> {
  const user = yield* one<UserRow>(`SELECT ${userColumns} FROM users WHERE id = ?`, userId);
  const sessions = yield* all<SessionRow>(
    `SELECT ${sessionColumns} FROM sessions WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
    userId,
    since,
    atMost,
  );
  const rows = yield* all<MembershipRow & RoomRow>(
    `SELECT ${membershipColumns}, ${roomColumns} FROM memberships
     JOIN users ON users.id = memberships.user_id JOIN rooms ON rooms.id = memberships.room_id
     WHERE memberships.user_id = ? AND memberships.user_seq > ? ORDER BY memberships.user_seq LIMIT ?`,
    userId,
    since,
    atMost,
  );
  // With a removed room its memberships have ended.
  const memberships = rows.map((row) => ({ ...row, left_at: row.left_at ?? row.deleted_at }));
  const receipts = yield* listUserReceipts(userId, since, atMost);
  const levels = yield* all<LevelRow>(
    `SELECT memberships.room_id, memberships.notify_level, memberships.hidden_up_to, ${roomKind} AS kind FROM memberships
     JOIN rooms ON rooms.id = memberships.room_id WHERE memberships.user_id = ? AND memberships.level_seq > ?
     AND memberships.level_seq > 0 AND memberships.left_at IS NULL AND rooms.deleted_at IS NULL
     ORDER BY memberships.level_seq LIMIT ?`,
    userId,
    since,
    atMost,
  );
  const current = memberships.filter((row) => row.left_at === null);
  const people = current.length > 0 ? yield* listPeople(userId, since) : undefined;
  return {
    ...(user.user_seq > since && { users: [toOwnUser(user)] }),
    ...(sessions.length > 0 && { sessions: sessions.map(toSession) }),
    ...(memberships.length > 0 && { memberships: memberships.map(toMembership) }),
    ...(current.length > 0 && { rooms: current.map((row) => toRoom(row, people?.get(row.room_id))) }),
    ...(receipts.length > 0 && { receipts }),
    ...(levels.length > 0 && { levels: levels.map(toLevel) }),
  };
}

function* listWorkspaceChanges(defaults: Defaults, since: Seq, atMost: number): Verb<Changes> {
  const workspace = yield* one<WorkspaceRow>(`SELECT ${workspaceColumns} FROM workspace WHERE id = 1`);
  const users = yield* all<UserRow>(
    `SELECT ${userColumns} FROM users WHERE workspace_seq > ? ORDER BY workspace_seq LIMIT ?`,
    since,
    atMost,
  );
  const rooms = yield* all<RoomRow>(
    `SELECT ${roomColumns} FROM rooms WHERE workspace_seq > ? ORDER BY workspace_seq LIMIT ?`,
    since,
    atMost,
  );
  return {
    ...(workspace.seq > since && { workspace: toWorkspace(workspace, defaults) }),
    ...(users.length > 0 && { users: users.map(toUser) }),
    ...(rooms.length > 0 && { rooms: rooms.map(toPublicRoom) }),
  };
}

/** A room as the workspace sees it: one that is not, or no longer, public does not exist there. */
export const toPublicRoom = (row: RoomRow) =>
  row.room_kind === "public" && row.deleted_at === null ? toRoom(row) : { id: row.room_id, gone: true as const };
