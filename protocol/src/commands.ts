import { z } from "zod";
import { isEmoji, qualifyEmoji } from "./emoji.ts";
import { limits } from "./limits.ts";
import { text } from "./text.ts";

/**
 * Client → server: every frame's schema, one table. A command carries a `ref`, a number of the client's choice that its
 * ack returns. `room` is a room's id or slug.
 */

const ref = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const roomReference = z.string().min(1).max(limits.slugLength);
export const messageId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
/** What a receipt may name: a message, or 0 for "nothing yet". */
export const receiptId = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** The sender's own key against doubles: printable ASCII. */
export const clientMessageId = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .max(limits.clientMessageIdLength);
export const topic = z.string().regex(/^(workspace|(room|user):[A-Z0-9]{1,40})$/);
export const userId = z.string().regex(/^[A-Z0-9]{1,40}$/);
/** Length and blankness are the domain's to judge: each has its own error code. */
export const content = text().meta({
  description: `At most ${limits.messageLength} code points, else message_too_long.`,
});

/** One emoji, in whatever spelling. */
export const emoji = z
  .string()
  .refine((value) => value.length <= limits.emojiLength, "is not an emoji")
  .transform(qualifyEmoji)
  .refine(isEmoji, "is not an emoji");
/** Pending uploads of one's own to the same room. */
export const fileId = z.string().regex(/^F[0-9A-Z]{32}$/);
export const attachments = z
  .array(fileId)
  .max(limits.attachmentsPerMessage)
  .refine((ids) => new Set(ids).size === ids.length, "has a file twice");

const reaction = { ref, room: roomReference, id: messageId, emoji };

/** The seq that a client has got to on each topic. */
export const positions = z
  .record(topic, seq)
  .refine((topics) => Object.keys(topics).length <= limits.roomsPerUser + 2, "has too many topics");

export const commandSchemas = {
  /** Sends a message. Acked with the message once it is on disk; repeating a `clientMessageId` returns the first result. */
  "message.send": z.strictObject({
    type: z.literal("message.send"),
    ref,
    room: roomReference,
    content,
    clientMessageId: clientMessageId.optional(),
    replyTo: messageId.optional(),
    attachments: attachments.optional(),
  }),
  /** Replaces the content of one's own message. */
  "message.edit": z.strictObject({ type: z.literal("message.edit"), ref, room: roomReference, id: messageId, content }),
  /** Deletes one's own message, or any as an admin of the room. Repeating it changes nothing. */
  "message.delete": z.strictObject({ type: z.literal("message.delete"), ref, room: roomReference, id: messageId }),
  /** Puts an emoji on a message, or takes one's own off. Acked with the message; repeating it changes nothing. */
  "reaction.add": z.strictObject({ type: z.literal("reaction.add"), ...reaction }),
  "reaction.remove": z.strictObject({ type: z.literal("reaction.remove"), ...reaction }),
  /**
   * "I have read up to here." Beyond the newest message it means that one; it never moves back, unless `unread` says
   * that what follows shall count as unread again. Repeating it changes nothing.
   */
  "receipt.set": z.strictObject({
    type: z.literal("receipt.set"),
    ref,
    room: roomReference,
    upTo: receiptId,
    unread: z.boolean().optional(),
  }),
  /** "I have these": each topic is answered by deltas, by a reset, or by its name in the ack's `gone`. */
  resume: z.strictObject({
    type: z.literal("resume"),
    ref,
    /** The epoch these positions were taken in; another one than the server's resets every topic. */
    epoch: z.string().max(64).optional(),
    topics: positions,
  }),
  /** Ephemeral and without an answer, unless it is refused. */
  typing: z.strictObject({ type: z.literal("typing"), ref: ref.optional(), room: roomReference }),
  /** Whether somebody is using this client now. Ephemeral and without an answer, unless it is refused. */
  presence: z.strictObject({ type: z.literal("presence"), ref: ref.optional(), active: z.boolean() }),
  /** Whose presence this connection shows from now on, instead of any before. Acked with how they are now. */
  "presence.watch": z.strictObject({
    type: z.literal("presence.watch"),
    ref,
    users: z.array(userId).max(limits.watchedUsers),
  }),
  /** Answered by `pong`. */
  ping: z.strictObject({ type: z.literal("ping"), ref: ref.optional() }),
} as const;

export type CommandType = keyof typeof commandSchemas;
export type Commands = { readonly [T in CommandType]: z.output<(typeof commandSchemas)[T]> };
export type Command = Commands[CommandType];
