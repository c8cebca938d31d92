import type { SignUpPolicy, Workspace } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import { requireWorkspaceAdmin } from "./access.ts";
import { toBy } from "./audit.ts";
import { must } from "./outcome.ts";

/** What anyone may know of the workspace, signed in or not. */
export async function getWorkspace(app: App): Promise<Workspace> {
  const { name, signUp, userCount, picture } = await app.store.getWorkspace({});
  const known = { name, signUp: signUp ?? app.settings.signUp, firstRun: userCount === 0 };
  return picture === null ? known : { ...known, picture };
}

/** Names this history: positions of another epoch mean nothing here. */
export async function getEpoch(app: App): Promise<string> {
  return (await app.store.getWorkspace({})).epoch;
}

export async function editWorkspace(
  app: App,
  actor: SignedIn,
  changes: { readonly name?: string | undefined; readonly signUp?: SignUpPolicy | undefined },
): Promise<Workspace> {
  requireWorkspaceAdmin(actor);
  must(await app.store.putWorkspace({ ...changes, by: toBy(actor), at: app.clock.now() }));
  return getWorkspace(app);
}
