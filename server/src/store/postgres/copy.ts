import { setTimeout as sleep } from "node:timers/promises";
import { roomTopic, type Seq, type Topic, workspaceTopic } from "@parley/protocol/model";
import { connectPostgres, type Postgres, type PostgresRow, type PostgresValue } from "../../platform/postgres.ts";
import { type CopyFacts, roomWithGap, type StoredFile } from "../copy.ts";
import { newerSchema } from "../schema.ts";
import { lockBackingUp } from "./locks.ts";
import { migrateTo, schemaVersion } from "./migrations.ts";
import { hasOthers } from "./postgres-store.ts";
import { text } from "./sql.ts";

/**
 * Copies of a database, for backups: read in one snapshot on a connection of its own, while nodes go on, as a line of JSON
 * for each row; and put into a schema of their own, beside the tables that are in use.
 */

const connectMs = 10_000;
const answerMs = 24 * 60 * 60 * 1000;
const rowsAtOnce = 500;

/** What follows from the rest, or is of one process. */
const leftOut = ["parley_schema", "commit_marks", "search_messages", "search_rooms"];

const connect = (url: string, ...session: readonly string[]): Promise<Postgres> =>
  connectPostgres({ url, connectMs, answerMs }, session);

async function ask(
  connection: Postgres,
  sql: string,
  ...params: readonly PostgresValue[]
): Promise<readonly PostgresRow[]> {
  const [rows = []] = await connection.run([{ sql, params }]);
  return rows;
}

