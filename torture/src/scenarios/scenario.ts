import type { Cast, Stage } from "../stage.ts";

/** One kind of trouble, as much of it as is asked for. */
export interface Scenario {
  readonly name: string;
  /** What it does and what one of `count` is, in one line. */
  readonly about: string;
  readonly cast: Cast;
  /** How many times in a full run. */
  readonly full: number;
  /** Plays it. At its end no fault holds and the server is up. What it finds beyond the invariants goes to `findings`. */
  play(stage: Stage, count: number): Promise<void>;
}
