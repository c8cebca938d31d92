import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Room, User } from "@parley/protocol/model";
import sharp from "sharp";
import { buildImage } from "./dockerfile.ts";
import { cookieOf, Person } from "./harness.ts";
import { startProgram, temporaryFolder } from "./program.ts";

const context = join(import.meta.dirname, "../..");

test(
  "the image has all that the program needs and no more, and runs as someone who may write the data folder alone",
  async () => {
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const image = await buildImage(context, folder.path);
    const programFolder = join(image.root, image.workingFolder);

    const files = await readdir(image.root, { recursive: true });
    const unwanted = (await developmentPackages()).map((name) => `parley/node_modules/${name}`);
    const isTest = (path: string) => /^parley\/(protocol|server|client)\/.*\.test\./.test(path);
    expect(unwanted).toContain("parley/node_modules/vite");
    expect(files.filter((path) => unwanted.includes(path) || isTest(path))).toEqual([]);

    // Only root can become someone else; whoever runs this as another user has no rights to give up.
    const user = process.getuid?.() === 0 ? Number(image.user.split(":")[0]) : process.getuid?.();
    expect(user).toBeGreaterThan(0);
    const environment = {
      ...image.environment,
      PATH: `${image.root}/usr/local/bin:/usr/bin:/bin`,
      HOME: "/nonexistent",
      PORT: "0",
      PARLEY_DATA: join(image.root, "data"),
      SQLITE_TMPDIR: join(image.root, "data"),
    };
    const program = await startProgram(environment, programFolder, { command: image.command, user: user ?? 0 });
    const isHealthy = () => {
      const [command = "", ...words] = image.healthCheck;
      const { port } = new URL(program.url);
      return spawnSync(command, words, { cwd: programFolder, env: { ...environment, PORT: port } }).status === 0;
    };
    expect(isHealthy()).toBe(true);

    const stranger = new Person(program.url, {} as User, "");
    const version = JSON.parse(await readFile(join(context, "package.json"), "utf8")).version;
    expect((await stranger.request("GET", "/healthz")).body).toEqual({ status: "ok", version });
    expect((await stranger.request<string>("GET", "/")).body).toContain("<script");
    const answer = await stranger.request<User>("POST", "/api/auth/sign-up", {
      username: "ada",
      password: "a good password",
    });
    const ada = new Person(program.url, answer.body, cookieOf(answer.headers));
    const { rooms } = await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms");
    expect(await ada.send(rooms[0] as Room, "Hello from a container")).toMatchObject({ id: 1 });
    const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: "teal" } })
      .png()
      .toBuffer();
    expect(await ada.ok<User>("PUT", "/api/me/avatar", picture)).toHaveProperty("avatar");

    program.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, errors: "" });
    expect(isHealthy()).toBe(false);
    const kept = await readdir(image.root, { recursive: true });
    expect(kept.filter((path) => !files.includes(path) && !path.startsWith("data/"))).toEqual([]);
    expect(kept).toContain("data/parley.db");
  },
  { timeout: 240_000 },
);

/** What only building and testing needs, and Bun's package, of which the image has the program alone. */
async function developmentPackages(): Promise<readonly string[]> {
  const folders = [".", "protocol", "server", "client", "e2e"];
  const manifests: readonly Manifest[] = await Promise.all(
    folders.map((folder) => readFile(join(context, folder, "package.json"), "utf8").then(JSON.parse)),
  );
  const used = new Set(manifests.slice(1).flatMap(({ dependencies }) => Object.keys(dependencies ?? {})));
  const all = ["bun", ...manifests.flatMap(({ devDependencies }) => Object.keys(devDependencies ?? {}))];
  return all.filter((name) => !used.has(name));
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