async function withConnection<T>(url: string, use: (connection: Postgres) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** Makes sure that nobody else makes a backup of this database until it is given back. Null: someone does. */
export async function lockBackups(url: string): Promise<(() => Promise<void>) | null> {
  const connection = await connect(url);
  const [[row] = []] = await connection.run([lockBackingUp]);
  if (row?.locked === 1) return () => connection.close();
  await connection.close();
  return null;
}

/** Whether there is a workspace in a database. */
export const hasWorkspace = (url: string): Promise<boolean> =>
  withConnection(url, async (connection) => {
    const [schema] = await ask(connection, "SELECT to_regclass('parley_schema')::text AS name");
    return schema?.name === "parley_schema" && (await ask(connection, "SELECT 1 FROM users LIMIT 1")).length > 0;
  });

/** Whether nodes are at work on a database. */
export const isInUse = (url: string): Promise<boolean> =>
  withConnection(url, async (connection) => {
    // Connections of a server that has just ended go a moment after it.
    for (let tries = 0; tries < 20; tries++) {
      if (!(await hasOthers(connection))) return false;
      await sleep(100);
    }
    return true;
  });

export interface DatabaseSnapshot {
  readonly facts: CopyFacts;
  /** In an order in which each refers only to those before it. */
  readonly tables: readonly string[];
  /** Lines of JSON, some hundred at a time. */
  lines(table: string): AsyncGenerator<string>;
  files(): AsyncGenerator<StoredFile>;
  close(): Promise<void>;
}

export async function takeSnapshot(url: string): Promise<DatabaseSnapshot> {
  const connection = await connect(url, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    const tables = await listTables(connection);
    return {
      facts: await readFacts(connection, tables),
      tables,
      async *lines(table) {
        await ask(
          connection,
          `DECLARE "rows_of_${table}" NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM "${table}" t`,
        );
        for (;;) {
          const rows = await ask(connection, `FETCH ${rowsAtOnce} FROM "rows_of_${table}"`);
          if (rows.length === 0) break;
          yield `${rows.map(({ line }) => line).join("\n")}\n`;
        }
        await ask(connection, `CLOSE "rows_of_${table}"`);
      },
      async *files() {
        let after = "";
        for (;;) {
          const rows = await ask(connection, `${fileRows} AND id > $1 ORDER BY id LIMIT 1000`, after);
          yield* rows.map(toStoredFile);
          if (rows.length === 0) return;
          after = String(rows.at(-1)?.id);
        }
      },
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

export const wantsFile = (url: string, id: string): Promise<boolean> =>
  withConnection(url, async (connection) => (await ask(connection, `${fileRows} AND id = $1`, id)).length > 0);

export const sizeOf = (url: string): Promise<{ readonly databaseBytes: number; readonly fileBytes: number }> =>
  withConnection(url, async (connection) => {
    const [database] = await ask(connection, "SELECT pg_database_size(current_database()) AS bytes");
    const [files] = await ask(connection, `SELECT coalesce(sum(bytes), 0) AS bytes FROM files WHERE ${isStored}`);
    return { databaseBytes: Number(database?.bytes), fileBytes: Number(files?.bytes) };
  });

/** A copy in a schema of its own, of which nobody else knows. */
export interface SchemaCopy {
  /** In the order in which they are to be loaded. */
  readonly tables: readonly string[];
  load(table: string, lines: readonly string[]): Promise<void>;
  /** After the last line. */
  finish(): Promise<void>;
  facts(): Promise<CopyFacts>;
  findFile(id: string): Promise<StoredFile | null>;
  countFiles(): Promise<number>;
  /** What is wrong with it; null: nothing. */
  findFault(): Promise<string | null>;
  close(): Promise<void>;
}

/** Makes the tables of schema version `version`, empty, in the schema `name`. Null: this program does not know that version. */
export async function createCopy(url: string, name: string, version: number): Promise<SchemaCopy | string> {
  if (version > schemaVersion) return newerSchema(version, schemaVersion);
  const connection = await connect(
    url,
    "SET client_min_messages = error",
    `DROP SCHEMA IF EXISTS "${name}" CASCADE`,
    `CREATE SCHEMA "${name}"`,
    `SET search_path = "${name}"`,
  );
  try {
    await migrateTo(connection, version);
    const tables = await listTables(connection);
    // What a new workspace begins with.
    for (const table of tables.toReversed()) if (table !== "audit") await ask(connection, `DELETE FROM "${table}"`);
    return {
      tables,
      async load(table, lines) {
        await ask(
          connection,
          `INSERT INTO "${table}" OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::"${table}", $1::json)`,
          `[${lines.join(",")}]`,
        );
      },
      async finish() {
        await ask(
          connection,
          "SELECT setval(pg_get_serial_sequence('audit', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM audit), false)",
        );
      },
      facts: () => readFacts(connection, tables),
      async findFile(id) {
        const [row] = await ask(connection, `${fileRows} AND id = $1`, id);
        return row ? toStoredFile(row) : null;
      },
      async countFiles() {
        const [row] = await ask(connection, `SELECT count(*) AS count FROM files WHERE ${isStored}`);
        return Number(row?.count);
      },
      async findFault() {
        const [room] = await ask(connection, roomWithGap);
        return room ? `the messages of the room ${room.id} are not all there` : null;
      },
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

export const dropCopy = (url: string, name: string): Promise<void> =>
  withConnection(url, async (connection) => {
    await connection.run([text("SET client_min_messages = error"), text(`DROP SCHEMA IF EXISTS "${name}" CASCADE`)]);
  });

/** Whether each of some messages of a copy, picked at random, is as it is in the tables in use, unless it has changed since. */
export const isLikeItsOrigin = (url: string, name: string, samples: number): Promise<boolean> =>
  withConnection(url, async (connection) => {
    const different = await ask(
      connection,
      `WITH picked AS (
         SELECT id AS room, 1 + floor(random() * last_message_id)::bigint AS message FROM "${name}".rooms
         WHERE last_message_id > 0 AND deleted_at IS NULL ORDER BY random() LIMIT ${samples}
       ) SELECT 1 FROM picked
       JOIN "${name}".messages AS copied ON copied.room_id = room AND copied.id = message
       JOIN messages AS own ON own.room_id = room AND own.id = message
       WHERE own.seq <= copied.seq AND row_to_json(own)::text <> row_to_json(copied)::text LIMIT 1`,
    );
    return different.length === 0;
  });

/**
 * Makes a copy the workspace, at once: its tables go to where those in use are, and those, if there are any, into the schema
 * `before`. Answers whether there were any.
 */
export const adoptCopy = (url: string, name: string, before: string): Promise<boolean> =>
  withConnection(url, async (connection) => {
    const [own] = await ask(connection, "SELECT current_schema()::text AS name");
    const place = String(own?.name);
    await connection.run([text("BEGIN"), text("SET LOCAL lock_timeout = '10s'")]);
    // There may be tables of others.
    const tables = await namesIn(connection, name);
    const used = (await namesIn(connection, place)).filter((table) => tables.includes(table));
    if (used.length > 0) {
      await connection.run([text(`CREATE SCHEMA "${before}"`)]);
      await move(connection, used, place, before);
    }
    await move(connection, tables, name, place);
    await connection.run([text(`DROP SCHEMA "${name}"`), text("COMMIT")]);
    return used.length > 0;
  });

const ourFunction = "audit_only_grows";

async function move(connection: Postgres, tables: readonly string[], from: string, to: string): Promise<void> {
  for (const table of tables) await ask(connection, `ALTER TABLE "${from}"."${table}" SET SCHEMA "${to}"`);
  await ask(connection, `ALTER FUNCTION "${from}".${ourFunction}() SET SCHEMA "${to}"`);
}

async function namesIn(connection: Postgres, schema: string): Promise<readonly string[]> {
  const rows = await ask(
    connection,
    "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::text::regnamespace ORDER BY 1",
    schema,
  );
  return rows.map(({ name }) => String(name));
}

/** Those with data of their own, each after those that it refers to. */
async function listTables(connection: Postgres): Promise<readonly string[]> {
  const [own] = await ask(connection, "SELECT current_schema()::text AS name");
  const names = (await namesIn(connection, String(own?.name))).filter((name) => !leftOut.includes(name));
  const references = await ask(
    connection,
    `SELECT referring.relname::text AS referring, referred.relname::text AS referred FROM pg_constraint
     JOIN pg_class AS referring ON referring.oid = conrelid JOIN pg_class AS referred ON referred.oid = confrelid
     WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`,
  );
  const ordered: string[] = [];
  for (let rest = names; rest.length > 0; ) {
    const free = rest.filter((name) =>
      references.every(({ referring, referred }) => referring !== name || !rest.includes(String(referred))),
    );
    if (free.length === 0) throw new Error("tables refer to each other in a circle");
    ordered.push(...free);
    rest = rest.filter((name) => !free.includes(name));
  }
  return ordered;
}

async function readFacts(connection: Postgres, tables: readonly string[]): Promise<CopyFacts> {
  const [version] = await ask(connection, "SELECT version FROM parley_schema");
  const [workspace] = await ask(connection, "SELECT epoch, head FROM workspace");
  const heads: Record<Topic, Seq> = { [workspaceTopic]: Number(workspace?.head) };
  for (const { id, head } of await ask(connection, "SELECT id, head FROM rooms WHERE deleted_at IS NULL ORDER BY id")) {
    heads[roomTopic(String(id))] = Number(head);
  }
  const rows: Record<string, number> = {};
  for (const table of tables.toSorted()) {
    const [row] = await ask(connection, `SELECT count(*) AS count FROM "${table}"`);
    rows[table] = Number(row?.count);
  }
  return { schema: Number(version?.version), epoch: String(workspace?.epoch), rows, heads };
}

const isStored = "state IN ('kept', 'pending')";
const fileRows = `SELECT id, bytes, sha256, width FROM files WHERE ${isStored}`;

const toStoredFile = ({ id, bytes, sha256, width }: PostgresRow): StoredFile => ({
  id: String(id),
  bytes: Number(bytes),
  sha256: String(sha256),
  hasThumbnail: width !== null,
});
