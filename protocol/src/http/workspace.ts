import { z } from "zod";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { name } from "../text.ts";
import { userSchema } from "./accounts.ts";

/** The workspace, and how its server is. */

export const workspaceBody = z.strictObject({
  name: name(limits.workspaceNameLength).optional(),
  signUp: z.enum(["open", "invite", "closed"]).optional(),
});

export const workspaceSchema = z
  .object({
    name: z.string(),
    signUp: z.enum(["open", "invite", "closed"]),
    firstRun: z.boolean(),
    picture: z.string().optional(),
  })
  .meta({ id: "Workspace" }) satisfies z.ZodType<model.Workspace>;

/**
 * `user` is null when nobody is signed in; `mail` is there when this server can mail a reset link; `fileBytes` is what one
 * file may have.
 */
export const startSchema = z
  .object({
    workspace: workspaceSchema,
    user: userSchema.nullable(),
    mail: z.literal(true).optional(),
    fileBytes: z.int().min(1),
  })
  .meta({ id: "Start" });

export const healthSchema = z.object({ status: z.string(), version: z.string() }).meta({ id: "Health" });
export type Start = z.output<typeof startSchema>;
