import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { SignUpPolicy } from "@parley/protocol/model";
import type { FileSettings } from "./app.ts";
import type { CloudinarySettings } from "./blobs/cloudinary.ts";
import type { S3Settings } from "./blobs/s3.ts";
import type { MailSettings } from "./platform/mail.ts";
import { StartError } from "./start-error.ts";

/** The program's settings. This file is the only reader of the environment. */
export interface Config {
  readonly port: number;
  readonly hostname: string;
  readonly dataFolder: string;
  /** Whether the embedded database may be on a network file system. */
  readonly networkDisk: boolean;
  /** Of a PostgreSQL database; null: SQLite in the data folder. */
  readonly databaseUrl: string | null;
  /** Of the Redis by which nodes hear each other; null: there is one node. Never without a database URL. */
  readonly redisUrl: string | null;
  readonly publicUrl: string | null;
  readonly signUp: SignUpPolicy;
  readonly limits: boolean;
  /** Connections that are let in within a second. */
  readonly connectsPerSecond: number;
  /** Addresses, and ranges such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
  readonly files: FileSettings;
  readonly fileStore: FileStore;
  readonly pushHosts: ReadonlySet<string>;
  /** Null: the server makes no backups by itself. */
  readonly backup: { readonly folder: string; readonly everyMs: number; readonly keep: number } | null;
  /** Null: no mail. Otherwise there is a public URL as well, for links to lead to. */
  readonly mail: MailSettings | null;
}

/** Where the bytes of files are kept. */
export type FileStore =
  | { readonly kind: "folder" }
  | ({ readonly kind: "s3" } & S3Settings)
  | ({ readonly kind: "cloudinary" } & CloudinarySettings);

type Environment = Readonly<Record<string, string | undefined>>;

const defaults = {
  PORT: "3000",
  HOST: "localhost",
  PARLEY_DATA: "./data",
  PARLEY_NETWORK_DISK: "refuse",
  PARLEY_URL: "",
  DATABASE_URL: "",
  REDIS_URL: "",
  PARLEY_SIGN_UP: "open",
  PARLEY_LIMITS: "on",
  PARLEY_CONNECTS_PER_SECOND: "1500",
  PARLEY_TRUSTED_PROXIES: "",
  PARLEY_FILES: "folder",
  PARLEY_S3_ENDPOINT: "",
  PARLEY_S3_REGION: "us-east-1",
  PARLEY_S3_BUCKET: "",
  PARLEY_S3_ACCESS_KEY: "",
  PARLEY_S3_SECRET_KEY: "",
  PARLEY_CLOUDINARY_CLOUD: "",
  PARLEY_CLOUDINARY_KEY: "",
  PARLEY_CLOUDINARY_SECRET: "",
  PARLEY_CLOUDINARY_API: "https://api.cloudinary.com",
  PARLEY_CLOUDINARY_DELIVERY: "https://res.cloudinary.com",
  PARLEY_FILE_LIMIT: "100MiB",
  PARLEY_STORAGE_PER_USER: "5GiB",
  PARLEY_STORAGE_LIMIT: "50GiB",
  PARLEY_PUSH_HOSTS: "",
  PARLEY_BACKUP_FOLDER: "",
  PARLEY_BACKUP_EVERY: "24h",
  PARLEY_BACKUP_KEEP: "7",
  PARLEY_SMTP_URL: "",
  PARLEY_MAIL_FROM: "",
} as const;

type Setting = keyof typeof defaults;

/**
 * Reads `base.env`, then `override.env` in `folder`, then the process's environment, each winning over the one before.
 * Throws `StartError` on an unknown or malformed setting.
 */
export function readConfig(folder: string, environment: Environment): Config {
  const settings = collect([
    ["base.env", readFile(join(folder, "base.env"))],
    ["override.env", readFile(join(folder, "override.env"))],
    ["the environment", ownSettings(environment)],
  ]);
  if (settings.REDIS_URL !== "" && settings.DATABASE_URL === "") {
    throw new StartError(
      "REDIS_URL is for several nodes, and those need DATABASE_URL: on the embedded database Parley is one process, which has no use for Redis.",
    );
  }
  return {
    port: parsePort(settings.PORT),
    hostname: settings.HOST,
    dataFolder: settings.PARLEY_DATA,
    networkDisk: parseChoice("PARLEY_NETWORK_DISK", settings.PARLEY_NETWORK_DISK, ["refuse", "allow"]) === "allow",
    databaseUrl: settings.DATABASE_URL === "" ? null : parseDatabase(settings.DATABASE_URL),
    redisUrl: settings.REDIS_URL === "" ? null : parseRedis(settings.REDIS_URL),
    publicUrl: settings.PARLEY_URL === "" ? null : parseOrigin("PARLEY_URL", settings.PARLEY_URL),
    signUp: parseChoice("PARLEY_SIGN_UP", settings.PARLEY_SIGN_UP, ["open", "invite", "closed"]),
    limits: parseChoice("PARLEY_LIMITS", settings.PARLEY_LIMITS, ["on", "off"]) === "on",
    connectsPerSecond: parseCount("PARLEY_CONNECTS_PER_SECOND", settings.PARLEY_CONNECTS_PER_SECOND),
    trustedProxies: parseProxies(settings.PARLEY_TRUSTED_PROXIES),
    fileStore: parseFileStore(settings),
    files: {
      fileBytes: parseSize("PARLEY_FILE_LIMIT", settings.PARLEY_FILE_LIMIT),
      userBytes: parseSize("PARLEY_STORAGE_PER_USER", settings.PARLEY_STORAGE_PER_USER),
      workspaceBytes: parseSize("PARLEY_STORAGE_LIMIT", settings.PARLEY_STORAGE_LIMIT),
    },
    pushHosts: parseHosts("PARLEY_PUSH_HOSTS", settings.PARLEY_PUSH_HOSTS),
    backup: parseBackup(settings),
    mail: parseMail(settings),
  };
}

