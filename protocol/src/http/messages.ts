import { z } from "zod";
import { attachments, clientMessageId, content, emoji, fileId, messageId, roomReference } from "../commands.ts";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { authorSchema } from "./accounts.ts";
import { cursorNumber, pageLimit, seq, timestamp } from "./fields.ts";
import { roomSchema } from "./rooms.ts";

/** Messages, their history, reactions and files. */

export const sendMessageBody = z.strictObject({
  content,
  clientMessageId: clientMessageId.optional(),
  replyTo: messageId.optional(),
  attachments: attachments.optional(),
});

export const editMessageBody = z.strictObject({ content });

export const messageParams = z.object({
  room: roomReference,
  id: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .refine(Number.isSafeInteger),
});

export const reactionParams = messageParams.extend({ emoji });

/** Ids of messages with commas between. */
export const ownReactionsQuery = z.strictObject({
  messages: z
    .string()
    .regex(/^[1-9]\d{0,15}(,[1-9]\d{0,15})*$/)
    .transform((ids) => ids.split(",").map(Number))
    .refine((ids) => ids.length <= limits.ownReactionMessages, "has too many messages")
    .refine((ids) => ids.every(Number.isSafeInteger)),
});

export const fileParams = z.object({ id: fileId });

/** As its sender calls it; the server makes a harmless name of it. */
export const uploadQuery = z.strictObject({ name: z.string().min(1).max(8192) });

/** At most one of the three cursors; `after` and `before` are exclusive. */
export const historyQuery = z
  .strictObject({
    before: cursorNumber(1).optional(),
    after: cursorNumber(0).optional(),
    around: cursorNumber(1).optional(),
    limit: pageLimit(limits.pageMax).optional(),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((cursor) => cursor !== undefined).length <= 1,
    "has more than one of before, after and around",
  );

export const searchQuery = z.strictObject({
  q: z.string().max(10_000),
  room: roomReference.optional(),
  cursor: z
    .string()
    .regex(/^[1-9a-z][0-9a-z]{0,10}$/)
    .optional(),
});

export const reactionSchema = z
  .object({ emoji: z.string(), users: z.array(z.string()).readonly(), count: z.int().min(1) })
  .meta({ id: "Reaction" }) satisfies z.ZodType<model.Reaction>;

/** `head` is the room topic's seq at the moment of reading. Messages with none of one's own are left out. */
export const ownReactionsSchema = z
  .object({
    reactions: z.array(z.object({ message: z.int().min(1), emoji: z.array(z.string()).readonly() })).readonly(),
    head: seq,
  })
  .meta({ id: "OwnReactions" });

export const attachmentSchema = z
  .object({
    id: fileId,
    name: z.string(),
    type: z.string(),
    bytes: z.int().min(0),
    width: z.int().min(1).optional(),
    height: z.int().min(1).optional(),
  })
  .meta({ id: "Attachment" }) satisfies z.ZodType<model.Attachment>;

export const messageSchema = z
  .object({
    id: z.int().min(1),
    room: z.string(),
    seq: z.int().min(1),
    author: authorSchema,
    content: z.string(),
    createdAt: timestamp,
    clientMessageId: z.string().optional(),
    replyTo: z.int().min(1).optional(),
    editedAt: timestamp.optional(),
    deletedAt: timestamp.optional(),
    mentions: z.array(z.string()).readonly().optional(),
    reactions: z.array(reactionSchema).readonly().optional(),
    attachments: z.array(attachmentSchema).readonly().optional(),
  })
  .meta({ id: "Message" }) satisfies z.ZodType<model.Message>;

/** `head` is the room topic's seq at the moment of reading: the position from which deltas continue this page. */
export const messagesSchema = z
  .object({ messages: z.array(messageSchema).readonly(), head: seq, epoch: z.string() })
  .meta({ id: "MessagePage" });

/** `highlights` are ranges of the message's content in UTF-16 code units, in order and apart. */
export const searchSchema = z
  .object({
    results: z
      .array(
        z.object({
          message: messageSchema,
          room: roomSchema,
          highlights: z.array(z.object({ start: z.int().min(0), end: z.int().min(1) })).readonly(),
        }),
      )
      .readonly(),
    cursor: z.string().nullable(),
  })
  .meta({ id: "SearchPage" });

export type OwnReactions = z.output<typeof ownReactionsSchema>;
export type MessagePage = z.output<typeof messagesSchema>;
export type SearchPage = z.output<typeof searchSchema>;
