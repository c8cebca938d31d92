import { type ErrorCode, errorCodes, ParleyError } from "@parley/protocol/errors";
import type { Clock } from "./clock.ts";

const timeoutMs = 15_000;

export interface HttpOptions {
  /** Where the server is, such as `https://chat.example.org`. */
  readonly origin: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  /** The server says that nobody is signed in here. The request fails all the same. */
  readonly onNotSignedIn: () => void;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The routes under `/api`. Every failure is a `ParleyError`; what did not get through is `unavailable`. */
export class Http {
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** With a `signal`, it can be given up. */
  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.request<T>("GET", path, undefined, signal);
  }

  /** The caller names the shape of the answer; an answer without a body is `undefined`. */
  async request<T>(method: Method, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const { origin, fetch, clock, onNotSignedIn } = this.#options;
    const abort = new AbortController();
    const cancel = clock.after(timeoutMs, () => abort.abort());
    try {
      const response = await fetch(`${origin}/api${path}`, {
        method,
        credentials: "same-origin",
        signal: signal ? AbortSignal.any([signal, abort.signal]) : abort.signal,
        ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw toError(response.status, text);
      return (text === "" ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw new ParleyError("unavailable", "The server cannot be reached.");
      if (error.code === "not_signed_in") onNotSignedIn();
      throw error;
    } finally {
      cancel();
    }
  }
}

const isErrorCode = (code: unknown): code is ErrorCode => errorCodes.some((known) => known === code);

/** The error of a problem document; of anything else (a proxy's page), what the status says. */
export function toError(status: number, text: string): ParleyError {
  const { code, detail, retryAfterMs } = parseObject(text);
  if (!isErrorCode(code)) return new ParleyError(codeOfStatus(status));
  return new ParleyError(code, typeof detail === "string" && detail !== "" ? detail : undefined, {
    ...(typeof retryAfterMs === "number" && { retryAfterMs }),
  });
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function codeOfStatus(status: number): ErrorCode {
  if (status >= 500) return "unavailable";
  if (status === 429) return "rate_limited";
  if (status === 413) return "too_large";
  return status === 404 ? "not_found" : "invalid";
}
