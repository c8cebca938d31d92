import type {
  AuditPage,
  CreatedUser,
  InviteListingPage,
  RoomRecordPage,
  StorageRecordPage,
  UserRecordPage,
} from "@parley/protocol/http/admin";
import type { MemberPage } from "@parley/protocol/http/rooms";
import type { Overview, ResetLink, Role, RoomId, RoomRecord, User, UserId } from "@parley/protocol/model";
import type { Client } from "./client.ts";

/** What those who look after the workspace ask of the server. Loaded with the admin area. */
export function createAdmin({ ask }: Pick<Client, "ask">) {
  const page = (path: string, cursor: string | undefined, q = "") =>
    `/admin/${path}?${new URLSearchParams({ limit: "50", ...(q && { q }), ...(cursor && { cursor }) })}`;
  const user = (id: UserId, rest = "") => `/admin/users/${id}${rest}`;
  return {
    listUsers: (q: string, cursor?: string) => ask<UserRecordPage>("GET", page("users", cursor, q)),
    createUser: (input: {
      readonly username: string;
      readonly displayName: string;
      readonly email?: string;
      readonly role: Role;
    }) => ask<CreatedUser>("POST", "/admin/users", input),
    setRole: (id: UserId, role: Role) => ask<User>("PATCH", user(id), { role }),
    deactivate: (id: UserId) => ask<User>("PUT", user(id, "/deactivation")),
    reactivate: (id: UserId) => ask<User>("DELETE", user(id, "/deactivation")),
    signOut: (id: UserId) => ask<void>("DELETE", user(id, "/sessions")),
    makeResetLink: (id: UserId) => ask<ResetLink>("POST", user(id, "/reset-link")),
    listRooms: (q: string, cursor?: string) => ask<RoomRecordPage>("GET", page("rooms", cursor, q)),
    deleteRoom: (id: RoomId) => ask<void>("DELETE", `/admin/rooms/${id}`),
    editRoom: (id: RoomId, changes: { readonly name?: string; readonly archived?: boolean }) =>
      ask<RoomRecord>("PATCH", `/admin/rooms/${id}`, changes),
    listMembers: (id: RoomId, cursor?: string) => ask<MemberPage>("GET", page(`rooms/${id}/members`, cursor)),
    handOver: (id: RoomId, heir: UserId) => ask<void>("PUT", `/admin/rooms/${id}/owner`, { user: heir }),
    listInvites: (cursor?: string) => ask<InviteListingPage>("GET", page("invites", cursor)),
    revokeInvite: (code: string) => ask<void>("DELETE", `/admin/invites/${code}`),
    getOverview: () => ask<Overview>("GET", "/admin/overview"),
    listStorage: (cursor?: string) =>
      ask<StorageRecordPage>(
        "GET",
        `/admin/storage?${new URLSearchParams({ limit: "10", ...(cursor && { cursor }) })}`,
      ),
    /** Empty `act` and `user` (a user name): all. */
    listAudit: ({
      act,
      user,
      before,
    }: {
      readonly act: string;
      readonly user: string;
      readonly before?: string | undefined;
    }) =>
      ask<AuditPage>(
        "GET",
        `/admin/audit?${new URLSearchParams({ limit: "50", ...(act && { act }), ...(user && { user }), ...(before && { before }) })}`,
      ),
  };
}

export type Admin = ReturnType<typeof createAdmin>;
