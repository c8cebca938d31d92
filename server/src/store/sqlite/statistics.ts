import type { Sqlite } from "../../platform/sqlite.ts";

/**
 * Without statistics the planner takes it that any value of any column has about ten rows, so that it may read all members
 * of a room, or all its messages, to find one. With those of a young database it would plan for a young one. So it is told what
 * a large workspace looks like, and plans for that from the first day: wherever an index helps there, it is used.
 */
interface TableFacts {
  readonly rows: number;
  /** How many different values a column has that has many rows for each. */
  readonly values: Readonly<Record<string, number>>;
}

const users = 10_000;
const rooms = 5_000;

const tables: Readonly<Record<string, TableFacts>> = {
  users: { rows: users, values: { role: 3, workspace_seq: users } },
  user_words: { rows: 3 * users, values: { word: users, user_id: users } },
  sessions: { rows: 3 * users, values: { user_id: users } },
  push_subscriptions: { rows: 2 * users, values: { user_id: users } },
  rooms: { rows: rooms, values: {} },
  memberships: { rows: 1_000 * rooms, values: { room_id: rooms, user_id: users, role: 3 } },
  receipts: { rows: 1_000 * rooms, values: { room_id: rooms, user_id: users } },
  invites: { rows: 20 * rooms, values: { room_id: rooms, created_by: users } },
  messages: { rows: 2_000 * rooms, values: { room_id: rooms, author_id: users } },
  reactions: { rows: 5_000 * rooms, values: { room_id: rooms, message_id: 50, emoji: 5, user_id: users } },
  mentions: { rows: 10_000 * rooms, values: { room_id: rooms, target: 100, message_id: 5_000 } },
  files: { rows: 100 * rooms, values: { room_id: rooms, user_id: users } },
  notifications: { rows: 1_000 * rooms, values: { room_id: rooms, message_id: 10 } },
  search_messages: { rows: 2_000 * rooms, values: { room_id: rooms } },
};

/** Of an index with a condition that hardly anything fails. The others leave out most of their table. */
const nearlyAll: ReadonlySet<string> = new Set([
  "memberships_by_name",
  "memberships_by_role",
  "memberships_of_user",
  "messages_to_count",
]);

/** Tells the planner. What it was told before is forgotten; connections that are opened later know it. */
export function setStatistics(database: Sqlite): void {
  database.exec("BEGIN IMMEDIATE");
  // Only this makes the table that holds them.
  database.exec("ANALYZE workspace");
  database.exec("DELETE FROM sqlite_stat1");
  for (const [table, facts] of Object.entries(tables)) {
    for (const index of listIndexes(database, table)) {
      database.all("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", [
        table,
        index.name,
        toStat(facts, index),
      ]);
    }
  }
  database.exec("COMMIT");
  database.exec("ANALYZE sqlite_schema");
}

interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isPartial: boolean;
}

function listIndexes(database: Sqlite, table: string): readonly Index[] {
  const [{ wr: isWithoutRowId } = {}] = database.all("SELECT wr FROM pragma_table_list(?)", [table]);
  const indexes = database.all("SELECT name, origin, partial FROM pragma_index_list(?)", [table]);
  return indexes.map(({ name, origin, partial }) => ({
    // The primary key of a table without row ids is the table.
    name: origin === "pk" && isWithoutRowId === 1 ? table : String(name),
    columns: database
      .all("SELECT name FROM pragma_index_info(?) ORDER BY seqno", [String(name)])
      .map((column) => String(column.name)),
    isPartial: partial === 1,
  }));
}

/** Rows, and how many of them there are for each value of the first column, of the first two, and so on. */
function toStat({ rows, values }: TableFacts, { name, columns, isPartial }: Index): string {
  const indexed = isPartial && !nearlyAll.has(name) ? rows / 10 : rows;
  let left = indexed;
  const perValue = columns.map((column) => {
    left = Math.max(1, Math.ceil(left / (values[column] ?? rows)));
    return left;
  });
  return [indexed, ...perValue].join(" ");
}
