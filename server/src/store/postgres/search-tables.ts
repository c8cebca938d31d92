import { thingsOf, toTokens } from "@parley/protocol/search";
import type { Clause, SearchTables } from "../verbs/search-tables.ts";
import { all } from "../verbs/verb.ts";

/**
 * A `tsvector` for each message, of the same tokens that SQLite indexes; rooms, authors and things are words with a mark
 * before them that no token has. Words that must follow each other are proposed where they all occur: what is looked at
 * decides.
 */
export const searchTables: SearchTables = {
  proposals: `SELECT number FROM search_messages WHERE words @@ CAST(? AS tsquery) AND number < ? AND number >= ?
    ORDER BY number DESC LIMIT ?`,

  toQuery(wanted, unwanted) {
    const found = wanted.length > 0 ? wanted.map(toQuery) : [toQuery({ field: "things", anyOf: ["message"] })];
    // Where words must follow each other, that they all occur is no reason to leave a message out.
    const exact = unwanted.filter((clause) => clause.field !== "content" || clause.tokens.length === 1);
    return [...found, ...exact.map((clause) => `!${toQuery(clause)}`)].join(" & ");
  },

  *put(entries) {
    if (entries.length === 0) return;
    const rows = entries.map(({ number, message }) => ({
      number,
      room: message.room,
      message: message.id,
      words: [
        mark("room", message.room),
        mark("author", message.author.id),
        ...["message", ...thingsOf(message)].map((thing) => mark("things", thing)),
        ...toTokens(message.content),
      ],
    }));
    yield* all(
      `INSERT INTO search_messages (number, room_id, message_id, words)
       SELECT entry.number, entry.room, entry.message, array_to_tsvector(entry.words)
       FROM jsonb_to_recordset(CAST(? AS jsonb)) AS entry (number bigint, room text, message bigint, words text[])`,
      JSON.stringify(rows),
    );
  },

  *remove(numbers) {
    if (numbers.length === 0) return;
    yield* all(
      "DELETE FROM search_messages WHERE number IN (SELECT CAST(jsonb_array_elements_text(CAST(? AS jsonb)) AS bigint))",
      JSON.stringify(numbers),
    );
  },
};

const marks = { room: "r/", author: "u/", things: "t/" } as const;
const mark = (field: keyof typeof marks, value: string): string => marks[field] + value;

function toQuery(clause: Clause): string {
  if (clause.field !== "content") {
    return `(${clause.anyOf.map((value) => `'${mark(clause.field, value)}'`).join(" | ")})`;
  }
  const last = clause.tokens.length - 1;
  const words = clause.tokens.map((token, index) => `'${token}'${clause.prefix && index === last ? ":*" : ""}`);
  return `(${words.join(" & ")})`;
}
