import { expect, test } from "bun:test";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../src/config.ts";
import { startProgram, temporaryFolder } from "./program.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFile(join(root, path), "utf8");
/** What the program makes of settings; throws when there is one that it does not know. */
const configOf = (settings: Readonly<Record<string, string>>) => readConfig("/nonexistent", settings);

test("base.env has settings that exist, and changes nothing until someone does", async () => {
  await using folder = await temporaryFolder();
  await copyFile(join(root, "base.env"), join(folder.path, "base.env"));
  expect(readConfig(folder.path, {})).toEqual(configOf({}));
});

test("compose.yaml has one server at localhost:8000, whose settings are base.env, then override.env if there is one", async () => {
  const { services, volumes } = Bun.YAML.parse(await read("compose.yaml")) as Compose;
  const { parley } = services;
  expect(parley.env_file).toEqual(["base.env", { path: "override.env", required: false }]);
  const { port, hostname, dataFolder } = configOf(parley.environment);
  expect([parley.ports, port, hostname]).toEqual([[`127.0.0.1:8000:${port}`], 8000, "0.0.0.0"]);
  expect([parley.volumes, Object.keys(volumes)]).toEqual([[`data:${dataFolder}`], ["data"]]);
  expect(await read("Dockerfile")).toContain(`HOST=${hostname} PORT=${port} PARLEY_DATA=${dataFolder} `);
  expect(parley).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
});

test("render.yaml starts the program at Render's address, with its data on the disk", async () => {
  const { services } = Bun.YAML.parse(await read("render.yaml")) as Blueprint;
  const [service] = services;
  const settings = Object.fromEntries(service.envVars.map(({ key, value }) => [key, value]));
  const { hostname, dataFolder } = configOf(settings);
  expect([hostname, dataFolder]).toEqual(["0.0.0.0", service.disk.mountPath]);
  expect(service.buildCommand).toContain("npm ci --include=dev && npm exec --workspace client -- vite build");
  await using folder = await temporaryFolder();
  const environment = {
    ...settings,
    PARLEY_DATA: folder.path,
    RENDER_EXTERNAL_URL: "https://parley-1.onrender.com",
  };
  const program = await startProgram(environment, root, { command: ["sh", "-c", service.startCommand] });
  expect(program.url).toBe("https://parley-1.onrender.com");
  program.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0, errors: "" });
});

test("the unit of systemd starts the program, which may write its data folder alone", async () => {
  const unit = await read("hosting/parley.service");
  const directive = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "";
  expect(configOf(Object.fromEntries([directive("Environment").split("=")])).dataFolder).toBe(
    `/var/lib/${directive("StateDirectory")}`,
  );
  expect(directive("ProtectSystem")).toBe("strict");
  await using folder = await temporaryFolder();
  const command = directive("ExecStart")
    .replace(`${directive("WorkingDirectory")}/`, `${root}/`)
    .split(" ");
  const program = await startProgram({ PARLEY_DATA: folder.path }, root, { command });
  program.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0, errors: "" });
});

interface Compose {
  readonly services: { readonly parley: ComposeService };
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface ComposeService {
  readonly env_file: unknown;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
}

interface Blueprint {
  readonly services: readonly [
    {
      readonly buildCommand: string;
      readonly startCommand: string;
      readonly disk: { readonly mountPath: string };
      readonly envVars: readonly { readonly key: string; readonly value: string }[];
    },
  ];
}
