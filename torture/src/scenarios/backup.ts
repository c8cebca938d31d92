import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startBackup, startRestore } from "../backups.ts";
import { readDump } from "../dump.ts";
import type { Stage } from "../stage.ts";
import type { Scenario } from "./scenario.ts";

/** whatever has a backup's name can be restored, and has all that was acknowledged before it was begun. */
export const backup: Scenario = {
  name: "backup",
  about: "a backup under load, every second one killed; each that has its name is restored and read",
  cast: { talkers: 20, rooms: 5, roomsEach: 4, proxied: false, paceMs: 250 },
  full: 100,
  async play(stage, count) {
    const moments = stage.random.fork("kills");
    stage.talk();
    let usualMs = 0;
    let whole = 0;
    for (let n = 0; n < count; n++) {
      const file = join(stage.folder, `${n}.tar`);
      const acknowledged = keysOf(stage);
      const started = performance.now();
      const { child, ended } = startBackup(stage.server.data, file);
      const afterMs = n % 2 === 1 ? moments.between(0, Math.round(usualMs)) : null;
      if (afterMs !== null) {
        await Bun.sleep(afterMs);
        child.kill("SIGKILL");
        stage.fault("backup killed", `after ${afterMs} ms`);
      }
      const { code, errors } = await ended;
      if (afterMs === null) usualMs = performance.now() - started;
      if (code !== null && code !== 0) stage.findings.push(`backup ${n + 1} ended with ${code}: ${errors}`);
      if (!existsSync(file)) {
        if (code === 0) stage.findings.push(`backup ${n + 1} is not there`);
        continue;
      }
      whole += 1;
      await read(stage, n + 1, file, acknowledged);
      await rm(file);
    }
    stage.fault("backups", `${whole} of ${count} were let end, and were restored`);
    if (whole < Math.ceil(count / 2)) stage.findings.push(`only ${whole} of ${count} backups ended`);
  },
};

/** Under which keys messages have been acknowledged by now. */
const keysOf = (stage: Stage): ReadonlySet<string> =>
  new Set(stage.history.events.flatMap((event) => (event.type === "ok" && event.sent ? [event.sent.key] : [])));

async function read(stage: Stage, number: number, file: string, acknowledged: ReadonlySet<string>): Promise<void> {
  const folder = join(stage.folder, "restored");
  const { code, errors } = await startRestore(folder, file).ended;
  if (code !== 0) {
    stage.findings.push(`backup ${number} cannot be restored: ${errors}`);
    return;
  }
  const { messages, damage, brokenBlobs } = readDump(folder, stage.rooms);
  const kept = new Set(messages.map(({ key }) => key));
  const lost = [...acknowledged].filter((key) => !kept.has(key));
  if (lost.length > 0) stage.findings.push(`backup ${number} has lost ${lost.length} acknowledged messages`);
  for (const fault of [...damage, ...brokenBlobs]) stage.findings.push(`backup ${number}: ${fault}`);
  await rm(folder, { recursive: true });
}
