import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../random.ts";
import { record } from "./crash-images.ts";
import { checkImages, type Images, isComplete, isDatabaseFile } from "./images.ts";
import { stepsOf } from "./strace.ts";
import { checkSyncOrder, type SyncOrder } from "./sync-order.ts";
import { keyPattern, talkTraced } from "./talk.ts";

export interface PlayDiskOptions {
  /** Where it works; empty, or not there yet. */
  readonly folder: string;
  readonly sends: number;
  readonly images: number;
  readonly random: Random;
}

export interface DiskPlay {
  readonly order: SyncOrder;
  readonly images: Images;
  readonly findings: readonly string[];
  /** For people. */
  readonly text: string;
}

/**
 * Looks at what the program asks of the operating system while it is talked to. A kill cannot find a sync that is missing: the
 * system keeps what it was given. What a power cut leaves can be told from the order of the calls, and is tried.
 */
export async function playDisk({ folder, sends, images: count, random }: PlayDiskOptions): Promise<DiskPlay> {
  await mkdir(folder, { recursive: true });
  const { log, acknowledged } = await talkTraced(folder, sends);
  const order = await checkSyncOrder(stepsOf(log), keyPattern);
  const recording = await record(stepsOf(log), isDatabaseFile, keyPattern);
  const findings: string[] = [];
  if (order.early.length > 0)
    findings.push(`${order.early.length} of ${order.told} were told before they were on disk`);
  const untold = acknowledged.filter((key) => !recording.told.has(key));
  if (untold.length > 0) findings.push(`${untold.length} acknowledgements are not in the log`);
  if (!(await isComplete(recording))) findings.push("the log does not lead to the files that there are");
  const images = await checkImages(recording, count, random, join(folder, "image"));
  findings.push(...images.findings);
  const text = `${order.told} messages, told after ${order.syncs} syncs; ${images.count} power cuts, ${images.looked} acknowledged messages looked for: ${findings.length} findings`;
  return { order, images, findings, text };
}
