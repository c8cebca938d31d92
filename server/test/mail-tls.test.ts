import { afterAll, beforeAll, expect, test } from "bun:test";
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogFields } from "../src/app.ts";
import { type MailService, mailLogin, startMailService, type Tls } from "./smtp-service.ts";

interface Certificate {
  readonly path: string;
  readonly key: string;
  readonly cert: string;
}

/** Made here, so trusted by nobody who is not told to. `here` is for this machine, `elsewhere` for another. */
let here: Certificate;
let elsewhere: Certificate;
let folder: string;

/** An address of this machine that does not look like one: what is said there is said to a stranger. */
const stranger = "0.0.0.0";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-tls-"));
  here = await makeCertificate("here", `DNS:localhost,IP:${stranger}`);
  elsewhere = await makeCertificate("elsewhere", "DNS:mail.example.org");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("[PW7] over smtps: a letter and the login go through TLS from the first byte", async () => {
  await using service = await startMailService({ from: "first byte", ...here });
  expect(await mail({ url: `smtps://localhost:${service.port}`, trusts: here })).toEqual({
    result: "sent",
    warnings: [],
  });
  expect((await service.next()).text).toContain("A letter.");
});

test("[PW7] over smtp: TLS is started before the login and the letter are shown to anyone else's machine", async () => {
  await using service = await startMailService({ from: "STARTTLS", ...here });
  expect(await mail({ url: `smtp://${stranger}:${service.port}`, trusts: here })).toEqual({
    result: "sent",
    warnings: [],
  });
  expect((await service.next()).text).toContain("A letter.");
  expect(service.overheard).toEqual(["EHLO", "STARTTLS"]);
});

test("[PW7] without a login TLS is started where the mail server offers it", async () => {
  await using service = await startMailService({ from: "STARTTLS", ...here });
  const { warnings } = await mail({ url: `smtp://${stranger}:${service.port}`, trusts: here, login: null });
  expect(warnings).toMatchObject([{ status: 530 }]);
  expect(service.overheard).toEqual(["EHLO", "STARTTLS"]);
});

test("[PW7] a certificate that is not trusted, or for another name, is refused before anything is said", async () => {
  for (const from of ["first byte", "STARTTLS"] as const) {
    const url = (port: number) => (from === "first byte" ? `smtps://localhost:${port}` : `smtp://${stranger}:${port}`);
    await using unknown = await startMailService({ from, ...here });
    await using foreign = await startMailService({ from, ...elsewhere });
    const outcomes = [
      await mail({ url: url(unknown.port) }),
      await mail({ url: url(unknown.port), trusts: elsewhere }),
      await mail({ url: url(foreign.port), trusts: elsewhere }),
    ];
    expect(outcomes.map(({ result, warnings }) => [result, warnings[0]?.reason])).toEqual([
      ["failed", "its certificate is not trusted"],
      ["failed", "its certificate is not trusted"],
      ["failed", "its certificate is for another name"],
    ]);
    expectNothingSaid(unknown, foreign);
  }
});

test("[PW7] a mail server without TLS is told nothing where TLS was asked for", async () => {
  await using plain = await startMailService();
  for (const url of [`smtps://localhost:${plain.port}`, `smtp://${stranger}:${plain.port}`]) {
    const { warnings } = await mail({ url, trusts: here });
    expect([url, warnings[0]?.reason]).toEqual([url, "it does not speak TLS there"]);
  }
  expectNothingSaid(plain);
});

test("[PW7] a login that the mail server does not take is named as the reason, and is in no line of the log", async () => {
  const tls: Tls = { from: "first byte", ...here };
  await using service = await startMailService(tls);
  const login = { user: "parley", pass: "another secret" };
  const { result, warnings } = await mail({ url: `smtps://localhost:${service.port}`, trusts: here, login });
  expect([result, warnings]).toEqual([
    "refused",
    [{ reason: "it does not take the login", code: "EAUTH", status: 535 }],
  ]);
  expect(service.attempts).toBe(0);
});

test("[PW7] a mail server that is away is named as the reason", async () => {
  const service = await startMailService();
  await service[Symbol.asyncDispose]();
  const { result, warnings } = await mail({ url: `smtps://localhost:${service.port}` });
  expect([result, warnings[0]?.reason]).toEqual(["failed", "it cannot be reached"]);
});

function expectNothingSaid(...services: readonly MailService[]): void {
  for (const { attempts, overheard } of services) {
    expect([attempts, overheard.filter((word) => ["AUTH", "MAIL", "RCPT", "DATA"].includes(word))]).toEqual([0, []]);
  }
}

/** One letter, mailed by a process that trusts this certificate besides those that all do. */
async function mail(by: {
  readonly url: string;
  readonly trusts?: Certificate;
  readonly login?: { readonly user: string; readonly pass: string } | null;
}): Promise<{ readonly result: string; readonly warnings: readonly LogFields[] }> {
  const { url, trusts, login = mailLogin } = by;
  const as = login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.pass)}@` : "";
  const child = spawn(process.execPath, [join(import.meta.dirname, "mail-once.ts")], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PARLEY_URL: "http://chat.example.org",
      PARLEY_SMTP_URL: url.replace("://", `://${as}`),
      PARLEY_MAIL_FROM: "Parley <chat@example.org>",
      ...(trusts && { NODE_EXTRA_CA_CERTS: trusts.path }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout) output += String(chunk);
  expect(output).not.toContain(login?.pass ?? "no login");
  return JSON.parse(output);
}

async function makeCertificate(name: string, names: string): Promise<Certificate> {
  const [keyPath, path] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const about = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`];
  execFileSync("openssl", ["req", "-x509", ...curve, ...about, "-keyout", keyPath, "-out", path], { stdio: "ignore" });
  return { path, key: await readFile(keyPath, "utf8"), cert: await readFile(path, "utf8") };
}
