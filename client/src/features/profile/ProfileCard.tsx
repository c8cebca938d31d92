import type { User, UserId } from "@parley/protocol/model";
import { createSignal, type JSX, onMount, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { Flyout } from "../../ui/Flyout.tsx";
import { Late } from "../../ui/Late.tsx";
import { notify } from "../../ui/notices.tsx";
import { PresenceDot } from "../../ui/PresenceDot.tsx";
import { navigate } from "../../ui/router/router.ts";
import { roomPath } from "../../ui/router/routes.ts";
import { formatDate } from "../../ui/time.ts";
import { explain } from "../words.ts";
import "./profile.css";

/** Who someone is: beside what opened it on a desk, a sheet on a phone. */
export function ProfileCard(props: {
  readonly id: UserId;
  readonly beside: HTMLElement;
  readonly onClose: () => void;
  /** Offered on one's own card. */
  readonly onEdit: () => void;
}) {
  const client = useClient();
  const [loaded, setLoaded] = createSignal<User>();
  const [problem, setProblem] = createSignal<string>();
  const [opening, setOpening] = createSignal(false);
  const user = () => client.knownUser(props.id) ?? loaded();
  onMount(async () => {
    try {
      setLoaded(await client.getUser(props.id));
    } catch (error) {
      setProblem(explain(error));
    }
  });
  const write = async ({ id }: User) => {
    setOpening(true);
    try {
      const room = await client.openDirectRoom([id]);
      props.onClose();
      navigate(roomPath(room.slug));
    } catch (error) {
      notify(explain(error));
    } finally {
      setOpening(false);
    }
  };
  const content = (
    <Show
      when={user()}
      fallback={
        <Show when={problem()} fallback={<Late>Loading</Late>}>
          {(text) => <p class="profile-note">{text()}</p>}
        </Show>
      }
    >
      {(shown) => (
        <Profile user={shown()}>
          <Show when={shown().id !== client.me().id && !shown().deactivatedAt}>
            <Button kind="primary" busy={opening()} onClick={() => void write(shown())}>
              Message
            </Button>
          </Show>
          <Show when={shown().id === client.me().id}>
            <Button
              onClick={() => {
                props.onClose();
                props.onEdit();
              }}
            >
              Edit profile
            </Button>
          </Show>
        </Profile>
      )}
    </Show>
  );

  return (
    <Flyout beside={props.beside} label="Profile" onClose={() => props.onClose()}>
      <div class="profile-card">{content}</div>
    </Flyout>
  );
}

/** The user name and the role stand apart from what people write about themselves, and cannot be written. */
function Profile(props: { readonly user: User; readonly children: JSX.Element }) {
  const client = useClient();
  return (
    <div class="profile">
      <PresenceDot presence={client.presence(props.user.id)}>
        <Avatar id={props.user.id} name={props.user.displayName} picture={props.user.avatar} size="huge" />
      </PresenceDot>
      <div class="profile-names">
        <h3 dir="auto">{props.user.displayName}</h3>
        <p>
          <span>@{props.user.username}</span>
          <Show when={props.user.role !== "member"}>
            <span class="profile-role">{props.user.role === "owner" ? "Owner" : "Admin"}</span>
          </Show>
        </p>
      </div>
      <Show when={props.user.status}>
        {(status) => (
          <p class="profile-status" dir="auto">
            {status()}
          </p>
        )}
      </Show>
      <p class="profile-note">
        {props.user.deactivatedAt ? "This account is deactivated." : `Joined ${formatDate(props.user.createdAt)}`}
      </p>
      <div class="profile-acts">{props.children}</div>
    </div>
  );
}
