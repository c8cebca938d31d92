import type { User, UserId } from "@parley/protocol/model";
import type { By } from "./administration.ts";
import type { Outcome } from "./outcome.ts";

/**
 * The part of the store's contract that knows whose an e-mail address is.
 *
 * An address is on one account at most. Where it must be verified first it only *waits* on an account, and may wait on any
 * number of them: it reserves nothing, and goes to the one whose link is used first, also from an account that has it
 * unverified.
 */

/** What a link is good for, as the account is now. */
export interface VerificationRecord {
  readonly userId: UserId;
  readonly username: string;
  readonly email: string;
  /** `used`: it has made the address of now a verified one. */
  readonly state: "open" | "used" | "expired";
}

export interface EmailReads {
  /** Null when the link is unknown, replaced, or about an address that was given up; or its user is deactivated. */
  findVerification(input: { readonly tokenHash: string; readonly at: number }): Promise<VerificationRecord | null>;
}

export interface EmailWrites {
  /**
   * Gives a user whose password `before` is the hash of another address, or none. With `waits` it waits for its link, and
   * the one of now stays; otherwise it is theirs at once, unverified. Either way what waited before is forgotten.
   */
  putEmail(input: {
    readonly userId: UserId;
    readonly before: string;
    readonly email: string | null;
    readonly waits: boolean;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<User, "bad_credentials" | "email_taken">>;
  /** A user has one link at most: a new one ends the one before. Refused when `email` is not theirs to verify any more. */
  createVerification(input: {
    readonly userId: UserId;
    readonly email: string;
    readonly tokenHash: string;
    readonly expiresAt: number;
  }): Promise<Outcome<null, "not_found">>;
  /** Uses a link up, whoever comes first. `email_taken`: another account has verified the address meanwhile. */
  redeemVerification(input: {
    readonly tokenHash: string;
    /** Where it was used from. */
    readonly address: string;
    readonly at: number;
  }): Promise<
    Outcome<VerificationRecord, "verification_unusable" | "verification_expired" | "verification_used" | "email_taken">
  >;
}
