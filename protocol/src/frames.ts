import type { WireError } from "./errors.ts";
import type {
  GoneRoom,
  Level,
  Membership,
  Message,
  Presence,
  Receipt,
  Room,
  RoomId,
  Seq,
  Session,
  Topic,
  User,
  UserId,
  Workspace,
} from "./model.ts";

/**
 * Server → client: every frame, one union.
 *
 * A delta states the range it covers: its things are everything that changed on `topic` after `from` up to and
 * including `to`, each as it is now. So a delta can be applied to any position from `from` to `to`.
 */
export type ServerFrame = WelcomeFrame | AckFrame | DeltaFrame | ResetFrame | TypingFrame | PresenceFrame | PongFrame;

/** First frame of a connection, which is then already subscribed to every topic of its user. */
export interface WelcomeFrame {
  readonly type: "welcome";
  readonly protocol: number;
  readonly user: User;
  /** Names this history. Positions of another epoch mean nothing here. */
  readonly epoch: string;
  /** How often the client sends `ping`. A connection silent for two and a half times as long is dropped. */
  readonly heartbeatMs: number;
}

/** Answers the command that carried `ref`; for a write, only after it is on disk. */
export type AckFrame = AckSuccess | AckFailure;

export interface AckSuccess {
  readonly type: "ack";
  readonly ref: number;
  readonly error?: undefined;
  readonly message?: Message;
  readonly room?: Room;
  /** Answer to `resume`: the asked topics that do not exist for this user. */
  readonly gone?: readonly Topic[];
  /** Answer to `presence.watch`. Whoever is not in it cannot be told yet, and stays as they were. */
  readonly presence?: Readonly<Record<UserId, Presence>>;
}

export interface AckFailure {
  readonly type: "ack";
  /** Null when the frame had no usable ref. */
  readonly ref: number | null;
  readonly error: WireError;
}

export interface DeltaFrame extends Changes {
  readonly type: "delta";
  readonly topic: Topic;
  readonly from: Seq;
  readonly to: Seq;
}

/** The things that changed. A room's topic always carries `messages`, if only an empty list. */
export interface Changes {
  readonly messages?: readonly Message[];
  readonly rooms?: readonly (Room | GoneRoom)[];
  readonly memberships?: readonly Membership[];
  readonly users?: readonly User[];
  readonly sessions?: readonly Session[];
  /** On the own topic one's own; on a small room's topic how far its members have come, which never goes back. */
  readonly receipts?: readonly Receipt[];
  /** Only on the own topic. */
  readonly levels?: readonly Level[];
  readonly workspace?: Workspace;
}

/** Too far behind, or another epoch: forget this topic's cache and load its newest page. */
export interface ResetFrame {
  readonly type: "reset";
  readonly topic: Topic;
  readonly head: Seq;
}

/** Ephemeral: someone is writing. Valid for `typingMs`, never resumed. */
export interface TypingFrame {
  readonly type: "typing";
  readonly room: RoomId;
  readonly user: UserId;
}

/** Ephemeral: how users whom this connection watches are now. Never resumed: after a reconnect they are watched again. */
export interface PresenceFrame {
  readonly type: "presence";
  readonly users: Readonly<Record<UserId, Presence>>;
}

/** The heads reveal a lost last frame. */
export interface PongFrame {
  readonly type: "pong";
  readonly heads: Readonly<Record<string, Seq>>;
}

/** How long one `typing` frame holds; a writing client repeats it at half this interval. */
export const typingMs = 6000;

/** Whether a thing in `rooms` says that the room is gone. */
export const isGone = (room: Room | GoneRoom): room is GoneRoom => "gone" in room;
