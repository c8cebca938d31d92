import { ParleyError } from "@parley/protocol/errors";
import type {
  InviteListing,
  Membership,
  Overview,
  ResetLink,
  Role,
  RoomId,
  RoomRecord,
  StorageRecord,
  User,
  UserId,
  UserRecord,
} from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { Account, SignedIn } from "../store/accounts.ts";
import type { By, Page, PageInput, UserAct } from "../store/administration.ts";
import { admit, decideOnUser, requireAdminArea, requireUser } from "./access.ts";
import { toBy } from "./audit.ts";
import { newRoomId, newToken, newUserId } from "./ids.ts";
import { must } from "./outcome.ts";
import { newResetLink } from "./passwords.ts";
import { toUsernameKey } from "./users.ts";

/** What those who look after the workspace see and do. Each act is in the audit log. */

export async function listUsers(app: App, actor: SignedIn, page: PageInput): Promise<Page<UserRecord>> {
  requireAdminArea(actor);
  return app.store.listUserRecords({ ...page, at: app.clock.now() });
}

export interface NewUser {
  readonly username: string;
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
  readonly role: Role;
}

/** Opens an account for someone, who chooses a password with the link: nobody else ever knows it. */
export async function createUser(
  app: App,
  actor: SignedIn,
  origin: string,
  input: NewUser,
): Promise<{ readonly user: User; readonly link: ResetLink }> {
  admit(decideOnUser("user.create", { by: actor.user.role, of: "member", self: false, role: input.role }));
  const opened = await openAccount(app, toBy(actor), origin, input);
  if (app.mail && input.email) app.jobs.mailLater({ kind: "verification", userId: opened.user.id });
  return opened;
}

/** The same for whoever is known to be allowed to: the command line. */
export async function openAccount(
  app: Pick<App, "store" | "passwords" | "clock">,
  by: By,
  origin: string,
  input: NewUser,
): Promise<{ readonly user: User; readonly link: ResetLink }> {
  const { link, reset } = newResetLink(app, origin);
  const user = must(
    await app.store.createUser({
      userId: newUserId(),
      defaultRoomId: newRoomId(),
      username: input.username,
      usernameKey: toUsernameKey(input.username),
      displayName: input.displayName ?? input.username,
      email: input.email ?? null,
      role: input.role,
      passwordHash: await app.passwords.hash(newToken()),
      reset,
      by,
      at: app.clock.now(),
    }),
  );
  return { user, link };
}

export async function setRole(app: App, actor: SignedIn, id: UserId, role: Role): Promise<User> {
  const user = await requireUser(app, actor, "user.role", id, role);
  return must(await app.store.putUserRole({ ...toAct(app, toBy(actor), user), role }));
}

/** Keeps someone out from this moment on. */
export async function deactivate(app: App, actor: SignedIn, id: UserId): Promise<User> {
  const user = await requireUser(app, actor, "user.deactivate", id);
  return must(await app.store.deactivateUser(toAct(app, toBy(actor), user)));
}

export async function reactivate(app: App, actor: SignedIn, id: UserId): Promise<User> {
  const user = await requireUser(app, actor, "user.deactivate", id);
  return must(await app.store.reactivateUser(toAct(app, toBy(actor), user)));
}

export async function signOutEverywhere(app: App, actor: SignedIn, id: UserId): Promise<void> {
  const user = await requireUser(app, actor, "user.sign-out", id);
  must(await app.store.revokeSessions(toAct(app, toBy(actor), user)));
}

/** A link that lets its holder choose this user's password, once. The link made before ends. */
export async function createResetLink(app: App, actor: SignedIn, origin: string, id: UserId): Promise<ResetLink> {
  const user = await requireUser(app, actor, "user.reset", id);
  const { link, reset } = newResetLink(app, origin);
  must(await app.store.createReset({ ...toAct(app, toBy(actor), user), reset }));
  return link;
}

/** An act on a user as they are now. */
const toAct = (app: App, by: By, user: Account): UserAct => ({
  userId: user.id,
  userRole: user.role,
  by,
  at: app.clock.now(),
});

