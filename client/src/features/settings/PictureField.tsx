import { createSignal, type JSX, Show } from "solid-js";
import { Button } from "../../ui/Button.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { isTouch } from "../../ui/media.ts";
import { dialogPart } from "../../ui/part.tsx";
import { explain } from "../words.ts";

const CropPicture = dialogPart(async () => (await import("./CropPicture.tsx")).CropPicture);

/** What the browser can show and the server takes. */
const types = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/** Larger ones bring a phone down before they are cropped. */
const bytesMax = 30_000_000;

/** A picture that can be chosen, dropped, cropped, saved and removed. */
export function PictureField(props: {
  /** As it is now. */
  readonly children: JSX.Element;
  readonly round: boolean;
  readonly has: boolean;
  readonly save: (picture: Blob, onProgress: (part: number) => void) => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}) {
  const [file, setFile] = createSignal<File>();
  const [over, setOver] = createSignal(false);
  const [removing, setRemoving] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  let picker: HTMLInputElement | undefined;
  let chooser: HTMLDivElement | undefined;

  const choose = (chosen: File | undefined) => {
    if (!chosen) return;
    const reason = problemOf(chosen);
    setProblem(reason);
    if (!reason) setFile(chosen);
  };
  const remove = async () => {
    setProblem(undefined);
    setRemoving(true);
    try {
      await props.remove();
      chooser?.querySelector("button")?.focus();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setRemoving(false);
    }
  };

  return (
    <>
      <FormProblem text={problem()} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button does the same. */}
      <div
        ref={(element) => {
          chooser = element;
        }}
        class="picture-field"
        data-over={over() ? "" : undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          choose(event.dataTransfer?.files[0]);
        }}
      >
        {props.children}
        <div class="picture-field-acts">
          <input
            ref={(element) => {
              picker = element;
            }}
            type="file"
            accept={types.join()}
            hidden
            onChange={({ currentTarget: input }) => {
              choose(input.files?.[0]);
              input.value = "";
            }}
          />
          <Button onClick={() => picker?.click()}>{props.has ? "Change picture" : "Choose picture"}</Button>
          <Show when={props.has}>
            <Button kind="quiet" busy={removing()} onClick={() => void remove()}>
              Remove
            </Button>
          </Show>
          <small>{isTouch() ? "PNG, JPEG, GIF or WebP." : "Or drop one here: PNG, JPEG, GIF or WebP."}</small>
        </div>
      </div>
      <Show when={file()} keyed>
        {(chosen) => (
          <CropPicture file={chosen} round={props.round} save={props.save} onClose={() => setFile(undefined)} />
        )}
      </Show>
    </>
  );
}

function problemOf({ type, size }: File): string | undefined {
  if (!types.includes(type)) return "Choose a PNG, JPEG, GIF or WebP picture.";
  return size > bytesMax ? `Choose a picture of at most ${bytesMax / 1_000_000} MB.` : undefined;
}
