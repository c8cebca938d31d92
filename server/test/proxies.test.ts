import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Room } from "@parley/protocol/model";
import { TestStream } from "./event-stream.ts";
import { freePort } from "./free-port.ts";
import { Person, startServer } from "./harness.ts";
import { temporaryFolder } from "./program.ts";

/** The proxies' settings in hosting/, as they are but for addresses and certificates. */
const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    file: "nginx.conf",
    adapt: (text, port, server) => {
      const site = text
        .replace(/^server \{\n {2}listen 80;.*/ms, "")
        .replace(/^ *(listen \[::\]|ssl_).*\n/gm, "")
        .replace("listen 443 ssl", `listen 127.0.0.1:${port}`)
        .replace("localhost:3000", new URL(server).host);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${name};`,
      );
      return `daemon off; pid nginx.pid; events {} http { access_log off; ${temporary.join(" ")}\n${site}\n}`;
    },
    command: (folder) => ["nginx", "-e", "stderr", "-p", folder, "-c", "nginx.conf"],
  },
  {
    name: "Caddy",
    file: "Caddyfile",
    adapt: (text, port, server) =>
      withoutAdmin(
        text
          .replace("chat.example.org {", `http://localhost:${port} {`)
          .replace("localhost:3000", new URL(server).host),
      ),
    command: () => ["caddy", "run", "--config", "Caddyfile"],
  },
  {
    name: "Caddy before several servers",
    file: "Caddyfile.cluster",
    adapt: (text, port, server) =>
      withoutAdmin(
        text.replace("{$SITE} {", `http://localhost:${port} {`).replace(/node-1:8000 .*8000/, new URL(server).host),
      ),
    command: () => ["caddy", "run", "--adapter", "caddyfile", "--config", "Caddyfile.cluster"],
  },
];

const withoutAdmin = (site: string) => `{\n\tadmin off\n}\n${site}`;

describe.each(proxies)("behind $name", (proxy) => {
  test("there are sockets, event streams as things happen, and files of any size", async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    await using server = await startServer({ publicUrl: url, trustedProxies: ["127.0.0.1", "::1"] });
    await using _running = await startProxy(proxy, port, server.url);
    const known = await server.signUp("ada");
    const ada = new Person(url, known.user, known.cookie);

    const { rooms } = await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms");
    const [room] = rooms as [Room];
    using socket = await ada.connect();
    await using stream = await TestStream.open(url, ada);
    await socket.send(room, "seen by a stream");
    await stream.said("seen by a stream");

    const bytes = new Uint8Array(3 * 2 ** 20).map((_, index) => index >> 8);
    const { id } = await ada.upload(room, "large.bin", bytes);
    expect((await ada.download(`/api/files/${id}`)).bytes).toEqual(bytes);
  });
});

interface Proxy {
  readonly name: string;
  readonly file: string;
  adapt(text: string, port: number, server: string): string;
  command(folder: string): readonly string[];
}

async function startProxy(proxy: Proxy, port: number, server: string): Promise<AsyncDisposable> {
  const folder = await temporaryFolder();
  const text = await readFile(join(import.meta.dirname, "../../hosting", proxy.file), "utf8");
  await writeFile(join(folder.path, proxy.file), proxy.adapt(text, port, server));
  const [command = "", ...words] = proxy.command(folder.path);
  const child = spawn(command, words, {
    cwd: folder.path,
    env: { PATH: `${process.env.PATH}:/usr/sbin`, HOME: folder.path },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  const answers = () =>
    fetch(`http://localhost:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`${proxy.name} does not start: ${errors}`);
    await Bun.sleep(20);
  }
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}
