import { z } from "zod";
import { email, password } from "./accounts.ts";
import { linkToken } from "./fields.ts";

/** E-mail addresses, and links that verify them. */

/** Null takes the address away. `password` is the one of now. */
export const emailBody = z.strictObject({ email: email.nullable(), password });
export const verificationBody = z.strictObject({ token: linkToken });
/** Whose address a link verifies, for whoever holds the link. */
export const verificationSchema = z.object({ username: z.string(), email: z.string() }).meta({ id: "Verification" });
export type Verification = z.output<typeof verificationSchema>;
