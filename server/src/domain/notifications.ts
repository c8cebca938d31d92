import { type AlertReason, decideAlert } from "@parley/protocol/alerts";
import { ParleyError } from "@parley/protocol/errors";
import type { MessageId } from "@parley/protocol/model";
import type { App } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { PushKeys } from "../store/notifications.ts";
import { requireRoom } from "./access.ts";
import { must } from "./outcome.ts";

/** The server's keys, made when they are first asked for: two who ask at once get the same pair. */
export async function getPushKeys(app: App): Promise<PushKeys> {
  return (await app.store.getPushKeys({})) ?? (await app.store.putPushKeys(app.push.createKeys()));
}

/** What a browser needs to ask its push service for an address, and whether it has told us one. */
export async function getPush(app: App, actor: SignedIn) {
  const { publicKey } = await getPushKeys(app);
  const target = await app.store.findPushTarget({ sessionId: actor.session.id, at: app.clock.now() });
  return { publicKey, subscribed: target !== null, preview: target?.preview ?? true };
}

/** Pushes to this session's browser from now on, until the session ends. */
export async function subscribePush(
  app: App,
  actor: SignedIn,
  input: {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
    readonly preview: boolean;
  },
): Promise<void> {
  const { endpoint, keys, preview } = input;
  if (!app.push.isAllowed(endpoint)) {
    throw new ParleyError("invalid", "endpoint: belongs to no push service that this server knows");
  }
  must(
    await app.store.putPushTarget({
      sessionId: actor.session.id,
      userId: actor.user.id,
      target: { endpoint, ...keys, preview },
      at: app.clock.now(),
    }),
  );
}

export async function unsubscribePush(app: App, actor: SignedIn): Promise<void> {
  await app.store.removePushTarget({ sessionId: actor.session.id });
}

/** Pushes a few words to this session's browser, to see that it works. */
export async function testPush(app: App, actor: SignedIn): Promise<{ readonly outcome: "sent" | "gone" | "failed" }> {
  const target = await app.store.findPushTarget({ sessionId: actor.session.id, at: app.clock.now() });
  if (!target) throw new ParleyError("not_found");
  const payload = { title: "Parley", body: "Notifications work here.", tag: "test", url: "/" };
  const outcome = await app.push.send(await getPushKeys(app), target, JSON.stringify(payload));
  if (outcome === "gone") await app.store.removePushEndpoints({ endpoints: [target.endpoint] });
  return { outcome };
}

/** Why a message called its reader, or did not. */
export interface Explanation {
  readonly alerts: boolean;
  readonly reason: AlertReason;
  /** What became of it, when someone who was away was due to be told. */
  readonly outcome?: "pushed" | "failed" | "read";
  readonly decidedAt?: string;
  /** Browsers that took it; without an outcome, those that could be pushed to now. */
  readonly devices: number;
}

/**
 * Answers "why was I (not) notified?". What was decided when the message came is told as it was; without a record, what
 * would be decided by the settings of now.
 */
export async function explainNotification(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly id: MessageId },
): Promise<Explanation> {
  const { room } = await requireRoom(app, actor, "messages.read", input.room);
  const found = await app.store.findAlert({
    roomId: room.id,
    messageId: input.id,
    userId: actor.user.id,
    at: app.clock.now(),
  });
  if (!found) throw new ParleyError("not_found");
  const { facts, record, devices } = found;
  if (record) {
    const { reason, outcome, at } = record;
    return { alerts: true, reason, outcome, decidedAt: new Date(at).toISOString(), devices: record.devices };
  }
  // It was unread when it came.
  return { ...decideAlert({ ...facts, read: false }), devices };
}
