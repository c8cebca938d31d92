import type { Membership, Room, RoomRole } from "@parley/protocol/model";
import { createSignal, Show } from "solid-js";
import { canAdminister, useClient } from "../../state/client.ts";
import { type Action, ActionList } from "../../ui/ActionList.tsx";
import { Ask } from "../../ui/Ask.tsx";
import { Flyout } from "../../ui/Flyout.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { notify } from "../../ui/notices.tsx";
import { explain } from "../words.ts";

type Question = "hand over" | "remove";

/** What this reader may do with a member: nothing is shown when that is nothing. */
export function MemberMenu(props: { readonly room: Room; readonly member: Membership }) {
  const client = useClient();
  const [open, setOpen] = createSignal(false);
  const [asked, setAsked] = createSignal<Question>();
  let button: HTMLButtonElement | undefined;
  const name = () => client.person(props.member.user).displayName;
  const set = async (role: RoomRole, said: string) => {
    try {
      await client.setRole(props.room.id, props.member.user.id, role);
      notify(said);
    } catch (error) {
      notify(explain(error));
    }
  };
  const acts = (): readonly Action[] => {
    const me = client.me();
    const role = client.roleOf(props.member);
    if (!canAdminister(me, props.room) || role === "owner" || props.member.user.id === me.id) return [];
    const handsOver = props.room.membership?.role === "owner" || me.role !== "member";
    return [
      role === "member"
        ? { label: "Make admin", icon: "up", run: () => void set("admin", `${name()} is an admin now.`) }
        : {
            label: "Remove from admins",
            icon: "down",
            run: () => void set("member", `${name()} is no admin any more.`),
          },
      ...(handsOver
        ? [{ label: "Hand over the room", icon: "renew", run: () => setAsked("hand over") } satisfies Action]
        : []),
      { label: "Remove from room", icon: "x", run: () => setAsked("remove") },
    ];
  };
  return (
    <Show when={acts().length > 0}>
      <IconButton
        icon="more"
        label={`More for ${name()}`}
        expanded={open()}
        onClick={() => setOpen(!open())}
        ref={(element) => {
          button = element;
        }}
      />
      <Show when={open() && button} keyed>
        {(beside) => (
          <Flyout beside={beside} label={name()} onClose={() => setOpen(false)}>
            <ActionList actions={acts()} onClose={() => setOpen(false)} />
          </Flyout>
        )}
      </Show>
      <Show when={asked() === "remove"}>
        <Ask
          title={`Remove ${name()}?`}
          act="Remove"
          explain={explain}
          onClose={() => setAsked(undefined)}
          send={async () => {
            await client.removeMember(props.room.id, props.member.user.id);
            notify(`${name()} was removed from ${props.room.name}.`);
          }}
        >
          {props.room.kind === "private"
            ? "They lose the room at once. To come back, they need a new invite."
            : "They lose the room at once. It is public, so they can join it again."}
        </Ask>
      </Show>
      <Show when={asked() === "hand over"}>
        <Ask
          title={`Hand over ${props.room.name}?`}
          act="Hand over"
          explain={explain}
          onClose={() => setAsked(undefined)}
          send={async () => {
            await client.setRole(props.room.id, props.member.user.id, "owner");
            notify(`${name()} owns ${props.room.name} now.`);
          }}
        >
          {name()} becomes the owner of this room. Who owns it now stays as an admin.
        </Ask>
      </Show>
    </Show>
  );
}
