import { ParleyError } from "@parley/protocol/errors";
import type { UserId } from "@parley/protocol/model";
import { type Change, type Kept, MemoryOutboxStorage, type OutboxStorage, Turns } from "@parley/sdk/outbox-storage";

const name = "parley.outbox";
const store = "kept";
const byKey = "key";
/** A browser that does not open its database by then counts as one without. */
const openMs = 3000;
/** A page that was put to sleep with its turn does not give it back: it is not waited for longer than this. */
const turnMs = 10_000;

/** `order` is given by the database, and stays with the key. */
interface Row extends Kept {
  readonly user: UserId;
  readonly order?: number;
}

interface Told {
  readonly user: UserId;
  readonly change: Change;
}

/**
 * The half that lasts: one database for all pages and users of this browser, written through to the disk. Pages hear of
 * each other on a channel, and take turns by locks. Where there is no such database, as in some private windows, the
 * memory of the page stands in for it.
 */
export function openOutboxStorage(user: UserId): OutboxStorage {
  const memory = new MemoryOutboxStorage().page();
  const channel = new BroadcastChannel(name);
  const listeners = new Set<(change: Change) => void>();
  const turns = new Turns();
  let opening: Promise<IDBDatabase | null> | null = null;
  let everOpened = false;
  let isClosed = false;

  const tell = (change: Change) => {
    if (!isClosed) channel.postMessage({ user, change } satisfies Told);
  };
  const hear = (change: Change) => {
    for (const listener of listeners) listener(change);
  };
  channel.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    if (data.user === user) hear(data.change);
  });

  const database = (): Promise<IDBDatabase | null> => {
    opening ??= openDatabase(() => {
      // Closed from outside: all of it is gone, or will be. The next one who asks begins anew.
      opening = null;
      hear({ kind: "lost" });
    }).then(
      (opened) => {
        everOpened = true;
        return opened;
      },
      () => {
        // What was there once is asked for again; what never was is done without.
        if (everOpened) opening = null;
        return null;
      },
    );
    return opening;
  };
  /** Null: there is none. */
  const within = async (
    mode: IDBTransactionMode,
    act: (rows: IDBObjectStore, answer: (rows: readonly Row[]) => void) => void,
  ): Promise<readonly Row[] | null> => {
    const opened = await database();
    if (opened) return transact(opened, mode, act);
    if (everOpened) throw new ParleyError("internal", "This browser could not keep it. Try again.");
    return null;
  };

  return {
    async list() {
      const rows = await within("readonly", (rows, answer) => {
        const request = rows.index(byKey).getAll(ofUser(user)) as IDBRequest<Row[]>;
        request.onsuccess = () => answer(request.result);
      });
      if (!rows) return memory.list();
      return [...rows].sort((a, b) => (a.order ?? 0) - (b.order ?? 0)).map(toKept);
    },
    async put(kept) {
      const done = await within("readwrite", (rows) => {
        const found = rows.index(byKey).getKey([user, kept.key]);
        found.onsuccess = () => {
          const row: Row = { ...kept, user };
          rows.put(found.result === undefined ? row : { ...row, order: found.result });
        };
      });
      if (!done) return memory.put(kept);
      tell({ kind: "put", kept });
    },
    async remove(key, done) {
      const isThere = await within("readwrite", (rows) => {
        const found = rows.index(byKey).getKey([user, key]);
        found.onsuccess = () => {
          if (found.result !== undefined) rows.delete(found.result);
        };
      });
      if (!isThere) return memory.remove(key, done);
      tell({ kind: "removed", key, done });
    },
    async inTurn(lane, act) {
      // Browsers have locks only for pages that came over HTTPS, or from this computer.
      if (!navigator.locks) return turns.take(lane, act);
      let hasTurn = false;
      const actInTurn = () => {
        hasTurn = true;
        return act();
      };
      try {
        const signal = AbortSignal.timeout(turnMs);
        await navigator.locks.request(`${name}.${user}.${lane}`, { signal }, actInTurn);
      } catch (error) {
        if (hasTurn) throw error;
        await turns.take(lane, act);
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        channel.close();
        isClosed = true;
      };
    },
    lasts: async () => (await database()) !== null,
  };
}

function openDatabase(onLost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the database does not open")), openMs);
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const rows = request.result.createObjectStore(store, { keyPath: "order", autoIncrement: true });
      rows.createIndex(byKey, ["user", "key"], { unique: true });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const { result } = request;
      result.onclose = onLost;
      result.onversionchange = () => {
        result.close();
        onLost();
      };
      resolve(result);
    };
  });
}

/** Resolves once it is on the disk. */
function transact(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  act: (rows: IDBObjectStore, answer: (rows: readonly Row[]) => void) => void,
): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    let answer: readonly Row[] = [];
    const fail = (error: DOMException | null) => reject(toError(error));
    try {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      transaction.oncomplete = () => resolve(answer);
      transaction.onabort = () => fail(transaction.error);
      act(transaction.objectStore(store), (rows) => {
        answer = rows;
      });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      fail(error);
    }
  });
}

const toError = (error: DOMException | null): ParleyError =>
  error?.name === "QuotaExceededError"
    ? new ParleyError("limit_reached", "This browser has no space left to keep it in. Make some, then send it again.")
    : new ParleyError("internal", "This browser could not keep it. Try again.");

const ofUser = (user: UserId): IDBKeyRange => IDBKeyRange.bound([user], [user, []]);

const toKept = ({ key, act, failure }: Row): Kept => ({ key, act, failure });
