import type { ServerFrame } from "@parley/protocol/frames";
import type { Person } from "./harness.ts";

/** A real event stream, read as a browser reads it: keeps every frame, and the last id. */
export class TestStream implements AsyncDisposable {
  readonly frames: ServerFrame[] = [];
  readonly headers: Headers;
  /** When the server ended it. */
  readonly ended: Promise<void>;
  lastId: string | null = null;
  retryMs: number | null = null;
  readonly #abort: AbortController;
  readonly #waiting = new Set<() => void>();
  #isEnded = false;

  private constructor(response: Response, abort: AbortController) {
    this.headers = response.headers;
    this.#abort = abort;
    this.ended = this.#read(response).finally(() => {
      this.#isEnded = true;
      for (const check of [...this.#waiting]) check();
    });
  }

  static async open(
    url: string,
    { cookie }: Person,
    { query = "", headers = {} }: { query?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<TestStream> {
    const abort = new AbortController();
    const response = await fetch(`${url}/api/events${query}`, {
      headers: { cookie, ...headers },
      signal: abort.signal,
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return new TestStream(response, abort);
  }

  /** The first frame, past or coming, that fits. Rejects when the stream ends without it. */
  find<T extends ServerFrame>(fits: (frame: ServerFrame) => frame is T): Promise<T>;
  find(fits: (frame: ServerFrame) => boolean): Promise<ServerFrame>;
  find(fits: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.frames.find(fits);
        if (found) resolve(found);
        else if (this.#isEnded) reject(new Error("the stream ended"));
        else return;
        this.#waiting.delete(check);
      };
      this.#waiting.add(check);
      check();
    });
  }

  contents(topic: string): readonly string[] {
    return this.frames.flatMap((frame) =>
      frame.type === "delta" && frame.topic === topic ? (frame.messages ?? []).map(({ content }) => content) : [],
    );
  }

  async said(content: string): Promise<void> {
    await this.find(
      (frame) => frame.type === "delta" && (frame.messages ?? []).some((message) => message.content === content),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(response: Response): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) this.#take(event.split("\n"));
        for (const check of [...this.#waiting]) check();
      }
    } catch {
      // Broken off: by the test, or by the server.
    }
  }

  #take(lines: readonly string[]): void {
    for (const line of lines) {
      const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
      if (field === "id") this.lastId = value ?? null;
      else if (field === "retry") this.retryMs = Number(value);
      else if (field === "data") this.frames.push(JSON.parse(value ?? "") as ServerFrame);
      else throw new Error(`not an event: ${line}`);
    }
  }
}
