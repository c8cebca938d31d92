import { Match, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Card } from "../../ui/Card.tsx";
import { type Next, signInPath } from "../../ui/router/routes.ts";
import { AccountForm } from "./AccountForm.tsx";

/** Opens an account, as far as the workspace takes new ones. */
export function SignUp(props: { readonly next: Next }) {
  const client = useClient();
  const policy = () => client.workspace().signUp;
  const foot = () => (
    <p class="card-foot">
      You have an account? <a href={signInPath("sign-in", props.next)}>Sign in</a>
    </p>
  );

  return (
    <Switch
      fallback={
        <Card name={client.workspace().name} picture={client.workspace().picture} title="Create your account">
          <AccountForm invite={props.next.invite} submit="Create account" />
          {foot()}
        </Card>
      }
    >
      <Match when={policy() === "closed"}>
        <Card
          name={client.workspace().name}
          picture={client.workspace().picture}
          title="No new accounts for now"
          lead={
            <p class="card-lead">
              This workspace takes no new accounts. Someone who looks after it can open an account for you or change
              that.
            </p>
          }
        >
          {foot()}
        </Card>
      </Match>
      <Match when={policy() === "invite" && !props.next.invite}>
        <Card
          name={client.workspace().name}
          picture={client.workspace().picture}
          title="You need an invite"
          lead={<p class="card-lead">New people come in with an invite link. Ask a member for one and open it here.</p>}
        >
          {foot()}
        </Card>
      </Match>
    </Switch>
  );
}