/** The environment for a program of ours that works on the same data. */
export function toEnvironment({ dataFolder, databaseUrl }: Config, environment: Environment): Environment {
  const shared = Object.entries(environment).filter(([name]) => isSetting(name) || !name.startsWith("PARLEY_"));
  return { ...Object.fromEntries(shared), PARLEY_DATA: dataFolder, DATABASE_URL: databaseUrl ?? "" };
}

function readFile(path: string): Environment {
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}

/** The process's environment belongs to many programs: only our own prefix can be misspelt. */
function ownSettings(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => isSetting(name) || name.startsWith("PARLEY_")),
  );
}

function collect(sources: readonly (readonly [string, Environment])[]): Record<Setting, string> {
  const settings: Record<Setting, string> = { ...defaults };
  for (const [source, values] of sources) {
    for (const [name, value] of Object.entries(values)) {
      if (!isSetting(name)) throw new StartError(`${name} in ${source} is not a setting of Parley.`);
      if (value !== undefined && value !== "") settings[name] = value;
    }
  }
  return settings;
}

function isSetting(name: string): name is Setting {
  return Object.hasOwn(defaults, name);
}

function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : -1;
  if (port < 0 || port > 65_535) throw new StartError(`PORT must be a number from 0 to 65535, not “${value}”.`);
  return port;
}

function parseOrigin(name: Setting, value: string): string {
  const url = URL.parse(value);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/" || url.search || url.hash) {
    throw new StartError(`${name} must be an origin such as https://chat.example.org, not “${value}”.`);
  }
  return url.origin;
}

/** The refusal does not repeat the value: there is a password in it. */
function parseDatabase(value: string): string {
  const url = URL.parse(value);
  if (!url || !["postgres:", "postgresql:"].includes(url.protocol) || url.pathname.length < 2 || url.hash) {
    throw new StartError("DATABASE_URL must be like postgres://user:password@db.example.org:5432/parley.");
  }
  return value;
}

/** Likewise. */
function parseRedis(value: string): string {
  const url = URL.parse(value);
  if (
    !url ||
    !["redis:", "rediss:"].includes(url.protocol) ||
    url.hostname === "" ||
    !/^(\/\d*)?$/.test(url.pathname)
  ) {
    throw new StartError("REDIS_URL must be like redis://:password@redis.example.org:6379, or rediss://… for TLS.");
  }
  return value;
}

function parseChoice<const T extends string>(name: Setting, value: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === value);
  if (!choice) throw new StartError(`${name} must be ${choices.join(" or ")}, not “${value}”.`);
  return choice;
}

function parseFileStore(settings: Readonly<Record<Setting, string>>): FileStore {
  const kind = parseChoice("PARLEY_FILES", settings.PARLEY_FILES, ["folder", "s3", "cloudinary"]);
  const given = (name: Setting): string => {
    if (settings[name] === "") throw new StartError(`PARLEY_FILES=${kind} needs ${name}.`);
    return settings[name];
  };
  switch (kind) {
    case "folder":
      return { kind };
    case "s3":
      return {
        kind,
        endpoint: parseOrigin("PARLEY_S3_ENDPOINT", given("PARLEY_S3_ENDPOINT")),
        region: given("PARLEY_S3_REGION"),
        bucket: parseName("PARLEY_S3_BUCKET", given("PARLEY_S3_BUCKET")),
        accessKey: given("PARLEY_S3_ACCESS_KEY"),
        secretKey: given("PARLEY_S3_SECRET_KEY"),
      };
    case "cloudinary":
      return {
        kind,
        cloud: parseName("PARLEY_CLOUDINARY_CLOUD", given("PARLEY_CLOUDINARY_CLOUD")),
        apiKey: given("PARLEY_CLOUDINARY_KEY"),
        apiSecret: given("PARLEY_CLOUDINARY_SECRET"),
        api: parseOrigin("PARLEY_CLOUDINARY_API", given("PARLEY_CLOUDINARY_API")),
        delivery: parseOrigin("PARLEY_CLOUDINARY_DELIVERY", given("PARLEY_CLOUDINARY_DELIVERY")),
      };
  }
}

