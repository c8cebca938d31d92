import { describe, expect, test } from "bun:test";
import { StartError } from "../start-error.ts";
import { assertSafeSqlite, openSqlite, sqliteErrorCode, sqliteVersion } from "./sqlite.ts";

describe("SQLite", () => {
  test("the library that comes with the runtime is safe", () => {
    assertSafeSqlite(sqliteVersion());
  });

  test.each(["3.51.3", "3.52.1", "3.53.0", "3.54.1", "4.0.0"])("version %s is safe", (version) => {
    assertSafeSqlite(version);
  });

  test.each(["3.7.0", "3.45.1", "3.51.2", "3.52.0", "unknown", ""])("version %p is refused", (version) => {
    expect(() => assertSafeSqlite(version)).toThrow(StartError);
    expect(() => assertSafeSqlite(version)).toThrow("Bun 1.4.5");
  });

  test("values come back as they went in", () => {
    const database = openSqlite(":memory:", "read-write");
    database.exec("CREATE TABLE things (name TEXT, number INTEGER) STRICT");
    const values = ["it's “quoted” ☕", Number.MAX_SAFE_INTEGER] as const;
    expect(database.all("INSERT INTO things VALUES (?, ?) RETURNING name, number", values)).toEqual([
      { name: values[0], number: values[1] },
    ]);
    expect(database.all("SELECT name FROM things WHERE number = ?", [null])).toEqual([]);
    database.close();
  });

  test("errors are told apart by SQLite's own names", () => {
    const database = openSqlite(":memory:", "read-write");
    database.exec("CREATE TABLE things (name TEXT UNIQUE)");
    const insert = () => database.all("INSERT INTO things VALUES ('one')");
    insert();
    const caught = (() => {
      try {
        return insert();
      } catch (error) {
        return error;
      }
    })();
    expect(sqliteErrorCode(caught)).toBe("SQLITE_CONSTRAINT_UNIQUE");
    expect(sqliteErrorCode(new Error("another"))).toBeNull();
    database.close();
  });
});
