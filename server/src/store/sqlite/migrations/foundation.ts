import { randomBytes } from "node:crypto";
import type { Sqlite } from "../../../platform/sqlite.ts";

/**
 * Times are milliseconds since 1970. `head` is the last number that a topic has given out, `seq` the number of a row's
 * own last change there; what is announced on two topics remembers a number of each.
 */
export function createFoundation(database: Sqlite): void {
  for (const statement of schema) database.exec(statement);
  database.all(
    "INSERT INTO workspace (id, name, epoch, created_at, head, seq, user_count) VALUES (1, ?, ?, ?, 0, 0, 0)",
    ["Parley", randomBytes(15).toString("base64url"), Date.now()],
  );
}

const schema = [
  `CREATE TABLE workspace (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    sign_up TEXT CHECK (sign_up IN ('open', 'invite', 'closed')),
    epoch TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    head INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    user_count INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email TEXT UNIQUE,
    display_name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'bot')),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    head INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    workspace_seq INTEGER NOT NULL
  ) STRICT`,
  "CREATE UNIQUE INDEX users_by_name ON users (lower(username))",
  "CREATE INDEX users_by_change ON users (workspace_seq)",

  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX sessions_by_change ON sessions (user_id, seq)",

  `CREATE TABLE rooms (
    id TEXT PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('public', 'private')),
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    purged INTEGER NOT NULL,
    is_default INTEGER NOT NULL,
    head INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    workspace_seq INTEGER,
    last_message_id INTEGER NOT NULL,
    last_message_at INTEGER,
    member_count INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX rooms_by_change ON rooms (workspace_seq) WHERE workspace_seq IS NOT NULL",
  "CREATE INDEX rooms_in_public ON rooms (id) WHERE kind = 'public' AND deleted_at IS NULL",
  "CREATE INDEX rooms_to_purge ON rooms (deleted_at) WHERE deleted_at IS NOT NULL AND purged = 0",
  "CREATE UNIQUE INDEX rooms_default ON rooms (is_default) WHERE is_default = 1",

  `CREATE TABLE memberships (
    room_id TEXT NOT NULL REFERENCES rooms (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    username_lower TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,
    left_at INTEGER,
    room_seq INTEGER NOT NULL,
    user_seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX memberships_by_room_change ON memberships (room_id, room_seq)",
  "CREATE INDEX memberships_by_user_change ON memberships (user_id, user_seq)",
  "CREATE INDEX memberships_of_user ON memberships (user_id) WHERE left_at IS NULL",
  "CREATE INDEX memberships_by_name ON memberships (room_id, username_lower) WHERE left_at IS NULL",

  `CREATE TABLE invites (
    code TEXT PRIMARY KEY NOT NULL,
    room_id TEXT NOT NULL REFERENCES rooms (id),
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    max_uses INTEGER,
    uses INTEGER NOT NULL CHECK (max_uses IS NULL OR uses <= max_uses),
    revoked_at INTEGER
  ) STRICT`,
  "CREATE INDEX invites_of_room ON invites (room_id)",

  `CREATE TABLE messages (
    room_id TEXT NOT NULL REFERENCES rooms (id),
    id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    author_id TEXT NOT NULL REFERENCES users (id),
    client_message_id TEXT,
    content TEXT NOT NULL,
    reply_to INTEGER,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER,
    PRIMARY KEY (room_id, id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE UNIQUE INDEX messages_by_key ON messages (author_id, client_message_id)",
  "CREATE INDEX messages_by_change ON messages (room_id, seq)",
] as const;
