import { decideAlert } from "@parley/protocol/alerts";
import type { Message, Room, User } from "@parley/protocol/model";
import type { Client } from "../state/client.ts";
import { showNotification, startServiceWorker } from "../ui/browser-push.ts";
import { navigate } from "../ui/router/router.ts";
import { messagePath, toSafePath } from "../ui/router/routes.ts";
import { playSound } from "../ui/sound.ts";

/** Another page of this browser, or another device, may be where its reader is: then it is read by then. */
const graceMs = 700;
/** How long the other pages of this browser know that one has told. */
const toldMs = 5000;
const bodyLength = 180;

/**
 * Tells of messages that call the reader while they look elsewhere: by a notification of the browser, and by a sound. Who
 * looks at the page and at another room hears the sound alone. Answers how to stop.
 */
export function startAlerts(client: Client, currentRoom: () => string | undefined): () => void {
  const onMessage = (message: Message) => setTimeout(() => void tell(client, message, currentRoom()), graceMs);
  const stop = client.onArrival(onMessage);
  if ("Notification" in window && Notification.permission === "granted") void startServiceWorker();
  const onOpen = ({ data }: MessageEvent<{ readonly type?: unknown; readonly path?: unknown } | null>) => {
    if (data?.type === "open" && typeof data.path === "string") navigate(toSafePath(data.path));
  };
  navigator.serviceWorker?.addEventListener("message", onOpen);
  return () => {
    stop();
    navigator.serviceWorker?.removeEventListener("message", onOpen);
  };
}

async function tell(client: Client, message: Message, currentRoom: string | undefined): Promise<void> {
  if (client.phase() !== "signed-in") return;
  const room = client.findRoom(message.room);
  if (!room || !calls(message, room, client.me())) return;
  const looking = document.visibilityState === "visible" && document.hasFocus();
  if (looking && currentRoom === room.id) return;
  await once(`parley.alert.${room.id}.${message.id}`, async () => {
    playSound();
    if (!looking) await showNotification(toNotification(client, message, room));
  });
}

function calls(message: Message, room: Room, me: User): boolean {
  const place = room.membership;
  if (!place) return false;
  const names = message.mentions ?? [];
  return decideAlert({
    own: message.author.id === me.id,
    deleted: message.deletedAt !== undefined,
    direct: room.kind === "direct",
    mentioned: names.some((name) => name === me.username.toLowerCase() || name === "all" || name === "here"),
    level: place.notifyLevel,
    read: place.receipt >= message.id,
  }).alerts;
}

function toNotification(client: Client, message: Message, room: Room) {
  const { displayName } = client.person(message.author);
  const line = message.content.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return {
    title: room.kind === "direct" ? displayName : `${displayName} in ${room.name}`,
    body: line === "" ? `Sent ${message.attachments?.[0]?.name ?? "something"}` : line.slice(0, bodyLength),
    tag: room.id,
    url: messagePath(room.slug, message.id),
  };
}

/** Of several pages that stand open in one browser, one tells. */
async function once(name: string, act: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return act();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await act();
    await new Promise((resolve) => setTimeout(resolve, toldMs));
  });
}
