import { readConfig } from "./config.ts";
import { startParley } from "./parley.ts";
import { createLog } from "./platform/log.ts";
import { StartError } from "./start-error.ts";

// Before anything else: who reads that it is ready may stop it in the same moment.
const asked = new Promise<void>((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
});
const log = createLog(Date.now);

try {
  const parley = await startParley(readConfig(process.cwd(), process.env), {
    log,
    clock: { now: Date.now },
    // The store can no longer promise anything: better no server than one that forgets.
    onFatal: (error) => {
      log.error("store.failed", { error: error.message });
      process.exit(1);
    },
  });
  process.stdout.write(`Parley is ready at ${parley.url}\n`);
  await asked;
  await parley.stop();
  // Mail servers and push services that say nothing are not waited for.
  process.exit(0);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`Parley cannot start: ${error.message}\n`);
  process.exitCode = 1;
}
