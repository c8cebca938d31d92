import { z } from "zod";
import { errorCodes } from "../errors.ts";

/** How every route says that something went wrong. */

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(errorCodes as [string, ...string[]]),
    retryAfterMs: z.int().optional(),
  })
  .meta({ id: "Problem" });
