import { z } from "zod";
import type * as model from "../model.ts";
import { login, password } from "./accounts.ts";
import { linkToken, timestamp } from "./fields.ts";

/** Passwords, and links that reset them. */

export const passwordBody = z.strictObject({ current: password, new: password });
export const resetBody = z.strictObject({ token: linkToken, password });
export const resetRequestBody = z.strictObject({ login });
export const resetPreviewBody = z.strictObject({ token: linkToken });
export const resetPreviewSchema = z.object({ username: z.string() }).meta({ id: "ResetPreview" });

export const resetLinkSchema = z
  .object({ url: z.url(), expiresAt: timestamp })
  .meta({ id: "ResetLink" }) satisfies z.ZodType<model.ResetLink>;
