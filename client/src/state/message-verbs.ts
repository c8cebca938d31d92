import { isBlank } from "@parley/protocol/content";
import type { SearchPage } from "@parley/protocol/http/messages";
import { codePoints, limits } from "@parley/protocol/limits";
import type { RoomId } from "@parley/protocol/model";
import { newClientMessageId } from "@parley/sdk/client-message-id";
import type { Clock } from "@parley/sdk/clock";
import type { Http } from "@parley/sdk/http";
import { batch, untrack } from "solid-js";
import type { Account } from "./account.ts";
import type { Client, Entry, Timeline } from "./client.ts";
import { LiveEntry } from "./entry.ts";
import type { SignedIn } from "./signed-in.ts";

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

export function messageVerbs(account: Account, http: Http, clock: Clock): MessageVerbs {
  return {
    timeline(room) {
      const found = account.findSignedIn();
      return found ? untrack(() => found.timelines.open(room)) : noTimeline;
    },
    sendMessage(room, content) {
      const found = account.findSignedIn();
      if (found) untrack(() => sendMessage(found, clock, room, content));
    },
    retryMessage(entry) {
      if (!isFailed(entry)) return;
      const { timelines, outbox } = account.getSignedIn();
      entry.setPending();
      timelines.find(entry.shown.room)?.addPending(entry);
      outbox.add(entry.toOutgoing());
    },
    discardMessage(entry) {
      if (!isFailed(entry)) return;
      const { timelines, uploads } = account.getSignedIn();
      timelines.find(entry.shown.room)?.discard(entry);
      uploads.takeBack(entry.shown.attachments ?? []);
    },
    editMessage: async (room, id, content) => account.getSignedIn().editMessage(room, id, content),
    searchMessages(query, cursor) {
      const after = cursor === undefined ? "" : `&cursor=${cursor}`;
      return http.get<SearchPage>(`/search?q=${encodeURIComponent(query)}${after}`);
    },
    deleteMessage: async (room, id) => account.getSignedIn().deleteMessage(room, id),
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
    if (codePoints(content) <= limits.messageLength) outbox.add(entry.toOutgoing());
    else entry.setFailed(`A message has at most ${limits.messageLength} characters.`);
  });
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
