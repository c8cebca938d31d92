import type { App, Letter, LetterRequest } from "../app.ts";
import { writeLetter } from "../domain/letters.ts";
import { Pool } from "./pool.ts";

/** What waits at once; what comes beyond is dropped. */
const waitingMax = 1000;
/** Conversations with the mail server that are under way at once. */
const parallel = 4;
/** Between one attempt and the next; after the last one it is given up. */
const pausesMs = [1000, 5000, 30_000, 120_000] as const;

/**
 * Mails what was asked for, after the answer, so that nobody can tell from an answer or its time whether there was anyone
 * to mail to. What waits is lost with the process: whoever gets no mail asks again.
 *
 *     requested ──▶ look up, make the link ──▶ send ──failed──▶ pause ──▶ send … ──▶ given up
 */
export class Mailer {
  readonly #app: App;
  readonly #pool = new Pool(parallel);
  readonly #pausing = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(app: App) {
    this.#app = app;
  }

  requested(request: LetterRequest): void {
    if (this.#pool.waiting + this.#pausing.size >= waitingMax) {
      this.#app.log.warn("mail.dropped");
      return;
    }
    this.#run(async () => {
      const letter = await writeLetter(this.#app, request);
      if (letter) await this.#send(letter, 0);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#pool.clear();
    for (const timer of this.#pausing) clearTimeout(timer);
    this.#pausing.clear();
  }

  async #send(letter: Letter, attempt: number): Promise<void> {
    const result = await this.#app.mail?.send(letter);
    if (this.#stopped || result === "sent") return;
    const pause = pausesMs[attempt];
    if (result !== "failed" || pause === undefined) {
      this.#app.log.warn("mail.given_up", { result, attempts: attempt + 1 });
      return;
    }
    const timer = setTimeout(() => {
      this.#pausing.delete(timer);
      this.#run(() => this.#send(letter, attempt + 1));
    }, pause);
    this.#pausing.add(timer);
  }

  /** A turn later, so that whoever asked has gone on before anything is looked up. */
  #run(work: () => Promise<void>): void {
    this.#pool.run(work).catch((error: unknown) => {
      if (!this.#stopped) this.#app.log.warn("mail.failed", { error: String(error) });
    });
  }
}
