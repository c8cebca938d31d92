import { ParleyError } from "@parley/protocol/errors";
import { codePoints, limits } from "@parley/protocol/limits";
import type { User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/store.ts";
import { newRoomId, newUserId } from "./ids.ts";
import { must } from "./outcome.ts";
import { newSession, type Opened, type Origin } from "./sessions.ts";
import { getSignUpPolicy } from "./workspace.ts";

/** Opens an account, signs it in, and joins it to the default room and to the room of `invite`. */
export async function signUp(
  app: App,
  origin: Origin,
  input: {
    readonly username: string;
    readonly password: string;
    readonly email?: string | null | undefined;
    readonly displayName?: string | undefined;
    readonly invite?: string | undefined;
  },
): Promise<Opened> {
  requireStrongPassword(input.password, [input.username, input.email ?? "", input.displayName ?? ""]);
  const policy = await getSignUpPolicy(app);
  const passwordHash = await app.passwords.hash(input.password);
  const { token, session } = newSession(app, origin);
  const user = must(
    await app.store.createAccount({
      userId: newUserId(),
      defaultRoomId: newRoomId(),
      username: input.username,
      usernameKey: toUsernameKey(input.username),
      displayName: input.displayName ?? input.username,
      email: input.email ?? null,
      passwordHash,
      session,
      invite: input.invite ?? null,
      policy,
      at: app.clock.now(),
    }),
  );
  return { user, token };
}

export async function editMe(
  app: App,
  actor: SignedIn,
  changes: {
    readonly displayName?: string | undefined;
    readonly status?: string | null | undefined;
    readonly email?: string | null | undefined;
    readonly sharesReceipts?: boolean | undefined;
  },
): Promise<User> {
  return must(await app.store.putUser({ userId: actor.user.id, ...changes }));
}

/** Someone as everyone sees them. `reference` is their id or user name. */
export async function getUser(app: App, reference: string): Promise<User> {
  const user = await app.store.findUser({ reference });
  if (!user) throw new ParleyError("not_found");
  return user;
}

/** Names that a reader could take for one another have one key: letter case, 0 and o, 1 and l, and . _ - do not count. */
export function toUsernameKey(username: string): string {
  return username.toLowerCase().replaceAll("0", "o").replaceAll("1", "l").replace(/[._]/g, "-");
}

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

function requireStrongPassword(password: string, own: readonly string[]): void {
  const folded = password.toLowerCase();
  if (codePoints(password) < limits.passwordMin) {
    throw new ParleyError("weak_password", `A password needs at least ${limits.passwordMin} characters.`);
  }
  const isOwn = own.some((word) => word !== "" && folded === word.toLowerCase());
  if (leaked.has(folded) || isOwn || new Set(folded).size < 3) throw new ParleyError("weak_password");
}
