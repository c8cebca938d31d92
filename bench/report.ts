import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";

const isSmall = process.argv.includes("--small");
const isSaved = process.argv.includes("--save");

/** What a scenario finds: shown as it comes, and with `--save` kept as a dated file with the machine described. */
export class Report {
  readonly #scenario: string;
  readonly #lines: string[] = [];

  constructor(scenario: string, question: string) {
    if (isSmall && isSaved) throw new Error("What --small measures is too little to be saved.");
    this.#scenario = scenario;
    this.line(`# ${scenario}, ${today()}`);
    this.line();
    this.line(question);
    this.line();
    this.line(`${describeMachine()}; load average at the start ${loadavg()[0]?.toFixed(1)}.`);
    this.line();
  }

  line(text = ""): void {
    this.#lines.push(text);
    console.log(text);
  }

  /** Words on the left, numbers on the right. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
    const toLine = (cells: readonly string[]) =>
      `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
    this.line(toLine(headings));
    this.line(
      `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`,
    );
    for (const row of rows) this.line(toLine(row));
    this.line();
  }

  save(): void {
    if (!isSaved) return;
    const folder = join(import.meta.dirname, "results");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${today()}-${this.#scenario}.md`), `${this.#lines.join("\n").trim()}\n`);
  }
}

/** `--small` is to see that a scenario works. Its figures mean nothing. */
export function sized<T>(full: T, small: T): T {
  return isSmall ? small : full;
}

export const thousands = (value: number): string => Math.round(value).toLocaleString("en");

const today = (): string => new Date().toISOString().slice(0, 10);

function describeMachine(): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
  const changed = outputOf("git", "status", "--porcelain", "--untracked-files=no") === "" ? "" : " with changes";
  const commit = `${outputOf("git", "rev-parse", "--short", "HEAD")}${changed}`;
  return `${machine}, Bun ${process.versions.bun}, Node ${outputOf("node", "--version").slice(1)}; commit ${commit}`;
}

function outputOf(command: string, ...words: readonly string[]): string {
  return spawnSync(command, words, { cwd: import.meta.dirname, encoding: "utf8" }).stdout?.trim() ?? "unknown";
}
