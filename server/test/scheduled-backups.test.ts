import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AuditPage } from "@parley/protocol/http/admin";
import type { Overview } from "@parley/protocol/model";
import { runBackup } from "./backup-stage.ts";
import { type Person, startServer } from "./harness.ts";
import { temporaryFolder } from "./program.ts";

const hourMs = 60 * 60 * 1000;
type Last = NonNullable<Overview["backup"]["last"]>;

const backupOf = async (ada: Person) => (await ada.ok<Overview>("GET", "/api/admin/overview")).backup;

/** Waits until the overview tells of another backup than this one. */
async function next(ada: Person, before: Last | null): Promise<Last> {
  for (;;) {
    const { last } = await backupOf(ada);
    if (last && last.at !== before?.at) return last;
    await Bun.sleep(20);
  }
}

test("[BA7] backups are made as planned, once each, and the oldest go when there are enough", async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, "backups");
  await mkdir(folder);
  await using server = await startServer({ backup: { folder, everyMs: 24 * hourMs, keep: 2 } });
  const ada = await server.signUp("ada");
  expect((await backupOf(ada)).plan).toEqual({ everyMs: 24 * hourMs, keep: 2 });
  let last = await next(ada, null);
  expect(last).toEqual({ at: last.at, bytes: expect.any(Number), missing: 0 });
  expect(last.bytes).toBeGreaterThan(10_000);
  const names = [...(await readdir(folder))];
  expect(names).toEqual([expect.stringMatching(/^parley-\d{8}T\d{6}Z\.tar$/)]);
  // A restart makes none that is not due.
  await server.restart();
  server.clock.advance(23 * hourMs);
  await server.restart();
  expect(await readdir(folder)).toEqual(names);
  for (let day = 0; day < 2; day++) {
    server.clock.advance(24 * hourMs);
    await server.restart();
    last = await next(ada, last);
    names.push(...(await readdir(folder)).filter((name) => !names.includes(name)));
  }
  expect((await readdir(folder)).sort()).toEqual(names.slice(1).sort());
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit?act=backup.made");
  expect(entries).toMatchObject(Array(3).fill({ target: { kind: "workspace" } }));
});

test("[BA7] a failure shows, in the overview and in the audit log, and is tried again within the hour", async () => {
  await using place = await temporaryFolder();
  const folder = join(place.path, "backups");
  await using server = await startServer({ backup: { folder, everyMs: 24 * hourMs, keep: 2 } });
  const ada = await server.signUp("ada");
  const failed = await next(ada, null);
  expect(failed).toMatchObject({ bytes: 0, problem: `There is no folder ${folder}.` });
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit?act=backup.failed");
  expect(entries).toMatchObject([{ detail: failed.problem }]);
  await mkdir(folder);
  await server.restart();
  expect((await backupOf(ada)).last).toEqual(failed);
  server.clock.advance(hourMs);
  await server.restart();
  expect((await next(ada, failed)).problem).toBeUndefined();
  expect(await readdir(folder)).toHaveLength(1);
});

test("[BA7] one that is made by hand is told of too, and no server makes any unless it is told to", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada");
  expect(await backupOf(ada)).toEqual({ plan: null, last: null });
  const file = join(server.folder, "by-hand.tar");
  const environment = { PARLEY_DATA: server.folder };
  const { errors } = await runBackup(server.folder, [file], environment).ended;
  expect([errors, existsSync(file)]).toEqual(["", true]);
  await server.restart();
  const made = await next(ada, null);
  expect(made).not.toHaveProperty("problem");
  await runBackup(server.folder, [file], environment).ended;
  await server.restart();
  expect((await next(ada, made)).problem).toMatch(/^There is a file .*by-hand\.tar already/);
  await rm(file);
});
