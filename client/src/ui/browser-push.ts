import { serviceWorkerUrl } from "./solid-runtime.ts";

/** What this browser can do about notifications, and asking it to. Knows nothing of who sends them. */

export type PushSupport =
  | "supported"
  /** Browsers push to secure pages only. */
  | "needs-https"
  /** On iPhones and iPads, only pages that were added to the home screen. */
  | "needs-install"
  | "unsupported";

/** As the server wants to know a browser that it may push to. */
export interface PushAddress {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export function pushSupport(): PushSupport {
  if (!window.isSecureContext) return "needs-https";
  if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) return "supported";
  return /iP(hone|ad)|Macintosh.*Mobile/.test(navigator.userAgent) ? "needs-install" : "unsupported";
}

/** Starts the service worker, which shows what is pushed. Null where it cannot run. */
export async function startServiceWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  try {
    return await navigator.serviceWorker.register(serviceWorkerUrl);
  } catch {
    return null;
  }
}

/** Asks the reader, who answers once. */
export async function askPermission(): Promise<NotificationPermission> {
  return "Notification" in window ? Notification.requestPermission() : "denied";
}

/** Asks the browser's push service for an address under the server's key. Throws when there is none to be had. */
export async function subscribeBrowser(publicKey: string): Promise<PushAddress> {
  await startServiceWorker();
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const subscription = await pushManager.subscribe(options).catch(async () => {
    // An address under another key stands in the way, such as that of a server that was set up anew.
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint = "", keys } = subscription.toJSON();
  return { endpoint, keys: { p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" } };
}

export async function unsubscribeBrowser(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** Shows one where the reader has allowed it. One of the same tag takes the place of the one before. */
export async function showNotification(shown: {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  /** The path that it leads to. */
  readonly url: string;
}): Promise<void> {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const { title, body, tag, url } = shown;
  const registration = await startServiceWorker();
  const options = { body, tag, icon: "/icon.svg", data: { url } };
  if (registration) await (await navigator.serviceWorker.ready).showNotification(title, options);
}
