import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditPage } from "@parley/protocol/http/admin";
import {
  everyMessage,
  keepTalking,
  namesIn,
  runBackup,
  runRestore,
  sendFile,
  signIn,
  startWorkspace,
} from "./backup-stage.ts";
import { Person } from "./harness.ts";
import { drawPicture } from "./pictures.ts";
import { startProgram, temporaryFolder } from "./program.ts";

/** How many backups the killing test makes, half of them whole: more for a release. */
const rounds = Number(process.env.PARLEY_BACKUPS ?? 8);

/** The one line of a program that was refused. */
function refused({ code, output, errors }: { code: number | null; output: string; errors: string }): string {
  expect([code, output]).toEqual([1, ""]);
  expect(errors).toMatch(/^[^\n]+\n$/);
  return errors.trim();
}

test("[BA1] a backup under load has all that was acknowledged before, and is a workspace again elsewhere", async () => {
  await using workspace = await startWorkspace();
  const { ada, lin, general, folder } = workspace;
  const picture = await drawPicture(900, 300);
  await sendFile(lin, general, "words.txt", "the words");
  const pictured = await sendFile(ada, general, "picture.png", picture);
  await ada.ok("PUT", "/api/me/avatar", await drawPicture(300, 300));
  const secret = await lin.createRoom("Secret", "private");
  await lin.send(secret, "nobody else");
  const talk = keepTalking([ada, lin, ada, lin], general);
  while (talk.acknowledged.size < 200) await Bun.sleep(5);
  const before = new Map(talk.acknowledged);
  const made = await runBackup(folder, ["one.tar"]).ended;
  const during = talk.acknowledged.size;
  await talk.stop();
  expect([made.code, made.errors]).toEqual([0, ""]);
  expect(made.output).toMatch(
    /^one\.tar: \d+ bytes, as it was at .* messages and 3 files\. It was restored and checked\.\n$/,
  );
  // Nobody waited for it.
  expect(during).toBeGreaterThan(before.size);
  expect((await stat(join(folder, "one.tar"))).mode & 0o777).toBe(0o600);
  expect(await namesIn(folder)).toEqual(["data", "one.tar"]);

  await using elsewhere = await temporaryFolder();
  const restored = await runRestore(elsewhere.path, [join(folder, "one.tar")]).ended;
  expect([restored.code, restored.errors]).toEqual([0, ""]);
  expect((await stat(join(elsewhere.path, "data"))).mode & 0o777).toBe(0o700);
  expect(await namesIn(join(elsewhere.path, "data"))).toEqual(["files", "parley.db", "parley.lock"]);
  const { url, kill, ended } = await startProgram({}, elsewhere.path);
  const again = await signIn(url, "lin");
  const messages = await everyMessage(again, general);
  expect(messages.map(({ id }) => id)).toEqual(messages.map((_, index) => index + 1));
  for (const [id, content] of before) expect(messages[id - 1]?.content).toBe(content);
  for (const { id, content } of messages.slice(pictured.id)) expect(content).toBe(talk.acknowledged.get(id) ?? "");
  const file = messages[pictured.id - 1]?.attachments?.[0];
  expect(Buffer.compare((await again.download(`/api/files/${file?.id}`)).bytes, picture)).toBe(0);
  expect((await again.download(`/api/files/${file?.id}/thumbnail`)).status).toBe(200);
  const { avatar } = await again.ok<{ avatar?: string }>("GET", "/api/users/ada");
  expect((await again.download(`/api/avatars/${avatar}`)).status).toBe(200);
  expect((await again.messages(secret)).messages.map(({ content }) => content)).toEqual(["nobody else"]);
  kill("SIGTERM");
  await ended;
});

