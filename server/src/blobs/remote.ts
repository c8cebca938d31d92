import { ParleyError } from "@parley/protocol/errors";
import type { ByteRange, StoredBytes } from "../app.ts";

/** What services have in common: they may be away, and then files are, and nothing else. */

/** How long a service may take before it answers; a body may then take as long as its reader does. */
const answerMs = 30_000;
/** For a request that carries bytes itself. */
const sendMs = 10 * 60 * 1000;

export async function ask(url: string, init: RequestInit): Promise<Response> {
  const stopper = new AbortController();
  const headers = new Headers(init.headers);
  // Bytes as they are, so that their number is the one that is told.
  headers.set("accept-encoding", "identity");
  const timer = setTimeout(() => stopper.abort(), init.body ? sendMs : answerMs);
  try {
    return await fetch(url, { ...init, headers, redirect: "error", signal: stopper.signal });
  } catch {
    throw unavailable();
  } finally {
    clearTimeout(timer);
  }
}

export const toHeaders = (range: ByteRange | undefined): Readonly<Record<string, string>> =>
  range ? { range: `bytes=${range.first}-${range.last}` } : {};

/** The bytes that an answer carries; null when there are none under that key. `status` is the one that was asked for. */
export async function readStored(answer: Response, status: 200 | 206): Promise<StoredBytes | null> {
  if (answer.status !== status || !answer.body) {
    await answer.body?.cancel();
    if (answer.status === 404) return null;
    throw unavailable();
  }
  const bytes = Number(answer.headers.get("content-length") ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) throw unavailable();
  return { stream: answer.body, bytes };
}

export function unavailable(): ParleyError {
  return new ParleyError("unavailable", "Files cannot be reached at the moment. Try again later.");
}
