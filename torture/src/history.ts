import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { MessageId, RoomId, Seq, UserId } from "@parley/protocol/model";

/**
 * What happened in a run, in the order in which it was seen: one event a line of JSON. Times are milliseconds since its
 * start, by a clock that never goes back.
 *
 * A *token* is the first word of a message, which no other message has. It stays when the message is edited and is how a
 * message is known before the server has numbered it.
 */
export type HistoryEvent = { readonly at: number } & Happening;

export type Happening =
  /** A client was asked to do something. */
  | {
      readonly type: "invoke";
      readonly act: number;
      readonly user: UserId;
      readonly what: "send" | "edit" | "delete" | "react";
      readonly room: RoomId;
      readonly token: string;
    }
  /** It was told that it is done. Of a message that was sent: its number, and the key under which it was sent. */
  | {
      readonly type: "ok";
      readonly act: number;
      readonly sent?: { readonly id: MessageId; readonly key: string };
    }
  /** It was refused for good. An act without an end is unknown: done or not. */
  | { readonly type: "fail"; readonly act: number; readonly reason: string }
  /** Confirmed messages that a client shows from now on, in the order of its view. A deleted one has no token. */
  | {
      readonly type: "shown";
      readonly user: UserId;
      readonly room: RoomId;
      readonly messages: readonly (readonly [id: MessageId, token: string | null])[];
    }
  /** A client's view of a room was not in order, or had a hole, for a moment or longer. */
  | {
      readonly type: "disorder";
      readonly user: UserId;
      readonly room: RoomId;
      readonly ids: readonly [before: MessageId, after: MessageId];
    }
  /** The server has acknowledged that this user is out of a room; that they are to come in again is about to be asked for. */
  | {
      readonly type: "removed";
      readonly user: UserId;
      readonly room: RoomId;
      /** Where the room stood right after, or later: the removal itself has a lower number, or this one. */
      readonly head: Seq;
    }
  | { readonly type: "readmitted"; readonly user: UserId; readonly room: RoomId }
  /** A frame of a room came to one who is out of it. */
  | { readonly type: "heard"; readonly user: UserId; readonly room: RoomId; readonly to: Seq }
  /** Right after a message of theirs was acknowledged, its author has asked for it: what was there. */
  | {
      readonly type: "fetched";
      readonly user: UserId;
      readonly room: RoomId;
      readonly id: MessageId;
      readonly token: string | null;
    }
  /** What the run did to the server or the network. */
  | { readonly type: "fault"; readonly kind: string; readonly detail?: string }
  /** How the server ended that was asked to. */
  | { readonly type: "stopped"; readonly ms: number; readonly code: number | null }
  /** A client's socket was closed with this code. */
  | { readonly type: "closed"; readonly user: UserId; readonly code: number };

/** Writes the history down as it grows, and keeps it. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #file: WriteStream;
  readonly #started = performance.now();

  constructor(path: string) {
    this.#file = createWriteStream(path);
  }

  add(happening: Happening): void {
    const event: HistoryEvent = { at: Math.round(performance.now() - this.#started), ...happening };
    this.events.push(event);
    this.#file.write(`${JSON.stringify(event)}\n`);
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}

/** What a client shows at the end, when it says that it is up to date. */
export interface FinalView {
  readonly user: UserId;
  readonly rooms: readonly FinalRoom[];
  /** Acts that the client still has to tell the server. */
  readonly pending: number;
}

export interface FinalRoom {
  readonly room: RoomId;
  readonly messages: readonly ShownMessage[];
  readonly unread: number;
  readonly mentions: number;
}

export interface ShownMessage {
  readonly id: MessageId;
  /** All of it: the token, and what edits have made of the rest. Empty once deleted. */
  readonly content: string;
  readonly author: UserId;
  readonly deleted: boolean;
  /** Each as `emoji user`, sorted. */
  readonly reactions: readonly string[];
}

/** What the database holds when all is over. */
export interface Dump {
  readonly rooms: readonly {
    readonly id: RoomId;
    readonly head: Seq;
    readonly lastMessageId: MessageId;
    /** The highest number that something of this room remembers as its last change. */
    readonly lastChange: Seq;
  }[];
  readonly members: readonly {
    readonly room: RoomId;
    readonly user: UserId;
    readonly username: string;
    readonly upTo: MessageId;
  }[];
  readonly messages: readonly (ShownMessage & {
    readonly room: RoomId;
    readonly seq: Seq;
    readonly key: string | null;
    /** User names in small letters, `all` or `here`. */
    readonly mentions: readonly string[];
  })[];
  /** Messages in the search index, as `room id`. */
  readonly indexed: readonly string[];
  /** Blobs that a message has and that are missing or not of the recorded size. */
  readonly brokenBlobs: readonly string[];
  /** What `PRAGMA integrity_check` and `foreign_key_check` found wrong. */
  readonly damage: readonly string[];
}

export const tokenOf = (content: string): string | null => content.split(" ")[0] || null;
