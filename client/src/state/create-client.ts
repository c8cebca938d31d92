import { isBlank } from "@parley/protocol/content";
import { ParleyError } from "@parley/protocol/errors";
import type { PeoplePage, SessionList } from "@parley/protocol/http/accounts";
import type { InviteList } from "@parley/protocol/http/invites";
import type { SearchPage } from "@parley/protocol/http/messages";
import type { ReaderList } from "@parley/protocol/http/receipts";
import type { MemberPage } from "@parley/protocol/http/rooms";
import { codePoints, limits } from "@parley/protocol/limits";
import type { Invite, InvitePreview, Membership, Room, RoomId, User, Workspace } from "@parley/protocol/model";
import { batch, untrack } from "solid-js";
import { type Clock, systemClock } from "../connection/clock.ts";
import { Http, type HttpOptions } from "../connection/http.ts";
import type { SendFile } from "../connection/send-file.ts";
import { type OpenSocket, openWebSocket, type Socket } from "../connection/socket.ts";
import { Account } from "./account.ts";
import type { Client, ConnectionStatus, Entry, Timeline } from "./client.ts";
import type { DraftStorage } from "./drafts.ts";
import { LiveEntry } from "./entry.ts";
import { notificationVerbs } from "./notifications.ts";
import { SignedIn } from "./signed-in.ts";

export interface ClientOptions {
  /** Where the server is: the origin of the page. */
  readonly origin: string;
  /** Keeps drafts over a reload: `sessionStorage`. */
  readonly storage?: DraftStorage;
  /** Hands over what to call when the network changes or the page comes back: `online`, `offline`, `visibilitychange`. */
  readonly onWake?: (wake: () => void) => void;
  readonly fetch?: HttpOptions["fetch"];
  readonly openSocket?: OpenSocket;
  readonly sendFile?: SendFile;
  readonly clock?: Clock;
}

/** A client that is running. A page lets it run to its own end. */
export interface RunningClient extends Client {
  close(): void;
}

/** Starts a client: asks who is signed in, connects, and keeps at it. */
export function createClient(options: ClientOptions): RunningClient {
  const {
    origin,
    storage,
    clock = systemClock,
    sendFile = sendFileLater,
    fetch = (url, init) => globalThis.fetch(url, init),
  } = options;
  const openSocket = options.openSocket ?? openWebSocket(`${origin.replace(/^http/, "ws")}/api/socket`);
  const http = new Http({ origin, fetch, clock, onNotSignedIn: () => account.leave() });
  const account: Account = new Account({
    http,
    clock,
    enter: (user) =>
      new SignedIn({
        user,
        http,
        clock,
        openSocket,
        poll: pollLater(http, clock),
        origin,
        sendFile,
        storage,
        onWorkspace: (workspace) => account.putWorkspace(workspace),
        onSignedOut: () => account.leave(),
        onDoubt: () => void account.check(),
      }),
  });
  void account.start();
  options.onWake?.(() => {
    account.retryNow();
    findSignedIn(account)?.connection.check();
  });
  const signedIn = (): SignedIn => {
    const found = findSignedIn(account);
    if (!found) throw new ParleyError("not_signed_in");
    return found;
  };
  const putPicture = <T>(path: string, body: Blob, onProgress: (part: number) => void) =>
    sendFile<T>({ method: "PUT", url: `${origin}/api${path}`, body, onProgress, signal: new AbortController().signal });
  return {
    phase: () => account.state().kind,
    status: () => statusOf(account),
    workspace: account.workspace,
    mail: account.mail,
    me: account.me,
    retryNow() {
      account.retryNow();
      findSignedIn(account)?.connection.retryNow();
    },
    signUp: (input) => account.signUp(input),
    signIn: (input) => account.signIn(input),
    resetPassword: (input) => account.resetPassword(input),
    ask: (method, path, body) => http.request(method, path, body),
    async signOut() {
      const { drafts, uploads } = signedIn();
      uploads.close();
      await account.signOut();
      drafts.clear();
    },
    async editMe(changes) {
      const user = await http.request<User>("PATCH", "/me", changes);
      findSignedIn(account)?.putMe(user);
      return user;
    },
    async putAvatar(body, onProgress) {
      const user = await putPicture<User>("/me/avatar", body, onProgress);
      findSignedIn(account)?.putMe(user);
      return user;
    },
    async removeAvatar() {
      const user = await http.request<User>("DELETE", "/me/avatar");
      findSignedIn(account)?.putMe(user);
      return user;
    },
    async putWorkspacePicture(body, onProgress) {
      account.putWorkspace(await putPicture<Workspace>("/workspace/picture", body, onProgress));
    },
    async removeWorkspacePicture() {
      account.putWorkspace(await http.request<Workspace>("DELETE", "/workspace/picture"));
    },
    async editWorkspace(changes) {
      account.putWorkspace(await http.request<Workspace>("PATCH", "/workspace", changes));
    },
    listSessions: async () => (await http.get<SessionList>("/sessions")).sessions,
    revokeSession: (id) => http.request<void>("DELETE", `/sessions/${id}`),
    close: () => account.close(),
    ...roomVerbs(account, signedIn, http),
    ...inviteVerbs(signedIn, http),
    ...readingVerbs(account, signedIn, http),
    ...messageVerbs(account, signedIn, http, clock),
    ...notificationVerbs(signedIn, http),
  };
}

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

