import { mkdir } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { Report } from "./play.ts";

const folder = join(import.meta.dirname, "../results");

/** Writes what a full run has shown into a dated file, with the machine that it ran on. */
export async function writeResults(reports: readonly Report[], seed: string): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Bun ${process.versions.bun}`;
  const rows = reports.map(({ scenario, count, numbers, seconds, passed, broken }) => {
    const { talkers, sent, acknowledged, shown } = numbers;
    const verdict = passed ? "all hold" : `**broken: ${broken.join(", ")}**`;
    return `| ${scenario} | ${count} | ${talkers} | ${sent} | ${acknowledged} | ${shown} | ${seconds} s | ${verdict} |`;
  });
  await mkdir(folder, { recursive: true });
  await Bun.write(
    join(folder, `${day}.md`),
    `# Torture, ${day}

${machine}. \`npm run torture -- --seed ${seed}\`

| scenario | times | talkers | messages sent | acknowledged | shown on clients | time | invariants |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`,
  );
}
