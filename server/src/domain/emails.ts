import { ParleyError } from "@parley/protocol/errors";
import type { Verification } from "@parley/protocol/http/emails";
import type { User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { toBy } from "./audit.ts";
import { hashToken } from "./ids.ts";
import { must } from "./outcome.ts";

/**
 * Whose an e-mail address is. A server that sends mail lets an address wait until the link that was mailed there is used:
 * so nobody learns, keeps or loses an account by what someone else has typed. A server that sends none believes everyone.
 */

/** Needs the password. The address of before is told, where it is known to be its owner's. */
export async function changeEmail(
  app: App,
  actor: SignedIn,
  input: { readonly email: string | null; readonly password: string },
): Promise<User> {
  const { user } = actor;
  if (!(await app.passwords.verify(input.password, user.passwordHash))) throw new ParleyError("bad_credentials");
  const { email } = input;
  const waits = app.mail !== null && email !== null;
  const by = toBy(actor);
  const change = { userId: user.id, before: user.passwordHash, email, waits, by, at: app.clock.now() };
  const changed = must(await app.store.putEmail(change));
  if (app.mail && email !== user.email) {
    if (user.email !== null && user.emailVerified) {
      app.jobs.mailLater({ kind: "farewell", to: user.email, username: user.username, waits });
    }
    if (waits) app.jobs.mailLater({ kind: "verification", userId: user.id });
  }
  return changed;
}

/** Mails the link once more, to the address that was given last. The link before it ends. */
export function requestVerification(app: App, { user }: SignedIn): void {
  const isNeeded = user.pendingEmail !== undefined || (user.email !== null && !user.emailVerified);
  if (!app.mail || !isNeeded) throw new ParleyError("not_found");
  app.jobs.mailLater({ kind: "verification", userId: user.id });
}

/** What a link would verify, for its holder. Looking uses nothing up. */
export async function getVerification(app: App, token: string): Promise<Verification> {
  const found = await app.store.findVerification({ tokenHash: hashToken(token), at: app.clock.now() });
  if (!found) throw new ParleyError("verification_unusable");
  if (found.state !== "open") throw new ParleyError(`verification_${found.state}`);
  return { username: found.username, email: found.email };
}

/** Uses a link up, whoever is signed in where it is opened: it says whose mailbox it was in, and signs nobody in. */
export async function verifyEmail(app: App, address: string, token: string): Promise<Verification> {
  const used = await app.store.redeemVerification({ tokenHash: hashToken(token), address, at: app.clock.now() });
  const { username, email } = must(used);
  return { username, email };
}
