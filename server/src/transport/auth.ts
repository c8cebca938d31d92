import { ParleyError } from "@parley/protocol/errors";
import type { App } from "../app.ts";
import { findSignedIn, idleMs, recordUse } from "../domain/sessions.ts";
import type { SignedIn } from "../store/accounts.ts";

/** Who asks, and from which site: cookies, tokens and origins. */

const cookieNames = { secure: "__Host-session", plain: "session" } as const;
const tokenShape = /^[A-Za-z0-9_-]{43}$/;
const deviceNames = { secure: "__Secure-device", plain: "device" } as const;
const deviceShape = /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$/;
const deviceKeptSeconds = 365 * 24 * 60 * 60;
export const signInPath = "/api/auth/sign-in";

/** The session's token as the request carries it, by `Authorization: Bearer` or by cookie. */
export function readToken(request: Request, secure: boolean): string | null {
  const token = readBearer(request) ?? readCookie(request.headers.get("cookie") ?? "", cookieName(secure));
  return token !== undefined && tokenShape.test(token) ? token : null;
}

/** Null when the request carries no session, or one that has ended. */
export async function authenticate(app: App, request: Request, secure: boolean): Promise<SignedIn | null> {
  const token = readToken(request, secure);
  const found = token === null ? null : await findSignedIn(app, token);
  if (found) await recordUse(app, found);
  return found;
}

export function sessionCookie(token: string, secure: boolean): string {
  return `${cookieName(secure)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${idleMs / 1000}${secure ? "; Secure" : ""}`;
}

/** What the browser has kept of having signed in. */
export function readDevice(request: Request, secure: boolean): string | null {
  const device = readCookie(request.headers.get("cookie") ?? "", secure ? deviceNames.secure : deviceNames.plain);
  return device !== undefined && deviceShape.test(device) ? device : null;
}

/** Kept for the next sign-in, and sent with nothing else. */
export function deviceCookie(device: string, secure: boolean): string {
  const name = secure ? deviceNames.secure : deviceNames.plain;
  return `${name}=${device}; Path=${signInPath}; HttpOnly; SameSite=Strict; Max-Age=${deviceKeptSeconds}${secure ? "; Secure" : ""}`;
}

export function endedCookie(secure: boolean): string {
  return `${cookieName(secure)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${secure ? "; Secure" : ""}`;
}

/**
 * Refuses what another site makes a browser do. Browsers say where a request comes from; programs that are not browsers
 * say nothing, and carry no cookie that they were not given.
 */
export function requireSameOrigin(request: Request, origin: string): void {
  if (readBearer(request) !== undefined) return;
  const site = request.headers.get("sec-fetch-site");
  const from = request.headers.get("origin");
  const same = site === null ? from === null || isOrigin(from, origin) : site === "same-origin";
  if (!same) throw new ParleyError("cross_origin");
}

/** For a socket's upgrade, which browsers let any page ask for: here `Origin` alone counts. */
export function requireSameOriginSocket(request: Request, origin: string): void {
  const from = request.headers.get("origin");
  if (from !== null && !isOrigin(from, origin)) throw new ParleyError("cross_origin");
}

/**
 * Where the client thinks it is: the configured origin, else what the request says. Behind a proxy that ends TLS only the
 * host is known to be right, so without `PARLEY_URL` the scheme is not compared.
 */
export function originOf(request: Request, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl;
  const host = request.headers.get("host") ?? "";
  return URL.parse(`http://${host}`)?.origin ?? "http://localhost";
}

function isOrigin(from: string, origin: string): boolean {
  if (from === origin) return true;
  const [asked, own] = [URL.parse(from), URL.parse(origin)];
  return asked !== null && own !== null && own.protocol === "http:" && asked.host === own.host;
}

function readBearer(request: Request): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

function cookieName(secure: boolean): string {
  return secure ? cookieNames.secure : cookieNames.plain;
}

function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
