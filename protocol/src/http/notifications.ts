import { z } from "zod";
import { limits } from "../limits.ts";
import { timestamp } from "./fields.ts";

/** What reaches people while they are away. */

const base64url = (length: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${length}}={0,2}$`));

/** As a browser's `PushSubscription` tells it; `preview`: whether it may be told the words of messages. */
export const pushBody = z.strictObject({
  endpoint: z.url().max(limits.pushEndpointLength),
  keys: z.strictObject({ p256dh: base64url(87), auth: base64url(22) }),
  preview: z.boolean().default(true),
});

export const pushExample = {
  endpoint: "https://fcm.googleapis.com/fcm/send/c1KrmpTuRm",
  keys: {
    p256dh: "BGEw2wsHgLwzerjvnMTkbKrFRxdmwJ5S_k7zi7A1coR_sVjHmGrlvzYpAT1n4NPbioFlQkIrTNL8EH4V3ZZ4vJE",
    auth: "zqbxT6JKstKSY9JKibZLSQ",
  },
};

export const pushSchema = z
  .object({ publicKey: z.string(), subscribed: z.boolean(), preview: z.boolean() })
  .meta({ id: "Push" });

export const pushTestSchema = z.object({ outcome: z.enum(["sent", "gone", "failed"]) }).meta({ id: "PushTest" });

/** Why a message called its reader, or did not. `outcome` tells what became of a push that was due. */
export const notificationSchema = z
  .object({
    alerts: z.boolean(),
    reason: z.enum(["own", "deleted", "muted", "read", "mentioned", "direct", "all", "not_mentioned"]),
    outcome: z.enum(["pushed", "failed", "read"]).optional(),
    decidedAt: timestamp.optional(),
    devices: z.int().min(0),
  })
  .meta({ id: "Notification" });

export type Push = z.output<typeof pushSchema>;
export type PushTest = z.output<typeof pushTestSchema>;
export type Notification = z.output<typeof notificationSchema>;
