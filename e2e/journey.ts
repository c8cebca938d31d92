import { type BrowserContextOptions, test as base, expect } from "@playwright/test";
import { type MailService, startMailService } from "../server/test/smtp-service.ts";
import { Server } from "./server.ts";
import { type Username, Visitor } from "./visitor.ts";

export { expect };

interface Stage {
  /** Where the server's clock stands, if not by the machine's. */
  readonly clock: Date | undefined;
  /** The server's settings, as far as a test needs its own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the server sends mail. */
  readonly sendsMail: boolean;
  /** The mail server that it sends it by. */
  readonly post: MailService;
  /** The product, freshly installed. */
  readonly server: Server;
  /** Someone opens a browser of their own. */
  readonly arrive: (options?: BrowserContextOptions) => Promise<Visitor>;
  /** The same with an account, already signed in; the first one owns the workspace. */
  readonly join: (username: Username, options?: BrowserContextOptions) => Promise<Visitor>;
}

/** A test with a server of its own and any number of people, none of whose pages may show a fault. */
export const journey = base.extend<Stage>({
  clock: [undefined, { option: true }],
  settings: [{}, { option: true }],
  sendsMail: [false, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright looks at the pattern for what a fixture needs.
  post: async ({}, use) => {
    const post = await startMailService();
    await use(post);
    await post[Symbol.asyncDispose]();
  },
  server: async ({ clock, settings, sendsMail, post }, use) => {
    const mail = sendsMail ? { mailPort: post.port } : {};
    const server = await Server.start({ settings, ...mail, ...(clock && { clock }) });
    await use(server);
    await server.close();
  },
  arrive: async ({ browser, server }, use) => {
    const visitors: Visitor[] = [];
    await use(async (options = {}) => {
      const visitor = await Visitor.arrive(await browser.newContext(options), server.url);
      visitors.push(visitor);
      return visitor;
    });
    for (const { context } of visitors) await context.close();
    expect(visitors.flatMap(({ faults }) => faults)).toEqual([]);
  },
  join: async ({ arrive }, use) => {
    await use(async (username, options) => {
      const visitor = await arrive(options);
      await visitor.signUp(username);
      return visitor;
    });
  },
});
