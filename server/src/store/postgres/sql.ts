import type { PostgresStatement } from "../../platform/postgres.ts";
import type { Statement } from "../verbs/verb.ts";

export const text = (sql: string): PostgresStatement => ({ sql, params: [] });

const translated = new Map<string, string>();

/** A statement as PostgreSQL has it: `$1`, `$2` … for `?`. Texts come from a fixed set, and have no other `?`. */
export function toPostgres({ sql, params }: PostgresStatement): PostgresStatement {
  let known = translated.get(sql);
  if (known === undefined) {
    let number = 0;
    known = sql.replaceAll("?", () => `$${++number}`);
    translated.set(sql, known);
  }
  return { sql: known, params };
}

export const isChange = ({ sql }: Statement): boolean => !sql.startsWith("SELECT");

/** Whether it changes something and answers no rows. */
export const isSilent = ({ sql }: Statement): boolean => isChange({ sql, params: [] }) && !/\bRETURNING\b/.test(sql);
