import type { FileId, Message, MessageId, RoomId, Seq, UserId } from "@parley/protocol/model";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that keeps what is said, and the reactions to it. */

export interface MessagePage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The room topic's head in the same snapshot. */
  readonly head: Seq;
}

export interface OwnReactions {
  /** By message. Those without any are left out. */
  readonly reactions: readonly { readonly message: MessageId; readonly emoji: readonly string[] }[];
  /** The room topic's head in the same snapshot. */
  readonly head: Seq;
}

export type HistoryCursor =
  | { readonly before: number }
  | { readonly after: number }
  | { readonly around: number }
  | Record<string, never>;

/** Names that a content calls, in lower case, at most `limits.mentionsPerMessage`: members', or `all` and `here`. */
export type Calls = readonly string[];

export interface MessageReads {
  findMessage(input: { readonly roomId: RoomId; readonly id: MessageId }): Promise<Message | null>;
  /** What a user sent under a key, as `appendMessage` answers its repeat. */
  findSent(input: { readonly userId: UserId; readonly clientMessageId: string }): Promise<Message | null>;
  /** The newest page without a cursor. Cost does not grow with the room. */
  listMessages(input: {
    readonly roomId: RoomId;
    readonly cursor: HistoryCursor;
    readonly limit: number;
  }): Promise<MessagePage>;
  /**
   * What a user has put on the given messages, at most `limits.ownReactionMessages`: a message names the first who reacted,
   * and not the others. Cost does not grow with those.
   */
  listOwnReactions(input: {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly messages: readonly MessageId[];
  }): Promise<OwnReactions>;
}

export interface MessageWrites {
  /**
   * Appends a message under the room's next id. `(author, clientMessageId)` is unique for ever: a repeat returns the
   * first message as it is now, with `created` false, and announces nothing; also where the author may send no more by
   * now, and without reactions where they may not read them. `createdAt` never runs backwards in a room.
   * Whoever of `calls` is a member is mentioned; everyone, where few are or the author looks after the room. The author's
   * receipt goes along if it stood at the message before.
   */
  appendMessage(input: {
    readonly roomId: RoomId;
    readonly authorId: UserId;
    readonly content: string;
    readonly calls: Calls;
    readonly clientMessageId: string | null;
    readonly replyTo: MessageId | null;
    /** Pending uploads of this author to this room, at most `limits.attachmentsPerMessage`, none twice; else `invalid`. */
    readonly attachments: readonly FileId[];
    readonly at: number;
  }): Promise<
    Outcome<{ readonly message: Message; readonly created: boolean }, "not_found" | "room_archived" | "invalid">
  >;
  /** Only its author, while a member. The same content again changes nothing, also in an archived room. */
  editMessage(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly content: string;
    readonly calls: Calls;
    readonly at: number;
  }): Promise<Outcome<Message, "not_found" | "not_allowed" | "message_deleted" | "room_archived">>;
  /** Its author, or who looks after the room, while a member. Idempotent. */
  removeMessage(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly at: number;
  }): Promise<Outcome<Message, "not_found" | "not_allowed">>;
  /** One per user, message and emoji: a repeat changes nothing, also in an archived room. Its message changes with it, as all its readers see. */
  putReaction(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly emoji: string;
  }): Promise<Outcome<Message, "not_found" | "message_deleted" | "room_archived" | "limit_reached">>;
  /** Idempotent, likewise. An emoji keeps its place among the others until nobody is left who put it there. */
  removeReaction(input: {
    readonly roomId: RoomId;
    readonly id: MessageId;
    readonly userId: UserId;
    readonly emoji: string;
  }): Promise<Outcome<Message, "not_found" | "message_deleted" | "room_archived">>;
}
