import { encodeFrame } from "@parley/protocol/codec";
import type { DeltaFrame } from "@parley/protocol/frames";

/** A delta and the text that its readers are sent, encoded when the first of them needs it and once for all. */
export class Encoded {
  readonly delta: DeltaFrame;
  #text: string | undefined;

  constructor(delta: DeltaFrame, text?: string) {
    this.delta = delta;
    this.#text = text;
  }

  get text(): string {
    this.#text ??= encodeFrame(this.delta);
    return this.#text;
  }
}
