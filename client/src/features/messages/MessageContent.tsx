import { everyone, parseContent } from "@parley/protocol/content";
import { isFewEmoji } from "@parley/protocol/emoji";
import { createMemo, createSignal, For, Show } from "solid-js";
import { useClient } from "../../state/client.ts";

/** Longer messages than this many lines are shown in part, until someone wants all of them. */
const longLines = 30;
const charactersPerLine = 80;

/** The text of a message: its words as text, its addresses as links, and whom it calls by their name of now. */
export function MessageContent(props: {
  readonly id: string;
  readonly content: string;
  readonly mentions: readonly string[] | undefined;
  readonly editedAt: string | undefined;
  /** Makes a change of height while this message stays where it is. */
  readonly holdStill: (change: () => void) => void;
}) {
  const spans = createMemo(() => parseContent(props.content, props.mentions));
  const long = createMemo(() => countLines(props.content) > longLines);
  const large = createMemo(() => isFewEmoji(props.content));
  const [whole, setWhole] = createSignal(false);

  return (
    <>
      <p
        id={props.id}
        class="message-text"
        dir="auto"
        data-large={large() ? "" : undefined}
        data-cut={long() && !whole() ? "" : undefined}
      >
        <For each={spans()}>
          {(span) =>
            span.kind === "text" ? (
              span.text
            ) : span.kind === "mention" ? (
              <Mention name={span.name} text={span.text} />
            ) : (
              <a href={span.href} rel="noopener noreferrer ugc" target={isHere(span.href) ? undefined : "_blank"}>
                {span.text}
              </a>
            )
          }
        </For>
        <Show when={props.editedAt}>
          <span class="message-edited"> edited</span>
        </Show>
      </p>
      <Show when={long()}>
        <button
          type="button"
          class="text-button message-more"
          aria-expanded={whole()}
          onClick={() => props.holdStill(() => setWhole(!whole()))}
        >
          {whole() ? "Show less" : "Show more"}
        </button>
      </Show>
    </>
  );
}

function Mention(props: { readonly name: string; readonly text: string }) {
  const client = useClient();
  const shown = () => {
    const person = client.personNamed(props.name);
    return person ? `@${person.displayName}` : props.text;
  };
  const isMe = () => everyone.includes(props.name) || props.name === client.me().username.toLowerCase();
  return (
    <b class="mention" dir="auto" data-me={isMe() ? "" : undefined} title={props.text}>
      {shown()}
    </b>
  );
}

/** Links into this workspace open in this page. */
const isHere = (href: string) => URL.parse(href)?.origin === location.origin;

function countLines(content: string): number {
  let lines = 0;
  for (const line of content.split("\n")) lines += Math.max(1, Math.ceil(line.length / charactersPerLine));
  return lines;
}
