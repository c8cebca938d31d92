import type { Membership, Room } from "@parley/protocol/model";
import { createEffect, createSignal, For, Show, untrack } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { Late } from "../../ui/Late.tsx";
import { isNarrow } from "../../ui/media.ts";
import { NextPage } from "../../ui/NextPage.tsx";
import { PersonButton } from "../../ui/PersonButton.tsx";
import { PresenceDot } from "../../ui/PresenceDot.tsx";
import { explain } from "../words.ts";
import { MemberMenu } from "./MemberMenu.tsx";

/** Who is in a room, page by page as one scrolls. Begins again when someone comes or goes. */
export function MemberList(props: { readonly room: Room }) {
  const client = useClient();
  const [members, setMembers] = createSignal<readonly Membership[]>([]);
  const [cursor, setCursor] = createSignal<string | null>();
  const [problem, setProblem] = createSignal<string>();
  let loads = 0;

  const load = async (after?: string) => {
    const mine = ++loads;
    setProblem(undefined);
    try {
      const page = await client.listMembers(props.room.id, after);
      if (mine !== loads) return;
      setMembers((before) => (after === undefined ? page.members : [...before, ...page.members]));
      setCursor(page.cursor);
    } catch (error) {
      if (mine === loads) setProblem(explain(error));
    }
  };
  createEffect(() => {
    const { id, memberCount } = props.room;
    if (id && memberCount >= 0) void untrack(() => load());
  });

  return (
    <section class="details-part" aria-labelledby="members-title">
      <h3 id="members-title" class="details-title" aria-level={isNarrow() ? 2 : undefined}>
        {props.room.memberCount === 1 ? "1 member" : `${props.room.memberCount.toLocaleString()} members`}
      </h3>
      <ul class="members">
        <For
          each={members()}
          fallback={
            <Late>
              <li class="details-note">Loading members</li>
            </Late>
          }
        >
          {(member) => (
            <li class="member">
              <PersonButton id={member.user.id} class="member-person">
                <PresenceDot presence={client.presence(member.user.id)}>
                  <Avatar
                    id={member.user.id}
                    name={client.person(member.user).displayName}
                    picture={client.person(member.user).avatar}
                  />
                </PresenceDot>
                <span class="two-lines member-words">
                  <b dir="auto">{client.person(member.user).displayName}</b>
                  <small>@{member.user.username}</small>
                </span>
              </PersonButton>
              <Show when={client.roleOf(member) !== "member"}>
                <span class="member-role">{client.roleOf(member) === "owner" ? "Owner" : "Admin"}</span>
              </Show>
              <MemberMenu room={props.room} member={member} />
            </li>
          )}
        </For>
      </ul>
      <Show when={problem()}>
        {(text) => (
          <div class="details-retry">
            <p class="details-note">{text()}</p>
            <Button onClick={() => void load(cursor() ?? undefined)}>Try again</Button>
          </div>
        )}
      </Show>
      <Show when={!problem() && cursor()}>
        {(after) => <NextPage label="Show more members" onReached={() => void load(after())} />}
      </Show>
    </section>
  );
}
