import type { App } from "../app.ts";
import type { BackupOutcome } from "../store/backups.ts";
import { repeat } from "./rounds.ts";

const retryMs = 60 * 60 * 1000;

/**
 * Makes the backups that are due, and takes down what has become of those that anybody has made. Which node makes one is
 * settled in the store, and when the last was begun as well, so that no restart makes one more.
 */
export const backUpLater = ({ store, backups, clock, log }: App): { stop(): void } => {
  const takeDown = async (outcome: BackupOutcome | null) => {
    const known = await store.findBackup({});
    if (!outcome || outcome.endedAt <= (known?.endedAt ?? 0)) return;
    await store.putBackup(outcome);
    if (outcome.problem === null) log.info("backup.made", { bytes: outcome.bytes, missing: outcome.missing });
    else log.error("backup.failed", { error: outcome.problem });
  };
  const rounds = repeat(log, "back_up.failed", async (isStopped) => {
    await takeDown(await backups.findOutcome());
    const { plan } = backups;
    if (plan === null || !(await store.claimBackup({ everyMs: plan.everyMs, retryMs, at: clock.now() }))) return;
    const outcome = await backups.make(clock.now());
    if (!isStopped()) await takeDown(outcome);
  });
  return {
    stop() {
      rounds.stop();
      backups.stop();
    },
  };
};
