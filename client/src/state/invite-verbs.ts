import type { InviteList } from "@parley/protocol/http/invites";
import type { Invite, InvitePreview, Room } from "@parley/protocol/model";
import type { Http } from "@parley/sdk/http";
import type { Account } from "./account.ts";
import type { Client } from "./client.ts";

type InviteVerbs = Pick<Client, "listInvites" | "createInvite" | "revokeInvite" | "previewInvite" | "redeemInvite">;

export function inviteVerbs(account: Account, http: Http): InviteVerbs {
  const path = (code: string) => `/invites/${encodeURIComponent(code)}`;
  return {
    listInvites: async (room) => (await http.get<InviteList>(`/rooms/${room}/invites`)).invites,
    createInvite: (room, choices = {}) => http.request<Invite>("POST", `/rooms/${room}/invites`, choices),
    revokeInvite: (code) => http.request<void>("DELETE", path(code)),
    previewInvite: (code) => http.get<InvitePreview>(path(code)),
    redeemInvite: async (code) =>
      account.getSignedIn().rooms.changed(http.request<Room>("POST", `${path(code)}/redemptions`)),
  };
}
