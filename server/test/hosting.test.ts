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

test("compose.cluster.yaml has three servers that share a database, a broker and files, and a proxy that knows them", async () => {
  const { services, networks } = Bun.YAML.parse(await read("compose.cluster.yaml")) as Cluster;
  const { proxy, database, broker, ...nodes } = services;
  const environment = Object.entries(nodes["node-1"]?.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{SITE:[^}]*\}/, "chat.example.org").replace(/\$\{DATABASE_PASSWORD:[^}]*\}/, "secret"),
  ]);
  const { port, dataFolder, trustedProxies, ...config } = configOf(Object.fromEntries(environment));
  expect(config).toMatchObject({
    publicUrl: "https://chat.example.org",
    databaseUrl: `postgres://${database?.environment.POSTGRES_USER}:secret@database:5432/parley`,
    redisUrl: "redis://broker:6379",
  });
  expect(trustedProxies).toEqual(networks.front.ipam.config.map(({ subnet }) => subnet));
  const proxied = (await read("hosting/Caddyfile.cluster")).match(/\S+:\d+/g);
  expect(Object.keys(nodes).map((name) => `${name}:${port}`)).toEqual(proxied ?? []);
  for (const node of Object.values(nodes)) {
    expect(node).toMatchObject({ volumes: [`files:${dataFolder}`], networks: ["front", "back"], read_only: true });
  }
  expect([proxy, database, broker].map((service) => service?.networks)).toEqual([["front"], ["back"], ["back"]]);
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

interface Cluster {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: { readonly front: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } } };
}

interface ComposeService {
  readonly env_file: unknown;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
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
