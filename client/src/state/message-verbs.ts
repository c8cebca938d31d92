import { isBlank } from "@parley/protocol/content";
import type { SearchPage } from "@parley/protocol/http/messages";
import { codePoints, limits } from "@parley/protocol/limits";
import type { RoomId } from "@parley/protocol/model";
import { newClientMessageId } from "@parley/sdk/client-message-id";
import type { Clock } from "@parley/sdk/clock";
import type { Http } from "@parley/sdk/http";
import type { Outgoing } from "@parley/sdk/outbox";
import { untrack } from "solid-js";
import type { Account } from "./account.ts";
import type { Client, Timeline } from "./client.ts";
import type { SignedIn } from "./signed-in.ts";

type MessageVerbs = Pick<
  Client,
  | "timeline"
  | "sendMessage"
  | "unsent"
  | "unsentLasts"
  | "retryUnsent"
  | "changeUnsent"
  | "discardUnsent"
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

export function messageVerbs(account: Account, http: Http, clock: Clock): MessageVerbs {
  const now = () => new Date(clock.now()).toISOString();
  return {
    timeline(room) {
      const found = account.findSignedIn();
      return found ? untrack(() => found.timelines.open(room)) : noTimeline;
    },
    sendMessage: async (room, content) => {
      const found = account.findSignedIn();
      if (found) await untrack(() => sendMessage(found, now(), room, content));
    },
    unsent: () => account.findSignedIn()?.unsent.list() ?? [],
    unsentLasts: async () => (await account.findSignedIn()?.outbox.lasts()) ?? true,
    retryUnsent: async (key) => untrack(() => account.getSignedIn().outbox.retry(key)),
    changeUnsent: async (key, content) => untrack(() => account.getSignedIn().outbox.change(key, content)),
    async discardUnsent(key) {
      const { outbox, uploads, unsent } = account.getSignedIn();
      const { attachments = [] } = untrack(unsent.list).find((other) => other.key === key) ?? {};
      await outbox.drop(key);
      uploads.takeBack(attachments);
    },
    editMessage: async (room, id, content) =>
      account.getSignedIn().outbox.put({ kind: "edit", room, id, content, createdAt: now() }),
    searchMessages(query, cursor) {
      const after = cursor === undefined ? "" : `&cursor=${cursor}`;
      return http.get<SearchPage>(`/search?q=${encodeURIComponent(query)}${after}`);
    },
    deleteMessage: async (room, id) => account.getSignedIn().outbox.put({ kind: "delete", room, id, createdAt: now() }),
    reactions: (message) => account.findSignedIn()?.reactions.shown(message) ?? [],
    toggleReaction: async (message, emoji) => untrack(() => account.getSignedIn().reactions.toggle(message, emoji)),
    findPerson: (room, id) => account.findSignedIn()?.people.seek(room, id),
    draft: (room) => account.findSignedIn()?.drafts.get(room) ?? "",
    setDraft: (room, text) => untrack(() => account.findSignedIn()?.drafts.set(room, text)),
    uploads: (room) => account.findSignedIn()?.uploads.list(room) ?? [],
    addUploads: (room, files) => untrack(() => account.getSignedIn().uploads.add(room, files)),
    retryUpload: (upload) => untrack(() => account.getSignedIn().uploads.retry(upload)),
    removeUpload: (upload) => untrack(() => account.getSignedIn().uploads.remove(upload)),
    localFile: (id) => account.findSignedIn()?.uploads.file(id),
    typing: (room) => account.findSignedIn()?.typing.writers(room) ?? [],
    presence: (user) => account.findSignedIn()?.presences.of(user),
    noteUse: () => untrack(() => account.findSignedIn()?.presences.noteUse()),
    notifyTyping: (room) => account.findSignedIn()?.typing.notify(room),
  };
}

async function sendMessage(
  { outbox, drafts, uploads, typing }: SignedIn,
  createdAt: string,
  room: RoomId,
  content: string,
): Promise<void> {
  if (isBlank(content) && uploads.list(room).length === 0) return;
  const attachments = uploads.take(room);
  if (!attachments) return;
  drafts.set(room, "");
  typing.onSend(room);
  const outgoing: Outgoing = {
    kind: "send",
    clientMessageId: newClientMessageId(),
    room,
    content,
    ...(attachments.length > 0 && { attachments }),
    createdAt,
  };
  // The server closes a connection that sends it a frame far beyond this.
  const isTooLong = codePoints(content) > limits.messageLength;
  try {
    await outbox.put(outgoing, isTooLong ? `A message has at most ${limits.messageLength} characters.` : null);
  } catch (error) {
    drafts.set(room, [content, untrack(() => drafts.get(room))].filter(Boolean).join("\n"));
    uploads.putBack(room, attachments);
    throw error;
  }
}

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
  keepPlace: () => () => {},
  brokenAfter: () => null,
};