test("[BA1] other tools open it and check it", async () => {
  await using workspace = await startWorkspace();
  const { ada, general, folder } = workspace;
  await sendFile(ada, general, "words.txt", "the words");
  await workspace.stop();
  // The server need not run.
  expect((await runBackup(folder, ["one.tar"]).ended).code).toBe(0);
  const opened = join(folder, "opened");
  await mkdir(opened);
  const tar = Bun.spawnSync(["tar", "-xvf", join(folder, "one.tar"), "-C", opened]);
  expect(tar.stdout.toString().trim().split("\n")).toEqual([
    "manifest.json",
    "parley.db",
    expect.stringMatching(/^files\/\w\w\/F\w+$/),
    "lost.json",
    "SHA256SUMS",
  ]);
  expect(Bun.spawnSync(["sha256sum", "--check", "--strict", "SHA256SUMS"], { cwd: opened }).exitCode).toBe(0);
  const manifest = JSON.parse(await readFile(join(opened, "manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ format: 1, engine: "sqlite", rows: { messages: 1, users: 2, files: 1 } });
  expect(manifest.heads[`room:${general.id}`]).toBeGreaterThan(0);
});

test(
  "[BA2] one that is killed at any moment leaves nothing under its name, and the next removes what it leaves",
  async () => {
    await using workspace = await startWorkspace();
    const { ada, lin, general, folder } = workspace;
    for (let n = 0; n < 20; n++) await sendFile(lin, general, `file-${n}`, "y".repeat(50_000 + n));
    const talk = keepTalking([ada, lin], general);
    await using elsewhere = await temporaryFolder();
    const usual = performance.now();
    expect((await runBackup(folder, ["usual.tar"]).ended).code).toBe(0);
    const usualMs = performance.now() - usual;
    let killed = 0;
    for (let round = 0; round < rounds; round++) {
      const file = join(folder, `${round}.tar`);
      const before = new Map(talk.acknowledged);
      const backup = runBackup(folder, [file]);
      if (round % 2 === 0) {
        await Bun.sleep(Math.random() * usualMs);
        backup.kill();
        const { code } = await backup.ended;
        if (code === null) killed++;
        if (code === null && !existsSync(file)) continue;
      }
      const { code, errors } = await backup.ended;
      if (code !== null) expect([code, errors]).toEqual([0, ""]);
      // Whatever has its name is whole, also when its maker was killed a moment later.
      const restored = await runRestore(elsewhere.path, [file, "--replace"]).ended;
      expect([restored.code, restored.errors]).toEqual([0, ""]);
      const { url, kill, ended } = await startProgram({}, elsewhere.path);
      const messages = await everyMessage(await signIn(url, "lin"), general);
      expect(messages.map(({ id }) => id)).toEqual(messages.map((_, index) => index + 1));
      expect([...before].filter(([id, content]) => messages[id - 1]?.content !== content)).toEqual([]);
      kill("SIGTERM");
      await ended;
      await rm(join(elsewhere.path, "data"), { recursive: true });
    }
    await talk.stop();
    expect(killed).toBeGreaterThan(0);
    expect((await runBackup(folder, ["last.tar"]).ended).code).toBe(0);
    expect((await namesIn(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  },
  60_000 + rounds * 20_000,
);

test("[BA2] a name that is taken, a folder that is not there and a disk that is too small are clear", async () => {
  await using workspace = await startWorkspace();
  const { folder } = workspace;
  await writeFile(join(folder, "taken.tar"), "x");
  expect(refused(await runBackup(folder, ["taken.tar"]).ended)).toMatch(/^There is a file .*taken\.tar already/);
  expect(refused(await runBackup(folder, ["nowhere/one.tar"]).ended)).toMatch(/^There is no folder .*nowhere\.$/);
  expect(refused(await runBackup(join(folder, "data"), ["one.tar"]).ended)).toMatch(/^There is no workspace in /);
  for (const words of [[], ["one.tar", "two.tar"], ["--all"]]) {
    const { code, output, errors } = await runBackup(folder, words).ended;
    expect([code, output]).toEqual([2, ""]);
    expect(errors).toContain("npm run backup -- FILE");
  }
  expect(await namesIn(folder)).toEqual(["data", "taken.tar"]);
});

test("[BA4] a restore touches no running server, and replaces a workspace only when told to, keeping it", async () => {
  await using workspace = await startWorkspace();
  const { ada, lin, general, folder } = workspace;
  await sendFile(lin, general, "kept", "kept");
  expect((await runBackup(folder, ["one.tar"]).ended).code).toBe(0);
  await sendFile(lin, general, "later", "later");
  expect(refused(await runRestore(folder, ["one.tar", "--replace"]).ended)).toMatch(
    /^Parley is running on the data folder/,
  );
  expect(await ada.ok<object>("GET", "/api/me")).toMatchObject({ username: "ada" });
  await workspace.stop("SIGKILL");
  expect(refused(await runRestore(folder, ["one.tar"]).ended)).toMatch(/^There is a workspace in the data folder/);
  const restored = await runRestore(folder, ["one.tar", "--replace"]).ended;
  expect(restored.output).toMatch(
    /^Restored as it was at .* with 1 messages and 1 files\.\nWhat was there before is in /,
  );
  const before = restored.output.trim().split(" ").at(-1) ?? "";
  const old = (await readdir(before.replace(/\.$/, ""), { recursive: true })).map(String);
  expect(old.filter((name) => /^files\/..\/F\w+$/.test(name))).toHaveLength(2);
  expect(old).toContain("parley.db");
  const url = await workspace.start();
  const messages = await everyMessage(await signIn(url, "lin"), general);
  expect(messages.map(({ content }) => content)).toEqual(["kept"]);
});

test("[BA5] nobody is signed in after a restore, links are void, and the audit log tells of it", async () => {
  await using workspace = await startWorkspace();
  const { ada, lin, general, folder } = workspace;
  await ada.send(general, "one");
  const { url: link } = await ada.ok<{ url: string }>("POST", `/api/admin/users/${lin.user.id}/reset-link`);
  expect((await runBackup(folder, ["one.tar"]).ended).code).toBe(0);
  await workspace.stop();
  expect((await runRestore(folder, ["one.tar", "--replace"]).ended).code).toBe(0);
  const url = await workspace.start();
  expect(await new Person(url, ada.user, ada.cookie).refusal("GET", "/api/me")).toBe("not_signed_in");
  const token = link.split("#")[1];
  const stranger = new Person(url, ada.user, "");
  expect(await stranger.refusal("POST", "/api/auth/resets", { token, password: "another good one" })).toBe(
    "reset_unusable",
  );
  const again = await signIn(url, "ada");
  const { entries } = await again.ok<AuditPage>("GET", "/api/admin/audit?act=workspace.restored");
  expect(entries).toMatchObject([{ target: { kind: "workspace" }, detail: expect.stringMatching(/^as it was at 2/) }]);

  await workspace.stop();
  expect((await runRestore(folder, ["one.tar", "--replace", "--keep-sessions"]).ended).code).toBe(0);
  const kept = new Person(await workspace.start(), ada.user, ada.cookie);
  expect(await kept.ok<object>("GET", "/api/me")).toMatchObject({ username: "ada" });
});

test("[BA6] a file that is gone or damaged is told of, and the message is restored without it", async () => {
  await using workspace = await startWorkspace();
  const { ada, lin, general, folder } = workspace;
  for (const name of ["whole", "gone", "damaged"]) await sendFile(lin, general, name, `the bytes of ${name}`);
  await lin.ok("PUT", "/api/me/avatar", await drawPicture(300, 300));
  const { avatar } = await ada.ok<{ avatar: string }>("GET", "/api/users/lin");
  const sent = await everyMessage(ada, general);
  const pathOf = (id = "") => join(folder, "data/files", id.slice(1, 3), id);
  const idOf = (index: number) => sent[index]?.attachments?.[0]?.id ?? "";
  await rm(pathOf(idOf(1)));
  await writeFile(pathOf(idOf(2)), "the bytes of damagEd");
  await rm(pathOf(avatar));
  const made = await runBackup(folder, ["one.tar"]).ended;
  expect([made.code, made.output]).toEqual([0, expect.stringContaining("and 1 files")]);
  expect(made.errors).toMatch(/^3 files are not in the data folder, or damaged there: /);
  for (const id of [idOf(1), idOf(2), avatar]) expect(made.errors).toContain(id);
  await workspace.stop();
  const restored = await runRestore(folder, ["one.tar", "--replace"]).ended;
  expect(restored.output).toContain("3 files were removed while the backup was made, or missing.");
  const again = await signIn(await workspace.start(), "ada");
  const messages = await everyMessage(again, general);
  expect(messages.map(({ content, attachments }) => [content, attachments?.length])).toEqual([
    ["whole", 1],
    ["gone", undefined],
    ["damaged", undefined],
  ]);
  expect((await again.download(`/api/files/${idOf(0)}`)).status).toBe(200);
  expect(await again.ok<object>("GET", "/api/users/lin")).not.toHaveProperty("avatar");
});

test("[BA6] files of another place stay there, and the archive says so", async () => {
  await using workspace = await startWorkspace();
  const { ada, general, folder } = workspace;
  await sendFile(ada, general, "words", "words");
  const s3 = {
    PARLEY_FILES: "s3",
    PARLEY_S3_ENDPOINT: "http://localhost:1",
    PARLEY_S3_BUCKET: "b",
    PARLEY_S3_ACCESS_KEY: "key",
    PARLEY_S3_SECRET_KEY: "secret",
  };
  const made = await runBackup(folder, ["one.tar"], s3).ended;
  expect([made.code, made.errors]).toEqual([0, ""]);
  expect(made.output).toContain("Files are not in it: they are where PARLEY_FILES=s3 keeps them.");
  expect(await readFile(join(folder, "one.tar"), "latin1")).not.toContain("files/");
  await workspace.stop();
  const restored = await runRestore(folder, ["one.tar", "--replace"], s3).ended;
  expect([restored.code, restored.errors]).toEqual([0, ""]);
  // What lies in the folder was not replaced.
  const again = await signIn(await workspace.start(), "ada");
  const [message] = await everyMessage(again, general);
  expect((await again.download(`/api/files/${message?.attachments?.[0]?.id}`)).status).toBe(200);
});

/** A disk of so many KiB, mounted for one program and nobody else. */
const onSmallDisk = (size: number, folder: string) => {
  const mount = `mount -t tmpfs -o size=${size}k tmpfs "${folder}" && exec "$@"`;
  return ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh"];
};
const canMount = Bun.spawnSync(["unshare", "--mount", "--map-root-user", "true"]).exitCode === 0;

test.skipIf(!canMount)("[BA2] [BA4] a full disk is told in one line, and leaves things as they were", async () => {
  await using workspace = await startWorkspace();
  const { ada, general, folder } = workspace;
  await sendFile(ada, general, "large", "z".repeat(3_000_000));
  const small = join(folder, "small");
  await mkdir(small);
  expect(refused(await runBackup(folder, ["small/one.tar"], {}, onSmallDisk(8192, small)).ended)).toMatch(
    /^A backup may need \d+ MiB on the disk of .*small, and there are 8 MiB: make room/,
  );
  expect((await runBackup(folder, ["one.tar"]).ended).code).toBe(0);
  const restored = runRestore(folder, ["one.tar"], { PARLEY_DATA: small }, onSmallDisk(8192, small));
  expect(refused(await restored.ended)).toMatch(
    /^The restore needs 68 MiB on the disk of .*small, and there are 8 MiB/,
  );
});
