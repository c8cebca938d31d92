import { ParleyError } from "@parley/protocol/errors";
import type { FileId, Message, MessageId, Role, RoomKind, RoomRole } from "@parley/protocol/model";
import { looksAfterRoom } from "@parley/protocol/roles";
import type { App } from "../app.ts";
import type { Account, SignedIn } from "../store/accounts.ts";
import type { FileRecord } from "../store/files.ts";
import type { RoomAccess } from "../store/rooms.ts";

/**
 * Every permission, in one place. `decide` is the whole policy as a pure function; the `require…` gates are the only way
 * for a domain function to get hold of a room or a message.
 */

export type RoomAct =
  | "room.see"
  | "room.join"
  | "room.leave"
  | "room.edit"
  | "room.delete"
  | "room.invite"
  | "member.role"
  | "member.remove"
  | "members.list"
  | "messages.read"
  | "receipt.set"
  | "receipts.see"
  | "level.set"
  | "room.hide"
  | "message.send"
  | "message.type"
  | "message.react"
  | "message.edit"
  | "message.delete"
  | "file.upload"
  | "file.read"
  | "upload.read"
  | "upload.remove";

export interface Standing {
  readonly role: Role;
  readonly kind: RoomKind;
  /** Null: not in the room. */
  readonly roomRole: RoomRole | null;
  /** Whether the room is archived. */
  readonly archived?: boolean;
  /** Whether the message or upload in question is their own. Only for acts on one. */
  readonly own?: boolean;
}

/** `hidden` is answered as if the thing did not exist; `archived` is what would be allowed in a room that is not. */
export type Verdict = "allowed" | "refused" | "hidden" | "archived";

/** What ends when a room is archived. */
const acting: ReadonlySet<RoomAct> = new Set([
  "room.join",
  "room.invite",
  "message.send",
  "message.type",
  "message.react",
  "message.edit",
  "file.upload",
]);

export function decide(act: RoomAct, standing: Standing): Verdict {
  const verdict = decideInUse(act, standing);
  return verdict === "allowed" && standing.archived && acting.has(act) ? "archived" : verdict;
}

/** What changes nothing when it was done before the room was archived: only the store knows, and refuses the rest. */
const repeatable: ReadonlySet<RoomAct> = new Set(["room.join", "message.react", "message.edit"]);

/** The room, if this user may do this there. `reference` is its id or slug. */
export async function requireRoom(app: App, actor: SignedIn, act: RoomAct, reference: string): Promise<RoomAccess> {
  const access = await app.store.findRoom({ reference, userId: actor.user.id });
  if (!access) throw new ParleyError("not_found");
  admitTo(act, standingOf(actor, access));
  return access;
}

/** The room and one of its messages, if this user may do this to it. */
export async function requireMessage(
  app: App,
  actor: SignedIn,
  act: "message.edit" | "message.delete",
  reference: string,
  id: MessageId,
): Promise<RoomAccess & { readonly message: Message }> {
  const access = await requireRoom(app, actor, "messages.read", reference);
  const message = await app.store.findMessage({ roomId: access.room.id, id });
  if (!message) throw new ParleyError("not_found");
  const own = message.author.id === actor.user.id;
  admitTo(act, { ...standingOf(actor, access), own });
  return { ...access, message };
}

/** A file, if this user may do this to it: until it is on a message it is its uploader's own business. */
export async function requireFile(
  app: App,
  actor: SignedIn,
  act: "file.read" | "upload.remove",
  id: FileId,
): Promise<FileRecord> {
  const file = await app.store.findFile({ id, userId: actor.user.id });
  if (!file || (act === "upload.remove" && !file.pending)) throw new ParleyError("not_found");
  const own = file.uploadedBy === actor.user.id;
  const asked = act === "file.read" && file.pending ? "upload.read" : act;
  admit(decide(asked, { role: actor.user.role, kind: file.roomKind, roomRole: file.roomRole, own }));
  return file;
}

/** Lets owners and admins of the workspace pass. */
export function requireWorkspaceAdmin(actor: SignedIn): void {
  if (actor.user.role === "member") throw new ParleyError("not_allowed");
}

const standingOf = (actor: SignedIn, { room, role: roomRole }: RoomAccess): Standing => ({
  role: actor.user.role,
  kind: room.kind,
  roomRole,
  archived: room.archivedAt !== undefined,
});

function decideInUse(act: RoomAct, { role, kind, roomRole, own = false }: Standing): Verdict {
  const member = roomRole !== null;
  if (!member && kind !== "public") return "hidden";
  const admin = looksAfterRoom({ kind, roomRole, role });
  switch (act) {
    case "room.see":
    case "room.join":
      return "allowed";
    case "room.leave":
      return kind === "direct" ? "refused" : "allowed";
    case "room.hide":
      if (!member) return "hidden";
      return kind === "direct" ? "allowed" : "refused";
    case "room.edit":
    case "room.delete":
    case "room.invite":
    case "member.role":
    case "member.remove":
      if (admin) return "allowed";
      return member ? "refused" : "hidden";
    case "members.list":
    case "messages.read":
    case "receipt.set":
    case "receipts.see":
    case "level.set":
    case "message.send":
    case "message.type":
    case "message.react":
    case "file.upload":
    case "file.read":
      return member ? "allowed" : "hidden";
    case "message.edit":
      if (!member) return "hidden";
      return own ? "allowed" : "refused";
    case "message.delete":
      if (!member) return "hidden";
      return own || admin ? "allowed" : "refused";
    case "upload.read":
    case "upload.remove":
      return member && own ? "allowed" : "hidden";
  }
}

/** What may be done to other users; `user.role` to give them another role. */
export type UserAct = "user.create" | "user.role" | "user.deactivate" | "user.reset" | "user.sign-out";

/**
 * Owners look after everyone, admins after members. Of themselves nobody does anything here but give up a role. `role` is
 * the one that a new user, or with `user.role` an existing one, is to have.
 */
export function decideOnUser(
  act: UserAct,
  { by, of, self, role }: { readonly by: Role; readonly of: Role; readonly self: boolean; readonly role?: Role },
): Verdict {
  if (by === "member") return "hidden";
  if (self) return act === "user.role" && role !== undefined && rank[role] <= rank[by] ? "allowed" : "refused";
  if (by === "owner") return "allowed";
  return of === "member" && (role === undefined || role === "member") ? "allowed" : "refused";
}

const rank: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

/** The user, if this one may do this to them. */
export async function requireUser(app: App, actor: SignedIn, act: UserAct, id: string, role?: Role): Promise<Account> {
  const user = actor.user.role === "member" ? null : await app.store.findAccount({ reference: id });
  if (!user) throw new ParleyError("not_found");
  const self = user.id === actor.user.id;
  admit(decideOnUser(act, { by: actor.user.role, of: user.role, self, ...(role && { role }) }));
  return user;
}

/** Lets those pass who look after the workspace. To everyone else what they see there does not exist. */
export function requireAdminArea(actor: SignedIn): void {
  if (actor.user.role === "member") throw new ParleyError("not_found");
}

function admitTo(act: RoomAct, standing: Standing): void {
  const verdict = decide(act, standing);
  if (verdict !== "archived" || !repeatable.has(act)) admit(verdict);
}

export function admit(verdict: Verdict): void {
  if (verdict === "hidden") throw new ParleyError("not_found");
  if (verdict === "refused") throw new ParleyError("not_allowed");
  if (verdict === "archived") throw new ParleyError("room_archived");
}
