import { rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";

/** When a connection is cut: before its commit has reached the server, or after, before the answer has come back. */
export type Cut = "request" | "answer";

export interface TestProxy extends AsyncDisposable {
  /** Connections cut so far. */
  readonly cuts: number;
}

/** Stands between a client and a server on Unix sockets, and asks of each commit whether to cut its connection. */
export async function startProxy(from: string, to: string, cutOf: () => Cut | null): Promise<TestProxy> {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.end();
      });
    }
    let commit: Buffer | null = null;
    let isCut = false;
    client.on("data", (chunk: Buffer) => {
      commit ??= findCommit(chunk);
      const cut = commit && chunk.includes(commit) ? cutOf() : null;
      if (cut) cuts += 1;
      if (cut === "request") client.destroy();
      else upstream.write(chunk);
      isCut ||= cut === "answer";
    });
    upstream.on("data", (chunk: Buffer) => {
      // The server has committed by the time at which it answers.
      if (isCut) client.destroy();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(from, resolve));
  return {
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(from, { force: true });
    },
  };
}

/** How a connection names its statement `COMMIT` from when it is first parsed: `name\0COMMIT\0`. */
function findCommit(chunk: Buffer): Buffer | null {
  const at = chunk.indexOf("\0COMMIT\0");
  if (at === -1) return null;
  const name = chunk.subarray(chunk.lastIndexOf("s", at), at);
  // In a bind message it follows the empty name of a portal.
  return Buffer.concat([Buffer.from("\0"), name, Buffer.from("\0")]);
}
