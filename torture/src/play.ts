import type { Invariant, Violation } from "./checker/check.ts";
import type { History } from "./history.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { Stage } from "./stage.ts";

/** An invariant, or what a scenario has found beyond them. */
export type Broken = Invariant | "finding";

/** What came of one scenario. */
export interface Report {
  readonly scenario: string;
  readonly seed: string;
  readonly count: number;
  readonly passed: boolean;
  readonly seconds: number;
  readonly numbers: Numbers;
  /** What does not hold. */
  readonly broken: readonly Broken[];
  /** For people: everything above, and where to look. */
  readonly text: string;
}

export interface Numbers {
  readonly talkers: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Confirmed messages that clients have shown, each on each client. */
  readonly shown: number;
}

export interface PlayOptions {
  readonly seed: string;
  readonly count: number;
  readonly talkers: number;
  /** Whether what shows something is kept. */
  readonly keep: boolean;
  /** How long faults may take to heal. */
  readonly healMs: number;
}

const linesMax = 20;

/** Plays a scenario and judges it. What shows something is kept, with the command that plays it again. */
export async function play(scenario: Scenario, { seed, count, talkers, keep, healMs }: PlayOptions): Promise<Report> {
  const started = performance.now();
  const stage = await Stage.open(scenario.name, { ...scenario.cast, seed, talkers, healMs });
  try {
    await scenario.play(stage, count);
  } catch (error) {
    stage.findings.push(`it broke off: ${error instanceof Error ? error.stack : error}`);
  }
  const violations = await stage.judge();
  const passed = violations.length === 0 && stage.findings.length === 0;
  await stage.close({ keep: keep && !passed });
  const seconds = Math.round((performance.now() - started) / 1000);
  const numbers = countActs(stage.history, talkers);
  const found = stage.findings.map((): Broken => "finding");
  const broken = [...new Set([...violations.map(({ invariant }) => invariant), ...found])].sort();
  const text = describe({ scenario: scenario.name, seed, count, passed, seconds, numbers, broken }, violations, stage);
  return { scenario: scenario.name, seed, count, passed, seconds, numbers, broken, text };
}

function countActs({ events }: History, talkers: number): Numbers {
  const sends = new Set<number>();
  let [sent, acknowledged, refused, shown] = [0, 0, 0, 0];
  for (const event of events) {
    if (event.type === "invoke" && event.what === "send") {
      sent++;
      sends.add(event.act);
    } else if (event.type === "ok" && sends.has(event.act)) acknowledged++;
    else if (event.type === "fail" && sends.has(event.act)) refused++;
    else if (event.type === "shown") shown += event.messages.length;
  }
  return { talkers, sent, acknowledged, refused, shown };
}

function describe(report: Omit<Report, "text">, violations: readonly Violation[], { findings, folder }: Stage): string {
  const { scenario, seed, count, passed, seconds, numbers } = report;
  const { talkers, sent, acknowledged, shown } = numbers;
  const head = `${scenario} × ${count}, ${talkers} talkers: ${sent} sent, ${acknowledged} acknowledged, shown ${shown} times, ${seconds} s`;
  if (passed) return `${head}: all invariants hold`;
  const lines = [...findings, ...violations.map(({ invariant, found }) => `${invariant}: ${found}`)];
  return [
    `${head}: FAILED`,
    ...lines.slice(0, linesMax).map((line) => `  ${line}`),
    ...(lines.length > linesMax ? [`  … and ${lines.length - linesMax} more`] : []),
    `  Everything is in ${folder}. Again: npm run torture -- --scenario ${scenario} --seed ${seed} --count ${count} --talkers ${talkers}`,
  ].join("\n");
}
