import { z } from "zod";
import { receiptId } from "../commands.ts";
import type * as model from "../model.ts";
import { authorSchema } from "./accounts.ts";

/** How far people have read. */

export const receiptBody = z.strictObject({ upTo: receiptId, unread: z.boolean().optional() });

export const receiptSchema = z
  .object({ room: z.string(), user: z.string(), upTo: z.int().min(0) })
  .meta({ id: "Receipt" }) satisfies z.ZodType<model.Receipt>;

/** Of a room with more than `limits.receiptMembers` members, none. */
export const receiptsSchema = z.object({ receipts: z.array(receiptSchema).readonly() }).meta({ id: "ReceiptList" });

export const readersSchema = z.object({ readers: z.array(authorSchema).readonly() }).meta({ id: "ReaderList" });
export type ReceiptList = z.output<typeof receiptsSchema>;
export type ReaderList = z.output<typeof readersSchema>;
