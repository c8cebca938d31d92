import { createSignal, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createAttempt } from "../../ui/attempt.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { adminPath } from "../../ui/router/routes.ts";
import { chooseTheme, type Theme, theme } from "../../ui/theme.ts";
import { explain } from "../words.ts";
import { Email } from "./Email.tsx";
import { Notifications } from "./Notifications.tsx";
import { Password } from "./Password.tsx";
import { Profile } from "./Profile.tsx";
import { Sessions } from "./Sessions.tsx";
import { ShareReceipts } from "./ShareReceipts.tsx";
import { SignOut } from "./SignOut.tsx";
import { WorkspaceSettings } from "./WorkspaceSettings.tsx";
import "./settings.css";

const themes: readonly Option<Theme>[] = [
  { value: "system", label: "System", icon: "monitor" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
  { value: "contrast", label: "Contrast", icon: "contrast" },
];

export function Settings(props: { readonly onClose: () => void }) {
  const client = useClient();
  const attempt = createAttempt(explain);
  const [asks, setAsks] = createSignal(false);

  return (
    <Dialog title="Settings" kind="wide" onClose={() => props.onClose()}>
      <div class="settings">
        <section aria-labelledby="settings-you">
          <h3 id="settings-you">You</h3>
          <Profile />
        </section>
        <section aria-labelledby="settings-email">
          <h3 id="settings-email">E-mail</h3>
          <Email />
        </section>
        <section aria-labelledby="settings-look">
          <h3 id="settings-look">Look</h3>
          <Choice label="Theme" options={themes} value={theme()} onChange={chooseTheme} compact />
        </section>
        <section aria-labelledby="settings-notifications">
          <h3 id="settings-notifications">Notifications</h3>
          <Notifications />
        </section>
        <section aria-labelledby="settings-reading">
          <h3 id="settings-reading">Reading</h3>
          <ShareReceipts />
        </section>
        <Show when={client.me().role !== "member"}>
          <section aria-labelledby="settings-workspace">
            <h3 id="settings-workspace">Workspace</h3>
            <WorkspaceSettings />
            <p>
              <a href={adminPath()}>Open the admin area</a>
            </p>
          </section>
        </Show>
        <section aria-labelledby="settings-password">
          <h3 id="settings-password">Password</h3>
          <Password />
        </section>
        <section aria-labelledby="settings-sessions">
          <h3 id="settings-sessions">Where you are signed in</h3>
          <Sessions />
        </section>
        <FormProblem text={attempt.problem()} />
        <div class="settings-end">
          <Button
            kind="danger-quiet"
            busy={attempt.busy()}
            onClick={() => (client.unsent().length > 0 ? setAsks(true) : void attempt(() => client.signOut()))}
          >
            Sign out
          </Button>
        </div>
        <Show when={asks()}>
          <SignOut onClose={() => setAsks(false)} />
        </Show>
      </div>
    </Dialog>
  );
}
