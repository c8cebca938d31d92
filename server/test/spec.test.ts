import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

test("every rule of SPEC.md has a test that begins with its id, and every cited rule exists", () => {
  const spec = readFileSync(join(root, "protocol/SPEC.md"), "utf8");
  const rules = [...spec.matchAll(/^\| ([A-Z]{2}\d+) +\|/gm)].map(([, id]) => id);
  const tests = ["protocol", "server", "client", "e2e"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /(\.(test|spec)|\/contract(-[a-z]+)?)\.tsx?$/.test(path) && !path.includes("node_modules"))
      .map((path) => readFileSync(join(root, folder, path), "utf8")),
  );
  const cited = new Set(tests.flatMap((text) => [...text.matchAll(/\[([A-Z]{2}\d+)\]/g)].map(([, id]) => id)));
  expect(rules.length).toBeGreaterThan(40);
  expect(rules.filter((id) => !cited.has(id))).toEqual([]);
  expect([...cited].filter((id) => !rules.includes(id))).toEqual([]);
});
