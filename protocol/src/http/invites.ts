import { z } from "zod";
import { limits } from "../limits.ts";
import type * as model from "../model.ts";
import { timestamp } from "./fields.ts";

/** Invites. */

export const inviteCode = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const inviteBody = z.strictObject({
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
  maxUses: z.int().min(1).max(limits.inviteMaxUses).nullish(),
});

export const inviteParams = z.object({ code: inviteCode });

export const inviteSchema = z
  .object({
    code: z.string(),
    url: z.url(),
    room: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    maxUses: z.int().nullable(),
    uses: z.int(),
  })
  .meta({ id: "Invite" }) satisfies z.ZodType<model.Invite>;

export const invitePreviewSchema = z
  .object({
    code: z.string(),
    workspace: z.string(),
    room: z.object({
      id: z.string(),
      slug: z.string(),
      name: z.string(),
      description: z.string(),
      memberCount: z.int(),
    }),
    invitedBy: z.string(),
    joined: z.boolean(),
  })
  .meta({ id: "InvitePreview" }) satisfies z.ZodType<model.InvitePreview>;

export const invitesSchema = z.object({ invites: z.array(inviteSchema).readonly() }).meta({ id: "InviteList" });
export type InviteList = z.output<typeof invitesSchema>;
