import "./styles/first-load.css";
import "./ui/theme.ts";
import { render } from "solid-js/web";
import { App } from "./app/App.tsx";
import { listenForUse } from "./app/use.ts";
import { ClientContext } from "./state/client.ts";
import { createClient } from "./state/create-client.ts";
import { openOutboxStorage } from "./state/outbox-indexed-db.ts";
import { notify } from "./ui/notices.tsx";
import { startRouter } from "./ui/router/router.ts";
import { parseRoute } from "./ui/router/routes.ts";

const client = createClient({
  origin: location.origin,
  storage: sessionStorage,
  openOutboxStorage,
  onRefused: notify,
  onWake(wake) {
    addEventListener("online", wake);
    addEventListener("offline", wake);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
  },
});

listenForUse(client);

startRouter((pathname) => parseRoute(pathname).screen !== "unknown");

const root = document.getElementById("app");
if (!root) throw new Error("the page has no element for the client");
render(
  () => (
    <ClientContext.Provider value={client}>
      <App />
    </ClientContext.Provider>
  ),
  root,
);
