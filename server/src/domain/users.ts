import { ParleyError } from "@parley/protocol/errors";
import type { User } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { newDevice } from "./devices.ts";
import { newRoomId, newUserId } from "./ids.ts";
import { must } from "./outcome.ts";
import { requireStrongPassword } from "./passwords.ts";
import { newSession, type Opened, type Origin } from "./sessions.ts";
import { getWorkspace } from "./workspace.ts";

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
  // Before anything costly; the store looks again.
  const { signUp: policy, firstRun } = await getWorkspace(app);
  const isClosed = policy === "closed" || (policy === "invite" && input.invite === undefined);
  if (isClosed && !firstRun) throw new ParleyError("sign_up_closed");
  const { email = null } = input;
  const passwordHash = await app.passwords.hash(input.password);
  const { token, session } = newSession(app, origin);
  const user = must(
    await app.store.createAccount({
      userId: newUserId(),
      defaultRoomId: newRoomId(),
      username: input.username,
      usernameKey: toUsernameKey(input.username),
      displayName: input.displayName ?? input.username,
      email: app.mail ? null : email,
      pendingEmail: app.mail ? email : null,
      passwordHash,
      session,
      invite: input.invite ?? null,
      at: app.clock.now(),
    }),
  );
  if (app.mail && email !== null) app.jobs.mailLater({ kind: "verification", userId: user.id });
  return { user, token, device: newDevice(passwordHash) };
}

export async function editMe(
  app: App,
  actor: SignedIn,
  changes: {
    readonly displayName?: string | undefined;
    readonly status?: string | null | undefined;
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
