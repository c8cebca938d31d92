import type { TypingFrame } from "@parley/protocol/frames";
import type { FileStoreKind, Message, Presence, SignUpPolicy, Topic, UserId } from "@parley/protocol/model";
import type { BackupOutcome } from "./store/backups.ts";
import type { PushKeys, PushTarget } from "./store/notifications.ts";
import type { Store } from "./store/store.ts";

/** What domain functions work with. Each is a contract; the assembly chooses what keeps it. */
export interface App {
  readonly store: Store;
  readonly fanout: Fanout;
  readonly presences: Presences;
  readonly passwords: Passwords;
  readonly spool: Spool;
  readonly blobs: Blobs;
  readonly images: Images;
  readonly push: Push;
  /** Null: this server sends no mail, and offers nothing that needs it. */
  readonly mail: Mail | null;
  readonly backups: Backups;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
}

/** Passing announcements. Durable ones need no call: the store hands every commit to the hub itself. */
export interface Fanout {
  /** Sends to every connection that follows `topic`, now or never. */
  broadcast(topic: Topic, frame: TypingFrame): void;
  /** How many connections there are, to all nodes. */
  readonly size: number;
}

/** Who is here now. What it learns passes: after a restart everyone comes again. */
export interface Presences {
  /**
   * This user is here through `source`: a connection, or a client that asks again and again. It counts for some time
   * only, so it is said again with every sign of life. Without `active` the source is as it was.
   */
  here(user: UserId, source: string, active?: boolean): void;
  /** The source is gone. A `dropped` one may come back as another within a grace; an `ended` one is gone at once. */
  left(user: UserId, source: string, how: "dropped" | "ended"): void;
  /** How they are now. Whoever is left out cannot be told yet; that, and each change, is told afterwards. */
  of(users: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>>;
  /** How many are here, away or not. */
  count(): Promise<number>;
}

/** Slow on purpose, so bounded: `hash` and `verify` throw `unavailable` when too many wait already. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** With a null hash it does the same work and answers false, so that unknown logins cannot be told by time. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/** Where bytes that come in wait, on this machine's disk, until they are stored. */
export interface Spool {
  /**
   * Takes all of `stream`, never more than a chunk of it in memory. Throws `too_large` beyond `maxBytes`, `malformed` when
   * it is cut off, `unavailable` when there is no place, and then leaves nothing.
   */
  receive(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<SpooledFile>;
}

export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  /** Of all bytes, in hexadecimal. */
  readonly sha256: string;
  /** The first few thousand bytes. */
  readonly head: Uint8Array;
  /** Removes what has not been stored. The one who received it owes this call. */
  discard(): Promise<void>;
}

/** Stored bytes, each under a key that is used once and says nothing of them. */
export interface Blobs {
  /** All of it is durable when this resolves, and none of it can be had before. May take the file's place on the disk. */
  put(key: string, file: SpooledFile): Promise<void>;
  /** Null when there is nothing under this key. The caller reads the stream or cancels it. */
  get(key: string, range?: ByteRange): Promise<StoredBytes | null>;
  /** Idempotent. */
  remove(key: string): Promise<void>;
  /** What may still be put here; null where the place is not this machine's, and nobody knows. Never throws. */
  freeBytes(): Promise<number | null>;
}

/** Draws pictures anew, whatever hostile bytes they come as. */
export interface Images {
  /**
   * WebP of the first frame of a PNG, JPEG, GIF or WebP, upright and with nothing but its pixels: at most 800 pixels wide
   * and high, or a square of 256. Null for what is none of these, damaged, or more than it is worth. Throws `unavailable`
   * when too many wait.
   */
  render(path: string, as: "thumbnail" | "square"): Promise<Rendition | null>;
}

export interface Rendition {
  readonly bytes: Uint8Array;
  /** Of the picture itself, upright. */
  readonly width: number;
  readonly height: number;
}

/** Both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface StoredBytes {
  readonly stream: ReadableStream<Uint8Array>;
  /** How many the stream has. */
  readonly bytes: number;
}

/** Web Push (RFC 8030) to browsers that asked for it, encrypted for each (RFC 8291) and signed (RFC 8292). */
export interface Push {
  createKeys(): PushKeys;
  /** Whether an endpoint belongs to a push service that this server may call. */
  isAllowed(endpoint: string): boolean;
  /** Bounded in time; never throws. `gone`: the browser does not want it any more. */
  send(keys: PushKeys, target: PushTarget, payload: string): Promise<"sent" | "gone" | "failed">;
}

/** Plain-text mail, by way of the server that the settings name. */
export interface Mail {
  /** Bounded in time; never throws. `refused`: it will never be taken. `failed`: it may be later. */
  send(letter: Letter): Promise<"sent" | "refused" | "failed">;
}

export interface Letter {
  /** One address. */
  readonly to: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

/** Copies of the workspace for bad days. */
export interface Backups {
  /** Null: this server makes none by itself. */
  readonly plan: { readonly everyMs: number; readonly keep: number } | null;
  /** Makes one as planned, and then removes what is older than those to be kept. Never throws. */
  make(at: number): Promise<BackupOutcome>;
  /** Of the last one that anybody has tried on this data folder; null when there is none. Never throws. */
  findOutcome(): Promise<BackupOutcome | null>;
  /** Gives up the one that is being made. */
  stop(): void;
}

/** Work after the answer. A call hands over at once and never fails; what is too much is dropped, and logged. */
export interface Jobs {
  /** Tells those whom a new message calls and who are not here. */
  notifyLater(message: Message): void;
  /** Writes down, with others like it, that someone has failed to sign in. */
  signInRefused(refusal: SignInRefusal): void;
  /** Writes a letter and mails it, if there is anyone to mail it to. */
  mailLater(request: LetterRequest): void;
}

export interface SignInRefusal {
  /** Whom the login names; null: nobody. */
  readonly userId: UserId | null;
  readonly address: string;
}

export type LetterRequest =
  /** A reset link for whomever a login names. Asked for from `address`. */
  | { readonly kind: "reset"; readonly login: string; readonly address: string }
  /** A link that verifies the address that a user has given last. */
  | { readonly kind: "verification"; readonly userId: UserId }
  /** Tells whoever reads at `to` that it is to be a user's address no longer: taken off, or once another one is verified. */
  | { readonly kind: "farewell"; readonly to: string; readonly username: string; readonly waits: boolean };

/** Token buckets that all nodes take from. A bucket holds `burst` tokens and gains one every `everyMs`. */
export interface SharedBuckets {
  /** Takes a token: 0, or how many milliseconds to wait until there is one; null when it cannot be said. Never rejects. */
  take(name: string, bucket: { readonly burst: number; readonly everyMs: number }): Promise<number | null>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** Never given message text, passwords or tokens. */
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Settings {
  /** The public origin; null: derived from each request. */
  readonly publicUrl: string | null;
  /** Holds until an owner chooses another in the workspace's settings. */
  readonly signUp: SignUpPolicy;
  readonly files: FileSettings;
  readonly fileStore: FileStoreKind;
}

/** What files may take. */
export interface FileSettings {
  /** One file. */
  readonly fileBytes: number;
  /** All files that one user has uploaded. */
  readonly userBytes: number;
  readonly workspaceBytes: number;
}
