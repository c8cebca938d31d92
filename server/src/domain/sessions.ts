import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Session, SessionId, User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { Account, NewSession, SignedIn } from "../store/accounts.ts";
import { newDevice } from "./devices.ts";
import { hashToken, newSessionId, newToken } from "./ids.ts";
import { must } from "./outcome.ts";

const day = 24 * 60 * 60 * 1000;
/** A session ends when unused this long … */
export const idleMs = 14 * day;
/** … and this long after its start in any case. */
const absoluteMs = 90 * day;
/** How stale `lastSeenAt` may be. */
const touchEveryMs = 60 * 60 * 1000;

/** Where a request comes from, as its session's owner will see it in the list. */
export interface Origin {
  readonly userAgent: string;
  readonly address: string;
}

/** The token is told once, to the one who signed in; only its hash is kept. `device` is for the browser to keep. */
export interface Opened {
  readonly user: User;
  readonly token: string;
  readonly device: string;
}

/** Answers a wrong password and an unknown login alike, in text and in time. */
export async function signIn(
  app: App,
  origin: Origin,
  input: { readonly login: string; readonly password: string },
): Promise<Opened> {
  const account = await app.store.findAccountByLogin({ login: input.login });
  const opened =
    (await app.passwords.verify(input.password, account?.passwordHash ?? null)) && account
      ? await openSession(app, origin, account)
      : null;
  if (!opened) {
    app.jobs.signInRefused({ userId: account?.id ?? null, address: origin.address });
    throw new ParleyError("bad_credentials");
  }
  return opened;
}

/** Null: the password that was verified is no longer theirs, or they are deactivated. */
async function openSession(app: App, origin: Origin, account: Account): Promise<Opened | null> {
  const { token, session } = newSession(app, origin);
  const { ok } = await app.store.createSession({
    userId: account.id,
    passwordHash: account.passwordHash,
    session,
    keep: limits.sessionsPerUser,
    at: app.clock.now(),
  });
  return ok ? { user: toOwnUser(account), token, device: newDevice(account.passwordHash) } : null;
}

export async function signOut(app: App, actor: SignedIn): Promise<void> {
  await app.store.revokeSession({ id: actor.session.id, userId: actor.user.id, at: app.clock.now() });
}

/** Who holds this token; null for none. */
export function findSignedIn(app: App, token: string): Promise<SignedIn | null> {
  return app.store.findSession({ tokenHash: hashToken(token), at: app.clock.now() });
}

/** Keeps a session's last use and its idle expiry up to date: a write per session and hour, not per request. */
export async function recordUse(app: App, { session }: SignedIn): Promise<void> {
  const at = app.clock.now();
  if (at - Date.parse(session.lastSeenAt) <= touchEveryMs) return;
  const expiresAt = Math.min(at + idleMs, Date.parse(session.createdAt) + absoluteMs);
  // A full disk must not keep anyone from reading.
  await app.store.touchSession({ id: session.id, expiresAt, at }).catch((error: unknown) => {
    app.log.warn("session.touch_failed", { error: String(error) });
  });
}

export async function listSessions(app: App, actor: SignedIn): Promise<readonly Session[]> {
  const sessions = await app.store.listSessions({ userId: actor.user.id, at: app.clock.now() });
  return sessions.map((session) => (session.id === actor.session.id ? { ...session, current: true } : session));
}

/** Ends one of the user's own sessions, with its sockets. */
export async function revokeSession(app: App, actor: SignedIn, id: SessionId): Promise<void> {
  must(await app.store.revokeSession({ id, userId: actor.user.id, at: app.clock.now() }));
}

export function newSession(app: App, origin: Origin): { readonly token: string; readonly session: NewSession } {
  const token = newToken();
  return {
    token,
    session: {
      id: newSessionId(),
      tokenHash: hashToken(token),
      userAgent: printable(origin.userAgent).slice(0, 256),
      address: origin.address,
      expiresAt: app.clock.now() + idleMs,
    },
  };
}

/** The user as they see themself: with the e-mail address, never with the hash. */
export function toOwnUser({ passwordHash: _, ...user }: Account): User {
  return user;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "");
}
