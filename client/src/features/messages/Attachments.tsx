import { formatBytes } from "@parley/protocol/bytes";
import type { Attachment } from "@parley/protocol/model";
import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js";
import { useClient } from "../../state/client.ts";
import { createFileUrl } from "../../ui/file-url.ts";
import { Icon } from "../../ui/Icon.tsx";
import { dialogPart } from "../../ui/part.tsx";
import { fileUrl, hasPicture, shownSize, thumbnailUrl } from "./attachment.ts";
import "./attachments.css";

const Lightbox = dialogPart(async () => (await import("./Lightbox.tsx")).Lightbox);

/** The files of a message: pictures first, whose places have their size before they are loaded, then the rest. */
export function Attachments(props: {
  readonly id: string;
  readonly attachments: readonly Attachment[];
  readonly author: string;
}) {
  // What comes again with a change of the message is the same files: nothing is drawn anew.
  const attachments = createMemo(() => props.attachments, undefined, {
    equals: (a, b) => a.length === b.length && a.every(({ id }, index) => id === b[index]?.id),
  });
  const pictures = createMemo(() => attachments().filter(hasPicture));
  const files = createMemo(() => attachments().filter((attachment) => !hasPicture(attachment)));
  const [shown, setShown] = createSignal<Attachment>();

  return (
    <div id={props.id} class="attachments">
      <Show when={pictures().length > 0}>
        <div class="pictures" data-count={pictures().length > 1 ? "many" : undefined}>
          <For each={pictures()}>
            {(picture) => (
              <Picture attachment={picture} alone={pictures().length === 1} onOpen={() => setShown(picture)} />
            )}
          </For>
        </div>
      </Show>
      <For each={files()}>
        {(file) => (
          <Switch fallback={<FileRow attachment={file} />}>
            <Match when={file.type.startsWith("video/")}>
              <figure class="media">
                {/* biome-ignore lint/a11y/useMediaCaption: people's own recordings have none. */}
                <video controls preload="metadata" src={fileUrl(file)} aria-label={file.name} />
                <FileRow attachment={file} />
              </figure>
            </Match>
            <Match when={file.type.startsWith("audio/")}>
              <figure class="media">
                {/* biome-ignore lint/a11y/useMediaCaption: people's own recordings have none. */}
                <audio controls preload="none" src={fileUrl(file)} aria-label={file.name} />
                <FileRow attachment={file} />
              </figure>
            </Match>
          </Switch>
        )}
      </For>
      <Show when={shown()}>
        {(first) => (
          <Lightbox pictures={pictures()} first={first()} author={props.author} onClose={() => setShown(undefined)} />
        )}
      </Show>
    </div>
  );
}

function Picture(props: { readonly attachment: Attachment; readonly alone: boolean; readonly onOpen: () => void }) {
  const client = useClient();
  const [broken, setBroken] = createSignal(false);
  const { id, name } = props.attachment;
  const local = client.localFile(id);
  const size = () => shownSize(props.attachment);
  return (
    <button
      type="button"
      class="picture"
      aria-haspopup="dialog"
      aria-label={`Open picture ${name}`}
      data-broken={broken() ? "" : undefined}
      onClick={() => props.onOpen()}
    >
      <img
        src={local ? createFileUrl(local) : thumbnailUrl(props.attachment)}
        alt={name}
        width={props.alone ? size().width : undefined}
        height={props.alone ? size().height : undefined}
        style={{ "aspect-ratio": props.alone ? `${size().width} / ${size().height}` : undefined }}
        loading="lazy"
        decoding="async"
        draggable={false}
        onError={() => setBroken(true)}
      />
    </button>
  );
}

function FileRow(props: { readonly attachment: Attachment }) {
  return (
    <a class="file" href={fileUrl(props.attachment)} download={props.attachment.name}>
      <Icon name="file" />
      <span class="two-lines">
        <b dir="auto">{props.attachment.name}</b>
        <small>{formatBytes(props.attachment.bytes)}</small>
      </span>
      <Icon name="download" />
      <span class="sr-only">, download</span>
    </a>
  );
}
