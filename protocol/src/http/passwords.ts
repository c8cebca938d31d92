import { z } from "zod";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { password } from "./accounts.ts";
import { timestamp } from "./fields.ts";

/** Passwords, and links that reset them. */

export const passwordBody = z.strictObject({ current: password, new: password });
const resetToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const resetBody = z.strictObject({ token: resetToken, password });
export const resetRequestBody = z.strictObject({ login: z.string().min(1).max(limits.emailLength) });
export const resetPreviewBody = z.strictObject({ token: resetToken });
export const resetPreviewSchema = z.object({ username: z.string() }).meta({ id: "ResetPreview" });

export const resetLinkSchema = z
  .object({ url: z.url(), expiresAt: timestamp })
  .meta({ id: "ResetLink" }) satisfies z.ZodType<model.ResetLink>;
