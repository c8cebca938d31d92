import { limits } from "@parley/protocol/limits";
import type { Membership, Room } from "@parley/protocol/model";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { useClient } from "../../state/client.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { createInSight } from "../../ui/in-sight.ts";
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
        <For each={members.items()}>{(member) => <Member room={props.room} member={member} />}</For>
      </ul>
      <PageEnd pages={members} empty="Nobody here has that name." more="Show more members" />
    </section>
  );
}

function Member(props: { readonly room: Room; readonly member: Membership }) {
  const client = useClient();
  const person = () => client.person(props.member.user);
  const role = () => client.roleOf(props.member);
  const { ref, inSight } = createInSight();
  return (
    <li class="member" ref={ref}>
      <PersonButton id={person().id} class="member-person">
        <PresenceDot presence={inSight() ? client.presence(person().id) : undefined}>
          <Avatar id={person().id} name={person().displayName} picture={person().avatar} />
        </PresenceDot>
        <span class="two-lines member-words">
          <b dir="auto">{person().displayName}</b>
          <small>@{person().username}</small>
        </span>
      </PersonButton>
      <Show when={role() !== "member"}>
        <span class="member-role">{role() === "owner" ? "Owner" : "Admin"}</span>
      </Show>
      <MemberMenu room={props.room} member={props.member} />
    </li>
  );
}
