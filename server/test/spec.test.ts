import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

test("every rule of SPEC.md stands there once and has a test that begins with its id, and every cited rule exists", () => {
  const spec = readFileSync(join(root, "protocol/SPEC.md"), "utf8");
  const rules = [...spec.matchAll(/^\| ([A-Z]{2}\d+) +\|/gm)].map(([, id]) => id);
  const tests = ["protocol", "server", "client", "e2e"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /(\.(test|spec)|\/contract(\/[a-z-]+)?)\.tsx?$/.test(path) && !path.includes("node_modules"))
      .map((path) => readFileSync(join(root, folder, path), "utf8")),
  );
  const cited = new Set(tests.flatMap((text) => [...text.matchAll(/\[([A-Z]{2}\d+)\]/g)].map(([, id]) => id)));
  expect(rules.length).toBeGreaterThan(40);
  expect(rules.filter((id, index) => rules.indexOf(id) !== index)).toEqual([]);
  expect(rules.filter((id) => !cited.has(id))).toEqual([]);
  expect([...cited].filter((id) => !rules.includes(id))).toEqual([]);
});

test("every line of docs/seeds.md that is done names a test that exists, and a place that does", () => {
  const page = readFileSync(join(root, "docs/seeds.md"), "utf8");
  const lines = page.split("\n").filter((line) => line.startsWith("| ✓"));
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) {
    const [, , places = "", shown = ""] = line.replace(/ \|$/, "").split(" | ");
    const [, path = "", name = ""] = /^`([^`]+)`: (.+)$/.exec(shown) ?? [];
    const text = existsSync(join(root, path)) && path !== "" ? readFileSync(join(root, path), "utf8") : "";
    expect([line, text.includes(name) && name !== ""]).toEqual([line, true]);
    for (const [, place = ""] of places.matchAll(/`([^`]+)`/g)) {
      const found = ["", "server/src", "server/src/store", "server/src/transport", "client/src"].some((folder) =>
        existsSync(join(root, folder, place)),
      );
      expect([line, place, found]).toEqual([line, place, true]);
    }
  }
});
