import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Fault } from "../faults/fault.ts";
import type { Report } from "./play.ts";
import { createScratch } from "./scratch.ts";

/** What came of looking for one fault. */
export interface Finding {
  readonly fault: Fault;
  readonly caught: boolean;
  readonly text: string;
}

/** A plan may miss the moment that a fault needs, so it gets a few of them before it counts as not found. */
const plans = 3;
/** What a fault has broken does not heal: there is no point in waiting long for it. */
const healSeconds = "8";

/** Puts a fault into a copy of the source and plays there what brings it to light, as the same command does here. */
export async function lookFor(fault: Fault, seed: string): Promise<Finding> {
  await using scratch = await createScratch(fault);
  const { scenario, count, talkers } = fault.run;
  const main = join(scratch.folder, "torture/src/main.ts");
  const options = ["--scenario", scenario, "--count", String(count), "--talkers", String(talkers)];
  const command = [process.execPath, main, ...options, "--heal", healSeconds, "--json", "--no-keep"];
  const found: string[] = [];
  let caught = false;
  while (!caught && found.length < plans) {
    const output = await outputOf([...command, "--seed", `${seed}${found.length === 0 ? "" : `-${found.length}`}`]);
    const report = parseReport(output);
    caught = report?.broken.includes(fault.caughtBy) ?? false;
    found.push(report ? `${report.broken.join(", ") || "nothing"} broken, in ${report.seconds} s` : output);
  }
  const verdict = caught ? "caught" : "NOT CAUGHT";
  return {
    fault,
    caught,
    text: `${verdict} by ${fault.caughtBy}: ${fault.name}, ${fault.about} (${found.join("; ")})`,
  };
}

function outputOf([command = "", ...args]: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.on("close", () => resolve(output)));
}

function parseReport(output: string): Report | null {
  const line = output.split("\n").find((each) => each.startsWith('{"scenario"'));
  return line === undefined ? null : (JSON.parse(line) as Report);
}
