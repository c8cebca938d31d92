import { expect, test } from "bun:test";
import { faults } from "../faults/faults.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { applyPatch } from "./scratch.ts";

test("a fault whose place is gone, or not the only one, is refused", () => {
  const patch = { file: "some.ts", find: "right", replace: "wrong" };
  expect(applyPatch("all right then", patch, "some")).toBe("all wrong then");
  for (const text of ["nothing", "right and right"]) {
    expect(() => applyPatch(text, patch, "some")).toThrow("some must be written anew");
  }
});

test("every fault still fits the source, and there is a scenario to bring it to light", async () => {
  for (const { name, patches, run } of faults) {
    const texts = new Map<string, string>();
    for (const patch of patches) {
      const text = texts.get(patch.file) ?? (await Bun.file(`${import.meta.dir}/../../${patch.file}`).text());
      texts.set(patch.file, applyPatch(text, patch, name));
    }
    expect(scenarios.map((scenario) => scenario.name)).toContain(run.scenario);
  }
});
