import { limits } from "@parley/protocol/limits";
import type { Membership, Room } from "@parley/protocol/model";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { isNarrow } from "../../ui/media.ts";
import { PageEnd } from "../../ui/PageEnd.tsx";
import { PersonButton } from "../../ui/PersonButton.tsx";
import { PresenceDot } from "../../ui/PresenceDot.tsx";
import { createPages } from "../../ui/pages.ts";
import { createPaused } from "../../ui/paused.ts";
import { SearchBox } from "../../ui/SearchBox.tsx";
import { explain } from "../words.ts";
import { MemberMenu } from "./MemberMenu.tsx";

/** So many are looked through quicker than searched. */
const seenAtOnce = 10;

/** Who is in a room, page by page as one scrolls. Begins again when someone comes or goes. */
export function MemberList(props: { readonly room: Room }) {
  const client = useClient();
  const [query, setQuery] = createSignal("");
  const asked = createPaused(query);
  const members = createPages<Membership>(async (cursor) => {
    const page = await client.listMembers(props.room.id, asked(), cursor);
    return { items: page.members, cursor: page.cursor };
  }, explain);
  createEffect(on([() => props.room.id, () => props.room.memberCount, asked], members.reload, { defer: true }));

  return (
    <section class="details-part" aria-labelledby="members-title">
      <h3 id="members-title" class="details-title" aria-level={isNarrow() ? 2 : undefined}>
        {props.room.memberCount === 1 ? "1 member" : `${props.room.memberCount.toLocaleString()} members`}
      </h3>
      <Show when={props.room.memberCount > seenAtOnce}>
        <SearchBox label="Find members" maxLength={limits.peopleQueryLength} value={query()} onInput={setQuery} />
      </Show>
      <ul class="members">
        <For each={members.items()}>
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
      <PageEnd pages={members} empty="Nobody here has that name." more="Show more members" />
    </section>
  );
}
