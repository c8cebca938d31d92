import { createECDH, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Visitor } from "./visitor.ts";

/** In the place of the browser vendor's push service, which cannot be reached here: it counts what it is sent. */
export class PushService {
  pushes = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<PushService> {
    const server = createServer();
    const service = new PushService(server);
    server.on("request", (request, response) => {
      const isPush = request.method === "POST" && request.headers["content-encoding"] === "aes128gcm";
      if (isPush) service.pushes++;
      request.resume().on("end", () => response.writeHead(isPush ? 201 : 400).end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  get host(): string {
    return `localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on, a visitor's browser gets its address here. */
  async serve({ context }: Visitor): Promise<void> {
    const address = {
      endpoint: `http://${this.host}/${randomBytes(8).toString("hex")}`,
      keys: {
        p256dh: createECDH("prime256v1").generateKeys().toString("base64url"),
        auth: randomBytes(16).toString("base64url"),
      },
    };
    await context.addInitScript((given) => {
      const subscription = { toJSON: () => given, unsubscribe: async () => true };
      Object.assign(PushManager.prototype, {
        subscribe: async () => subscription,
        getSubscription: async () => subscription,
      });
    }, address);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
