import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "./config.ts";
import { StartError } from "./start-error.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-config-"));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

beforeEach(() => {
  for (const name of ["base.env", "override.env"]) rmSync(join(folder, name), { force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("settings", () => {
  test("have the defaults of the contract", () => {
    expect(readConfig(folder, {})).toEqual({
      port: 3000,
      hostname: "localhost",
      dataFolder: "./data",
      networkDisk: false,
      databaseUrl: null,
      redisUrl: null,
      publicUrl: null,
      signUp: "open",
      limits: true,
      connectsPerSecond: 1500,
      trustedProxies: [],
      fileStore: { kind: "folder" },
      files: { fileBytes: 100 * 2 ** 20, userBytes: 5 * 2 ** 30, workspaceBytes: 50 * 2 ** 30 },
      pushHosts: new Set(),
      backup: null,
      mail: null,
    });
  });

  test("are all read", () => {
    const environment = {
      PORT: "0",
      HOST: "0.0.0.0",
      PARLEY_DATA: "/var/lib/parley",
      PARLEY_NETWORK_DISK: "allow",
      DATABASE_URL: "postgresql://parley:secret@db.example.org/chat?sslmode=require",
      REDIS_URL: "rediss://parley:secret@redis.example.org:6380/1",
      PARLEY_URL: "https://chat.example.org",
      PARLEY_SIGN_UP: "invite",
      PARLEY_LIMITS: "off",
      PARLEY_CONNECTS_PER_SECOND: "200",
      PARLEY_TRUSTED_PROXIES: "127.0.0.1, ::1,10.0.0.0/8",
      PARLEY_FILE_LIMIT: "512KiB",
      PARLEY_STORAGE_PER_USER: "2MiB",
      PARLEY_STORAGE_LIMIT: "1TiB",
      PARLEY_PUSH_HOSTS: "push.example.org, Localhost:8080",
      PARLEY_BACKUP_FOLDER: "/mnt/backups",
      PARLEY_BACKUP_EVERY: "6h",
      PARLEY_BACKUP_KEEP: "28",
      PARLEY_SMTP_URL: "smtp://chat%40example.org:p%3Aw@mail.example.org",
      PARLEY_MAIL_FROM: "Parley <chat@example.org>",
    };
    expect(readConfig(folder, environment)).toEqual({
      port: 0,
      hostname: "0.0.0.0",
      dataFolder: "/var/lib/parley",
      networkDisk: true,
      databaseUrl: "postgresql://parley:secret@db.example.org/chat?sslmode=require",
      redisUrl: "rediss://parley:secret@redis.example.org:6380/1",
      publicUrl: "https://chat.example.org",
      signUp: "invite",
      limits: false,
      connectsPerSecond: 200,
      trustedProxies: ["127.0.0.1", "::1", "10.0.0.0/8"],
      fileStore: { kind: "folder" },
      files: { fileBytes: 512 * 2 ** 10, userBytes: 2 * 2 ** 20, workspaceBytes: 2 ** 40 },
      pushHosts: new Set(["push.example.org", "localhost:8080"]),
      backup: { folder: "/mnt/backups", everyMs: 6 * 60 * 60 * 1000, keep: 28 },
      mail: {
        host: "mail.example.org",
        port: 587,
        secure: false,
        login: { user: "chat@example.org", pass: "p:w" },
        from: { name: "Parley", address: "chat@example.org" },
      },
    });
  });

  test("say where files are kept, with all that this place needs", () => {
    const s3 = {
      PARLEY_FILES: "s3",
      PARLEY_S3_ENDPOINT: "https://s3.example.org",
      PARLEY_S3_BUCKET: "parley",
      PARLEY_S3_ACCESS_KEY: "key",
      PARLEY_S3_SECRET_KEY: "secret",
    };
    expect(readConfig(folder, s3).fileStore).toEqual({
      kind: "s3",
      endpoint: "https://s3.example.org",
      region: "us-east-1",
      bucket: "parley",
      accessKey: "key",
      secretKey: "secret",
    });
    const cloudinary = {
      PARLEY_FILES: "cloudinary",
      PARLEY_CLOUDINARY_CLOUD: "parley",
      PARLEY_CLOUDINARY_KEY: "key",
      PARLEY_CLOUDINARY_SECRET: "secret",
    };
    expect(readConfig(folder, cloudinary).fileStore).toEqual({
      kind: "cloudinary",
      cloud: "parley",
      apiKey: "key",
      apiSecret: "secret",
      api: "https://api.cloudinary.com",
      delivery: "https://res.cloudinary.com",
    });
    for (const settings of [s3, cloudinary]) {
      for (const name of Object.keys(settings).slice(1)) {
        expect(() => readConfig(folder, { ...settings, [name]: "" })).toThrow(name);
      }
    }
    for (const [name, value] of [
      ["PARLEY_FILES", "ftp"],
      ["PARLEY_S3_ENDPOINT", "s3.example.org"],
      ["PARLEY_S3_BUCKET", "../other"],
      ["PARLEY_FILE_LIMIT", "100"],
      ["PARLEY_STORAGE_LIMIT", "-1GiB"],
    ] as const) {
      expect(() => readConfig(folder, { ...s3, [name]: value })).toThrow(name);
    }
  });

  test("say which server sends mail, with all that it needs", () => {
    const mail = {
      PARLEY_SMTP_URL: "smtps://[::1]:2465/",
      PARLEY_MAIL_FROM: "chat@example.org",
      PARLEY_URL: "https://chat.example.org",
    };
    expect(readConfig(folder, mail).mail).toEqual({
      host: "::1",
      port: 2465,
      secure: true,
      login: null,
      from: { name: "", address: "chat@example.org" },
    });
    for (const name of Object.keys(mail)) expect(() => readConfig(folder, { ...mail, [name]: "" })).toThrow(name);
    for (const url of [
      "mail.example.org",
      "http://a.b",
      "smtp://",
      "smtp://a:secret@a.b/x",
      "smtp://a@b.c",
      "smtp://%:secret@b.c",
    ]) {
      const read = () => readConfig(folder, { ...mail, PARLEY_SMTP_URL: url });
      expect(read).toThrow(/^PARLEY_SMTP_URL must be like/);
      expect(read).not.toThrow("secret");
    }
    for (const from of ["chat", "a@b, c@d", "A <a@b> c", "<a@b", "A\r\nBcc: x <a@b>", "A <a b@c>"]) {
      const read = () => readConfig(folder, { ...mail, PARLEY_MAIL_FROM: from });
      expect(read).toThrow(/^PARLEY_MAIL_FROM must be like [^\n\r]*$/);
    }
  });

  test("come from base.env, then override.env, then the environment, each winning over the one before", () => {
    write("base.env", "PORT=1001\nHOST=base\nPARLEY_DATA=base\n");
    write("override.env", "HOST=override\nPARLEY_DATA=override\n");
    const { port, hostname, dataFolder } = readConfig(folder, { PARLEY_DATA: "environment" });
    expect([port, hostname, dataFolder]).toEqual([1001, "override", "environment"]);
  });

  test("are read from either file alone", () => {
    write("override.env", "PORT=1002");
    expect(readConfig(folder, {}).port).toBe(1002);
    rmSync(join(folder, "override.env"));
    write("base.env", "PORT=1003");
    expect(readConfig(folder, {}).port).toBe(1003);
  });

  test("may have comments, quotes and empty lines around them", () => {
    write("base.env", `# ours\n\nPARLEY_DATA="/var/my data" # here\nexport PARLEY_SIGN_UP='closed'\r\nHOST=\n`);
    const { dataFolder, signUp, hostname } = readConfig(folder, {});
    expect([dataFolder, signUp, hostname]).toEqual(["/var/my data", "closed", "localhost"]);
  });

  test("without a value count as not given", () => {
    write("base.env", "PORT=1001\nDATABASE_URL=\nREDIS_URL=\n");
    expect(readConfig(folder, { PORT: "", PARLEY_URL: undefined }).port).toBe(1001);
  });
});

describe("the start is refused with a line that names the setting", () => {
  const refusal = (environment: Readonly<Record<string, string>>) => {
    try {
      readConfig(folder, environment);
      return "started";
    } catch (error) {
      expect(error).toBeInstanceOf(StartError);
      return (error as StartError).message;
    }
  };

  test("when a file has a setting that does not exist", () => {
    write("base.env", "PROT=3000");
    expect(refusal({})).toBe("PROT in base.env is not a setting of Parley.");
    write("base.env", "");
    write("override.env", "PARLEY_LIMIT=off");
    expect(refusal({})).toBe("PARLEY_LIMIT in override.env is not a setting of Parley.");
    write("override.env", "constructor=1");
    expect(refusal({})).toContain("constructor in override.env");
  });

  test("when the environment has one with our prefix; what belongs to other programs is left alone", () => {
    expect(refusal({ PARLEY_SIGNUP: "open" })).toBe("PARLEY_SIGNUP in the environment is not a setting of Parley.");
    expect(refusal({ PATH: "/bin", HOSTNAME: "x", PORTS: "1", toString: "x" })).toBe("started");
  });

  test.each([
    ["PORT", ["-1", "65536", "3000x", "0x10", "1e3", "3 000", "http", "123456"]],
    [
      "PARLEY_URL",
      ["chat.example.org", "ftp://a.b", "https://a.b/chat", "https://a.b/?x", "https://a.b/#x", "https://"],
    ],
    ["PARLEY_SIGN_UP", ["Open", "yes", "open,invite"]],
    ["PARLEY_NETWORK_DISK", ["true", "Allow", "no"]],
    ["PARLEY_LIMITS", ["true", "0", "OFF"]],
    ["PARLEY_CONNECTS_PER_SECOND", ["0", "-1", "1.5", "1e3", "1000000", "many"]],
    [
      "PARLEY_TRUSTED_PROXIES",
      [
        "proxy",
        "10.0.0.1;10.0.0.2",
        "10.0.0.0/33",
        "fd00::/129",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "/8",
        "10.0.0",
        "abc",
        "1.2.3.4:80",
        "::g",
      ],
    ],
    ["DATABASE_URL", ["localhost/parley", "mysql://localhost/parley", "postgres://localhost", "postgres://localhost/"]],
    ["REDIS_URL", ["redis://localhost"]],
    ["PARLEY_BACKUP_EVERY", ["24", "0h", "1d", "h", "-1h"]],
    ["PARLEY_BACKUP_KEEP", ["0", "-1", "all", "1.5"]],
  ])("when %s is malformed", (name, values) => {
    for (const value of values) {
      const message = refusal({ [name]: value });
      expect([value, message.startsWith(`${name} `)]).toEqual([value, true]);
      expect(message).not.toContain("\n");
    }
  });

  test.each(["localhost:6379", "http://redis.example.org", "redis://", "redis://localhost/nine"])(
    "when REDIS_URL is %s, and there is a database for it",
    (REDIS_URL) => {
      expect(refusal({ REDIS_URL, DATABASE_URL: "postgres://localhost/parley" })).toStartWith("REDIS_URL must be like");
    },
  );

  test("and a malformed value in a file counts like one in the environment", () => {
    write("override.env", "PORT=eighty");
    expect(refusal({})).toBe("PORT must be a number from 0 to 65535, not “eighty”.");
    expect(refusal({ PORT: "80" })).toBe("started");
  });
});

test("an origin is written in one way, without the port that goes without saying", () => {
  expect(readConfig(folder, { PARLEY_URL: "HTTPS://Chat.Example.org:443/" }).publicUrl).toBe(
    "https://chat.example.org",
  );
  expect(readConfig(folder, { PARLEY_URL: "http://localhost:3000" }).publicUrl).toBe("http://localhost:3000");
});
