import { generateRequestDetails, generateVAPIDKeys } from "web-push";
import type { Push } from "../app.ts";

/** The push services of the browsers that have one. A name that begins with a dot stands for all below it. */
const services = [
  "fcm.googleapis.com",
  "jmt17.google.com",
  ".push.services.mozilla.com",
  ".notify.windows.com",
  ".push.apple.com",
] as const;

/** How long a push service keeps what it cannot deliver at once. */
const keepSeconds = 24 * 60 * 60;
const answerMs = 10_000;

export interface PushOptions {
  /** Who speaks, for the push service to complain to: the public address, or a mail address. */
  readonly subject: string;
  /** Further hosts, with their ports, that may be called: also over plain HTTP. */
  readonly hosts: ReadonlySet<string>;
}

/**
 * Calls nothing but push services: a browser names the address, and could name any. `web-push` makes the request, and
 * `fetch` sends it, without following where an answer points.
 */
export function createPush({ subject, hosts }: PushOptions): Push {
  const isAllowed = (endpoint: string) => {
    const url = URL.parse(endpoint);
    if (url?.username !== "" || url.password !== "" || url.hash !== "") return false;
    if (hosts.has(url.host)) return url.protocol === "https:" || url.protocol === "http:";
    if (url.protocol !== "https:" || url.port !== "") return false;
    return services.some((name) => (name.startsWith(".") ? url.hostname.endsWith(name) : url.hostname === name));
  };
  return {
    createKeys: () => generateVAPIDKeys(),
    isAllowed,
    async send(keys, { endpoint, p256dh, auth }, payload) {
      if (!isAllowed(endpoint)) return "gone";
      try {
        const request = generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
          vapidDetails: { subject, ...keys },
          TTL: keepSeconds,
          urgency: "high",
          contentEncoding: "aes128gcm",
        });
        const response = await fetch(endpoint, {
          method: "POST",
          redirect: "manual",
          headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
          body: new Uint8Array(request.body ?? []),
          signal: AbortSignal.timeout(answerMs),
        });
        await response.body?.cancel();
        if (response.ok) return "sent";
        return response.status === 404 || response.status === 410 ? "gone" : "failed";
      } catch {
        return "failed";
      }
    },
  };
}
