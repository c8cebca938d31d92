import { encodeFrame } from "@parley/protocol/codec";
import type { DeltaFrame } from "@parley/protocol/frames";

/** A delta and the text that its readers are sent, encoded when the first of them needs it and once for all. */
export class Encoded {
  readonly delta: DeltaFrame;
  /** Whether its readers are sent less than the delta: a reset in its place. */
  readonly isCut: boolean;
  #text: string | undefined;

  constructor(delta: DeltaFrame, text?: string, isCut = false) {
    this.delta = delta;
    this.isCut = isCut;
    this.#text = text;
  }

  get text(): string {
    this.#text ??= encodeFrame(this.delta);
    return this.#text;
  }
}
