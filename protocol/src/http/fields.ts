import { z } from "zod";

/** What several of the routes' schemas are made of. */

export const cursorNumber = (min: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, "is not a number")
    .transform(Number)
    .refine((value) => Number.isSafeInteger(value) && value >= min, `is not a number from ${min} up`);

export const pageLimit = (max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, "is not a number")
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `is not a number from 1 to ${max}`);

export const timestamp = z.iso.datetime({ precision: 3 });
/** The secret in a link. */
export const linkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const linkExample = "q2Jc0Yk5m1Zr8sT3vWx7aBdEfGhIjKlMnOpQrStUvWx";
export const topic = z.string();
export const seq = z.int().min(0);
export const role = z.enum(["owner", "admin", "member"]);
