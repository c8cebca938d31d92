import type { Room } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { newRoomId } from "./ids.ts";
import { must } from "./outcome.ts";

/** The one direct room of these people and the requester. `users` are ids or user names. */
export async function openDirectRoom(
  app: App,
  actor: SignedIn,
  input: { readonly users: readonly string[] },
): Promise<{ readonly room: Room; readonly created: boolean }> {
  const { users } = input;
  return must(await app.store.openDirectRoom({ id: newRoomId(), userId: actor.user.id, users, at: app.clock.now() }));
}