function roomVerbs(account: Account, signedIn: () => SignedIn, http: Http): RoomVerbs {
  return {
    rooms: () => findSignedIn(account)?.rooms.mine() ?? [],
    archivedRooms: () => findSignedIn(account)?.rooms.archived() ?? [],
    removedFrom: (slugOrId) => findSignedIn(account)?.rooms.removedFrom(slugOrId),
    async setRole(room, user, role) {
      const membership = await http.request<Membership>("PATCH", `/rooms/${room}/members/${user}`, { role });
      findSignedIn(account)?.roles.put(membership);
    },
    removeMember: (room, user) => http.request<void>("DELETE", `/rooms/${room}/members/${user}`),
    roleOf: (member) => findSignedIn(account)?.roles.now(member) ?? member.role,
    directRooms: () => findSignedIn(account)?.rooms.direct() ?? [],
    joinableRooms: () => findSignedIn(account)?.rooms.joinable() ?? [],
    roomsReady: () => findSignedIn(account)?.rooms.isReady() ?? false,
    findRoom: (slugOrId) => findSignedIn(account)?.rooms.find(slugOrId),
    createRoom: async (input) => signedIn().rooms.changed(http.request<Room>("POST", "/rooms", input)),
    openDirectRoom: async (users) => signedIn().rooms.changed(http.request<Room>("POST", "/direct-rooms", { users })),
    editRoom: async (id, changes) => signedIn().rooms.changed(http.request<Room>("PATCH", `/rooms/${id}`, changes)),
    async deleteRoom(id) {
      const { rooms } = signedIn();
      await http.request<void>("DELETE", `/rooms/${id}`);
      rooms.removed(id);
    },
    joinRoom: async (id) => signedIn().rooms.changed(http.request<Room>("PUT", `/rooms/${id}/membership`)),
    async leaveRoom(id) {
      const { rooms } = signedIn();
      await http.request<void>("DELETE", `/rooms/${id}/membership`);
      rooms.left(id);
    },
    person: (author) => findSignedIn(account)?.people.now(author) ?? author,
    getUser: (reference) => http.get<User>(`/users/${encodeURIComponent(reference)}`),
    knownUser: (id) => findSignedIn(account)?.people.known(id),
    async listPeople(query, cursor) {
      const parameters = new URLSearchParams({ q: query, ...(cursor !== undefined && { cursor }) });
      const page = await http.get<PeoplePage>(`/users?${parameters}`);
      for (const user of page.users) findSignedIn(account)?.people.meet(user);
      return page;
    },
    personNamed: (username) => findSignedIn(account)?.people.byUsername(username),
    listMembers(id, cursor) {
      const query = cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`;
      return http.get<MemberPage>(`/rooms/${id}/members${query}`);
    },
  };
}

type InviteVerbs = Pick<Client, "listInvites" | "createInvite" | "revokeInvite" | "previewInvite" | "redeemInvite">;

function inviteVerbs(signedIn: () => SignedIn, http: Http): InviteVerbs {
  const path = (code: string) => `/invites/${encodeURIComponent(code)}`;
  return {
    listInvites: async (room) => (await http.get<InviteList>(`/rooms/${room}/invites`)).invites,
    createInvite: (room, choices = {}) => http.request<Invite>("POST", `/rooms/${room}/invites`, choices),
    revokeInvite: (code) => http.request<void>("DELETE", path(code)),
    previewInvite: (code) => http.get<InvitePreview>(path(code)),
    redeemInvite: async (code) => signedIn().rooms.changed(http.request<Room>("POST", `${path(code)}/redemptions`)),
  };
}

type ReadingVerbs = Pick<Client, "markRead" | "markUnread" | "unreadTotals" | "setNotifyLevel" | "listReaders">;

function readingVerbs(account: Account, signedIn: () => SignedIn, http: Http): ReadingVerbs {
  return {
    markRead: (room) => untrack(() => findSignedIn(account)?.markRead(room)),
    markUnread: (room, from) => untrack(() => findSignedIn(account)?.markUnread(room, from)),
    unreadTotals: () => findSignedIn(account)?.rooms.totals() ?? { rooms: 0, calls: 0 },
    setNotifyLevel: (room, level) => signedIn().setNotifyLevel(room, level),
    listReaders: async (room, id) => (await http.get<ReaderList>(`/rooms/${room}/messages/${id}/readers`)).readers,
  };
}

type MessageVerbs = Pick<
  Client,
  | "timeline"
  | "sendMessage"
  | "retryMessage"
  | "discardMessage"
  | "editMessage"
  | "deleteMessage"
  | "reactions"
  | "toggleReaction"
  | "findPerson"
  | "searchMessages"
  | "draft"
  | "setDraft"
  | "uploads"
  | "addUploads"
  | "retryUpload"
  | "removeUpload"
  | "localFile"
  | "typing"
  | "notifyTyping"
  | "presence"
  | "noteUse"
>;

function messageVerbs(account: Account, signedIn: () => SignedIn, http: Http, clock: Clock): MessageVerbs {
  return {
    timeline(room) {
      const found = findSignedIn(account);
      return found ? untrack(() => found.timelines.open(room)) : noTimeline;
    },
    sendMessage(room, content) {
      const found = findSignedIn(account);
      if (found) untrack(() => sendMessage(found, clock, room, content));
    },
    retryMessage(entry) {
      if (!isFailed(entry)) return;
      const { timelines, outbox } = signedIn();
      entry.setPending();
      timelines.find(entry.shown.room)?.addPending(entry);
      outbox.add(entry);
    },
    discardMessage(entry) {
      if (!isFailed(entry)) return;
      const { timelines, uploads } = signedIn();
      timelines.find(entry.shown.room)?.discard(entry);
      uploads.takeBack(entry.shown.attachments ?? []);
    },
    editMessage: async (room, id, content) => signedIn().editMessage(room, id, content),
    searchMessages(query, cursor) {
      const after = cursor === undefined ? "" : `&cursor=${cursor}`;
      return http.get<SearchPage>(`/search?q=${encodeURIComponent(query)}${after}`);
    },
    deleteMessage: async (room, id) => signedIn().deleteMessage(room, id),
    reactions: (message) => findSignedIn(account)?.reactions.shown(message) ?? [],
    toggleReaction: async (message, emoji) => untrack(() => signedIn().reactions.toggle(message, emoji)),
    findPerson: (room, id) => findSignedIn(account)?.people.seek(room, id),
    draft: (room) => findSignedIn(account)?.drafts.get(room) ?? "",
    setDraft: (room, text) => untrack(() => findSignedIn(account)?.drafts.set(room, text)),
    uploads: (room) => findSignedIn(account)?.uploads.list(room) ?? [],
    addUploads: (room, files) => untrack(() => signedIn().uploads.add(room, files)),
    retryUpload: (upload) => untrack(() => signedIn().uploads.retry(upload)),
    removeUpload: (upload) => untrack(() => signedIn().uploads.remove(upload)),
    localFile: (id) => findSignedIn(account)?.uploads.file(id),
    typing: (room) => findSignedIn(account)?.typing.writers(room) ?? [],
    presence: (user) => findSignedIn(account)?.presences.of(user),
    noteUse: () => untrack(() => findSignedIn(account)?.presences.noteUse()),
    notifyTyping: (room) => findSignedIn(account)?.typing.notify(room),
  };
}

function sendMessage(
  { me, timelines, outbox, drafts, uploads, typing }: SignedIn,
  clock: Clock,
  room: RoomId,
  content: string,
) {
  if (isBlank(content) && uploads.list(room).length === 0) return;
  const attachments = uploads.take(room);
  if (!attachments) return;
  const { id, username, displayName, avatar } = me();
  const clientMessageId = newClientMessageId();
  const entry = LiveEntry.ofPending(
    {
      id: 0,
      seq: 0,
      room,
      content,
      author: { id, username, displayName, ...(avatar !== undefined && { avatar }) },
      createdAt: new Date(clock.now()).toISOString(),
      clientMessageId,
      ...(attachments.length > 0 && { attachments }),
    },
    clientMessageId,
  );
  batch(() => {
    timelines.open(room).addPending(entry);
    drafts.set(room, "");
    typing.onSend(room);
    // The server closes a connection that sends it a frame far beyond this.
    if (codePoints(content) <= limits.messageLength) outbox.add(entry);
    else entry.setFailed(`A message has at most ${limits.messageLength} characters.`);
  });
}

/** What sends files is loaded when there is one to send. */
const sendFileLater: SendFile = async (request) => (await import("../connection/send-file.ts")).sendFile(request);

/** Polls where sockets are blocked: its code is loaded there only. */
function pollLater(http: Http, clock: Clock): OpenSocket {
  return (events) => {
    let polling: Socket | null = null;
    let isClosed = false;
    import("../connection/polling.ts").then(
      ({ openPolling }) => {
        if (!isClosed) polling = openPolling(http, clock)(events);
      },
      () => events.onClose(1006, ""),
    );
    return {
      send: (text) => polling?.send(text),
      close() {
        isClosed = true;
        polling?.close();
      },
    };
  };
}

/** 128 random bits. `crypto.randomUUID` is missing where a page is served over plain HTTP. */
function newClientMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function findSignedIn(account: Account): SignedIn | undefined {
  const state = account.state();
  return state.kind === "signed-in" ? state.signedIn : undefined;
}

function statusOf(account: Account): ConnectionStatus {
  const state = account.state();
  switch (state.kind) {
    case "loading":
      return { kind: "connecting" };
    case "unreachable":
      return state.retryAt === null ? { kind: "connecting" } : { kind: "offline", retryAt: state.retryAt };
    case "signed-out":
      return { kind: "offline", retryAt: null };
    case "signed-in":
      return state.signedIn.status();
  }
}

const isFailed = (entry: Entry): entry is LiveEntry =>
  entry instanceof LiveEntry && untrack(entry.delivery).kind === "failed";

/** What a screen sees in the moment of signing out. */
const noTimeline: Timeline = {
  state: () => "loading",
  entries: () => [],
  hasOlder: () => false,
  loadingOlder: () => false,
  loadOlder: async () => {},
  hasNewer: () => false,
  loadNewer: async () => {},
  loadAround: async () => {},
  reload() {},
};
