import { rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";

/** Stands between a server and a socket file of something that it needs, and can cut the two apart. */
export interface Proxy extends AsyncDisposable {
  /** Ends every connection, and takes no more until `mend`. */
  cut(): void;
  mend(): void;
}

export async function startProxy(from: string, to: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = createConnection(to);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(from, resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    cut,
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(from, { force: true });
    },
  };
}
