import { parseArgs } from "node:util";
import { BackupError } from "./backup/backup-error.ts";
import { type RestoreResult, restoreBackup } from "./backup/restore.ts";
import { readConfig } from "./config.ts";
import { StartError } from "./start-error.ts";

/** `npm run restore`. It works on the data folder itself, so the server must be stopped. */

const help = `npm run restore -- FILE [--replace] [--keep-sessions]: makes a backup the workspace. The server must be stopped.

  --replace         in the place of the workspace that is there, which is moved aside
  --keep-sessions   whoever was signed in when the backup was made is again
`;

const words = parse();
if (words === null) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  try {
    const { dataFolder, databaseUrl, signUp: defaultSignUp } = readConfig(process.cwd(), process.env);
    const { file, ...choices } = words;
    tell(await restoreBackup(file, { dataFolder, databaseUrl, defaultSignUp, ...choices, now: Date.now }));
  } catch (error) {
    if (!(error instanceof BackupError || error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function parse() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { replace: { type: "boolean" }, "keep-sessions": { type: "boolean" } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) return null;
    return { file, replace: values.replace ?? false, keepSessions: values["keep-sessions"] ?? false };
  } catch {
    return null;
  }
}

function tell({ manifest, files, lost, before }: RestoreResult): void {
  const lines = [
    `Restored as it was at ${manifest.madeAt}, with ${manifest.rows.messages} messages and ${files} files.`,
    ...(manifest.files === "folder"
      ? []
      : [`Files were not in it: they are where PARLEY_FILES=${manifest.files} keeps them.`]),
    ...(lost.length === 0 ? [] : [`${lost.length} files were removed while the backup was made, or missing.`]),
    ...(before === null ? [] : [`What was there before is in ${before}.`]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
