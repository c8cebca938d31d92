import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";

/**
 * A mail server as RFC 5321 has it, for one user: it takes commands in their order, lines that end in CRLF, and seven-bit
 * text, and refuses everything else. With TLS it is for who speaks that alone.
 */
export interface MailService extends AsyncDisposable {
  readonly port: number;
  /** What was taken, oldest first. */
  readonly letters: readonly ReceivedLetter[];
  /** How often somebody began a mail. */
  readonly attempts: number;
  /** The first words of all that was said to it so that others could hear it, in capitals. */
  readonly overheard: readonly string[];
  /** Answers to the next mails that are begun, before it takes them again. */
  readonly refusals: string[];
  /** The next one taken, past or coming, that was not asked for yet. */
  next(): Promise<ReceivedLetter>;
  /** Resolves when as many mails were begun in all. */
  begun(count: number): Promise<void>;
}

export interface ReceivedLetter {
  readonly from: string;
  readonly to: readonly string[];
  /** Names in lower case; the last of each. */
  readonly headers: ReadonlyMap<string, string>;
  readonly headerLines: readonly string[];
  readonly text: string;
}

export const mailLogin = { user: "parley", pass: "pass:word/with@all" } as const;

export interface Tls {
  /** From the first byte, or begun with STARTTLS (RFC 3207). */
  readonly from: "first byte" | "STARTTLS";
  readonly key: string;
  readonly cert: string;
}

export async function startMailService(tls?: Tls): Promise<MailService> {
  const letters: ReceivedLetter[] = [];
  const overheard: string[] = [];
  const refusals: string[] = [];
  const waiting: (() => void)[] = [];
  const sockets = new Set<Socket>();
  let asked = 0;
  let attempts = 0;
  const happened = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const something = () => new Promise<void>((resolve) => waiting.push(resolve));
  const desk: Desk = {
    begin() {
      attempts++;
      happened();
      return refusals.shift() ?? null;
    },
    take(letter) {
      letters.push(letter);
      happened();
    },
  };
  const onSocket = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.write("220 mail.example.org ESMTP\r\n");
    converse(socket, tls?.from === "STARTTLS");
  };
  const converse = (socket: Socket, startsTls: boolean) => {
    const answer = createConversation(desk, startsTls);
    let rest = "";
    const onData = (chunk: Buffer) => {
      rest += chunk.toString("latin1");
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        const line = rest.slice(0, end + 1);
        rest = rest.slice(end + 1);
        if (!(socket instanceof TLSSocket)) overheard.push(line.split(/\s/, 1)[0]?.toUpperCase() ?? "");
        const reply = answer(line);
        if (reply !== null) socket.write(`${reply}\r\n`);
        if (reply === startTls && tls) {
          // What came with it, before there was TLS, is not answered.
          socket.off("data", onData);
          const secured = new TLSSocket(socket, { isServer: true, key: tls.key, cert: tls.cert });
          secured.on("error", () => socket.destroy());
          converse(secured, false);
          return;
        }
        if (reply?.startsWith("221")) socket.end();
      }
    };
    socket.on("data", onData);
  };
  const server = tls?.from === "first byte" ? createTlsServer(tls, onSocket) : createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    letters,
    refusals,
    overheard,
    get attempts() {
      return attempts;
    },
    async next() {
      const index = asked++;
      for (;;) {
        const letter = letters[index];
        if (letter) return letter;
        await something();
      }
    },
    async begun(count) {
      while (attempts < count) await something();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Desk {
  /** A refusal, or null to go on. */
  begin(): string | null;
  take(letter: ReceivedLetter): void;
}

const startTls = "220 go on, unheard";

/** Answers each line, or null within a text. Where TLS is to be started, nothing else is done before. */
function createConversation(desk: Desk, startsTls: boolean): (line: string) => string | null {
  let isKnown = false;
  let from: string | null = null;
  let to: string[] = [];
  let lines: string[] | null = null;
  return (raw) => {
    if (!raw.endsWith("\r\n")) return "500 a line ends in CRLF";
    const line = raw.slice(0, -2);
    if (/[^\t\x20-\x7e]/.test(line)) return "500 seven-bit text only";
    if (lines) {
      if (line !== ".") {
        lines.push(line.startsWith(".") ? line.slice(1) : line);
        return null;
      }
      desk.take(parseLetter(from ?? "", to, lines));
      [from, to, lines] = [null, [], null];
      return "250 taken";
    }
    const [, word = "", rest = ""] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    if (startsTls && !["EHLO", "QUIT"].includes(word.toUpperCase())) {
      return word.toUpperCase() === "STARTTLS" ? startTls : "530 start TLS first";
    }
    switch (word.toUpperCase()) {
      case "EHLO":
        return `250-mail.example.org\r\n250 ${startsTls ? "STARTTLS" : "AUTH PLAIN"}`;
      case "AUTH": {
        const expected = Buffer.from(`\0${mailLogin.user}\0${mailLogin.pass}`).toString("base64");
        isKnown = rest === `PLAIN ${expected}`;
        return isKnown ? "235 welcome" : "535 nobody I know";
      }
      case "MAIL": {
        if (!isKnown) return "530 say who you are";
        const refusal = desk.begin();
        if (refusal) return refusal;
        from = /^FROM:<([^<>\s]+)>$/i.exec(rest)?.[1] ?? null;
        return from === null ? "501 from whom" : "250 go on";
      }
      case "RCPT": {
        const recipient = /^TO:<([^<>\s]+)>$/i.exec(rest)?.[1];
        if (from === null || recipient === undefined) return "503 to whom";
        to.push(recipient);
        return "250 go on";
      }
      case "DATA":
        if (to.length === 0) return "503 to whom";
        lines = [];
        return "354 go on";
      case "QUIT":
        return "221 bye";
      default:
        return "502 what";
    }
  };
}

function parseLetter(from: string, to: readonly string[], lines: readonly string[]): ReceivedLetter {
  const end = lines.indexOf("");
  const headerLines = lines
    .slice(0, end)
    .join("\r\n")
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    headerLines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  const body = lines.slice(end + 1).join("\n");
  const quoted = headers.get("content-transfer-encoding") === "quoted-printable";
  return { from, to, headers, headerLines, text: quoted ? decodeQuoted(body) : body };
}

function decodeQuoted(text: string): string {
  const bytes = text
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
