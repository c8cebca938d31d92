import type { ResetLink, Role, UserRecord } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { useClient } from "../../state/client.ts";
import { Ask } from "../../ui/Ask.tsx";
import { Button } from "../../ui/Button.tsx";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { notify } from "../../ui/notices.tsx";
import { explain } from "../words.ts";
import { Link } from "./Link.tsx";

const roles: readonly Option<Role>[] = [
  { value: "member", label: "Member" },
  { value: "admin", label: "Admin", hint: "Looks after members, rooms and settings." },
  { value: "owner", label: "Owner", hint: "May do everything." },
];

/** What can be done about one account. */
export function ManageUser(props: {
  readonly admin: Admin;
  readonly user: UserRecord;
  readonly onChanged: (changes: Partial<UserRecord>) => void;
  readonly onClose: () => void;
}) {
  const client = useClient();
  const [busy, setBusy] = createSignal<string>();
  const [problem, setProblem] = createSignal<string>();
  const [link, setLink] = createSignal<ResetLink>();
  const [asking, setAsking] = createSignal(false);
  /** What is under way, or asked about; otherwise the role of the account is the one that is shown. */
  const [chosen, setChosen] = createSignal<Role>();
  const isOwner = () => client.me().role === "owner";
  const mayChange = () => isOwner() || props.user.role === "member";
  const act = async (name: string, run: () => Promise<void>) => {
    setBusy(name);
    setProblem(undefined);
    try {
      await run();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(undefined);
    }
  };

  const setRole = async (role: Role) => {
    await props.admin.setRole(props.user.id, role);
    props.onChanged({ role });
  };
  const choose = async (role: Role) => {
    setChosen(role);
    if (role === "owner") return;
    await act("role", () => setRole(role));
    setChosen(undefined);
  };

  return (
    <Dialog title={props.user.displayName} onClose={() => props.onClose()}>
      <div class="admin-manage">
        <FormProblem text={problem()} />
        <Show when={isOwner()}>
          <Choice
            label="Role"
            options={roles}
            value={chosen() ?? props.user.role}
            onChange={(role) => void choose(role)}
          />
        </Show>
        <Show when={mayChange()} fallback={<p class="dialog-text">Only owners look after admins and owners.</p>}>
          <Show when={!props.user.deactivatedAt}>
            <Show
              when={link()}
              fallback={
                <p class="dialog-text">
                  A reset link lets {props.user.displayName} choose a new password, once, within a day.
                </p>
              }
            >
              {(made) => <Link link={made()} />}
            </Show>
            <Button
              wide
              busy={busy() === "link"}
              onClick={() => void act("link", async () => void setLink(await props.admin.makeResetLink(props.user.id)))}
            >
              Make a reset link
            </Button>
            <Button
              wide
              busy={busy() === "sessions"}
              onClick={() =>
                void act("sessions", async () => {
                  await props.admin.signOut(props.user.id);
                  props.onChanged({ sessions: 0 });
                  notify(`${props.user.displayName} is signed out everywhere.`);
                })
              }
            >
              Sign out everywhere
            </Button>
          </Show>
          <Show
            when={props.user.deactivatedAt}
            fallback={
              <Button kind="danger-quiet" wide onClick={() => setAsking(true)}>
                Deactivate
              </Button>
            }
          >
            <p class="dialog-text">Deactivated: may not sign in. What was said stays.</p>
            <Button
              kind="primary"
              wide
              busy={busy() === "reactivate"}
              onClick={() =>
                void act("reactivate", async () => {
                  await props.admin.reactivate(props.user.id);
                  const { deactivatedAt: _, ...rest } = props.user;
                  props.onChanged({ ...rest, deactivatedAt: undefined } as Partial<UserRecord>);
                })
              }
            >
              Reactivate
            </Button>
          </Show>
        </Show>
      </div>
      <Show when={chosen() === "owner"}>
        <Ask
          title={`Make ${props.user.displayName} an owner?`}
          act="Make owner"
          explain={explain}
          onClose={() => setChosen(undefined)}
          send={() => setRole("owner")}
        >
          Owners may do everything, and that includes taking the role from you.
        </Ask>
      </Show>
      <Show when={asking()}>
        <Ask
          title={`Deactivate ${props.user.displayName}?`}
          act="Deactivate"
          explain={explain}
          onClose={() => setAsking(false)}
          send={async () => {
            const { deactivatedAt } = await props.admin.deactivate(props.user.id);
            props.onChanged({ sessions: 0, ...(deactivatedAt && { deactivatedAt }) });
          }}
        >
          They are signed out everywhere at once and cannot sign in. Their messages stay, and you can reactivate them.
        </Ask>
      </Show>
    </Dialog>
  );
}
