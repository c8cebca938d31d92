import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BackupError } from "./backup/backup-error.ts";
import type { DatabaseSource } from "./backup/database-source.ts";
import { postgresSource } from "./backup/postgres-database.ts";
import { sqliteSource } from "./backup/sqlite-database.ts";
import type { Config } from "./config.ts";
import { isOnNetwork } from "./platform/disk.ts";
import { FolderInUseError, StartError } from "./start-error.ts";
import { openPostgresStore } from "./store/postgres/postgres-store.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";

interface Troubles {
  /** The embedded database failed for good. */
  readonly onFatal: (error: Error) => void;
  /** The embedded database has no room to write, or has it again. */
  readonly onFull?: (isFull: boolean) => void;
  /** PostgreSQL cannot be reached for the moment. */
  readonly onUnreachable?: (error: Error) => void;
}

/** Which engine keeps what is durable: the one place that knows. Throws `StartError` when it cannot be used. */
export async function openStore(
  { databaseUrl, dataFolder, networkDisk, signUp: defaultSignUp }: Config,
  { onFatal, onFull, onUnreachable }: Troubles,
): Promise<Store> {
  if (databaseUrl !== null) {
    return openPostgresStore(databaseUrl, { defaultSignUp, ...(onUnreachable && { onUnreachable }) });
  }
  if (!networkDisk && isOnNetwork(dataFolder)) {
    throw new StartError(
      `The data folder ${resolve(dataFolder)} is on a network file system, where a database can be lost: set PARLEY_DATA ` +
        "to a disk of this machine, or use PostgreSQL (DATABASE_URL).",
    );
  }
  return openSqliteStore(dataFolder, { defaultSignUp, onFatal, onFull });
}

/** The store of a workspace that there is already, and on which no server is at work. */
export async function openStoreAlone(config: Config, troubles: Troubles): Promise<Store> {
  const { databaseUrl, dataFolder, signUp: defaultSignUp } = config;
  if (databaseUrl !== null) return openPostgresStore(databaseUrl, { defaultSignUp, alone: true });
  // A mistyped folder is not to become a new workspace.
  if (!existsSync(join(dataFolder, "parley.db"))) {
    throw new StartError(`There is no workspace in ${resolve(dataFolder)}: start Parley once, or set PARLEY_DATA.`);
  }
  try {
    return await openStore(config, troubles);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw new StartError(
      `Parley is running on the data folder ${resolve(dataFolder)}: stop it first, or use the admin area.`,
    );
  }
}

/** The database of a workspace as a backup reads it, whether or not a server is at work on it. Throws `BackupError`. */
export function openBackupSource({ databaseUrl, dataFolder }: Config): DatabaseSource {
  if (databaseUrl !== null) return postgresSource(databaseUrl);
  const database = join(resolve(dataFolder), "parley.db");
  if (existsSync(database)) return sqliteSource(database);
  throw new BackupError(`There is no workspace in ${resolve(dataFolder)}: correct PARLEY_DATA.`);
}
