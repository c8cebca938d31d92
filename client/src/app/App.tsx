import { createEffect, createMemo, createSignal, ErrorBoundary, type JSX, Match, Switch } from "solid-js";
import { Unreachable } from "../features/status/Unreachable.tsx";
import { useClient } from "../state/client.ts";
import { Button } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { whenIdle } from "../ui/idle.ts";
import { Notices } from "../ui/notices.tsx";
import { part } from "../ui/part.tsx";
import { navigate, place } from "../ui/router/router.ts";
import { invitePath, parseNext, parseRoute, type Route, signInPath, toSafePath } from "../ui/router/routes.ts";
import { wasInRoom } from "./last-room.ts";
import { Workspace } from "./Workspace.tsx";

const alone = (sorry: JSX.Element) => <main class="card-page">{sorry}</main>;
const FirstRun = part(async () => (await import("../features/sign-in/FirstRun.tsx")).FirstRun, alone);
const InviteLanding = part(async () => (await import("../features/invites/InviteLanding.tsx")).InviteLanding, alone);
const SignIn = part(async () => (await import("../features/sign-in/SignIn.tsx")).SignIn, alone);
const SignUp = part(async () => (await import("../features/sign-in/SignUp.tsx")).SignUp, alone);
const ResetPassword = part(async () => (await import("../features/sign-in/ResetPassword.tsx")).ResetPassword, alone);
const ForgotPassword = part(async () => (await import("../features/sign-in/ForgotPassword.tsx")).ForgotPassword, alone);
const VerifyEmail = part(async () => (await import("../features/sign-in/VerifyEmail.tsx")).VerifyEmail, alone);

const outside: Partial<Record<Route["screen"], { preload(): void }>> = {
  "sign-in": SignIn,
  "sign-up": SignUp,
  invite: InviteLanding,
  reset: ResetPassword,
  forgot: ForgotPassword,
  verify: VerifyEmail,
};

/** Which screen stands: by who is here, and by the address. */
export function App() {
  return (
    <>
      <ErrorBoundary
        fallback={(error) => {
          reportError(error);
          return <Broken />;
        }}
      >
        <Screens />
      </ErrorBoundary>
      <Notices />
    </>
  );
}

function Screens() {
  const client = useClient();
  const route = createMemo(() => parseRoute(place().pathname));
  const next = createMemo(() => parseNext(place().search));
  const screen = () => route().screen;
  const invite = () => {
    const current = route();
    return current.screen === "invite" ? current.code : undefined;
  };
  /** Screens that one need not be signed in for. */
  const isOpen = () => ["invite", "reset", "forgot", "verify"].includes(screen());
  const [accepted, setAccepted] = createSignal<string>();

  // On its way while the server is asked who this is. Whoever was never here has to sign in first.
  (outside[screen()] ?? (wasInRoom() ? undefined : SignIn))?.preload();
  createEffect(() => client.phase() === "signed-in" && whenIdle(() => SignIn.preload()));
  createEffect((before: string | undefined) => {
    const phase = client.phase();
    const signing = screen() === "sign-in" || screen() === "sign-up";
    if (phase === "signed-in" && signing) {
      const { to, invite: code } = next();
      if (code && before === "signed-out") setAccepted(code);
      navigate(code ? invitePath(code) : toSafePath(to), { replace: true });
    } else if (phase === "signed-out" && !signing && !isOpen() && !client.workspace().firstRun) {
      // Whoever has just signed out does not want to come back here; whoever followed a link does.
      const { pathname, search, hash } = location;
      navigate(signInPath("sign-in", before === "signed-in" ? {} : { to: pathname + search + hash }), {
        replace: true,
      });
    }
    return phase;
  });
  createEffect(() => {
    if (client.phase() === "signed-in" && !isOpen()) return;
    const name = client.workspace().name || "Parley";
    const title = titles[screen()];
    document.title = title && !client.workspace().firstRun ? `${title} · ${name}` : name;
  });

  return (
    <Switch>
      <Match when={client.phase() === "unreachable"}>
        <Unreachable />
      </Match>
      <Match when={client.phase() === "signed-out" && client.workspace().firstRun}>
        <FirstRun />
      </Match>
      <Match when={client.phase() !== "loading" && screen() === "reset"}>
        <ResetPassword token={place().hash.slice(1)} />
      </Match>
      <Match when={client.phase() !== "loading" && screen() === "forgot"}>
        <ForgotPassword />
      </Match>
      <Match when={client.phase() !== "loading" && screen() === "verify"}>
        <VerifyEmail token={place().hash.slice(1)} />
      </Match>
      <Match when={client.phase() !== "loading" && invite()}>
        {(code) => <InviteLanding code={code()} accepted={accepted() === code()} />}
      </Match>
      <Match when={client.phase() === "signed-out" && screen() === "sign-up"}>
        <SignUp next={next()} />
      </Match>
      <Match when={client.phase() === "signed-out" && screen() === "sign-in"}>
        <SignIn next={next()} />
      </Match>
      <Match when={client.phase() === "signed-in" && screen() !== "sign-in" && screen() !== "sign-up"}>
        <Workspace route={route()} />
      </Match>
    </Switch>
  );
}

const titles: Partial<Record<Route["screen"], string>> = {
  "sign-in": "Sign in",
  "sign-up": "Create your account",
  invite: "Invite",
  reset: "New password",
  forgot: "Forgot your password",
  verify: "Verify your address",
};

/** A mistake of ours. What was written is kept, so loading anew loses nothing. */
function Broken() {
  return (
    <Card
      name="Parley"
      title="Something broke here"
      lead={<p class="card-lead">Your messages are safe. Load the page again to go on.</p>}
    >
      <Button kind="primary" wide onClick={() => location.reload()}>
        Load again
      </Button>
    </Card>
  );
}