/** A name that stands in addresses as it is. */
function parseName(name: Setting, value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) {
    throw new StartError(`${name} may have letters a–z, digits, dot, dash and underscore, not “${value}”.`);
  }
  return value;
}

function parseCount(name: Setting, value: string): number {
  const count = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (count < 1) throw new StartError(`${name} must be a number from 1 to 999999, not “${value}”.`);
  return count;
}

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

function parseSize(name: Setting, value: string): number {
  const [, number, unit = ""] = /^(\d{1,6})([KMGT]iB)$/.exec(value) ?? [];
  if (number === undefined) throw new StartError(`${name} must be a size such as 100MiB or 5GiB, not “${value}”.`);
  return Number(number) * (units[unit] ?? 1);
}

function parseBackup(settings: Readonly<Record<Setting, string>>): Config["backup"] {
  const { PARLEY_BACKUP_FOLDER: folder, PARLEY_BACKUP_EVERY: every, PARLEY_BACKUP_KEEP: keep } = settings;
  const [, hours] = /^(\d{1,4})h$/.exec(every) ?? [];
  if (!Number(hours)) throw new StartError(`PARLEY_BACKUP_EVERY must be hours such as 24h, not “${every}”.`);
  if (!/^[1-9]\d{0,3}$/.test(keep)) throw new StartError(`PARLEY_BACKUP_KEEP must be a number from 1, not “${keep}”.`);
  if (folder === "") return null;
  return { folder, everyMs: Number(hours) * 60 * 60 * 1000, keep: Number(keep) };
}

function parseProxies(value: string): readonly string[] {
  const proxies = value
    .split(",")
    .map((proxy) => proxy.trim())
    .filter((proxy) => proxy !== "");
  const wrong = proxies.find((proxy) => !isAddressOrRange(proxy));
  if (wrong) {
    throw new StartError(
      `PARLEY_TRUSTED_PROXIES must be addresses or ranges such as 10.0.0.0/8 with commas between, not “${wrong}”.`,
    );
  }
  return proxies;
}

function isAddressOrRange(text: string): boolean {
  const [, address = "", bits = "0"] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

function parseHosts(name: Setting, value: string): ReadonlySet<string> {
  const hosts = value
    .split(",")
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== "");
  const wrong = hosts.find((host) => !/^[a-z0-9.-]+(:\d{1,5})?$/.test(host));
  if (wrong) throw new StartError(`${name} must be host names with commas between, not “${wrong}”.`);
  return new Set(hosts);
}

function parseMail(settings: Readonly<Record<Setting, string>>): MailSettings | null {
  const { PARLEY_SMTP_URL: server, PARLEY_MAIL_FROM: from, PARLEY_URL: publicUrl } = settings;
  if (server === "" && from === "") return null;
  if (server === "") throw new StartError("PARLEY_MAIL_FROM needs PARLEY_SMTP_URL.");
  if (from === "") throw new StartError("PARLEY_SMTP_URL needs PARLEY_MAIL_FROM.");
  // What a request says of its own address is no place for a link in a mail: anyone may have made it.
  if (publicUrl === "") throw new StartError("PARLEY_SMTP_URL needs PARLEY_URL, where links in mails lead.");
  return { ...parseMailServer(server), from: parseSender(from) };
}

/** The refusal does not repeat the value: there is a password in it. */
function parseMailServer(value: string): Omit<MailSettings, "from"> {
  const url = URL.parse(value);
  const wrong = new StartError("PARLEY_SMTP_URL must be like smtps://user:password@mail.example.org:465.");
  if (!url || !["smtp:", "smtps:"].includes(url.protocol) || url.hostname === "") throw wrong;
  if (!["", "/"].includes(url.pathname) || url.search || url.hash) throw wrong;
  if ((url.username === "") !== (url.password === "")) throw wrong;
  const secure = url.protocol === "smtps:";
  try {
    return {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
      secure,
      login:
        url.username === "" ? null : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    };
  } catch {
    throw wrong;
  }
}

function parseSender(value: string): MailSettings["from"] {
  const [, name = "", named, bare] =
    /^(?:([^<>"\p{C}]{0,100}?)\s*<([^\s<>@,;]+@[^\s<>@,;]+)>|([^\s<>@,;]+@[^\s<>@,;]+))$/u.exec(value) ?? [];
  const address = named ?? bare;
  if (address === undefined) {
    throw new StartError(
      `PARLEY_MAIL_FROM must be like Parley <chat@example.org>, not “${value.replace(/\p{C}/gu, " ")}”.`,
    );
  }
  return { name: name.trim(), address };
}
