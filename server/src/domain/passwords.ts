import { ParleyError } from "@parley/protocol/errors";
import { codePoints, limits } from "@parley/protocol/limits";
import type { ResetLink, User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { Account, SignedIn } from "../store/accounts.ts";
import type { NewReset } from "../store/administration.ts";
import { hashToken, newToken } from "./ids.ts";
import { must } from "./outcome.ts";
import { newSession, type Opened, type Origin } from "./sessions.ts";

const resetMs = 24 * 60 * 60 * 1000;

/** Needs the current one, and signs out everywhere else. */
export async function changePassword(
  app: App,
  { user, session }: SignedIn,
  input: { readonly current: string; readonly new: string },
): Promise<void> {
  if (!(await app.passwords.verify(input.current, user.passwordHash))) throw new ParleyError("bad_credentials");
  requireStrongPassword(input.new, ownWords(user));
  must(
    await app.store.putPassword({
      userId: user.id,
      before: user.passwordHash,
      passwordHash: await app.passwords.hash(input.new),
      keep: session.id,
      by: { userId: user.id, role: user.role, address: session.address },
      at: app.clock.now(),
    }),
  );
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
  return { user, token };
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

/** The passwords of eight characters and more that head every published list of leaked ones. */
const leaked: ReadonlySet<string> = new Set(
  `password password1 password12 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 87654321 987654321
   0123456789 11111111 00000000 88888888 12341234 11223344 12344321 123123123 147258369 789456123 1q2w3e4r
   1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234
   qwertz123 azertyuiop asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 abcdefgh aa123456 a1234567 a12345678
   iloveyou iloveyou1 sunshine princess football baseball superman starwars whatever trustno1 letmein1
   welcome1 welcome123 admin123 admin1234 administrator changeme changeme123 computer internet jordan23
   michelle jennifer corvette mercedes samsung1 liverpool chelsea1 pokemon1 dragon123 monkey123 master123`.split(/\s+/),
);

/** `own` are words of its user: names, an address. */
export function requireStrongPassword(password: string, own: readonly string[]): void {
  const folded = password.toLowerCase();
  if (codePoints(password) < limits.passwordMin) {
    throw new ParleyError("weak_password", `A password needs at least ${limits.passwordMin} characters.`);
  }
  const isOwn = own.some((word) => word !== "" && folded === word.toLowerCase());
  if (leaked.has(folded) || isOwn || new Set(folded).size < 3) throw new ParleyError("weak_password");
}
