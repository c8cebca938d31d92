import { createEffect, createSignal, onCleanup, onMount, Show } from "solid-js";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { explain } from "../words.ts";
import { type Crop, firstCrop, pushed, sideOf, withinPicture, zoomMax } from "./crop.ts";
import "./crop.css";

/** Pixels of what is kept: enough for the largest place on the finest screen. */
const kept = 512;
/** How far an arrow key pushes, in parts of the square. */
const step = 0.04;

/** Chooses the square of a picture that is kept, by hand or with the keyboard, and saves it. */
export function CropPicture(props: {
  readonly file: File;
  readonly round: boolean;
  readonly save: (picture: Blob, onProgress: (part: number) => void) => Promise<unknown>;
  readonly onClose: () => void;
}) {
  const [picture, setPicture] = createSignal<ImageBitmap>();
  const [crop, setCrop] = createSignal<Crop>({ x: 0, y: 0, zoom: 1 });
  const [part, setPart] = createSignal<number>();
  const [problem, setProblem] = createSignal<string>();
  let canvas: HTMLCanvasElement | undefined;

  onMount(async () => {
    try {
      const bitmap = await createImageBitmap(props.file);
      setCrop(firstCrop(bitmap));
      setPicture(bitmap);
    } catch {
      setProblem("This picture cannot be read. Choose another one.");
    }
  });
  onCleanup(() => picture()?.close());
  createEffect(() => {
    const bitmap = picture();
    if (!bitmap || !canvas) return;
    const { x, y } = crop();
    const side = sideOf(bitmap, crop());
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.imageSmoothingQuality = "high";
    pen.clearRect(0, 0, kept, kept);
    pen.drawImage(bitmap, x - side / 2, y - side / 2, side, side, 0, 0, kept, kept);
  });

  const push = (right: number, down: number) => {
    const bitmap = picture();
    if (bitmap) setCrop(pushed(bitmap, crop(), right, down));
  };
  const zoomTo = (zoom: number) => {
    const bitmap = picture();
    if (bitmap) setCrop(withinPicture(bitmap, { ...crop(), zoom }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if ("zoom" in act) zoomTo(crop().zoom * act.zoom);
    else push(act.right, act.down);
  };
  const save = async () => {
    setProblem(undefined);
    setPart(0);
    try {
      if (canvas) await props.save(await toBlob(canvas), setPart);
      props.onClose();
    } catch (error) {
      setProblem(explain(error));
      setPart(undefined);
    }
  };

  return (
    <Dialog title="Choose the part to keep" kind="small" onClose={() => props.onClose()}>
      <FormProblem text={problem()} />
      <Show when={picture()}>
        <div
          class="crop-stage"
          role="application"
          tabindex="0"
          aria-label="Part of the picture. The arrow keys move it, plus and minus zoom."
          data-round={props.round ? "" : undefined}
          onKeyDown={onKeyDown}
          onWheel={(event) => {
            event.preventDefault();
            zoomTo(crop().zoom * (event.deltaY < 0 ? 1.08 : 1 / 1.08));
          }}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => {
            const { currentTarget: stage } = event;
            if (!stage.hasPointerCapture(event.pointerId)) return;
            push(event.movementX / stage.clientWidth, event.movementY / stage.clientHeight);
          }}
        >
          <canvas
            ref={(element) => {
              canvas = element;
            }}
            width={kept}
            height={kept}
          />
        </div>
        <label class="crop-zoom">
          Zoom
          <input
            type="range"
            min="1"
            max={zoomMax}
            step="0.01"
            value={crop().zoom}
            onInput={({ currentTarget: slider }) => zoomTo(slider.valueAsNumber)}
          />
        </label>
        <Show when={part() !== undefined}>
          <progress class="crop-progress" aria-label="Saving the picture" value={part()} max="1" />
        </Show>
      </Show>
      <div class="buttons">
        <Button onClick={() => props.onClose()}>Cancel</Button>
        <Show when={picture()}>
          <Button kind="primary" busy={part() !== undefined} onClick={() => void save()}>
            Save picture
          </Button>
        </Show>
      </div>
    </Dialog>
  );
}

type Act = { readonly right: number; readonly down: number } | { readonly zoom: number };

const keys: Readonly<Record<string, Act>> = {
  ArrowLeft: { right: -step, down: 0 },
  ArrowRight: { right: step, down: 0 },
  ArrowUp: { right: 0, down: -step },
  ArrowDown: { right: 0, down: step },
  "+": { zoom: 1.1 },
  "=": { zoom: 1.1 },
  "-": { zoom: 1 / 1.1 },
};

/** WebP, or PNG where a browser cannot write that. */
function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the canvas is empty"))), "image/webp", 0.92);
  });
}
