import type { AuditAct, AuditEntry } from "@parley/protocol/audit";
import type {
  FileId,
  InviteListing,
  Overview,
  Role,
  RoomId,
  RoomRecord,
  SignUpPolicy,
  StorageRecord,
  User,
  UserId,
  UserRecord,
} from "@parley/protocol/model";
import type { Account, NewSession, NewUser } from "./accounts.ts";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that looks after the workspace: its users, their passwords, and the audit log. */

export interface WorkspaceRecord {
  readonly name: string;
  readonly picture: FileId | null;
  /** Null until an owner has chosen: then the setting of the environment holds. */
  readonly signUp: SignUpPolicy | null;
  readonly epoch: string;
  readonly userCount: number;
}

/** Who does what the audit log keeps. Nulls: the command line, whose user may do everything. */
export interface By {
  readonly userId: UserId | null;
  readonly role: Role | null;
  readonly address: string | null;
}

/** An act on a user, decided on by what both were: refused (`not_allowed`) when either has another role by now. */
export interface UserAct {
  readonly userId: UserId;
  readonly userRole: Role;
  readonly by: By;
  readonly at: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

export interface StoreOverview extends Pick<Overview, "users" | "rooms" | "messages" | "databaseBytes"> {
  readonly files: Overview["storage"]["files"];
}

export interface PageInput {
  /** Words of which each thing must have all; empty for everything. */
  readonly q: string;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface AdministrationReads {
  getWorkspace(input: Record<string, never>): Promise<WorkspaceRecord>;
  /** By id, or by user name without regard to case. */
  findAccount(input: { readonly reference: string }): Promise<Account | null>;
  /** Everybody, by user name. */
  listUserRecords(input: PageInput & { readonly at: number }): Promise<Page<UserRecord>>;
  /** Every room that exists, but for direct ones, by address. */
  listRoomRecords(input: PageInput): Promise<Page<RoomRecord>>;
  /** One of these. */
  findRoomRecord(input: { readonly id: RoomId }): Promise<RoomRecord | null>;
  /** Every usable invite, by code. */
  listAllInvites(input: Omit<PageInput, "q"> & { readonly at: number }): Promise<Page<InviteListing>>;
  /** Newest first, from before the entry `before`; of one act, and what `userId` did or was done to, or all (null). */
  listAudit(input: {
    readonly act: AuditAct | null;
    readonly userId: UserId | null;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<readonly AuditEntry[]>;
  /** Counted as rows change, or summed from indexes and the rows of rooms: 20 ms for 50,000 users and 100,000 rooms. */
  getOverview(input: { readonly at: number }): Promise<StoreOverview>;
  /** Those who have files, most bytes first. A cursor is where its page ended: `<bytes>-<user's id>`. */
  listStorage(input: Omit<PageInput, "q">): Promise<Page<StorageRecord>>;
  /** Whose password a link opens; null when it is unknown, used, ended or expired, or its user is deactivated. */
  findReset(input: { readonly tokenHash: string; readonly at: number }): Promise<Account | null>;
}

export interface NewReset {
  readonly tokenHash: string;
  readonly expiresAt: number;
}

/** Each of these is in the audit log with its own commit. */
export interface AdministrationWrites {
  /** `not_allowed` when the actor has another role by now. */
  putWorkspace(input: {
    readonly name?: string;
    readonly signUp?: SignUpPolicy;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "not_allowed">>;
  /** Opens an account without a session: `reset` is how its user gets in. The very first becomes the owner. */
  createUser(
    input: NewUser & { readonly role: Role; readonly reset: NewReset; readonly by: By },
  ): Promise<Outcome<User, "username_taken" | "email_taken" | "limit_reached" | "not_allowed">>;
  /**
   * Ends every session and reset link of a user, revokes their invites, and keeps them out; what they said and where they
   * are a member stays. Idempotent. The last owner is `not_allowed`.
   */
  deactivateUser(input: UserAct): Promise<Outcome<User, "not_found" | "not_allowed">>;
  /** Lets them sign in again. Idempotent. */
  reactivateUser(input: UserAct): Promise<Outcome<User, "not_found" | "not_allowed">>;
  /** The last owner keeps the role. */
  putUserRole(input: UserAct & { readonly role: Role }): Promise<Outcome<User, "not_found" | "not_allowed">>;
  /** Ends every session of a user. */
  revokeSessions(input: UserAct): Promise<Outcome<null, "not_found" | "not_allowed">>;

  /**
   * A user has one link at most: a new one ends the one before. `mailedTo`: somebody signed out has asked for it, and it
   * works while this is the user's verified address.
   */
  createReset(
    input: UserAct & { readonly reset: NewReset; readonly mailedTo?: string },
  ): Promise<Outcome<null, "not_found" | "not_allowed">>;
  /** Uses a link up, whoever comes first: sets the password as `putPassword` does, ends every session, opens `session`. */
  redeemReset(input: {
    readonly tokenHash: string;
    readonly passwordHash: string;
    readonly session: NewSession;
    readonly at: number;
  }): Promise<Outcome<User, "reset_unusable">>;
  /**
   * Sets a password in place of the one that `before` is the hash of; ends all sessions but `keep`, and reset links, and
   * forgets an address that waits: whoever knew the old password may have given it.
   */
  putPassword(input: {
    readonly userId: UserId;
    readonly before: string;
    readonly passwordHash: string;
    readonly keep: string;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "bad_credentials">>;

  /** Gives a room that nobody who is here owns to one of its members. */
  handOverRoom(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "not_allowed">>;

  /**
   * What was restored from a backup goes on as a history of its own: under a new epoch, so that nobody takes an old
   * position for one of it. Ends every session, unless they are kept, and every link: what has been ended since
   * would work again. Uploads that were coming in are given up, and `lostFiles`, whose bytes are not there, taken off
   * what shows them. Nobody is at work yet, so nothing is announced.
   */
  beginHistory(input: {
    readonly epoch: string;
    /** When the backup was made. */
    readonly madeAt: number;
    readonly keepSessions: boolean;
    readonly lostFiles: readonly FileId[];
    readonly at: number;
  }): Promise<null>;

  /** Writes failed sign-ins down: how many there were with one login (null: nobody's) from one address (null: many). */
  recordRefusals(input: {
    readonly refusals: readonly {
      readonly userId: UserId | null;
      readonly address: string | null;
      readonly count: number;
      readonly at: number;
    }[];
  }): Promise<null>;
}
