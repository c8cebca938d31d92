import { parseArgs } from "node:util";
import { type BackupResult, makeBackup } from "./backup/backup.ts";
import { BackupError } from "./backup/backup-error.ts";
import { writeOutcome } from "./backup/outcome.ts";
import { type Config, readConfig } from "./config.ts";
import { openBackupSource } from "./database.ts";
import { StartError } from "./start-error.ts";
import { readVersion } from "./version.ts";

/** `npm run backup`: a process of its own, so that the server goes on meanwhile. */

const help = `npm run backup -- FILE: makes a backup of the database and its files. The server may run.
`;

const file = parseFile();
if (file === null) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  try {
    const config = readConfig(process.cwd(), process.env);
    tell(file, await make(file, config));
  } catch (error) {
    if (!(error instanceof BackupError || error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

async function make(path: string, config: Config): Promise<BackupResult> {
  const source = openBackupSource(config);
  const { dataFolder, fileStore } = config;
  const options = { source, dataFolder, fileStore: fileStore.kind, version: readVersion(), now: Date.now };
  try {
    const result = await makeBackup(path, options);
    const { bytes, missing } = result;
    await writeOutcome(dataFolder, { endedAt: Date.now(), bytes, missing: missing.length, problem: null });
    return result;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await writeOutcome(dataFolder, { endedAt: Date.now(), bytes: 0, missing: 0, problem });
    throw error;
  }
}

function parseFile(): string | null {
  try {
    const { positionals } = parseArgs({ allowPositionals: true, options: {} });
    const [only, ...more] = positionals;
    return only === undefined || more.length > 0 ? null : only;
  } catch {
    return null;
  }
}

function tell(path: string, { bytes, manifest, files, missing }: BackupResult): void {
  const { madeAt, rows, files: place } = manifest;
  process.stdout.write(
    `${path}: ${bytes} bytes, as it was at ${madeAt}, with ${rows.messages} messages and ${files} files. It was restored and checked.\n`,
  );
  if (place !== "folder")
    process.stdout.write(`Files are not in it: they are where PARLEY_FILES=${place} keeps them.\n`);
  if (missing.length === 0) return;
  process.stderr.write(`${missing.length} files are not in the data folder, or damaged there: ${missing.join(" ")}\n`);
}
