import { sqliteErrorCode } from "../platform/sqlite.ts";

/** Why there is no backup, or nothing was restored: one clear line, which is printed. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** What is wrong with an archive, in words that go on after “it cannot be used:”. */
export class ArchiveFault extends Error {
  override readonly name = "ArchiveFault";
}

/** What the system says of a folder, as one clear line. Anything else is a fault of the program, and stays as it is. */
export function toBackupError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = sqliteErrorCode(error) ?? ("code" in error ? String(error.code) : "");
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "SQLITE_FULL":
      return new BackupError(`The disk of ${folder} is full: make room, or choose another one.`);
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "SQLITE_CANTOPEN":
    case "SQLITE_READONLY":
      return new BackupError(`The folder ${folder} cannot be written (${code}).`);
    case "EIO":
    case "SQLITE_IOERR":
      return new BackupError(`The disk of ${folder} does not work (${code}).`);
    default:
      return error;
  }
}
