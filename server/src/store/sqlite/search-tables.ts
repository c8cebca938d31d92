import { thingsOf, toTokens } from "@parley/protocol/search";
import type { Clause, SearchTables } from "../verbs/search-tables.ts";
import { all } from "../verbs/verb.ts";

/** FTS5, without a copy of what it indexes. */
export const searchTables: SearchTables = {
  proposals: `SELECT rowid AS number FROM search WHERE search MATCH ? AND rowid < ? AND rowid >= ?
    ORDER BY rowid DESC LIMIT ?`,

  toQuery(wanted, unwanted) {
    const found =
      wanted.length > 0 ? wanted.map(toMatch).join(" AND ") : toMatch({ field: "things", anyOf: ["message"] });
    return unwanted.length > 0 ? `(${found}) NOT (${unwanted.map(toMatch).join(" OR ")})` : found;
  },

  *put(entries) {
    for (const { number, message } of entries) {
      yield* all(
        "INSERT INTO search_messages (number, room_id, message_id) VALUES (?, ?, ?)",
        number,
        message.room,
        message.id,
      );
      yield* all(
        "INSERT INTO search (rowid, room, author, things, content) VALUES (?, ?, ?, ?, ?)",
        number,
        message.room,
        message.author.id,
        ["message", ...thingsOf(message)].join(" "),
        toTokens(message.content).join(" "),
      );
    }
  },

  *remove(numbers) {
    for (const number of numbers) {
      yield* all("DELETE FROM search WHERE rowid = ?", number);
      yield* all("DELETE FROM search_messages WHERE number = ?", number);
    }
  },
};

const toMatch = (clause: Clause): string =>
  clause.field === "content"
    ? `content : ("${clause.tokens.join(" ")}"${clause.prefix ? " *" : ""})`
    : `${clause.field} : (${clause.anyOf.map((value) => `"${value}"`).join(" OR ")})`;
