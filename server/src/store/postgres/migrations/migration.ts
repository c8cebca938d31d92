import type { PostgresStatement } from "../../../platform/postgres.ts";

/** Statements in order; a function makes one of its moment. */
export type Migration = readonly (string | (() => PostgresStatement))[];
