import { ParleyError } from "@parley/protocol/errors";
import type { Push } from "@parley/protocol/http/notifications";
import { createSignal, Match, onMount, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createAttempt } from "../../ui/attempt.ts";
import { Button } from "../../ui/Button.tsx";
import { askPermission, pushSupport, subscribeBrowser, unsubscribeBrowser } from "../../ui/browser-push.ts";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { Switch as Toggle } from "../../ui/Switch.tsx";
import { chooseSound, sound } from "../../ui/sound.ts";
import { explain } from "../words.ts";

const support = pushSupport();

/** How this browser tells of what calls its reader. Levels are each room's own. */
export function Notifications() {
  const client = useClient();
  const [permission, setPermission] = createSignal(
    "Notification" in window ? Notification.permission : ("denied" as const),
  );
  const [push, setPush] = createSignal<Push>();
  const [tested, setTested] = createSignal<string>();

  const trying = createAttempt(explain);
  const attempt = (act: () => Promise<unknown>) => {
    setTested(undefined);
    return trying(act);
  };
  const load = async () => void setPush(await client.getPush());
  onMount(() => void attempt(load));

  const subscribe = (preview: boolean) =>
    attempt(async () => {
      setPermission(await askPermission());
      const known = push();
      if (permission() !== "granted" || !known) return;
      const address = await subscribeBrowser(known.publicKey).catch(() => undefined);
      if (address) await client.subscribePush({ ...address, preview });
      await load();
      if (!address)
        throw new ParleyError("unavailable", "This browser's push service could not be reached. Try again later.");
    });
  const unsubscribe = () =>
    attempt(async () => {
      await unsubscribeBrowser();
      await client.unsubscribePush();
      await load();
    });
  const test = () => attempt(async () => void setTested(outcomes[(await client.testPush()).outcome]));

  return (
    <div class="form">
      <FormProblem text={trying.problem()} />
      <Switch>
        <Match when={support === "needs-https"}>
          <p class="details-note">
            Browsers notify only for pages that come over HTTPS. Ask whoever runs this server to set it up.
          </p>
        </Match>
        <Match when={support === "needs-install"}>
          <p class="details-note">Add this page to your home screen and open it from there to be notified.</p>
        </Match>
        <Match when={support === "unsupported"}>
          <p class="details-note">This browser has no notifications.</p>
        </Match>
        <Match when={permission() === "denied"}>
          <p class="details-note">
            Notifications are blocked for this page. Allow them in the browser's settings for this site, then load the
            page again.
          </p>
        </Match>
        <Match when={permission() === "default"}>
          <div>
            <Button
              busy={trying.busy()}
              onClick={() => void attempt(async () => void setPermission(await askPermission()))}
            >
              Turn on notifications
            </Button>
          </div>
        </Match>
        <Match when={permission() === "granted"}>
          <Toggle
            label="Also while no page of this workspace is open"
            hint="This server pushes to your browser itself, encrypted."
            checked={push()?.subscribed ?? false}
            disabled={trying.busy() || !push()}
            onChange={(on) => void (on ? subscribe(true) : unsubscribe())}
          />
          <Show when={push()?.subscribed}>
            <Toggle
              label="Show the words of messages"
              checked={push()?.preview ?? true}
              disabled={trying.busy()}
              onChange={(preview) => void subscribe(preview)}
            />
            <div class="settings-row">
              <Button busy={trying.busy()} onClick={() => void test()}>
                Send a test
              </Button>
              <p class="details-note" role="status">
                {tested()}
              </p>
            </div>
          </Show>
        </Match>
      </Switch>
      <Toggle label="Play a sound" checked={sound()} onChange={chooseSound} />
    </div>
  );
}

const outcomes = {
  sent: "It is on its way.",
  gone: "This browser's address has ended. Turn the switch off and on again.",
  failed: "The push service did not take it. Try again later.",
} as const;
