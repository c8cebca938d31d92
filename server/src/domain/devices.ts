import { createHmac, timingSafeEqual } from "node:crypto";
import type { App } from "../app.ts";
import { newToken } from "./ids.ts";

/**
 * What a browser keeps of having signed in: whoever guesses at a login from elsewhere does not use up the attempts that
 * its owner has there. It opens nothing. The hash of the password vouches for it, so the store has nothing to keep, and
 * with another password it is over.
 */
export function newDevice(passwordHash: string): string {
  const name = newToken();
  return `${name}.${sign(name, passwordHash)}`;
}

/** Whether whoever `login` names has signed in there, and has had no other password since. */
export async function isKnownDevice(app: App, login: string, device: string): Promise<boolean> {
  const [name = "", signature = ""] = device.split(".");
  const account = await app.store.findAccountByLogin({ login });
  if (!account) return false;
  const expected = Buffer.from(sign(name, account.passwordHash));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const sign = (name: string, passwordHash: string): string =>
  createHmac("sha256", passwordHash).update(name).digest("base64url");
