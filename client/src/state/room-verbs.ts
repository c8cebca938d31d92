import type { PeoplePage } from "@parley/protocol/http/accounts";
import type { MemberPage } from "@parley/protocol/http/rooms";
import type { Membership, Room, User } from "@parley/protocol/model";
import type { Http } from "@parley/sdk/http";
import type { Account } from "./account.ts";
import type { Client } from "./client.ts";

type RoomVerbs = Pick<
  Client,
  | "rooms"
  | "directRooms"
  | "archivedRooms"
  | "removedFrom"
  | "setRole"
  | "removeMember"
  | "roleOf"
  | "joinableRooms"
  | "roomsReady"
  | "findRoom"
  | "createRoom"
  | "openDirectRoom"
  | "editRoom"
  | "deleteRoom"
  | "joinRoom"
  | "leaveRoom"
  | "listMembers"
  | "listPeople"
  | "person"
  | "personNamed"
  | "getUser"
  | "knownUser"
>;

export function roomVerbs(account: Account, http: Http): RoomVerbs {
  return {
    rooms: () => account.findSignedIn()?.rooms.mine() ?? [],
    archivedRooms: () => account.findSignedIn()?.rooms.archived() ?? [],
    removedFrom: (slugOrId) => account.findSignedIn()?.rooms.removedFrom(slugOrId),
    async setRole(room, user, role) {
      const membership = await http.request<Membership>("PATCH", `/rooms/${room}/members/${user}`, { role });
      account.findSignedIn()?.roles.put(membership);
    },
    removeMember: (room, user) => http.request<void>("DELETE", `/rooms/${room}/members/${user}`),
    roleOf: (member) => account.findSignedIn()?.roles.now(member) ?? member.role,
    directRooms: () => account.findSignedIn()?.rooms.direct() ?? [],
    joinableRooms: () => account.findSignedIn()?.rooms.joinable() ?? [],
    roomsReady: () => account.findSignedIn()?.rooms.isReady() ?? false,
    findRoom: (slugOrId) => account.findSignedIn()?.rooms.find(slugOrId),
    createRoom: async (input) => account.getSignedIn().rooms.changed(http.request<Room>("POST", "/rooms", input)),
    openDirectRoom: async (users) =>
      account.getSignedIn().rooms.changed(http.request<Room>("POST", "/direct-rooms", { users })),
    editRoom: async (id, changes) =>
      account.getSignedIn().rooms.changed(http.request<Room>("PATCH", `/rooms/${id}`, changes)),
    async deleteRoom(id) {
      const { rooms } = account.getSignedIn();
      await http.request<void>("DELETE", `/rooms/${id}`);
      rooms.removed(id);
    },
    joinRoom: async (id) => account.getSignedIn().rooms.changed(http.request<Room>("PUT", `/rooms/${id}/membership`)),
    async leaveRoom(id) {
      const { rooms } = account.getSignedIn();
      await http.request<void>("DELETE", `/rooms/${id}/membership`);
      rooms.left(id);
    },
    person: (author) => account.findSignedIn()?.people.now(author) ?? author,
    getUser: (reference) => http.get<User>(`/users/${encodeURIComponent(reference)}`),
    knownUser: (id) => account.findSignedIn()?.people.known(id),
    async listPeople(query, cursor) {
      const page = await http.get<PeoplePage>(`/users?${toPage(query, cursor)}`);
      for (const user of page.users) account.findSignedIn()?.people.meet(user);
      return page;
    },
    personNamed: (username) => account.findSignedIn()?.people.byUsername(username),
    async listMembers(id, query, cursor, signal) {
      const page = await http.get<MemberPage>(`/rooms/${id}/members?${toPage(query, cursor)}`, signal);
      for (const { user } of page.members) account.findSignedIn()?.people.meet(user);
      return page;
    },
  };
}

const toPage = (query: string, cursor: string | undefined): URLSearchParams =>
  new URLSearchParams({ q: query, ...(cursor !== undefined && { cursor }) });
