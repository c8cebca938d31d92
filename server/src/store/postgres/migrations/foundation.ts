import { randomBytes } from "node:crypto";
import type { Migration } from "./migration.ts";

/**
 * The tables of `sqlite/migrations/`, of which each says what it is for. Numbers are `bigint`, yes and no are 1 and 0, and
 * texts compare byte by byte, so that the same statements mean the same. Rows that count leave space beside them, so that
 * a new count needs no new index entries.
 */
export const createFoundation: Migration = [
  `CREATE TABLE workspace (
    id bigint PRIMARY KEY CHECK (id = 1),
    name text COLLATE "C" NOT NULL,
    sign_up text COLLATE "C" CHECK (sign_up IN ('open', 'invite', 'closed')),
    epoch text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    head bigint NOT NULL,
    seq bigint NOT NULL,
    user_count bigint NOT NULL,
    picture text COLLATE "C"
  ) WITH (fillfactor = 50)`,
  () => ({
    sql: "INSERT INTO workspace (id, name, epoch, created_at, head, seq, user_count) VALUES (1, $1, $2, $3, 0, 0, 0)",
    params: ["Parley", randomBytes(15).toString("base64url"), Date.now()],
  }),

  `CREATE TABLE users (
    id text COLLATE "C" PRIMARY KEY,
    username text COLLATE "C" NOT NULL,
    username_key text COLLATE "C" NOT NULL UNIQUE,
    email text COLLATE "C" UNIQUE,
    display_name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('person', 'bot')),
    role text COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    password_hash text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    head bigint NOT NULL,
    seq bigint NOT NULL,
    workspace_seq bigint NOT NULL,
    status text COLLATE "C",
    name_key text COLLATE "C" NOT NULL DEFAULT '',
    avatar text COLLATE "C",
    stored_bytes bigint NOT NULL DEFAULT 0,
    shares_receipts bigint NOT NULL DEFAULT 1,
    deactivated_at bigint
  ) WITH (fillfactor = 70)`,
  "CREATE UNIQUE INDEX users_by_name ON users (lower(username))",
  "CREATE INDEX users_by_change ON users (workspace_seq)",
  "CREATE INDEX users_by_name_key ON users (name_key, id)",
  "CREATE INDEX users_in_charge ON users (role) WHERE role <> 'member'",
  "CREATE INDEX users_by_storage ON users (stored_bytes DESC, id) WHERE stored_bytes > 0",
  "CREATE INDEX users_deactivated ON users (id) WHERE deactivated_at IS NOT NULL",

  `CREATE TABLE user_words (
    word text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    PRIMARY KEY (word, user_id)
  )`,
  "CREATE INDEX user_words_of_user ON user_words (user_id)",

  `CREATE TABLE sessions (
    id text COLLATE "C" PRIMARY KEY,
    token_hash text COLLATE "C" NOT NULL UNIQUE,
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    user_agent text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    seq bigint NOT NULL
  )`,
  "CREATE INDEX sessions_by_change ON sessions (user_id, seq)",
  "CREATE INDEX sessions_open ON sessions (user_id, expires_at) WHERE revoked_at IS NULL",

  `CREATE TABLE resets (
    user_id text COLLATE "C" PRIMARY KEY REFERENCES users (id),
    token_hash text COLLATE "C" NOT NULL UNIQUE,
    expires_at bigint NOT NULL
  )`,

  `CREATE TABLE rooms (
    id text COLLATE "C" PRIMARY KEY,
    slug text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    description text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('public', 'private')),
    created_by text COLLATE "C" NOT NULL REFERENCES users (id),
    created_at bigint NOT NULL,
    deleted_at bigint,
    purged bigint NOT NULL,
    is_default bigint NOT NULL,
    head bigint NOT NULL,
    seq bigint NOT NULL,
    workspace_seq bigint,
    last_message_id bigint NOT NULL,
    last_message_at bigint,
    member_count bigint NOT NULL,
    direct_key text COLLATE "C",
    archived_at bigint
  ) WITH (fillfactor = 50)`,
  "CREATE INDEX rooms_by_change ON rooms (workspace_seq) WHERE workspace_seq IS NOT NULL",
  "CREATE INDEX rooms_in_public ON rooms (id) WHERE kind = 'public' AND deleted_at IS NULL",
  "CREATE INDEX rooms_to_purge ON rooms (deleted_at) WHERE deleted_at IS NOT NULL AND purged = 0",
  "CREATE UNIQUE INDEX rooms_default ON rooms (is_default) WHERE is_default = 1",
  "CREATE UNIQUE INDEX rooms_direct ON rooms (direct_key) WHERE direct_key IS NOT NULL",

  `CREATE TABLE memberships (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id),
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    username_lower text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at bigint NOT NULL,
    joined_seq bigint NOT NULL,
    left_at bigint,
    room_seq bigint NOT NULL,
    user_seq bigint NOT NULL,
    removed_seq bigint,
    notify_level text COLLATE "C" CHECK (notify_level IN ('all', 'mentions', 'none')),
    level_seq bigint NOT NULL DEFAULT 0,
    hidden_up_to bigint,
    PRIMARY KEY (room_id, user_id)
  )`,
  "CREATE INDEX memberships_by_room_change ON memberships (room_id, room_seq)",
  "CREATE INDEX memberships_by_user_change ON memberships (user_id, user_seq)",
  "CREATE INDEX memberships_of_user ON memberships (user_id) WHERE left_at IS NULL",
  "CREATE INDEX memberships_by_name ON memberships (room_id, username_lower) WHERE left_at IS NULL",
  "CREATE INDEX memberships_by_level_change ON memberships (user_id, level_seq) WHERE level_seq > 0",

  `CREATE TABLE receipts (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id),
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    up_to bigint NOT NULL,
    seen bigint NOT NULL,
    room_seq bigint NOT NULL,
    user_seq bigint NOT NULL,
    PRIMARY KEY (room_id, user_id)
  ) WITH (fillfactor = 70)`,
  "CREATE INDEX receipts_by_room_change ON receipts (room_id, room_seq)",
  "CREATE INDEX receipts_by_user_change ON receipts (user_id, user_seq)",

  `CREATE TABLE invites (
    code text COLLATE "C" PRIMARY KEY,
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id),
    created_by text COLLATE "C" NOT NULL REFERENCES users (id),
    created_at bigint NOT NULL,
    expires_at bigint,
    max_uses bigint,
    uses bigint NOT NULL CHECK (max_uses IS NULL OR uses <= max_uses),
    revoked_at bigint,
    room_head bigint NOT NULL DEFAULT 0
  )`,
  "CREATE INDEX invites_of_room ON invites (room_id)",
  "CREATE INDEX invites_by_creator ON invites (created_by) WHERE revoked_at IS NULL",

  `CREATE TABLE messages (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id),
    id bigint NOT NULL,
    seq bigint NOT NULL,
    author_id text COLLATE "C" NOT NULL REFERENCES users (id),
    client_message_id text COLLATE "C",
    content text COLLATE "C" NOT NULL,
    reply_to bigint,
    created_at bigint NOT NULL,
    edited_at bigint,
    deleted_at bigint,
    reactions text COLLATE "C",
    attachments text COLLATE "C",
    mentions text COLLATE "C",
    PRIMARY KEY (room_id, id)
  )`,
  "CREATE UNIQUE INDEX messages_by_key ON messages (author_id, client_message_id)",
  "CREATE INDEX messages_by_change ON messages (room_id, seq)",

  `CREATE TABLE reactions (
    room_id text COLLATE "C" NOT NULL,
    message_id bigint NOT NULL,
    emoji text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    seq bigint NOT NULL,
    PRIMARY KEY (room_id, message_id, emoji, user_id),
    FOREIGN KEY (room_id, message_id) REFERENCES messages (room_id, id)
  )`,
  "CREATE INDEX reactions_in_order ON reactions (room_id, message_id, emoji, seq)",

  `CREATE TABLE mentions (
    room_id text COLLATE "C" NOT NULL REFERENCES rooms (id),
    target text COLLATE "C" NOT NULL,
    message_id bigint NOT NULL,
    author_id text COLLATE "C" NOT NULL REFERENCES users (id),
    PRIMARY KEY (room_id, target, message_id)
  )`,
  "CREATE INDEX mentions_of_message ON mentions (room_id, message_id)",

  `CREATE TABLE files (
    id text COLLATE "C" PRIMARY KEY,
    purpose text COLLATE "C" NOT NULL CHECK (purpose IN ('attachment', 'avatar', 'picture')),
    state text COLLATE "C" NOT NULL CHECK (state IN ('receiving', 'pending', 'kept', 'removed')),
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    room_id text COLLATE "C" REFERENCES rooms (id),
    message_id bigint,
    name text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    bytes bigint NOT NULL,
    sha256 text COLLATE "C",
    width bigint,
    height bigint,
    created_at bigint NOT NULL
  )`,
  "CREATE INDEX files_of_room ON files (room_id, message_id)",
  "CREATE INDEX files_waiting ON files (user_id) WHERE state IN ('receiving', 'pending')",
  "CREATE INDEX files_by_age ON files (created_at) WHERE state IN ('receiving', 'pending')",
  "CREATE INDEX files_removed ON files (id) WHERE state = 'removed'",

  `CREATE TABLE stored_files (
    purpose text COLLATE "C" PRIMARY KEY CHECK (purpose IN ('attachment', 'avatar', 'picture')),
    files bigint NOT NULL,
    bytes bigint NOT NULL
  )`,
  "INSERT INTO stored_files (purpose, files, bytes) VALUES ('attachment', 0, 0), ('avatar', 0, 0), ('picture', 0, 0)",

  `CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    act text COLLATE "C" NOT NULL,
    actor_id text COLLATE "C" REFERENCES users (id),
    target_kind text COLLATE "C",
    target_id text COLLATE "C",
    target_name text COLLATE "C",
    detail text COLLATE "C",
    address text COLLATE "C"
  )`,
  `CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
   $$ BEGIN RAISE EXCEPTION 'the audit log can only grow'; END $$`,
  `CREATE TRIGGER audit_keeps BEFORE DELETE OR UPDATE OR TRUNCATE ON audit
   FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()`,

  `CREATE TABLE push_keys (
    id bigint PRIMARY KEY CHECK (id = 1),
    public_key text COLLATE "C" NOT NULL,
    private_key text COLLATE "C" NOT NULL
  )`,
  `CREATE TABLE push_subscriptions (
    session_id text COLLATE "C" PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    endpoint text COLLATE "C" NOT NULL UNIQUE,
    p256dh text COLLATE "C" NOT NULL,
    auth text COLLATE "C" NOT NULL,
    preview bigint NOT NULL,
    created_at bigint NOT NULL
  )`,
  "CREATE INDEX push_subscriptions_of_user ON push_subscriptions (user_id)",
  `CREATE TABLE notifications (
    room_id text COLLATE "C" NOT NULL,
    message_id bigint NOT NULL,
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    reason text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    devices bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (room_id, message_id, user_id)
  )`,
  "CREATE INDEX notifications_by_time ON notifications (at)",

  // The full-text index: words are tokens that are cut outside (protocol/src/search.ts), and no text.
  `CREATE TABLE search_messages (
    number bigint PRIMARY KEY,
    room_id text COLLATE "C" NOT NULL,
    message_id bigint NOT NULL,
    words tsvector NOT NULL
  )`,
  "CREATE UNIQUE INDEX search_messages_by_id ON search_messages (room_id, message_id)",
  "CREATE INDEX search_messages_words ON search_messages USING gin (words)",
  `CREATE TABLE search_rooms (
    room_id text COLLATE "C" PRIMARY KEY,
    seq bigint NOT NULL
  )`,
];
