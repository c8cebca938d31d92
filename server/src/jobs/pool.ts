/** Does work in the order in which it comes, a few pieces at a time. */
export class Pool {
  readonly #parallel: number;
  readonly #queue: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  /** How much has not been begun. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Settles as the work does, which never begins before this returns. What is cleared never settles. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#queue.push(() => work().then(resolve, reject));
    if (this.#running < this.#parallel) void this.#drain();
    return promise;
  }

  /** Forgets what has not been begun. */
  clear(): void {
    this.#queue.length = 0;
  }

  async #drain(): Promise<void> {
    this.#running++;
    await Promise.resolve();
    for (let work = this.#queue.shift(); work; work = this.#queue.shift()) await work();
    this.#running--;
  }
}
