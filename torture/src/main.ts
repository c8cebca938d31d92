import { parseArgs } from "node:util";
import { faults } from "../faults/faults.ts";
import { play, type Report } from "./play.ts";
import { writeResults } from "./results.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { lookFor } from "./self-test.ts";

const help = `npm run torture -- [--short | --self-test | --scenario NAME] [--seed SEED] [--count N] [--talkers N] [--heal SECONDS]

Without any: all scenarios in full, and a dated file in torture/results.
--short: a little of the most telling ones, and whether three faults are found.
--self-test: whether each fault that is put into a copy of the source is found (--fault NAME: one of them).

Scenarios:
${scenarios.map(({ name, about, full }) => `  ${name.padEnd(12)} ${about} (in full: ${full})`).join("\n")}
Faults:
${faults.map(({ name, about }) => `  ${name.padEnd(24)} ${about}`).join("\n")}`;

/** What of each scenario is played with `--short`. */
const short: readonly (readonly [scenario: string, count: number, talkers: number])[] = [
  ["kill", 10, 30],
  ["drops", 2, 50],
];
const shortFaults = ["ack-before-commit", "stranger-resumes", "unread-after-delete"];

const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    fault: { type: "string" },
    seed: { type: "string" },
    count: { type: "string" },
    talkers: { type: "string" },
    heal: { type: "string" },
    short: { type: "boolean", default: false },
    "self-test": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    "no-keep": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const seed = values.seed ?? String(Date.now() % 1_000_000);
const isNumber = (text: string | undefined) => text === undefined || /^[1-9]\d{0,5}$/.test(text);
const isKnown = values.scenario === undefined || scenarios.some(({ name }) => name === values.scenario);
if (values.help || !isKnown || !isNumber(values.count) || !isNumber(values.talkers) || !isNumber(values.heal)) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
let passed = true;
if (values["self-test"]) {
  await selfTest(faults.filter(({ name }) => values.fault === undefined || name === values.fault));
} else if (values.short) {
  for (const [name, count, talkers] of short) await playOne(name, count, talkers);
  await selfTest(faults.filter(({ name }) => shortFaults.includes(name)));
} else if (values.scenario !== undefined) {
  await playOne(values.scenario, values.count, values.talkers);
} else {
  const reports: Report[] = [];
  for (const { name } of scenarios) reports.push(await playOne(name, values.count, values.talkers));
  await writeResults(reports, seed);
}
process.exit(passed ? 0 : 1);

async function playOne(name: string, count?: string | number, talkers?: string | number): Promise<Report> {
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  const report = await play(scenario, {
    seed,
    count: Number(count ?? scenario.full),
    talkers: Number(talkers ?? scenario.cast.talkers),
    keep: !values["no-keep"],
    healMs: Number(values.heal ?? 60) * 1000,
  });
  console.log(values.json ? JSON.stringify(report) : report.text);
  passed &&= report.passed;
  return report;
}

async function selfTest(chosen: typeof faults): Promise<void> {
  for (const fault of chosen) {
    const { caught, text } = await lookFor(fault, seed);
    console.log(text);
    passed &&= caught;
  }
}
