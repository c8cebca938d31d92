import { z } from "zod";
import { positions } from "../commands.ts";
import { sessionSchema, userSchema } from "./accounts.ts";
import { cursorNumber, seq, topic } from "./fields.ts";
import { messageSchema } from "./messages.ts";
import { receiptSchema } from "./receipts.ts";
import { goneRoomSchema, levelSchema, membershipSchema, roomSchema } from "./rooms.ts";
import { workspaceSchema } from "./workspace.ts";

/** What is live, for whoever cannot have a socket. */

/** A command as the socket takes it: the schema of its type judges it. */
export const commandBody = z.looseObject({ type: z.string() });

export const resumeBody = z.strictObject({ epoch: z.string().max(64).optional(), topics: positions });

/** An event's id, for who cannot send `Last-Event-ID`. */
export const eventsQuery = z.strictObject({ positions: z.string().max(16_384).optional() });

export const changesQuery = z.strictObject({ since: cursorNumber(0) });

export const changesSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("delta"),
      topic,
      from: seq,
      to: seq,
      messages: z.array(messageSchema).readonly().optional(),
      rooms: z
        .array(z.union([roomSchema, goneRoomSchema]))
        .readonly()
        .optional(),
      memberships: z.array(membershipSchema).readonly().optional(),
      users: z.array(userSchema).readonly().optional(),
      sessions: z.array(sessionSchema).readonly().optional(),
      receipts: z.array(receiptSchema).readonly().optional(),
      levels: z.array(levelSchema).readonly().optional(),
      workspace: workspaceSchema.optional(),
    }),
    z.object({ type: z.literal("reset"), topic, head: seq }),
  ])
  .meta({ id: "Changes" });

/** With what the command answers: the message that it sent or changed, for one. */
export const ackSchema = z
  .object({ type: z.literal("ack"), ref: z.int().nullable(), message: messageSchema.optional() })
  .meta({ id: "Ack" });

export const resumedSchema = z
  .object({
    frames: z.array(changesSchema).readonly(),
    gone: z.array(topic).readonly(),
    heads: z.record(topic, seq),
    epoch: z.string(),
  })
  .meta({ id: "Resumed" });

export type Resumed = z.output<typeof resumedSchema>;
