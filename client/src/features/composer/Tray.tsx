import { formatBytes } from "@parley/protocol/bytes";
import { For, Match, Show, Switch } from "solid-js";
import { type Upload, useClient } from "../../state/client.ts";
import { createFileUrl } from "../../ui/file-url.ts";
import { Icon } from "../../ui/Icon.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import "./tray.css";

/** The files that go along with what is being written. */
export function Tray(props: {
  readonly uploads: readonly Upload[];
  /** The last one was removed, and the focus with it. */
  readonly onEmptied: () => void;
}) {
  const client = useClient();
  const remove = (upload: Upload) => {
    client.removeUpload(upload);
    if (props.uploads.length === 0) props.onEmptied();
  };
  return (
    <ul class="tray" aria-label="Files to send">
      <For each={props.uploads}>{(upload) => <TrayItem upload={upload} onRemove={() => remove(upload)} />}</For>
    </ul>
  );
}

function TrayItem(props: { readonly upload: Upload; readonly onRemove: () => void }) {
  const client = useClient();
  const { name, bytes } = props.upload;
  const picture = pictureOf(props.upload);
  const state = () => props.upload.state();
  const failure = () => {
    const now = state();
    return now.kind === "failed" ? now.reason : undefined;
  };
  const part = () => {
    const now = state();
    return now.kind === "sending" ? now.part : 0;
  };
  const isReady = () => state().kind === "ready";

  return (
    <li class="tray-item" data-state={state().kind}>
      <Show
        when={picture}
        fallback={
          <span class="tray-picture">
            <Icon name="file" />
          </span>
        }
      >
        {(url) => <img class="tray-picture" src={url()} alt="" />}
      </Show>
      <span class="tray-words">
        <b dir="auto">{name}</b>
        <Switch fallback={<progress aria-label={`Sending ${name}`} value={part()} max="1" />}>
          <Match when={failure()}>{(reason) => <small role="alert">{reason()}</small>}</Match>
          <Match when={isReady()}>
            <small>{formatBytes(bytes)}</small>
          </Match>
        </Switch>
      </span>
      <Show when={failure()}>
        <IconButton icon="renew" label={`Try again: ${name}`} onClick={() => client.retryUpload(props.upload)} />
      </Show>
      <IconButton
        icon="x"
        label={`${isReady() || failure() ? "Remove" : "Cancel"} ${name}`}
        onClick={() => props.onRemove()}
      />
    </li>
  );
}

/** The chosen file itself where a browser can show it; after a reload, what the server has of it. */
function pictureOf({ file, state }: Upload): string | undefined {
  if (file) return /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) ? createFileUrl(file) : undefined;
  const now = state();
  return now.kind === "ready" && now.attachment.width !== undefined
    ? `/api/files/${now.attachment.id}/thumbnail`
    : undefined;
}
