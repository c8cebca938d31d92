import type { SessionList } from "@parley/protocol/http/accounts";
import type { User, UserId, Workspace } from "@parley/protocol/model";
import { type Clock, systemClock } from "@parley/sdk/clock";
import { Http, type HttpOptions } from "@parley/sdk/http";
import { MemoryOutboxStorage, type OutboxStorage } from "@parley/sdk/outbox-storage";
import { type OpenSocket, openWebSocket, type Socket } from "@parley/sdk/socket";
import { Account } from "./account.ts";
import type { Client, ConnectionStatus } from "./client.ts";
import type { DraftStorage } from "./drafts.ts";
import { inviteVerbs } from "./invite-verbs.ts";
import { messageVerbs } from "./message-verbs.ts";
import { notificationVerbs } from "./notification-verbs.ts";
import { readingVerbs } from "./reading-verbs.ts";
import { roomVerbs } from "./room-verbs.ts";
import type { SendFile } from "./send-file.ts";
import { SignedIn } from "./signed-in.ts";

export interface ClientOptions {
  /** Where the server is: the origin of the page. */
  readonly origin: string;
  /** Keeps drafts over a reload: `sessionStorage`. */
  readonly storage?: DraftStorage;
  /** Where a user's unsent messages are kept; the memory of this client, if nothing else is said. */
  readonly openOutboxStorage?: (user: UserId) => OutboxStorage;
  /** Something that was done before the page was loaded again has been refused. Told in words. */
  readonly onRefused?: (text: string) => void;
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
    openOutboxStorage = () => new MemoryOutboxStorage().page(),
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
        fileBytes: () => account.fileBytes,
        sendFile,
        storage,
        outboxStorage: openOutboxStorage(user.id),
        onRefused: (text) => options.onRefused?.(text),
        onWorkspace: (workspace) => account.putWorkspace(workspace),
        onSignedOut: () => account.leave(),
        onDoubt: () => void account.check(),
      }),
  });
  void account.start();
  options.onWake?.(() => {
    account.retryNow();
    account.findSignedIn()?.connection.check();
  });
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
      account.findSignedIn()?.connection.retryNow();
    },
    signUp: (input) => account.signUp(input),
    signIn: (input) => account.signIn(input),
    resetPassword: (input) => account.resetPassword(input),
    ask: (method, path, body) => http.request(method, path, body),
    async signOut() {
      const { drafts, uploads, outbox } = account.getSignedIn();
      uploads.close();
      await account.signOut();
      drafts.clear();
      await outbox.clear();
    },
    async editMe(changes) {
      const user = await http.request<User>("PATCH", "/me", changes);
      account.findSignedIn()?.putMe(user);
      return user;
    },
    async changeEmail(input) {
      const user = await http.request<User>("PUT", "/me/email", input);
      account.findSignedIn()?.putMe(user);
    },
    async putAvatar(body, onProgress) {
      const user = await putPicture<User>("/me/avatar", body, onProgress);
      account.findSignedIn()?.putMe(user);
      return user;
    },
    async removeAvatar() {
      const user = await http.request<User>("DELETE", "/me/avatar");
      account.findSignedIn()?.putMe(user);
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
    ...roomVerbs(account, http),
    ...inviteVerbs(account, http),
    ...readingVerbs(account, http),
    ...messageVerbs(account, http, clock),
    ...notificationVerbs(account, http),
  };
}

/** What sends files is loaded when there is one to send. */
const sendFileLater: SendFile = async (request) => (await import("./send-file.ts")).sendFile(request);

/** Polls where sockets are blocked: its code is loaded there only. */
function pollLater(http: Http, clock: Clock): OpenSocket {
  return (events) => {
    let polling: Socket | null = null;
    let isClosed = false;
    import("@parley/sdk/polling").then(
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
