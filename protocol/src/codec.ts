import type { ServerFrame } from "./frames.ts";

/** Encodes a frame. What is published is encoded once, whatever the number of its readers. */
export function encodeFrame(frame: ServerFrame | object): string {
  return JSON.stringify(frame);
}

const serverTypes: ReadonlySet<string> = new Set(["welcome", "ack", "delta", "reset", "typing", "presence", "pong"]);

/**
 * Decodes a frame from the server. Null for a type this client does not know: a newer server may send it, and it is
 * ignored. Throws on anything that is not a JSON object with a `type`.
 */
export function decodeServerFrame(text: string): ServerFrame | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") {
    throw new SyntaxError("not a frame");
  }
  return serverTypes.has(value.type) ? (value as ServerFrame) : null;
}

/**
 * Decodes what a client sent, before any schema: a JSON object, or null. A null breaks the frame itself, so the
 * connection is closed.
 */
export function decodeClientFrame(text: string): Readonly<Record<string, unknown>> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
