import { z } from "zod";
import { fileId } from "../commands.ts";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { name, shortText } from "../text.ts";
import { pageLimit, timestamp } from "./fields.ts";
import { inviteCode } from "./invites.ts";

/** Accounts, people and sessions. */

export const username = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "may have letters a–z, digits, dot, dash and underscore")
  .min(limits.usernameMin, `has fewer than ${limits.usernameMin} characters`)
  .max(limits.usernameMax, `has more than ${limits.usernameMax} characters`);

export const password = z
  .string()
  .refine((value) => value.isWellFormed(), "has broken Unicode")
  .refine(
    (value) => new TextEncoder().encode(value).length <= limits.passwordMaxBytes,
    `is longer than ${limits.passwordMaxBytes} bytes`,
  );

export const email = z
  .string()
  .trim()
  .max(limits.emailLength)
  .regex(
    /^[^\s@"<>()\\,;:\p{C}]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/u,
  )
  .transform(fold);

/** What one signs in with: a user name or an e-mail address. */
export const login = z
  .string()
  .trim()
  .min(1)
  .max(limits.emailLength)
  .regex(/^\P{C}+$/u)
  .transform(fold);

/** The one form of an e-mail address: letter case and the ways to write one letter do not count. */
function fold(value: string): string {
  return value.normalize("NFC").toLowerCase();
}

export const displayName = name(limits.displayNameLength);

export const signUpBody = z.strictObject({
  username,
  password,
  email: email.nullish(),
  displayName: displayName.optional(),
  invite: inviteCode.optional(),
});

export const signInBody = z.strictObject({ login, password });

export const meBody = z.strictObject({
  displayName: displayName.optional(),
  /** Null takes it away. */
  status: name(limits.statusLength).nullable().optional(),
  sharesReceipts: z.boolean().optional(),
});

/** A user's id or user name. */
export const userParams = z.object({ user: z.string().min(1).max(limits.usernameMax) });

export const sessionParams = z.object({ id: z.string().regex(/^S[A-Z0-9]{1,40}$/) });

export const peopleQuery = z.strictObject({
  q: shortText(limits.peopleQueryLength).optional(),
  cursor: z.string().min(1).max(1000).optional(),
  limit: pageLimit(limits.peoplePageMax).optional(),
});

export const authorSchema = z
  .object({ id: z.string(), username: z.string(), displayName: z.string(), avatar: fileId.optional() })
  .meta({ id: "Author" });

export const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    displayName: z.string(),
    avatar: fileId.optional(),
    kind: z.enum(["person", "bot"]),
    role: z.enum(["owner", "admin", "member"]),
    createdAt: timestamp,
    status: z.string().optional(),
    deactivatedAt: timestamp.optional(),
    sharesReceipts: z.boolean().optional(),
    email: z.string().nullable().optional(),
    emailVerified: z.boolean().optional(),
    pendingEmail: z.string().optional(),
  })
  .meta({ id: "User" }) satisfies z.ZodType<model.User>;

export const sessionSchema = z
  .object({
    id: z.string(),
    createdAt: timestamp,
    lastSeenAt: timestamp,
    expiresAt: timestamp,
    userAgent: z.string(),
    address: z.string(),
    current: z.boolean().optional(),
    revokedAt: timestamp.optional(),
  })
  .meta({ id: "Session" }) satisfies z.ZodType<model.Session>;

export const peopleSchema = z
  .object({ users: z.array(userSchema).readonly(), cursor: z.string().nullable() })
  .meta({ id: "PeoplePage" });

export const sessionsSchema = z.object({ sessions: z.array(sessionSchema).readonly() }).meta({ id: "SessionList" });
export type PeoplePage = z.output<typeof peopleSchema>;
export type SessionList = z.output<typeof sessionsSchema>;
