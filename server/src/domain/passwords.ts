import { ParleyError } from "@parley/protocol/errors";
import { codePoints, limits } from "@parley/protocol/limits";
import type { ResetLink, User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { Account, SignedIn } from "../store/accounts.ts";
import type { NewReset } from "../store/administration.ts";
import { toBy } from "./audit.ts";
import { newDevice } from "./devices.ts";
import { hashToken, newToken } from "./ids.ts";
import { leakedPasswords } from "./leaked-passwords.ts";
import { must } from "./outcome.ts";
import { newSession, type Opened, type Origin } from "./sessions.ts";

const resetMs = 24 * 60 * 60 * 1000;

/** Needs the current one, and signs out everywhere else. Answers what the browser is known by from now on. */
export async function changePassword(
  app: App,
  actor: SignedIn,
  input: { readonly current: string; readonly new: string },
): Promise<{ readonly device: string }> {
  const { user, session } = actor;
  if (!(await app.passwords.verify(input.current, user.passwordHash))) throw new ParleyError("bad_credentials");
  requireStrongPassword(input.new, ownWords(user));
  const passwordHash = await app.passwords.hash(input.new);
  must(
    await app.store.putPassword({
      userId: user.id,
      before: user.passwordHash,
      passwordHash,
      keep: session.id,
      by: toBy(actor),
      at: app.clock.now(),
    }),
  );
  return { device: newDevice(passwordHash) };
}

/** Whose password a link opens, so that its holder knows. Looking uses nothing up. */
export async function getResetPreview(app: App, token: string): Promise<{ readonly username: string }> {
  return { username: (await requireReset(app, token)).username };
}

/** Uses a link up: sets the password, ends every session there was, and signs in. */
export async function resetPassword(
  app: App,
  origin: Origin,
  input: { readonly token: string; readonly password: string },
): Promise<Opened> {
  // Before anything costly: only who holds a link may have something hashed.
  const account = await requireReset(app, input.token);
  requireStrongPassword(input.password, ownWords(account));
  const passwordHash = await app.passwords.hash(input.password);
  const { token, session } = newSession(app, origin);
  const tokenHash = hashToken(input.token);
  const user: User = must(await app.store.redeemReset({ tokenHash, passwordHash, session, at: app.clock.now() }));
  return { user, token, device: newDevice(passwordHash) };
}

/** Says nothing of whether there is such a login, and takes as long for each: everything else happens afterwards. */
export function requestReset(app: App, request: { readonly login: string; readonly address: string }): void {
  if (!app.mail) throw new ParleyError("not_found");
  app.jobs.mailLater({ kind: "reset", ...request });
}

/** The token stands in the fragment, which browsers send to nobody; what is stored opens nothing. */
export function newResetLink(
  app: Pick<App, "clock">,
  origin: string,
  lifetimeMs = resetMs,
): { readonly link: ResetLink; readonly reset: NewReset } {
  const token = newToken();
  const expiresAt = app.clock.now() + lifetimeMs;
  return {
    link: { url: `${origin}/reset#${token}`, expiresAt: new Date(expiresAt).toISOString() },
    reset: { tokenHash: hashToken(token), expiresAt },
  };
}

async function requireReset(app: App, token: string): Promise<Account> {
  const account = await app.store.findReset({ tokenHash: hashToken(token), at: app.clock.now() });
  if (!account) throw new ParleyError("reset_unusable");
  return account;
}

const ownWords = ({ username, email, displayName }: Account) => [username, email ?? "", displayName];

/** `own` are words of its user: names, an address. */
export function requireStrongPassword(password: string, own: readonly string[]): void {
  const folded = password.toLowerCase();
  if (codePoints(password) < limits.passwordMin) {
    throw new ParleyError("weak_password", `A password needs at least ${limits.passwordMin} characters.`);
  }
  const isOwn = own.some((word) => word !== "" && folded === word.toLowerCase());
  if (leakedPasswords.has(folded) || isOwn || new Set(folded).size < 3) throw new ParleyError("weak_password");
}
