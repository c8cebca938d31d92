import { ParleyError } from "@parley/protocol/errors";
import { help, parseJob } from "./admin-commands.ts";
import type { Job } from "./admin-tools.ts";
import { type Config, readConfig } from "./config.ts";
import { openStoreAlone } from "./database.ts";
import { createPasswords } from "./platform/passwords.ts";
import { StartError } from "./start-error.ts";

/** The command line for emergencies. It works on the database itself, so the server must be stopped. */

/** Control characters, and marks that turn the direction of what follows. */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

// Whoever reads may stop early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const job = parseJob(process.argv.slice(2));
if (job === "help") {
  process.stdout.write(help);
} else if (job === null) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  try {
    await work(job, readConfig(process.cwd(), process.env));
  } catch (error) {
    if (!(error instanceof StartError || error instanceof ParleyError)) throw error;
    printTo(process.stderr)(error.message);
    process.exitCode = 1;
  }
}

async function work(job: Job, config: Config): Promise<void> {
  const store = await openStoreAlone(config, { onFatal });
  try {
    await job({
      store,
      passwords: createPasswords(),
      clock: { now: Date.now },
      origin: config.publicUrl ?? "",
      print: printTo(process.stdout),
    });
  } finally {
    await store.close();
  }
}

function onFatal(error: Error): void {
  printTo(process.stderr)(`The database failed: ${error.message}`);
  process.exit(1);
}

/** Prints lines without what would steer a terminal or turn the direction of what follows, whatever names hold. */
function printTo(stream: NodeJS.WritableStream): (...columns: readonly string[]) => void {
  return (...columns) => void stream.write(`${columns.map((each) => each.replace(steering, "")).join("\t")}\n`);
}
