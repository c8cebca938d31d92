import type { RoomId, Session, SessionId, User, UserId } from "@parley/protocol/model";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that knows accounts and their sessions. */

/** A user with what only the server may know. */
export interface Account extends User {
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly passwordHash: string;
}

/** Who is asking, as found by a session's token. */
export interface SignedIn {
  readonly user: Account;
  readonly session: Session;
}

/** The last of a page of people: their place in the order, whatever they are called by now. */
export interface PeopleCursor {
  readonly name: string;
  readonly id: UserId;
}

export interface NewSession {
  readonly id: SessionId;
  readonly tokenHash: string;
  readonly userAgent: string;
  readonly address: string;
  readonly expiresAt: number;
}

export interface AccountReads {
  /** By user name or e-mail address, both without regard to case. */
  findAccountByLogin(input: { readonly login: string }): Promise<Account | null>;
  /** By id or user name, the latter without regard to case; as everyone sees them. */
  findUser(input: { readonly reference: string }): Promise<User | null>;
  /**
   * People by name, without regard to case and accents. With a `query`, those of whose name (shown name and user name)
   * each of its words begins a word.
   */
  listPeople(input: {
    readonly query: string;
    readonly cursor: PeopleCursor | null;
    readonly limit: number;
  }): Promise<{ readonly users: readonly User[]; readonly cursor: PeopleCursor | null }>;
  /** Null for an unknown, revoked or expired token. */
  findSession(input: { readonly tokenHash: string; readonly at: number }): Promise<SignedIn | null>;
  /** Open sessions of a user, latest seen first. */
  listSessions(input: { readonly userId: UserId; readonly at: number }): Promise<readonly Session[]>;
}

export interface NewUser {
  readonly userId: UserId;
  /** The id that the default room gets if this is the first account. */
  readonly defaultRoomId: RoomId;
  readonly username: string;
  /** Look-alike names have the same key; keys are unique. */
  readonly usernameKey: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly passwordHash: string;
  readonly at: number;
}

export interface AccountWrites {
  /**
   * Creates an account, its first session and its membership of the default room; redeems `invite` if given. The first
   * account ever becomes the owner, founds the workspace's default room `general`, and needs no invite; later ones obey the
   * sign-up policy of the moment.
   */
  createAccount(
    input: NewUser & {
      /** One that waits for its link. */
      readonly pendingEmail: string | null;
      readonly session: NewSession;
      readonly invite: string | null;
    },
  ): Promise<Outcome<User, "username_taken" | "email_taken" | "sign_up_closed" | "invite_unusable" | "limit_reached">>;
  /**
   * Keeps at most `keep` open sessions of a user: the longest unseen are revoked. Refused when `passwordHash`, which was
   * verified before, is no longer theirs, or when they are deactivated.
   */
  createSession(input: {
    readonly userId: UserId;
    readonly passwordHash: string;
    readonly session: NewSession;
    readonly keep: number;
    readonly at: number;
  }): Promise<Outcome<Session, "bad_credentials">>;
  touchSession(input: { readonly id: SessionId; readonly expiresAt: number; readonly at: number }): Promise<null>;
  /** Revokes one session of this user. */
  revokeSession(input: {
    readonly id: SessionId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<null, "not_found">>;
  putUser(input: {
    readonly userId: UserId;
    readonly displayName?: string;
    readonly status?: string | null;
    readonly sharesReceipts?: boolean;
  }): Promise<Outcome<User, "not_signed_in">>;
}
