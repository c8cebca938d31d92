import type { Notification, Push, PushTest } from "@parley/protocol/http/notifications";
import type { Http } from "@parley/sdk/http";
import type { Account } from "./account.ts";
import type { Client } from "./client.ts";

type NotificationVerbs = Pick<
  Client,
  "getPush" | "subscribePush" | "unsubscribePush" | "testPush" | "explainNotification" | "onArrival"
>;

export function notificationVerbs(account: Account, http: Http): NotificationVerbs {
  return {
    getPush: () => http.get<Push>("/push"),
    subscribePush: (address) => http.request<void>("PUT", "/push", address),
    unsubscribePush: () => http.request<void>("DELETE", "/push"),
    testPush: () => http.request<PushTest>("POST", "/push/test"),
    explainNotification: (room, id) => http.get<Notification>(`/rooms/${room}/messages/${id}/notification`),
    onArrival: (listener) => account.getSignedIn().arrivals.listen(listener),
  };
}
