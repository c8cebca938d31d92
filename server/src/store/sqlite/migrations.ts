import type { Sqlite } from "../../platform/sqlite.ts";
import { StartError } from "../../start-error.ts";
import { newerSchema } from "../schema.ts";
import { addAdministration } from "./migrations/administration.ts";
import { addAuditFilters } from "./migrations/audit-filters.ts";
import { addBackups } from "./migrations/backups.ts";
import { addBounds } from "./migrations/bounds.ts";
import { addDirectRooms } from "./migrations/direct-rooms.ts";
import { addFiles } from "./migrations/files.ts";
import { createFoundation } from "./migrations/foundation.ts";
import { addHiding } from "./migrations/hiding.ts";
import { addNotifications } from "./migrations/notifications.ts";
import { addOwnReactions } from "./migrations/own-reactions.ts";
import { addPeople } from "./migrations/people.ts";
import { addReactions } from "./migrations/reactions.ts";
import { addReceipts } from "./migrations/receipts.ts";
import { addRoomCare } from "./migrations/room-care.ts";
import { createSearch } from "./migrations/search.ts";
import { addStatus } from "./migrations/status.ts";
import { addStorage } from "./migrations/storage.ts";
import { addVerification } from "./migrations/verification.ts";
import { setStatistics } from "./statistics.ts";

/**
 * Each entry leads from the schema before it to the next; its number is its place, from 1. Entries never change: a new
 * one is added at the end, in a file of its own in `migrations/`.
 */
const migrations: readonly ((database: Sqlite) => void)[] = [
  createFoundation,
  addStatus,
  addReactions,
  addDirectRooms,
  addPeople,
  createSearch,
  addFiles,
  addRoomCare,
  addReceipts,
  addAdministration,
  addNotifications,
  addStorage,
  addHiding,
  addAuditFilters,
  addBounds,
  addVerification,
  addOwnReactions,
  addBackups,
];

export const schemaVersion = migrations.length;

/**
 * Brings the database to this program's schema: each step in one transaction together with its number in
 * `user_version`, so that a start that was interrupted continues where it was. Throws `StartError` on a database that a
 * newer program has written.
 */
export function migrate(database: Sqlite): void {
  const found = Number(database.all("PRAGMA user_version")[0]?.user_version);
  if (found > schemaVersion) {
    throw new StartError(newerSchema(found, schemaVersion));
  }
  migrateTo(database, schemaVersion);
  setStatistics(database);
}

/** Takes the steps up to schema `version` that have not been taken. */
export function migrateTo(database: Sqlite, version: number): void {
  const found = Number(database.all("PRAGMA user_version")[0]?.user_version);
  for (const [index, step] of migrations.slice(0, version).entries()) {
    if (index < found) continue;
    database.exec("BEGIN IMMEDIATE");
    step(database);
    database.exec(`PRAGMA user_version = ${index + 1}`);
    database.exec("COMMIT");
  }
}
