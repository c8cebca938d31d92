import { z } from "zod";
import { content } from "../commands.ts";
import { cursorNumber } from "./fields.ts";

/** The polling interface. */

export const pollingQuery = z.strictObject({ after: cursorNumber(0).optional() });

/** A form of a polling client may carry fields of its own, such as a token against forgery. */
export const pollingForm = z.object({ content: content.default("") });

/** A message as polling clients know it; `date` is the time of day in UTC. */
export const pollingMessageSchema = z
  .object({
    id: z.int().min(1),
    content: z.string(),
    username: z.string(),
    date: z.string().regex(/^\d\d:\d\d:\d\d$/),
  })
  .meta({ id: "PollingMessage" });

export const pollingMessagesSchema = z
  .object({ messages: z.array(pollingMessageSchema).readonly() })
  .meta({ id: "PollingMessages" });

export const pollingEmptySchema = z.object({ error: z.literal("empty") }).meta({ id: "PollingEmpty" });
export type PollingMessage = z.output<typeof pollingMessageSchema>;
