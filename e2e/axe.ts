import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Visitor } from "./visitor.ts";

// The page's policy allows no foreign script elements, so it is evaluated from outside.
const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in the page as it stands. */
export const violationsIn = (visitor: Visitor): Promise<readonly string[]> =>
  run(visitor, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);

/** The same of its colours alone, where another theme shows what was looked at already. */
export const colourViolationsIn = (visitor: Visitor): Promise<readonly string[]> =>
  run(visitor, { type: "rule", values: ["color-contrast", "link-in-text-block"] });

async function run({ page }: Visitor, runOnly: axe.RunOptions["runOnly"] & {}): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  return page.evaluate(async (rules) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
      preload: false,
      runOnly: rules,
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
    );
  }, runOnly);
}
