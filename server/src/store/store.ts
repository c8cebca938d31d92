import type { DeltaFrame } from "@parley/protocol/frames";
import type { AccountReads, AccountWrites } from "./accounts.ts";
import type { AdministrationReads, AdministrationWrites } from "./administration.ts";
import type { BackupReads, BackupWrites } from "./backups.ts";
import type { EmailReads, EmailWrites } from "./emails.ts";
import type { FileReads, FileWrites } from "./files.ts";
import type { MessageReads, MessageWrites } from "./messages.ts";
import type { NotificationReads, NotificationWrites } from "./notifications.ts";
import type { ReceiptReads, ReceiptWrites } from "./receipts.ts";
import type { RoomReads, RoomWrites } from "./rooms.ts";
import type { Searches } from "./search.ts";
import type { TopicReads } from "./topics.ts";

/**
 * Everything durable. One engine per folder implements this contract, and `contract/` is the suite that each must
 * pass. The verbs are shaped like use cases: a verb does its whole thing in one transaction, or nothing of it.
 *
 * Promises of every write:
 * - **Durable.** When its promise resolves, it is on disk (fsync), together with its numbers.
 * - **Numbered.** Each change took its topic's next `seq` in the same transaction, in commit order, without gaps.
 * - **Announced.** Its commit was handed to the `onCommit` listener, once, in commit order, before its promise resolved.
 *   Concurrent writes share a commit, and their changes of one topic share a delta.
 * - **Checked inside.** Whatever a write depends on (who is deactivated, roles, membership, whether a room is in use, uses of
 *   an invite, a free name) is looked up in its transaction, whoever has looked before: no right outlives its end by the
 *   time that a write waits. A refusal is a returned outcome, never an exception, and changes nothing. An exception is a
 *   fault of the store itself.
 *
 * Times are given by the caller in milliseconds since 1970 and are never used to order anything.
 */
export interface Store extends Reads, Writes, Searches {
  /** Calls `listener` with each commit that changed a topic. At most one listener; set before the first write. */
  onCommit(listener: (commit: Commit) => void): void;
  /** Finishes what was accepted, then releases everything. Later calls reject. */
  close(): Promise<void>;
}

declare const committed: unique symbol;

/** The deltas of one durable commit: at most a few per topic, consecutive. Only an engine makes one. */
export interface Commit {
  readonly deltas: readonly DeltaFrame[];
  readonly [committed]: true;
}

/** Each read sees one snapshot. On SQLite it runs to its end without yielding to the event loop. */
export interface Reads
  extends AccountReads,
    EmailReads,
    RoomReads,
    MessageReads,
    ReceiptReads,
    FileReads,
    TopicReads,
    NotificationReads,
    AdministrationReads,
    BackupReads {}

export interface Writes
  extends AccountWrites,
    EmailWrites,
    RoomWrites,
    MessageWrites,
    ReceiptWrites,
    FileWrites,
    NotificationWrites,
    AdministrationWrites,
    BackupWrites {}
