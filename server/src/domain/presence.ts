import type { Presence, UserId } from "@parley/protocol/model";
import type { App } from "../app.ts";

/**
 * How these users are now. Everyone in the workspace may know that of everyone in it, as they may find them in the
 * directory; somebody who is not in it is offline, like whoever may not sign in any more.
 */
export async function getPresence(app: App, users: readonly UserId[]): Promise<Readonly<Record<UserId, Presence>>> {
  return Object.fromEntries(await app.presences.of(users));
}
