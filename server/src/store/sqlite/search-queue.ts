import { Worker } from "node:worker_threads";
import { ParleyError } from "@parley/protocol/errors";
import type { SearchInput, SearchPage } from "../search.ts";
import type { FromSearcher, ToSearcher } from "./searcher.ts";

interface Waiting {
  readonly resolve: (page: SearchPage) => void;
  readonly reject: (error: Error) => void;
}

/** Some seconds of searching at worst. */
const waitingMax = 64;

/** Searches, as the main thread sees them. The thread is started by the first one, and again should it ever fail. */
export class SearchQueue {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: { readonly worker: Worker; readonly ended: Promise<void> } | null = null;
  #refs = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with `unavailable` when too many wait. */
  search(input: SearchInput): Promise<SearchPage> {
    if (this.#waiting.size >= waitingMax) return Promise.reject(new ParleyError("unavailable"));
    this.#thread ??= this.#start();
    const ref = ++this.#refs;
    const { promise, resolve, reject } = Promise.withResolvers<SearchPage>();
    this.#waiting.set(ref, { resolve, reject });
    this.#post({ type: "search", ref, input });
    return promise;
  }

  /** Answers what it has accepted, then ends the thread. Nothing is asked of it any more. */
  async close(): Promise<void> {
    this.#post({ type: "close" });
    await this.#thread?.ended;
  }

  #post(message: ToSearcher): void {
    this.#thread?.worker.postMessage(message);
  }

  #start() {
    const worker = new Worker(new URL("./searcher.ts", import.meta.url), { workerData: { path: this.#path } });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    worker.on("message", (message: FromSearcher) => this.#receive(message));
    worker.on("error", (error) => this.#fail(worker, `the searching thread failed: ${error}`));
    worker.on("exit", () => {
      this.#fail(worker, "the searching thread ended");
      resolve();
    });
    return { worker, ended };
  }

  #receive(message: FromSearcher): void {
    const waiting = this.#waiting.get(message.ref);
    this.#waiting.delete(message.ref);
    if ("page" in message) waiting?.resolve(message.page);
    else waiting?.reject(new Error(`a search failed: ${message.error}`));
  }

  #fail(worker: Worker, reason: string): void {
    // One that has failed ends a moment later, when another may be at work already.
    if (this.#thread?.worker !== worker) return;
    this.#thread = null;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }
}
