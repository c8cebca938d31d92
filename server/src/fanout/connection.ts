import type { Role, SessionId, Topic, UserId } from "@parley/protocol/model";

/** One live WebSocket or event stream of a signed-in user, as the hub needs it. The transport makes it. */
export interface Connection {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** Whether the platform's publish reaches it. To others the hub hands each frame itself, encoded as it is. */
  readonly isPublishedTo: boolean;
  /** When the session ends by itself, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** When the peer was last heard, in milliseconds since 1970. */
  lastHeardAt(): number;
  /** Sends one encoded frame; closes the connection as too slow when it cannot be taken. */
  send(text: string): void;
  /** Asks the peer for a sign of life. */
  ping(): void;
  subscribe(topic: Topic): void;
  unsubscribe(topic: Topic): void;
  bufferedBytes(): number;
  close(code: number, reason?: string): void;
  terminate(): void;
  /** What its user is in the workspace from now on; for connections that take commands. */
  roleChanged?(role: Role): void;
}
