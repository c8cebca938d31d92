import type { Sqlite } from "../../../platform/sqlite.ts";
import { fold, toWords } from "../../words.ts";

/** The directory of people: their order, and the words of their names that they are found by. */
export function addPeople(database: Sqlite): void {
  database.exec("ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT ''");
  database.exec("CREATE INDEX users_by_name_key ON users (name_key, id)");
  database.exec(`CREATE TABLE user_words (
    word TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (word, user_id)
  ) STRICT, WITHOUT ROWID`);
  database.exec("CREATE INDEX user_words_of_user ON user_words (user_id)");
  for (const { id, username, display_name: name } of database.all("SELECT id, username, display_name FROM users")) {
    database.all("UPDATE users SET name_key = ? WHERE id = ?", [fold(String(name)), String(id)]);
    for (const word of toWords(`${name} ${username}`)) {
      database.all("INSERT INTO user_words (word, user_id) VALUES (?, ?)", [word, String(id)]);
    }
  }
}
