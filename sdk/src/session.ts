import { ParleyError } from "@parley/protocol/errors";
import { type HttpOptions, toError } from "./http.ts";
import { hear, type OpenSocket } from "./socket.ts";

/** How a program outside of browsers is signed in: it carries the token of its session in each request. */

export interface SignInOptions {
  /** Where the server is, such as `https://chat.example.org`. */
  readonly origin: string;
  /** A user name or an e-mail address. */
  readonly login: string;
  readonly password: string;
  readonly fetch?: HttpOptions["fetch"];
}

/**
 * Opens a session and answers its token: keep it like a password. Throws `bad_credentials`, or `unavailable` when the
 * server cannot be reached.
 */
export async function signIn({ origin, login, password, fetch = globalThis.fetch }: SignInOptions): Promise<string> {
  const response = await fetch(`${origin}/api/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login, password }),
  }).catch(() => {
    throw new ParleyError("unavailable", "The server cannot be reached.");
  });
  if (!response.ok) throw toError(response.status, await response.text());
  const token = /(?:^|[\s,])(?:__Host-)?session=([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1];
  if (token === undefined) throw new ParleyError("internal", "The server opened no session.");
  return token;
}

export const fetchWithToken =
  (token: string, fetch: HttpOptions["fetch"] = globalThis.fetch): HttpOptions["fetch"] =>
  (url, init) =>
    fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` } });

/** Needs a WebSocket that takes headers: that of Bun, or that of Node from 22 on. */
export const openSocketWithToken =
  (url: string, token: string): OpenSocket =>
  (events) =>
    hear(new WebSocket(url, { headers: { authorization: `Bearer ${token}` } }), events);
