import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Membership, RoomRecord } from "@parley/protocol/model";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import type { Admin } from "../../state/admin.ts";
import { Ask } from "../../ui/Ask.tsx";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field } from "../../ui/Field.tsx";
import { Fields } from "../../ui/Fields.tsx";
import { createForm } from "../../ui/form.ts";
import { notify } from "../../ui/notices.tsx";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { createPages } from "../../ui/pages.ts";
import { SaveButton } from "../../ui/SaveButton.tsx";
import { checkName } from "../account-fields.ts";
import { explain, explainAt } from "../words.ts";
import { count } from "./count.ts";
import { roleNames } from "./roles.ts";

type Question = "archive" | "delete" | { readonly heir: Membership };

/** What can be done about one room, whoever is in it: everything but to see what is said there. */
export function ManageRoom(props: {
  readonly admin: Admin;
  readonly room: RoomRecord;
  /** Null: it is gone. */
  readonly onChanged: (room: RoomRecord | null) => void;
  readonly onClose: () => void;
}) {
  const [name, setName] = createSignal(props.room.name);
  const [question, setQuestion] = createSignal<Question>();
  const put = async (changes: Parameters<Admin["editRoom"]>[1]) =>
    props.onChanged(await props.admin.editRoom(props.room.id, changes));
  const naming = createForm({
    check: () => ({ name: checkName(name(), limits.roomNameLength, "Give the room a name.") }),
    send: () => put({ name: name().trim() }),
    explain: explainAt({}, ["name"]),
  });
  const reopening = createForm({
    send: () => put({ archived: false }),
    explain: (error) => ({ "": explain(error) }),
  });
  const heir = () => {
    const asked = question();
    return typeof asked === "object" ? asked.heir : undefined;
  };
  const forget = () => setQuestion(undefined);

  return (
    <Dialog title={props.room.name} onClose={() => props.onClose()}>
      <div class="admin-manage">
        <Fields form={naming}>
          <Field label="Name" bound={naming.field("name", name, setName)} autocomplete="off" />
          <SaveButton form={naming} />
        </Fields>
        <Members admin={props.admin} room={props.room} onHeir={(member) => setQuestion({ heir: member })} />
        <Show when={!props.room.isDefault} fallback={<p class="dialog-text">Everyone's first room stays in use.</p>}>
          <Show
            when={props.room.archivedAt}
            fallback={
              <Button wide onClick={() => setQuestion("archive")}>
                Archive room
              </Button>
            }
          >
            <Fields form={reopening}>
              <p class="dialog-text">Archived: it can be read, and nobody writes in it.</p>
              <Button wide type="submit" busy={reopening.busy()}>
                Use it again
              </Button>
            </Fields>
          </Show>
          <Button kind="danger-quiet" wide onClick={() => setQuestion("delete")}>
            Delete room
          </Button>
        </Show>
      </div>
      <Show when={question() === "archive"}>
        <Ask
          title={`Archive ${props.room.name}?`}
          act="Archive room"
          explain={explain}
          onClose={forget}
          send={() => put({ archived: true })}
        >
          Everyone in it can still read it. Nobody can write in it until it is taken back into use.
        </Ask>
      </Show>
      <Show when={question() === "delete"}>
        <Ask
          title={`Delete ${props.room.name}?`}
          act="Delete room"
          explain={explain}
          onClose={forget}
          send={async () => {
            await props.admin.deleteRoom(props.room.id);
            props.onChanged(null);
          }}
        >
          All its messages are lost for everyone. This cannot be undone.
        </Ask>
      </Show>
      <Show when={heir()} keyed>
        {({ user }) => (
          <Ask
            title={`Hand over ${props.room.name}?`}
            act="Hand over"
            explain={explainHeir}
            onClose={forget}
            send={async () => {
              await props.admin.handOver(props.room.id, user.id);
              props.onChanged({ ...props.room, owner: user });
              notify(`${user.displayName} owns ${props.room.name} now.`);
            }}
          >
            {user.displayName} looks after the room from now on.
          </Ask>
        )}
      </Show>
    </Dialog>
  );
}

/** Who is in the room. Where nobody who is here owns it, one of them can be given it. */
function Members(props: {
  readonly admin: Admin;
  readonly room: RoomRecord;
  readonly onHeir: (member: Membership) => void;
}) {
  const members = createPages<Membership>(async (cursor) => {
    const page = await props.admin.listMembers(props.room.id, cursor);
    return { items: page.members, cursor: page.cursor };
  }, explain);
  createEffect(on([() => props.room.owner?.id], () => members.reload(), { defer: true }));
  return (
    <section class="admin-members" aria-labelledby="admin-members">
      <h3 id="admin-members">{count(props.room.memberCount, "member")}</h3>
      <Show when={!props.room.owner && props.room.memberCount > 0}>
        <p class="dialog-text">Nobody who is here owns this room. Choose who looks after it.</p>
      </Show>
      <ul>
        <For each={members.items()}>
          {(member) => (
            <li class="admin-member">
              <Avatar id={member.user.id} name={member.user.displayName} picture={member.user.avatar} />
              <span class="two-lines admin-words">
                <b dir="auto">{member.user.displayName}</b>
                <small>
                  @{member.user.username} · {roleNames[member.role]}
                </small>
              </span>
              <Show when={!props.room.owner && member.role !== "owner"}>
                <Button onClick={() => props.onHeir(member)}>
                  Make owner<span class="sr-only"> {member.user.displayName}</span>
                </Button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <PageEnd pages={members} empty="Nobody is in it." />
    </section>
  );
}

const explainHeir = (error: unknown): string =>
  error instanceof ParleyError && error.code === "not_found"
    ? "They are deactivated, or no longer in the room. Choose someone else."
    : explain(error);
