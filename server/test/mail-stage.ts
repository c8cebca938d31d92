import { expect } from "bun:test";
import { type Person, startServer, type TestConfig, type TestServer } from "./harness.ts";
import { type MailService, mailLogin, type ReceivedLetter, startMailService } from "./smtp-service.ts";

/** A server that sends mail, and the mail server that it sends it to. */
export interface MailStage extends AsyncDisposable {
  readonly server: TestServer;
  readonly service: MailService;
  /** Signs someone up and verifies their address: the two letters of that are read. */
  signUp(username: string, email: string): Promise<Person>;
}

const publicUrl = "http://chat.example.org";

export async function startWithMail(config: TestConfig = {}): Promise<MailStage> {
  const service = await startMailService();
  const server = await startServer({ ...mailConfig(service), ...config });
  return {
    server,
    service,
    async signUp(username, email) {
      const person = await server.signUp(username, { email });
      const token = tokenOf(await service.next(), "verify");
      await server.stranger.ok("POST", "/api/auth/verifications", { token });
      return person;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** The settings of a server that sends mail by `service`. */
export const mailConfig = ({ port }: MailService) => ({
  publicUrl,
  mail: {
    host: "127.0.0.1",
    port,
    secure: false,
    login: mailLogin,
    from: { name: "Parley", address: "chat@example.org" },
  },
});

/** The secret of the one link that a letter has, to a page of the configured address. */
export function tokenOf({ text }: ReceivedLetter, page: "reset" | "verify"): string {
  const [[, found, token = ""] = [], ...more] = [
    ...text.matchAll(/^http:\/\/chat\.example\.org\/(\w+)#([\w-]{43})$/gm),
  ];
  expect([found, more]).toEqual([page, []]);
  return token;
}