/** Every room, whoever may see it: its name and numbers, never what is said there. */
export async function listAllRooms(app: App, actor: SignedIn, page: PageInput): Promise<Page<RoomRecord>> {
  requireAdminArea(actor);
  return app.store.listRoomRecords(page);
}

/** Renames a room, archives it or takes it back into use, whoever is in it. */
export async function editAnyRoom(
  app: App,
  actor: SignedIn,
  id: RoomId,
  changes: { readonly name?: string | undefined; readonly archived?: boolean | undefined },
): Promise<RoomRecord> {
  requireAdminArea(actor);
  await getRoomRecord(app, id);
  must(await app.store.putRoom({ id, ...changes, anywhere: true, by: toBy(actor), at: app.clock.now() }));
  return getRoomRecord(app, id);
}

/** Who is in a room, whoever may see it. */
export async function listAnyMembers(
  app: App,
  actor: SignedIn,
  id: RoomId,
  { cursor, limit }: Omit<PageInput, "q">,
): Promise<{ readonly members: readonly Membership[]; readonly cursor: string | null }> {
  requireAdminArea(actor);
  const { id: roomId } = await getRoomRecord(app, id);
  return app.store.listMembers({ roomId, cursor, limit });
}

/** Nobody looks after a direct room: those of others do not exist here either. */
async function getRoomRecord(app: App, id: RoomId): Promise<RoomRecord> {
  const found = await app.store.findRoomRecord({ id });
  if (!found) throw new ParleyError("not_found");
  return found;
}

export async function deleteAnyRoom(app: App, actor: SignedIn, id: RoomId): Promise<void> {
  requireAdminArea(actor);
  await getRoomRecord(app, id);
  must(await app.store.removeRoom({ id, anywhere: true, by: toBy(actor), at: app.clock.now() }));
}

/** Only of a room that has no owner who is here: the rest is the business of its members. */
export async function handOverRoom(app: App, actor: SignedIn, roomId: RoomId, userId: UserId): Promise<void> {
  requireAdminArea(actor);
  must(await app.store.handOverRoom({ roomId, userId, by: toBy(actor), at: app.clock.now() }));
}

export async function listAllInvites(
  app: App,
  actor: SignedIn,
  page: Omit<PageInput, "q">,
): Promise<Page<InviteListing>> {
  requireAdminArea(actor);
  return app.store.listAllInvites({ ...page, at: app.clock.now() });
}

export async function revokeAnyInvite(app: App, actor: SignedIn, code: string): Promise<void> {
  requireAdminArea(actor);
  must(await app.store.revokeInvite({ code, anywhere: true, by: toBy(actor), at: app.clock.now() }));
}

export async function getOverview(app: App, actor: SignedIn): Promise<Omit<Overview, "version" | "startedAt">> {
  requireAdminArea(actor);
  const { publicUrl, fileStore, files: quotas } = app.settings;
  const { epoch, signUp } = await app.store.getWorkspace({});
  const { files, ...numbers } = await app.store.getOverview({ at: app.clock.now() });
  const backup = await app.store.findBackup({});
  const { plan } = app.backups;
  return {
    epoch,
    ...numbers,
    here: { people: await app.presences.count(), connections: app.fanout.size },
    storage: { files, freeBytes: await app.blobs.freeBytes(), ...quotas },
    backup: {
      plan: plan && { everyMs: plan.everyMs, keep: plan.keep },
      last: backup && {
        at: new Date(backup.endedAt).toISOString(),
        bytes: backup.bytes,
        missing: backup.missing,
        ...(backup.problem !== null && { problem: backup.problem }),
      },
    },
    settings: { signUp: signUp ?? app.settings.signUp, fileStore, mail: app.mail !== null, publicUrl },
  };
}

/** Whose files take the most. */
export async function listStorage(app: App, actor: SignedIn, page: Omit<PageInput, "q">): Promise<Page<StorageRecord>> {
  requireAdminArea(actor);
  return app.store.listStorage(page);
}
