import type { AlertFacts, AlertReason } from "@parley/protocol/alerts";
import type { MessageId, RoomId, SessionId, UserId } from "@parley/protocol/model";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that knows whom a message reaches while they are away. */

/** The server's own pair of keys (P-256, base64url): who holds the private one speaks for this server. */
export interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A browser that wants to be told, as its push service named it. */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** Whether it may be told the words. */
  readonly preview: boolean;
}

/** What became of telling someone of a message while they were away. */
export interface NotificationRecord {
  readonly reason: AlertReason;
  /** `read`: in the moment between. */
  readonly outcome: "pushed" | "failed" | "read";
  /** How many of their browsers took it. */
  readonly devices: number;
  readonly at: number;
}

export interface NotificationReads {
  getPushKeys(input: Record<string, never>): Promise<PushKeys | null>;
  /** Of an open session. */
  findPushTarget(input: { readonly sessionId: SessionId; readonly at: number }): Promise<PushTarget | null>;
  /**
   * Of the messages `from` to `to` of a room, those that may call someone who has a browser to push to. One look for all of
   * them; where nobody listens, all that it costs.
   */
  listCalling(input: {
    readonly roomId: RoomId;
    readonly from: MessageId;
    readonly to: MessageId;
  }): Promise<readonly MessageId[]>;
  /**
   * Members whom a message may call and who have a browser to push to, with the facts that decide, by user. At most
   * `limit` browsers. Empty when the message is gone.
   */
  listAlertable(input: {
    readonly roomId: RoomId;
    readonly messageId: MessageId;
    readonly limit: number;
    readonly at: number;
  }): Promise<readonly { readonly userId: UserId; readonly facts: AlertFacts; readonly target: PushTarget }[]>;
  /** The facts of one member, and what was done. Null when they may not see the message. */
  findAlert(input: {
    readonly roomId: RoomId;
    readonly messageId: MessageId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<{
    readonly facts: AlertFacts;
    readonly record: NotificationRecord | null;
    /** Browsers that could be pushed to now. */
    readonly devices: number;
  } | null>;
}

export interface NotificationWrites {
  /** Keeps the first pair for ever, and answers it. */
  putPushKeys(input: PushKeys): Promise<PushKeys>;
  /** One for each session; an endpoint belongs to the session that named it last. */
  putPushTarget(input: {
    readonly sessionId: SessionId;
    readonly userId: UserId;
    readonly target: PushTarget;
    readonly at: number;
  }): Promise<Outcome<null, "not_signed_in">>;
  removePushTarget(input: { readonly sessionId: SessionId }): Promise<null>;
  /** Forgets browsers that are gone. */
  removePushEndpoints(input: { readonly endpoints: readonly string[] }): Promise<null>;
  /** Keeps what was decided, and forgets what was decided before `keepFrom`. */
  recordNotifications(input: {
    readonly roomId: RoomId;
    readonly messageId: MessageId;
    readonly decided: readonly (NotificationRecord & { readonly userId: UserId })[];
    readonly keepFrom: number;
  }): Promise<null>;
}
