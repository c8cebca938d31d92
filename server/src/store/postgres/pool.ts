import { ParleyError } from "@parley/protocol/errors";
import { connectPostgres, type Postgres, type PostgresOptions } from "../../platform/postgres.ts";

interface Waiting {
  readonly resolve: (connection: Postgres) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export interface PoolOptions extends PostgresOptions {
  readonly max: number;
  /** Who comes when so many wait is told `unavailable`, and so is who has waited for so long. */
  readonly waitingMax: number;
  readonly waitMs: number;
  readonly session: readonly string[];
  /** Called each time that a connection cannot be made. */
  readonly onUnreachable: (error: unknown) => void;
}

/** Connections that are lent, one borrower at a time, in the order of asking. They are opened as they are needed. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Postgres[] = [];
  readonly #all = new Set<Postgres>();
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Lends a connection for the time of `use`. When that fails nobody knows what state it is in: it is not lent again. */
  async use<T>(use: (connection: Postgres) => Promise<T>): Promise<T> {
    const connection = await this.#borrow();
    try {
      return await use(connection);
    } catch (error) {
      void this.#discard(connection);
      throw error;
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Closes what is idle at once, and what is lent when it is given back. Nobody is lent anything any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) this.#settle(waiting, null);
    await Promise.all(this.#idle.splice(0).map((connection) => this.#discard(connection)));
  }

  #borrow(): Promise<Postgres> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.isLost) return Promise.resolve(idle);
      void this.#discard(idle);
    }
    if (this.#closed || this.#waiting.length >= this.#options.waitingMax) {
      return Promise.reject(new ParleyError("unavailable"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Postgres>();
    const waiting = { resolve, reject, timer: setTimeout(() => this.#giveUp(waiting), this.#options.waitMs) };
    this.#waiting.push(waiting);
    this.#open();
    return promise;
  }

  #open(): void {
    if (this.#all.size + this.#opening >= this.#options.max || this.#waiting.length <= this.#opening) return;
    this.#opening += 1;
    connectPostgres(this.#options, this.#options.session).then(
      (connection) => {
        this.#opening -= 1;
        this.#all.add(connection);
        this.#giveBack(connection);
      },
      (error: unknown) => {
        this.#opening -= 1;
        this.#options.onUnreachable(error);
        // Where others are lent, one of them will be given back.
        const waiting = this.#all.size === 0 ? this.#waiting.shift() : undefined;
        if (waiting) this.#settle(waiting, null);
      },
    );
  }

  #giveBack(connection: Postgres): void {
    if (this.#closed || connection.isLost) {
      void this.#discard(connection);
      this.#open();
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting) this.#settle(waiting, connection);
    else this.#idle.push(connection);
  }

  #giveUp(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    this.#settle(waiting, null);
  }

  #settle({ resolve, reject, timer }: Waiting, connection: Postgres | null): void {
    clearTimeout(timer);
    if (connection) resolve(connection);
    else reject(new ParleyError("unavailable"));
  }

  async #discard(connection: Postgres): Promise<void> {
    if (!this.#all.delete(connection)) return;
    await connection.close();
  }
}
