import type { App, Letter, LetterRequest } from "../app.ts";
import { hashToken, newToken } from "./ids.ts";
import { newResetLink } from "./passwords.ts";

/** What Parley mails. Nothing in a letter was chosen freely by whoever caused it: they must not write to others this way. */

const hourMs = 60 * 60 * 1000;
/** Anyone can ask for a link by mail, so it does not lie in a mailbox for long. */
const mailedResetMs = hourMs;
const verificationMs = 72 * hourMs;

type Of<Kind extends LetterRequest["kind"]> = Extract<LetterRequest, { readonly kind: Kind }>;

/** Where letters lead to and what the workspace is called: the configured origin, never what a request says of itself. */
interface Place {
  readonly url: string;
  readonly workspace: string;
}

/** Makes the letter and the link in it. Null when there is nobody to write to, or nothing to write about any more. */
export async function writeLetter(app: App, request: LetterRequest): Promise<Letter | null> {
  const { publicUrl } = app.settings;
  if (publicUrl === null) return null;
  const place = { url: publicUrl, workspace: toLine((await app.store.getWorkspace({})).name) };
  switch (request.kind) {
    case "reset":
      return writeReset(app, place, request);
    case "verification":
      return writeVerification(app, place, request);
    case "farewell":
      return writeFarewell(place, request);
  }
}

/** Goes to a verified address alone: whoever mistyped theirs must not give their account away. */
async function writeReset(app: App, place: Place, { login, address }: Of<"reset">): Promise<Letter | null> {
  const account = await app.store.findAccountByLogin({ login });
  if (!account?.email) return null;
  const { link, reset } = newResetLink(app, place.url, mailedResetMs);
  const by = { userId: null, role: null, address };
  const act = { userId: account.id, userRole: account.role, by, reset, mailedTo: account.email, at: app.clock.now() };
  if (!(await app.store.createReset(act)).ok) return null;
  return toLetter(account.email, `New password for ${place.workspace}`, [
    `Someone, perhaps you, asked for a new password for ${account.username} at ${place.workspace}.`,
    "Choose it here within an hour. The link works once:",
    link.url,
    "If it was not you, there is nothing to do: your password stays as it is.",
  ]);
}

/** Whoever gave an address is not told whether an account has it already; whoever reads there is. */
async function writeVerification(app: App, place: Place, { userId }: Of<"verification">): Promise<Letter | null> {
  const account = await app.store.findAccount({ reference: userId });
  const email = account?.pendingEmail ?? account?.email;
  if (!account || !email) return null;
  const holder = await app.store.findAccountByLogin({ login: email });
  if (holder?.emailVerified && holder.id !== account.id) {
    return toLetter(email, `Your account at ${place.workspace}`, [
      `Someone, perhaps you, gave this address for the account ${account.username} at ${place.workspace}. It stays the address of your account ${holder.username}.`,
      "You can sign in with it, or choose a new password:",
      `${place.url}/sign-in`,
      `${place.url}/forgot`,
      "If it was not you, there is nothing to do.",
    ]);
  }
  const token = newToken();
  const expiresAt = app.clock.now() + verificationMs;
  const made = await app.store.createVerification({ userId, email, tokenHash: hashToken(token), expiresAt });
  if (!made.ok) return null;
  return toLetter(email, `Verify your address for ${place.workspace}`, [
    `Someone, perhaps you, gave this address for the account ${account.username} at ${place.workspace}.`,
    "If that account is yours, verify the address here within three days. The link works once:",
    // In the fragment, which browsers send to nobody.
    `${place.url}/verify#${token}`,
    "If it was not you, there is nothing to do: without the link the address is not used.",
  ]);
}

function writeFarewell(place: Place, { to, username, waits }: Of<"farewell">): Letter {
  const { url, workspace } = place;
  return waits
    ? toLetter(to, `Your address for ${workspace} is to change`, [
        `Someone, perhaps you, gave another address for your account ${username} at ${workspace}. It takes the place of this one as soon as it is verified.`,
        "If it was not you, someone knows your password. Choose a new one at once; that stops the change as well:",
        `${url}/forgot`,
      ])
    : toLetter(to, `Your address was taken off ${workspace}`, [
        `Someone, perhaps you, took this address off your account ${username} at ${workspace}.`,
        "If it was not you, someone knows your password. Ask whoever looks after the workspace for help at once.",
      ]);
}

const toLetter = (to: string, subject: string, paragraphs: readonly string[]): Letter => ({
  to,
  subject,
  text: `${paragraphs.join("\n\n")}\n`,
});

const toLine = (name: string) => name.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
