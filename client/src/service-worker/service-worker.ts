/// <reference lib="webworker" />

/**
 * What runs when no page does: it shows what the server pushes, and leads to it. Built as a file of its own at
 * `/service-worker.js`, so that it may stand for every page of this origin.
 */
declare const self: ServiceWorkerGlobalScope;

interface Pushed {
  readonly title: string;
  readonly body: string;
  /** One notification for each tag: a later one takes the place of the one before. */
  readonly tag: string;
  /** A path of this origin. */
  readonly url: string;
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const pushed = parse(event.data?.text() ?? "");
  if (pushed) event.waitUntil(show(pushed));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = (event.notification.data ?? {}) as Partial<Pushed>;
  event.waitUntil(open(typeof url === "string" ? url : "/"));
});

/** The browser has changed the address: the server learns the new one. */
self.addEventListener("pushsubscriptionchange", (event) => {
  const { oldSubscription } = event as unknown as { readonly oldSubscription: PushSubscription | null };
  if (oldSubscription) event.waitUntil(renew(oldSubscription.options));
});

function parse(text: string): Pushed | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { title, body, tag, url } = value as Partial<Record<keyof Pushed, unknown>>;
    const strings = [title, body, tag, url].every((each) => typeof each === "string");
    return strings ? ({ title, body, tag, url } as Pushed) : null;
  } catch {
    return null;
  }
}

/** A page that is looked at tells its reader by itself. */
async function show({ title, body, tag, url }: Pushed): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.focused && page.visibilityState === "visible") && tag !== "test") return;
  const options = { body, tag, data: { url }, icon: "/icon.svg", badge: "/icon.svg", renotify: true };
  await self.registration.showNotification(title, options);
}

async function open(path: string): Promise<void> {
  const url = new URL(path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const [page] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!page) {
    await self.clients.openWindow(url.href);
    return;
  }
  page.postMessage({ type: "open", path: url.pathname + url.search + url.hash });
  await page.focus();
}

async function renew(options: PushSubscriptionOptions): Promise<void> {
  const { applicationServerKey, userVisibleOnly } = options;
  const subscription = await self.registration.pushManager.subscribe({ applicationServerKey, userVisibleOnly });
  const { endpoint, keys } = subscription.toJSON();
  await fetch("/api/push", {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint, keys }),
  });
}
